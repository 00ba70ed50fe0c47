"""Customers that were written one by one with their true labels, as labelled rows of the four built-in tasks.

A file of an author holds a JSON object a line: `id`, `as_of` (a date: the end of that day), `profile`, `events` with
amounts in units, and for each task its labels with the numbers (from 1) of the events that show them; `customers`
holds such files. A message alone has one event without a time, and may leave tasks out.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fewsight.errors import InputError
from fewsight.files import write_text
from fewsight.shop.truth.persona import TRAITS
from fewsight.tables.values.currencies import EXPONENTS
from fewsight.tables.words import KIND_WORDS, squash

ASPECTS: Final = ("quality", "price", "delivery", "service", "usability", "returns")
CUSTOMERS: Final = Path(__file__).parent / "customers"
UNKNOWN: Final = {"value": "unknown", "basis": "unknown"}
MOST_EVIDENCE: Final = {"persona": 5}
"""Events that an answer names, at most; 3 for other tasks."""


def author_files(data: Path | None) -> dict[str, Path]:
    """The files of all authors by their names: those of this recipe, and those in the folder `written` of `data`."""
    folders = (CUSTOMERS, data / "written") if data else (CUSTOMERS,)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.jsonl"))}


def author_file(data: Path | None, author: str) -> Path:
    """The file of an author.

    Raises:
        InputError: there is none.
    """
    files = author_files(data)
    if author not in files:
        raise InputError(f"There is no author {author!r}; files of written customers: {', '.join(files) or 'none'}.")
    return files[author]


def write_lines(path: Path, lines: Iterable[str]) -> Path:
    """Write labelled rows, one line each, and return the path."""
    write_text(path, "".join(line + "\n" for line in lines))
    return path


def written_rows(path: Path, task: str) -> Iterator[str]:
    """Labelled rows of a task: every customer whole; where they stay true, also cut after the last event that shows
    the label, and as the bare text of the only event that shows it.

    Raises:
        InputError: a line is not as this file's description says.
    """
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            yield from _rows(json.loads(line), task)
        except (ValueError, LookupError, TypeError) as error:
            raise InputError(f"{str(path)!r}, line {number}: {error!r}; see the description of such files.") from error


def _rows(customer: Mapping[str, Any], task: str) -> Iterator[str]:
    if "as_of" not in customer:
        (message,) = customer["events"]
        if task in customer and (answer := ANSWERS[task](customer[task])):
            yield _row({"id": customer["id"], "text": message["text"]}, answer, [1])
        return
    labels = customer[task]
    answer = ANSWERS[task](labels)
    if answer is None:
        return
    events = [_event(event) for event in customer["events"]]
    numbers = sorted(labels.get("events") or ())
    whole = {"id": customer["id"], "events": events, "profile": customer.get("profile") or {}}
    yield _row({**whole, "as_of": _end_of(customer["as_of"])}, answer, numbers, MOST_EVIDENCE.get(task, 3))
    if task not in ("intent", "sentiment") or not numbers:
        return
    if numbers[-1] < len(events):
        cut = {**whole, "id": f"{customer['id']}-cut", "events": events[: numbers[-1]]}
        yield _row(cut, answer, numbers)
    words = [number for number, event in enumerate(events, 1) if event.get("text")]
    shown = [number for number in numbers if number in words]
    if len(shown) == 1 and (task == "intent" or words == shown):
        text = events[shown[0] - 1]["text"]
        yield _row({"id": f"{customer['id']}-text", "text": text}, answer, [1])


def _row(content: Mapping[str, Any], answer: Mapping[str, Any], numbers: Sequence[int], most: int = 3) -> str:
    evidence = [f"E{number}" for number in numbers[-most:]]
    words = {name: value for name, value in answer.items() if name == "summary"}
    labels = {name: value for name, value in answer.items() if name != "summary"}
    full = {**labels, "evidence": evidence, **words}
    return json.dumps({**{k: v for k, v in content.items() if v}, "answer": full}, ensure_ascii=False)


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event with its amount in minor units, and its kind as tables are read."""
    event = {**event, "kind": KIND_WORDS.get(squash(event["kind"]), event["kind"])}
    if event.get("amount") is None:
        return {name: value for name, value in event.items() if name not in ("amount", "currency")}
    exponent = EXPONENTS.get(event["currency"], 2)
    return {**event, "amount": int(Decimal(str(event["amount"])).scaleb(exponent).to_integral_value())}


def _end_of(date: str) -> str:
    return datetime.combine(datetime.fromisoformat(date), time(23, 59, 59), UTC).isoformat()


def _intent(labels: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"intent": labels["label"]} if labels["label"] else None


def _sentiment(labels: Mapping[str, Any]) -> dict[str, Any]:
    aspects = {aspect: labels["aspects"].get(aspect, "not_mentioned") for aspect in ASPECTS}
    return {"overall": labels["overall"], "aspects": aspects}


def _churn_reason(labels: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": labels["label"], "summary": labels["summary"][:160]}


def _persona(labels: Mapping[str, Any]) -> dict[str, Any]:
    traits = {trait: labels["traits"].get(trait, UNKNOWN) for trait in TRAITS}
    return {**traits, "summary": labels["summary"][:240]}


ANSWERS: Final = {"intent": _intent, "sentiment": _sentiment, "churn_reason": _churn_reason, "persona": _persona}
