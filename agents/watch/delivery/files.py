"""alerts.jsonl and alerts.csv: all alerts of the state, written anew at every look; only their owner may read them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from fewsight.agents.watch.model import Alert
from fewsight.export.spreadsheet import CsvWriter
from fewsight.files import replacing

LINES, TABLE = "alerts.jsonl", "alerts.csv"
_HEAD: Final = (
    *("id", "moment", "rank", "customer_id", "outcome", "until", "risk", "risk_before", "value_minor", "currency"),
    *("events", "came"),
)


def write_files(alerts: Sequence[Alert], answers: Mapping[str, bool], folder: Path) -> None:
    """Write both; `answers` says whether an alert's outcome came, where its window has ended.

    Raises:
        OSError: the folder can't be written.
    """
    with replacing(folder / LINES, private=True) as path, path.open("w", encoding="utf-8") as file:
        file.writelines(alert.model_dump_json() + "\n" for alert in alerts)
    with replacing(folder / TABLE, private=True) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(_HEAD)
        writer.writerows(_cells(alert, answers.get(alert.id)) for alert in alerts)


def _cells(alert: Alert, came: bool | None) -> list[str | float | None]:
    before = alert.since.risk if alert.since else None
    value = alert.value
    return [
        *(alert.id, alert.moment.isoformat(), alert.rank, alert.customer_id, alert.outcome, alert.until.isoformat()),
        *(round(alert.risk, 4), None if before is None else round(before, 4)),
        *(value.amount if value else None, value.currency if value else None),
        *(" ".join(event.event_id for event in alert.events), None if came is None else "yes" if came else "no"),
    ]
