"""The built-in adapter against prompts alone and a classic baseline, on what it was not trained on.

Customers, phrasings and products of the sample shop's held-out part; with `reviews` (amazon_review_snippets.csv) also
sentences of the reviews that the adapter's recipe leaves out. The baseline is TF-IDF with logistic regression over the
rows that the recipe makes for the adapter.
"""

import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

import fewsight
from fewsight.adapter_manifest import Metric
from fewsight.events import history_record
from fewsight.finetune.recipes.built_in import is_trained_on, passage_rows, sentence_rows, shop_rows, tone
from fewsight.serving.run.options import BARE, BUILT_IN
from fewsight.shop import Customer, answer, generate
from fewsight.shop.tables import write_sample
from fewsight.texts.classic import tfidf_logistic_regression
from tests.bench.common import Figure

HEADLINES: Final = {
    "intent": "intent",
    "sentiment": "overall",
    "churn_reason": "reason",
    "persona": "main_interest.value",
}
SEED: Final = 90_000
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
SILENCE: Final = 400
"""Most days since the newest event, for those whose prompts say how many: histories of three events and more."""


def measure(
    customers: int = 60, shots: int = 8, sentences: int = 300, reviews: str = "", arms: str = "all"
) -> list[Figure]:
    """Share of right headline labels by task and arm; correlation with the mean rating where there are reviews.

    `arms` 'adapter' leaves out the prompts without it, which take most of the time.
    """
    figures: list[Figure] = []
    short = generate(customers // 2, seed=SEED, split="held-out", events=(1, 2))
    long = generate(
        customers - customers // 2, seed=SEED, split="held-out", events=(3, 6), silence=SILENCE, first=10**6
    )
    people = [_at_one_moment(one) for one in (*short, *long)]
    with tempfile.TemporaryDirectory(prefix="fewsight-built-in-") as folder:
        write_sample(people, Path(folder))
        for name, options in _arms(shots, arms).items():
            found = fewsight.run(
                list(HEADLINES),
                Path(folder) / "histories.csv",
                profiles=Path(folder) / "profiles.csv",
                engine="transformers",
                as_of=NOW,
                **options,
            ).to_pandas(nested=True)
            for task, path in HEADLINES.items():
                mine = found[found["task"] == task].set_index("customer_id")["answer"]
                given = {
                    one.history.customer_id: _at(mine[one.history.customer_id], path)
                    for one in people
                    if one.history.events
                }
                figures.append(_right(f"{task}: {name}", people, task, path, given))
    for task, path in HEADLINES.items():
        figures.append(
            _right(
                f"{task}: TF-IDF with logistic regression", people, task, path, _baseline(people, task, path, reviews)
            )
        )
    return figures + (_sentences(Path(reviews), sentences, shots, arms) if reviews else [])


def _at_one_moment(customer: Customer) -> Customer:
    """The same customer at another time: a run has one moment for all, so each one's own becomes `NOW`."""
    assert customer.history.now is not None
    later = NOW - customer.history.now
    events = tuple(replace(event, time=event.time + later) for event in customer.history.events if event.time)
    return replace(customer, history=replace(customer.history, events=events, until=NOW))


def _arms(shots: int, wanted: str) -> dict[str, dict[str, Any]]:
    adapter = {"built-in adapter": {"adapters": {"*": BUILT_IN}}}
    if wanted == "adapter":
        return adapter
    return adapter | {
        "zero-shot": {"adapters": {"*": BARE}},
        f"{shots} balanced shots": {"adapters": {"*": BARE}, "shots": shots},
    }


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[key]
    return value


def _right(name: str, people: Sequence[Any], task: str, path: str, given: Mapping[str, Any]) -> Figure:
    asked = [one for one in people if one.history.events and answer(one, task) is not None]
    right = sum(given[one.history.customer_id] == _at(answer(one, task), path) for one in asked)
    share = Metric.of_share(right, len(asked))
    return Figure(name, f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}) of {share.rows}")


def _said(events: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(f"{event['kind']} {event.get('text', '')} {event.get('product', '')}" for event in events)


def _baseline(people: Sequence[Any], task: str, path: str, reviews: str) -> dict[str, Any]:
    rows = [json.loads(line) for line in shop_rows(task)]
    texts = [_said(row["events"]) for row in rows]
    labels = [_at(row["answer"], path) for row in rows]
    if task == "sentiment" and reviews:
        for line in (*sentence_rows(Path(reviews)), *passage_rows(Path(reviews))):
            row = json.loads(line)
            texts.append(f"message {row['text']} " if "text" in row else _said(row["events"]))
            labels.append(_at(row["answer"], path))
    model = tfidf_logistic_regression().fit(texts, labels)
    asked = [one for one in people if one.history.events]
    found = model.predict([_said(history_record(one.history)["events"]) for one in asked])
    return {one.history.customer_id: str(label) for one, label in zip(asked, found, strict=True)}


def _sentences(reviews: Path, sentences: int, shots: int, arms: str) -> list[Figure]:
    with reviews.open(encoding="utf-8", newline="") as file:
        left = [row for row in csv.DictReader(file) if not is_trained_on(row["review_id"])]
    rows = pd.DataFrame(left).sample(min(sentences, len(left)), random_state=0).reset_index(drop=True)
    rows["customer_id"] = [f"s{number}" for number in rows.index]
    ratings = rows["mean_sentiment"].astype(float)
    truth = [tone(rating) for rating in ratings]
    figures = []
    for name, options in _arms(shots, arms).items():
        done = fewsight.run("sentiment", rows[["customer_id", "text"]], engine="transformers", **options)
        found = done.to_pandas(nested=True).set_index("customer_id")
        found = found.loc[rows["customer_id"]]  # a run's rows come in an order of its own
        shares = pd.DataFrame([one["overall"] for one in found["probabilities"]])
        labels = [one["overall"] for one in found["answer"]]
        figures += _scored(name, shares["positive"] - shares["negative"], labels, ratings, truth)
    training = [json.loads(line) for line in sentence_rows(reviews)]
    model = tfidf_logistic_regression().fit(
        [row["text"] for row in training], [row["answer"]["overall"] for row in training]
    )
    shares = pd.DataFrame(model.predict_proba(rows["text"]), columns=model.classes_)
    labels = [str(label) for label in model.predict(rows["text"])]
    name = "TF-IDF with logistic regression"
    return figures + _scored(name, shares["positive"] - shares["negative"], labels, ratings, truth)


def _scored(
    name: str, scores: "pd.Series[float]", labels: Sequence[str], ratings: "pd.Series[float]", truth: Sequence[str]
) -> list[Figure]:
    from sklearn.metrics import f1_score

    return [
        Figure(f"sentences: {name}, Pearson r", float(scores.corr(ratings))),
        Figure(
            f"sentences: {name}, macro F1",
            float(f1_score(truth, labels, labels=["positive", "negative", "neutral"], average="macro")),
        ),
    ]
