"""A table as words, for pages and Markdown alike."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows of as many cells; the first cell of a row is its name. `tables.jinja` shows it on a page.

    `strong` are the places (row, column) of cells that stand out.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    strong: Collection[tuple[int, int]] = ()

    def markdown(self) -> list[str]:
        """The lines of the table as GitHub's Markdown, with an empty one at the end."""
        rows = (
            [f"**{plain(cell)}**" if (y, x) in self.strong else plain(cell) for x, cell in enumerate(row)]
            for y, row in enumerate(self.rows)
        )
        lines = [[plain(name) for name in self.head], ["---"] * len(self.head), *rows]
        return [*("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines), ""]


def plain(text: str) -> str:
    """Text that no reader of Markdown takes for markup.

    >>> plain("<b>x</b>")
    '&lt;b>x&lt;/b>'
    """
    return text.replace("\n", " ").replace("<", "&lt;")
