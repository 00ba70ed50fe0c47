"""What became of the rows of tables."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows.

    Always: rows + unfolded == events + lines + quarantined + duplicates, and profile_rows == profiles +
    profile_quarantined + profile_duplicates. Blank lines are no rows. `lines` counts further lines of orders, each of
    which has one event, `unfolded` messages that stood inside rows; both are 0 for most tables.
    """

    rows: int = 0
    events: int = 0
    quarantined: int = 0
    duplicates: int = 0
    customers: int = 0
    profile_rows: int = 0
    profiles: int = 0
    profile_quarantined: int = 0
    profile_duplicates: int = 0
    lines: int = 0
    unfolded: int = 0

    def in_words(self) -> str:
        """The sum on one line, as it is told before a run.

        >>> Counts(rows=6, events=3, lines=3, customers=2).in_words()
        '6 rows = 3 events + 3 further lines of orders + 0 quarantined + 0 duplicates; 2 customers.'
        """
        unfolded = f" + {self.unfolded} messages in them" if self.unfolded else ""
        lines = f" + {self.lines} further lines of orders" if self.lines else ""
        left_out = f"{self.quarantined} quarantined + {self.duplicates} duplicates"
        return f"{self.rows} rows{unfolded} = {self.events} events{lines} + {left_out}; {self.customers} customers."
