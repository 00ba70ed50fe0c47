"""Serve the page until it is stopped."""

import threading
from collections.abc import Sequence
from datetime import datetime

from fewsight.errors import ConfigError, InputError, NothingUsableError
from fewsight.evals.labelling.page.server import LabelServer
from fewsight.evals.labelling.page.session import RowSource
from fewsight.evals.labelling.rows import unlabelled
from fewsight.events import CustomerHistory
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.labelled import GoldRow
from fewsight.prompts.task import Task
from fewsight.tables import Histories

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - to refuse them


def check_task(task: Task) -> None:
    """Whether there is anything to label.

    Raises:
        ConfigError: it has no closed field, or every field has one label.
    """
    fields = closed_fields(task.output)
    if not fields:
        raise ConfigError(f"Task {task.name!r} has no field with labels, so there is nothing to choose on a page.")
    if all(len(field.labels) < 2 for field in fields):
        raise ConfigError(
            f"Task {task.name!r} has one label in each field ({', '.join(field.labels[0] for field in fields)}), so "
            "every row has the same answer. Add labels to the task."
        )


def check_host(host: str) -> None:
    """Whether a browser can ask for exactly this address, which is what the server answers to.

    Raises:
        ConfigError: it stands for all addresses.
    """
    if host in EVERYWHERE:
        raise ConfigError(f"--host {host!r} stands for every address; name the one that browsers ask for.")


def rows_to_label(
    histories: Histories,
    moment: datetime | None,
    wanted: Sequence[str] | None,
    known: Sequence[GoldRow],
) -> list[str]:
    """Ids of rows in the order in which they are offered; those that a labels file holds are among them.

    Args:
        histories: of the table.
        moment: histories are as known then.
        wanted: only these, in their order; None: all of the table that `known` does not label.
        known: rows that are labelled elsewhere.

    Raises:
        NothingUsableError: there are none.
        InputError: a wanted row is not in the table.
    """
    if wanted is not None:
        there = {history.customer_id for history in histories}
        if missing := [name for name in wanted if name not in there]:
            raise InputError(
                f"{len(missing):,} of {len(wanted):,} rows to label are not in this table, the first {missing[0]!r}; "
                "give the table that they were chosen from."
            )
        return list(dict.fromkeys(wanted))
    ids = list(dict.fromkeys(history.customer_id for history in unlabelled(histories, moment, known)))
    if not ids:
        raise NothingUsableError(f"Nothing is left to label: all {len(histories):,} rows of the table have labels.")
    return ids


def row_source(histories: Histories, moment: datetime | None) -> RowSource:
    """Gives rows one at a time; the session asks for one after the other."""

    def row(row_id: str, /) -> CustomerHistory:
        return histories.get(row_id).as_of(moment)

    return row


def serve_until_stopped(server: LabelServer) -> None:
    """Answer requests until Ctrl-C; what is being written then is finished."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        server.shutdown()
    finally:
        server.server_close()
