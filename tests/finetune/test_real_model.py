"""The whole way on the embedded model, with few short rows and steps."""

from pathlib import Path

import pytest

from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.pipeline import finetune
from fewsight.finetune.rows.dataset import Lesson
from fewsight.prompts.loading.labelling import classification_task

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
    config = FinetuneConfig(batch_rows=3, valid_share=0.33, rank=8)
    done = finetune([Lesson(task, tmp_path / "rows.csv")], tmp_path / "adapter", config=config, ways=("transformers",))
    assert done.manifest.parity is not None
    assert done.manifest.parity.passed
    assert done.manifest.training["steps"] == 2
    assert done.manifest.metrics["toy_intent"]["adapter"].rows == 3
    weights = (tmp_path / "adapter" / "adapter_model.safetensors").stat().st_size
    assert weights < 6 * 2**20, "rank 8 in bfloat16"
