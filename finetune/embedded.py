"""The recipe of the adapter that comes with the embedded model: `python -m fewsight.finetune.embedded --help`.

It learns all four tasks from customers of the sample shop (only phrasings and products of its training part) and, for
sentiment, from sentences of product reviews with the mean rating of twenty people.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from fewsight.errors import InputError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.progress import TrainingBar
from fewsight.finetune.setup import Lesson
from fewsight.prompts.loading import load_task
from fewsight.shop import generate
from fewsight.shop.labels import labelled_row

SEED: Final = 20_000
MOST_DRAWN: Final = 40
"""Customers that are drawn, at most, for each row that is wanted."""

ONE_MESSAGE: Final = {"intent": 450, "sentiment": 250, "churn_reason": 200, "persona": 50}
"""Customers with one event, by task."""

HISTORIES: Final = {"intent": 50, "sentiment": 50, "churn_reason": 100, "persona": 90}
"""Customers with two to eight events, by task."""

MOST_ALIKE: Final = {"intent": 0.1, "sentiment": 0.4, "churn_reason": 0.35, "persona": 1.0}
"""Largest share of rows with the same headline label: rare ones are the ones to learn."""

SENTENCES: Final = 500
NEUTRAL: Final = 0.2
"""Mean ratings (-4 to 4) no farther from 0 are neutral, as in Hutto and Gilbert (VADER, ICWSM 2014)."""

CONFIG: Final = FinetuneConfig(
    rank=8, alpha=16.0, learning_rate=2e-3, batch_rows=16, dropout=0.0, valid_share=0.05, report_rows=24
)
ATTRIBUTION: Final = (
    "fewsight's sample shop: made-up customers, no real person",
    "amazonReviewSnippets, Hutto and Gilbert, VADER (ICWSM 2014), MIT licence: sentences of every other review",
)


def is_trained_on(review: str) -> bool:
    """Whether a review's sentences are in the training half; the other half is for scoring.

    >>> [is_trained_on(str(review)) for review in range(4)]
    [False, False, True, True]
    """
    return hashlib.sha256(review.encode()).digest()[0] % 2 == 0


def shop_rows(task: str) -> Iterator[str]:
    """Labelled customers of the sample shop for a task, as lines of JSON."""
    for many, events, first in ((ONE_MESSAGE[task], (1, 1), 0), (HISTORIES[task], (2, 8), 1_000_000)):
        seen = Counter[str]()
        for customer in generate(MOST_DRAWN * many, seed=SEED, split="train", events=events, first=first):
            if seen.total() == many:
                break
            row = labelled_row(customer, task)
            label = str(next(iter(json.loads(row)["answer"].values()))) if row else ""
            if row and seen[label] < MOST_ALIKE[task] * many:
                seen[label] += 1
                yield row


def sentence_rows(reviews: Path) -> Iterator[str]:
    """Sentences of the training half of amazon_review_snippets.csv, partly labelled: `overall` alone.

    Raises:
        InputError: the file is another one.
    """
    with reviews.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        if missing := {"id", "review_id", "text", "mean_sentiment"} - set(table.fieldnames or ()):
            raise InputError(f"{str(reviews)!r} lacks the columns {', '.join(sorted(missing))}.")
        rows = [row for row in table if is_trained_on(row["review_id"])]
    rows.sort(key=lambda row: hashlib.sha256(row["id"].encode()).digest())
    for row in rows[:SENTENCES]:
        rating = float(row["mean_sentiment"])
        overall = "neutral" if abs(rating) <= NEUTRAL else "positive" if rating > 0 else "negative"
        yield json.dumps({"id": f"sentence-{row['id']}", "text": row["text"], "answer": {"overall": overall}})


@click.command()
@click.option("--reviews", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the adapter; rows go beside it.")
def main(reviews: Path, out: Path) -> None:
    """Train the embedded adapter. --reviews is amazon_review_snippets.csv (id, review_id, text, mean_sentiment)."""
    rows = out.with_name(f"{out.name}.rows")
    rows.mkdir(parents=True, exist_ok=True)
    lessons = []
    for task in ONE_MESSAGE:
        lines = [*shop_rows(task), *(sentence_rows(reviews) if task == "sentiment" else ())]
        path = rows / f"{task}.jsonl"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        lessons.append(Lesson(load_task(task), path))
    with TrainingBar() as bar:
        finetune(
            lessons,
            out,
            config=CONFIG,
            attribution=ATTRIBUTION,
            progress=bar,
            say=lambda line: click.echo(line, err=True),
        )


if __name__ == "__main__":
    main()
