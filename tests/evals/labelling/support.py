"""A small table to label, a task with two kinds of fields, and a session over both."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Literal

from pydantic import BaseModel, Field

from fewsight.evals.labelling.labels_file import LabelsFile
from fewsight.evals.labelling.page.questions import Questions
from fewsight.evals.labelling.page.serve import row_source, rows_to_label
from fewsight.evals.labelling.page.server import LabelServer
from fewsight.evals.labelling.page.session import LabelSession
from fewsight.events import CustomerHistory
from fewsight.prompts import Evidence, NoneOfThese
from fewsight.prompts.loading.labelling import classification_task
from fewsight.prompts.task import Task
from fewsight.tables import open_histories

LABELS = ["late", "refund", "thanks"]
HISTORIES = """customer_id,time,kind,text
c1,2026-01-01T10:00:00Z,message,"Where is my parcel? Write to anna@example.com <3 & thanks"
c2,2026-01-02T10:00:00Z,order,
c2,2026-01-03T10:00:00Z,message,I want my money back
c3,2026-01-04T10:00:00Z,message,Thank you
"""


class Output(BaseModel):
    """A field with one label, one with several, and evidence."""

    mood: Literal["good", "bad"] = Field(description="how the customer feels")
    topics: list[Literal["delivery", "price", "quality"]] = Field(max_length=2)
    evidence: Evidence


def toy_task(none: str | None = None) -> Task:
    return classification_task("toy_intent", LABELS, none_of_these=NoneOfThese(none) if none else None)


def wide_task() -> Task:
    return Task("wide", "v1", "What is it about?", Output, toy_task().templates)


def table(folder: Path) -> Path:
    path = folder / "histories.csv"
    path.write_text(HISTORIES)
    return path


@contextmanager
def session(folder: Path, task: Task | None = None) -> Iterator[LabelSession]:
    """Labels go to labels.jsonl; every label is suggested with its length in percent."""
    asked = task or toy_task()

    def suggest(history: CustomerHistory) -> Mapping[str, Mapping[str, float]]:
        assert "anna@" not in str(history.events)
        return {one.path: {label: len(label) / 100 for label, _ in one.labels} for one in Questions(asked).asked}

    with open_histories(table(folder)) as histories, LabelsFile(folder / "labels.jsonl", asked) as file:
        ids = rows_to_label(histories, histories.newest, None, [])
        source = row_source(histories, histories.newest)
        yield LabelSession(Questions(asked), ids, source, file, suggest, by="tester")


@contextmanager
def served(folder: Path, task: Task | None = None) -> Iterator[LabelServer]:
    """A server on a free port."""
    with session(folder, task) as one:
        server = LabelServer(one, "127.0.0.1", 0)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()
            thread.join(30)
