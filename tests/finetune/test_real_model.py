"""The whole way on the embedded model, with few short rows."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest

from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.gate.improvement import improvements_of
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.rows.dataset import Lesson
from fewsight.prompts.loading.labelling import classification_task
from fewsight.shop import generate
from fewsight.shop.labels import labelled_row

TEXTS = {
    "card_lost": ["I lost my card", "my card is gone", "someone stole my card"],
    "refund": ["I want my money back", "please refund me", "refund my order"],
    "login": ["I can't log in", "my password does not work", "login fails"],
}


@pytest.mark.model
@pytest.mark.slow
def test_two_steps_make_an_adapter_that_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"{text},{label}" for label, texts in TEXTS.items() for text in texts]
    (tmp_path / "rows.csv").write_text("\n".join(["text,intent", *rows]) + "\n")
    task = classification_task("toy_intent", list(TEXTS))
    config = FinetuneConfig(batch_rows=3, epochs=1.0, valid_share=0.33, rank=8)
    done = finetune([Lesson(task, tmp_path / "rows.csv")], tmp_path / "adapter", config=config, ways=("transformers",))
    assert done.manifest.parity is not None
    assert done.manifest.parity.passed
    assert done.manifest.training["steps"] == 2
    assert done.manifest.metrics["toy_intent"]["adapter"].rows == 3
    weights = (tmp_path / "adapter" / "adapter_model.safetensors").stat().st_size
    assert weights < 6 * 2**20, "rank 8 in bfloat16"


DESKS: Final = ("delivery_problem", "billing_question", "exchange", "praise")


def messages(split: Literal["train", "held-out"], each: int) -> Iterator[tuple[str, str]]:
    """English messages to the sample shop, `each` of every desk, all different."""
    seen, texts = Counter[str](), set[str]()
    for customer in generate(4000, seed=11, split=split, events=(1, 1), silence=0):
        row = json.loads(labelled_row(customer, "intent") or "{}")
        text, desk = (row["events"][0].get("text") or "", row["answer"]["intent"]) if row else ("", "")
        if text and text.isascii() and text not in texts and desk in DESKS and seen[desk] < each:
            seen[desk] += 1
            texts.add(text)
            yield text, desk


@pytest.mark.model
@pytest.mark.slow
def test_sixty_rows_and_no_options_make_an_adapter_that_is_shown_to_be_better(tmp_path: Path) -> None:
    for name, split, each in (("train.csv", "train", 15), ("valid.csv", "held-out", 8)):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("text", "label"), *messages(split, each)])  # type: ignore[arg-type]
    lesson = Lesson(classification_task("desk", DESKS), tmp_path / "train.csv", tmp_path / "valid.csv")
    done = finetune([lesson], tmp_path / "adapter", ways=())
    assert improvements_of(done.manifest)["desk"].is_shown
