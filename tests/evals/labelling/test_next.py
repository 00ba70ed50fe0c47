"""`fewsight label next`: rows with and without labelled ones, and what it refuses."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from fewsight.cli import root
from fewsight.errors import FewsightError, NothingUsableError
from fewsight.evals.labelling import proposing
from fewsight.evals.labelling.likely import learned_suggestions
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.loading.labelling import classification_task
from fewsight.serving.answerers import encoders
from fewsight.serving.answerers.encoders import Encode
from fewsight.serving.answerers.stored import EncoderFacts
from tests.evals.labelling.support import LABELS, toy_task

TEXTS = {"late": "where is my late parcel", "refund": "please refund my money", "thanks": "thanks a lot, great"}


def encode(texts: Sequence[str]) -> np.ndarray:
    """Words hashed into 32 places."""
    vectors = np.full((len(texts), 32), 1e-3, dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().replace(".", " ").split():
            vectors[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % 32] += 1
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)

    def found(name: str) -> tuple[EncoderFacts, Encode]:
        return EncoderFacts(name=name, digest="0" * 64), encode

    monkeypatch.setattr(proposing, "find_encoder", found)
    (tmp_path / "toy").mkdir()
    head = (
        f'name = "toy"\nversion = "v1"\ntitle = "What?"\n[labelling]\nfield = "intent"\nlabels = {json.dumps(LABELS)}\n'
    )
    (tmp_path / "toy" / "task.toml").write_text(head)
    lines = [f"c{n},{text} {n} call anna@example.com" for n in range(6) for text in TEXTS.values()]
    rows = [f"{line.split(',')[0]}-{place},{line.partition(',')[2]}" for place, line in enumerate(lines)]
    quoted = [f'{row.partition(",")[0]},"{row.partition(",")[2]}"' for row in rows]
    (tmp_path / "histories.csv").write_text("\n".join(["customer_id,text", *quoted]) + "\n")
    return tmp_path


def proposed(*words: str) -> Result:
    common = ["label", "next", "toy", "--histories", "histories.csv", "-o", "next.jsonl"]
    return CliRunner().invoke(root, [*common, *words])


def labelled(rows: list[dict[str, Any]], path: Path) -> None:
    """Rows with the answers that their texts have."""
    for row in rows:
        row["answer"] = {"intent": next(label for label, text in TEXTS.items() if text[:10] in str(row["events"]))}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "next.jsonl").read_text().splitlines()]


def test_without_labelled_rows_they_are_spread(place: Path) -> None:
    done = proposed("-n", "3")
    assert done.exit_code == 0, done.output
    assert "3 of 18 rows without labels" in done.output
    assert "Asked for their opinion: names." in done.output
    rows = lines(place)
    assert len({row["events"][0]["text"].split()[0] for row in rows}) == 3
    assert "anna@example.com" in rows[0]["events"][0]["text"]
    assert rows[0]["answer"] == {}
    assert set(rows[0]["labelling"]) == {"task", "disagreement", "likely"}
    before = (place / "next.jsonl").read_bytes()
    proposed("-n", "3")
    assert (place / "next.jsonl").read_bytes() == before
    assert (place / "next.jsonl").stat().st_mode & 0o777 == 0o600


def test_labelled_rows_are_learned_from_and_not_asked_again(place: Path) -> None:
    proposed("-n", "9")
    rows = lines(place)
    labelled(rows, place / "train.jsonl")
    assert len(read_gold(place / "train.jsonl", toy_task()).rows) == 9  # written by hand, they train
    done = proposed("--train", "train.jsonl")
    assert done.exit_code == 0, done.output
    assert "9 of 9 rows without labels" in done.output
    assert "names, encoder" in done.output
    assert {row["id"] for row in lines(place)}.isdisjoint(row["id"] for row in rows)
    labelled(lines(place), place / "more.jsonl")
    error = proposed("--train", "train.jsonl", "--train", "more.jsonl").exception
    assert isinstance(error, NothingUsableError)


def test_only_so_many_candidates_are_read(place: Path) -> None:
    assert "5 of 5 rows" in proposed("--candidates", "5").output
    first = [row["id"] for row in lines(place)]
    proposed("--candidates", "5", "--seed", "1")
    assert sorted(first) != sorted(row["id"] for row in lines(place))


@pytest.mark.parametrize("words", [["-o", "next.csv"], ["-o", "nowhere/next.jsonl"], ["--answerer", "toy"]])
def test_what_cannot_be_used_is_refused(place: Path, words: list[str]) -> None:
    assert isinstance(proposed(*words).exception, FewsightError)
    assert not (place / "next.jsonl").exists()


@pytest.mark.parametrize("labels", [0, 6])
def test_pages_are_told_what_names_and_labelled_rows_say(
    place: Path, labels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed("-n", "6")
    labelled(lines(place), place / "train.jsonl")
    task = classification_task("toy", LABELS, field="intent")
    rows = read_gold(place / "train.jsonl", task).rows[:labels]
    monkeypatch.setattr(encoders, "find_encoder", lambda name: (name, encode))
    monkeypatch.setattr(Path, "is_dir", lambda path: True)
    suggest = learned_suggestions(task, rows)
    event = Event("1", None, "message", text="where is my late parcel 9")
    shares = suggest(CustomerHistory("c", (event,)))["intent"]
    assert max(shares, key=lambda label: shares[label]) == "late"
    assert sum(shares.values()) == pytest.approx(1)
    monkeypatch.setattr(Path, "is_dir", lambda path: False)
    assert learned_suggestions(task, rows)(CustomerHistory("c", (event,))) == {}
