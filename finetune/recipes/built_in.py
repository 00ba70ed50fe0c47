"""The recipe of the adapter that comes with the embedded model: `python -m fewsight.finetune.recipes.built_in --help`.

It learns all four tasks from customers that many authors wrote, and from the sample shop (only phrasings and products
of its training part); for sentiment also from sentences and passages of product reviews whose sentences have the mean
rating of twenty people. All questions about a customer share its history, in training as in serving.
"""

import csv
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

import click

from fewsight.errors import InputError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.recipes.written import author_file, author_files, write_lines, written_rows
from fewsight.finetune.rows.dataset import Lesson
from fewsight.notices import show_notices, shown_progress
from fewsight.prompts.loading.finding import load_task
from fewsight.shop import generate
from fewsight.shop.labels import labelled_row
from fewsight.shop.truth.reading import overall_tone

SEED: Final = 20_000
MOST_DRAWN: Final = 40
"""Customers that are drawn, at most, for each row that is wanted."""

ONE_MESSAGE: Final = {"intent": 250, "sentiment": 80, "churn_reason": 80, "persona": 20}
"""Customers of the shop with one event, by task."""

HISTORIES: Final = {"intent": 30, "sentiment": 120, "churn_reason": 50, "persona": 40}
"""Customers of the shop with three to nine events, by task: from three on a prompt tells their silence."""

SILENCE: Final = 500
"""Most days between a history's newest event and the moment that it is read at."""

MOST_ALIKE: Final = {"intent": 0.1, "sentiment": 0.4, "churn_reason": 0.35, "persona": 1.0}
"""Largest share of rows with the same headline label: rare ones are the ones to learn."""

SENTENCES: Final = 700
PASSAGES: Final = 120
PASSAGE: Final = (2, 6)
"""Fewest and most sentences of a passage."""

NEUTRAL: Final = 0.2
"""Mean ratings (-4 to 4) no farther from 0 are neutral, as in Hutto and Gilbert (VADER, ICWSM 2014)."""

CONFIG: Final = FinetuneConfig(
    rank=16,
    alpha=32.0,
    learning_rate=1.5e-3,
    schedule="cosine",
    epochs=1.0,
    batch_rows=32,
    augment_typos=0.06,
    augment_case=0.04,
    augment_injections=0.06,
    valid_share=0.03,
    report_rows=40,
    order="history-first",
)
WRITTEN: Final = "customers written one by one for fewsight: made up, no real person"
SHOP: Final = "fewsight's sample shop: made-up customers, no real person"
REVIEWS: Final = (
    "amazonReviewSnippets, Hutto and Gilbert, VADER (ICWSM 2014), MIT licence: sentences of every other review"
)


def is_trained_on(review: str) -> bool:
    """Whether a review's sentences are in the training half; the other half is for scoring.

    >>> [is_trained_on(str(review)) for review in range(4)]
    [False, False, True, True]
    """
    return hashlib.sha256(review.encode()).digest()[0] % 2 == 0


def shop_rows(task: str) -> Iterator[str]:
    """Labelled customers of the sample shop for a task, as lines of JSON."""
    parts = (ONE_MESSAGE[task], (1, 1), 0, 0), (HISTORIES[task], (3, 9), SILENCE, 1_000_000)
    for many, events, silence, first in parts:
        seen = Counter[str]()
        drawn = generate(MOST_DRAWN * many, seed=SEED, split="train", events=events, silence=silence, first=first)
        for customer in drawn:
            if seen.total() == many:
                break
            row = labelled_row(customer, task)
            label = str(next(iter(json.loads(row)["answer"].values()))) if row else ""
            if row and seen[label] < MOST_ALIKE[task] * many:
                seen[label] += 1
                yield as_text(row) if events == (1, 1) and seen.total() % 2 else row


def as_text(row: str) -> str:
    """The only event of a labelled row as bare text, as tables of messages have it; unchanged if more is known of it.

    >>> as_text('{"id": "1", "events": [{"kind": "message", "time": "2026-01-01", "text": "hi"}], "answer": {}}')
    '{"id": "1", "text": "hi", "answer": {}}'
    """
    content = json.loads(row)
    (event,) = content["events"]
    if "profile" in content or not event.get("text") or event.keys() - {"kind", "time", "channel", "text"}:
        return row
    return json.dumps({"id": content["id"], "text": event["text"], "answer": content["answer"]}, ensure_ascii=False)


def sentence_rows(reviews: Path) -> Iterator[str]:
    """Sentences of the training half of amazon_review_snippets.csv, partly labelled: `overall` alone.

    Raises:
        InputError: the file is another one.
    """
    rows = _training_half(reviews)
    rows.sort(key=lambda row: hashlib.sha256(row["id"].encode()).digest())
    for row in rows[:SENTENCES]:
        yield json.dumps({"id": f"sentence-{row['id']}", "text": row["text"], "answer": {"overall": _tone(row)}})


def passage_rows(reviews: Path) -> Iterator[str]:
    """Neighbouring sentences of one review as a review event, or as bare text, labelled as the sample shop's texts are.

    Raises:
        InputError: the file is another one.
    """
    chance = Random(SEED)  # noqa: S311 - reproducible, no secret
    by_review: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _training_half(reviews):
        by_review[row["review_id"]].append(row)
    long = [rows for rows in by_review.values() if len(rows) >= PASSAGE[0]]
    for number in range(PASSAGES):
        rows = chance.choice(long)
        size = chance.randint(PASSAGE[0], min(PASSAGE[1], len(rows)))
        begin = chance.randint(0, len(rows) - size)
        part = rows[begin : begin + size]
        text = " ".join(row["text"].strip() for row in part)
        shown = {"text": text} if number % 2 else {"events": [{"kind": "review", "text": text}]}
        overall = overall_tone(Counter(map(_tone, part)))
        yield json.dumps({"id": f"passage-{number}", **shown, "answer": {"overall": overall}})


def tone(rating: float) -> str:
    """The label of a mean rating from -4 to 4.

    >>> tone(0.2), tone(0.3), tone(-2)
    ('neutral', 'positive', 'negative')
    """
    return "neutral" if abs(rating) <= NEUTRAL else "positive" if rating > 0 else "negative"


def _tone(row: Mapping[str, str]) -> str:
    return tone(float(row["mean_sentiment"]))


def _training_half(reviews: Path) -> list[dict[str, str]]:
    with reviews.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        if missing := {"id", "review_id", "text", "mean_sentiment"} - set(table.fieldnames or ()):
            raise InputError(f"{str(reviews)!r} lacks the columns {', '.join(sorted(missing))}.")
        return [row for row in table if is_trained_on(row["review_id"])]


def task_rows(task: str, authors: Sequence[Path], reviews: Path | None) -> Iterator[str]:
    """All labelled rows of a task.

    Raises:
        InputError: a file is not as its description says.
    """
    for path in authors:
        yield from written_rows(path, task)
    yield from shop_rows(task)
    if task == "sentiment" and reviews:
        yield from sentence_rows(reviews)
        yield from passage_rows(reviews)


def reviews_file(data: Path | None) -> Path | None:
    """The sentences of reviews in a folder of data; None where it has none."""
    path = data / "amazon_review_snippets.csv" if data else None
    return path if path and path.is_file() else None


def lessons(data: Path | None, left_out: Sequence[str], valid: str | None, folder: Path) -> list[Lesson]:
    """What is learned, with its rows written to `folder`; validated on the customers of one author.

    Raises:
        InputError: a file is missing, or not as its description says.
    """
    not_learned = {author_file(data, name) for name in (*left_out, *([valid] if valid else []))}
    authors = [path for path in author_files(data).values() if path not in not_learned]
    reviews = reviews_file(data)
    result = []
    for task in ONE_MESSAGE:
        train = write_lines(folder / f"{task}.jsonl", task_rows(task, authors, reviews))
        held = written_rows(author_file(data, valid), task) if valid else None
        result.append(
            Lesson(load_task(task), train, write_lines(folder / f"{task}.valid.jsonl", held) if held else None)
        )
    return result


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of more data.")
@click.option("--valid", metavar="AUTHOR", help="Whom to validate on; a share of the rows where it is not given.")
@click.option("--leave-out", multiple=True, metavar="AUTHOR", help="Whom not to learn from, for a later report.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the adapter; rows go beside it.")
def main(data: Path | None, valid: str | None, leave_out: tuple[str, ...], out: Path) -> None:
    """Train the embedded adapter.

    \b
    --data may hold
      written/AUTHOR.jsonl        more written customers, in the layout of finetune/recipes/customers
      amazon_review_snippets.csv  sentences of reviews: id, review_id, text, mean_sentiment
    """
    rows = out.with_name(f"{out.name}.rows")
    rows.mkdir(parents=True, exist_ok=True)
    sources = (WRITTEN, SHOP, REVIEWS) if reviews_file(data) else (WRITTEN, SHOP)
    learned = lessons(data, leave_out, valid, rows)
    show_notices()
    with shown_progress() as progress:
        finetune(learned, out, config=CONFIG, attribution=sources, progress=progress)


if __name__ == "__main__":
    main()
