"""Paraphrases: what is asked, what is left out, and which rows get a copy."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fewsight.adapter_manifest import read_manifest
from fewsight.cli import root
from fewsight.errors import ConfigError, InputError, TaskError
from fewsight.finetune.config import FinetuneConfig
from fewsight.finetune.labels.paraphrase import masked_texts
from fewsight.finetune.rows.data import TrainingData, load_data
from fewsight.finetune.rows.dataset import Lesson
from fewsight.prompts.labelled import read_gold
from fewsight.prompts.labelled.paraphrases import read_paraphrases, unfit
from fewsight.prompts.task import Task
from fewsight.serving.models.names import ModelFolder
from fewsight.serving.models.tokenizer import FolderTokenizer

ROWS = """text,intent
where is my parcel 17,late
write to joe@example.com about my parcel,late
money back please,refund
give it back to me,refund
"""
SAID = {
    "where is my parcel 17": "parcel 17 is not here",
    "write to [EMAIL_1] about my parcel": "mail [EMAIL_1] about it",
    "money back please": "Money back, please!",
    "give it back to me": "return 3 of them",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with rows and their task."""
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text(ROWS)
    command = ["tasks", "new", "toy_intent", "--from", "rows.csv", "--text", "text", "--label", "intent"]
    assert CliRunner().invoke(root, command).exit_code == 0
    return tmp_path


def call(*words: object) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def paraphrase(model: ModelFolder, *words: object) -> Result:
    common = ("paraphrase", "toy_intent", "--rows", "rows.csv", "--model", model.path, "--engine", "scripted")
    return call(*common, *words)


@pytest.fixture
def asked(tokenizer: FolderTokenizer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lets the scripted engine answer from SAID; the prompts that it sees."""
    prompts: list[str] = []

    def answer(request: Any) -> str:
        prompts.append(tokenizer.decode(list(request.prompt)))
        said = next(words for text, words in SAID.items() if text in prompts[-1])
        whole = json.dumps({"paraphrase": said}, separators=(",", ":"))
        return next(whole[n:] for n in range(len(whole)) if re.fullmatch(request.grammar, whole[n:]))

    monkeypatch.setattr("fewsight.serving.engines.scripted.engine.walk", answer)
    return prompts


def load(toy: Task, rows: Path, tokenizer: FolderTokenizer, paraphrases: Path, **options: Any) -> TrainingData:
    return load_data(
        Lesson(toy, rows, paraphrases=paraphrases), FinetuneConfig(valid_share=0.2, **options), tokenizer, 2048
    )


def texts_of(file: Path, task: Task) -> dict[str, str]:
    return {row.id: str(row.history.events[0].text) for row in read_gold(file, task).rows}


def write(path: Path, pairs: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps({"text": a, "paraphrase": b}) + "\n" for a, b in pairs.items()))
    return path


def test_faithful_paraphrases_are_written_and_others_counted(place: Path, asked: list[str], model: ModelFolder) -> None:
    found = paraphrase(model, "--out", "more.jsonl")
    assert found.exit_code == 0, (found.output, found.exception)
    kept = ["where is my parcel 17", "write to [EMAIL_1] about my parcel"]
    assert read_paraphrases(place / "more.jsonl") == ({text: SAID[text] for text in kept}, 0)
    assert "2 of 4 texts have a paraphrase" in found.output
    assert "1 the text itself, 1 without its numbers and pseudonyms, or with others" in found.output
    assert len(asked) == 4
    assert not any("joe@example.com" in prompt for prompt in asked)
    source = json.loads((place / "more.source.json").read_text())
    assert source["answered_by"]["engine"] == "scripted"
    assert source["counts"]["texts"] == source["counts"]["written"] + sum(source["counts"]["left_out"].values()) == 4
    assert (place / "more.jsonl").stat().st_mode & 0o077 == 0, "customers' words are their owner's"
    assert paraphrase(model, "--out", "more.jsonl").exit_code == 0
    assert len(asked) == 4, "the same command again asks nothing"


@pytest.mark.parametrize(
    ("rows", "out", "message"),
    [
        (ROWS, "more.csv", r"does not end in \.jsonl"),
        (f"text,intent\n{'long ' * 200},late\n", "more.jsonl", "no text of at most 600 characters"),
        ("text,intent\nmoney back please,refund\n", "more.jsonl", "No paraphrase can be used: 1 the text itself"),
    ],
)
def test_what_can_not_be_used(
    place: Path, asked: list[str], model: ModelFolder, rows: str, out: str, message: str
) -> None:
    (place / "rows.csv").write_text(rows)
    found = paraphrase(model, "--out", out)
    assert isinstance(found.exception, ConfigError | InputError)
    assert re.search(message, str(found.exception))
    assert not (place / out).exists()


def test_each_text_is_asked_once_and_all_events_are(toy: Task, tmp_path: Path) -> None:
    events = [
        {"kind": "message", "text": "late"},
        {"kind": "order", "amount": 100},
        {"kind": "message", "text": "so late"},
    ]
    lines = [{"id": name, "events": events[at:], "answer": {"intent": "late"}} for name, at in (("a", 0), ("b", 2))]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert masked_texts(read_gold(tmp_path / "rows.jsonl", toy).rows) == ["late", "so late"]


def test_training_rows_alone_get_copies(toy: Task, toy_file: Path, tokenizer: FolderTokenizer, tmp_path: Path) -> None:
    texts = texts_of(toy_file, toy)
    pairs = dict.fromkeys(texts.values(), "in other words")
    data = load(toy, toy_file, tokenizer, write(tmp_path / "p.jsonl", pairs))
    copies = [row for row in data.train if row.id.endswith("~paraphrases")]
    held = {row.id: texts[row.id] for row in data.held_back}
    assert data.facts.augmented == {"paraphrases": len(copies)}
    assert {row.id.partition("~")[0] for row in copies} == texts.keys() - held.keys()
    assert all("in other words" in tokenizer.decode(list(row.item.prompt.token_ids)) for row in copies)

    first, second = next(
        (texts[row.id.partition("~")[0]], other)
        for row in copies
        for other in held.values()
        if unfit(texts[row.id.partition("~")[0]], other) is None
    )
    again = load(toy, toy_file, tokenizer, write(tmp_path / "leak.jsonl", pairs | {first: second.upper()}))
    assert again.facts.augmented == {"paraphrases": len(copies) - 1}
    assert "1 rows drawn for a copy have none: it would repeat a held-back row" in again.warnings


def test_files_that_do_not_fit(toy: Task, toy_file: Path, tokenizer: FolderTokenizer, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no paraphrase of a training row"):
        load(toy, toy_file, tokenizer, write(tmp_path / "other.jsonl", {"nobody wrote this": "this nobody wrote"}))
    (tmp_path / "bad.csv").write_text("text,paraphrase\na,b\na,c\nd,\n")
    with pytest.raises(TaskError) as caught:
        read_paraphrases(tmp_path / "bad.csv")
    assert "line 3: 'a' is there twice" in str(caught.value)
    assert "line 4: text or paraphrase is missing" in str(caught.value)
    (tmp_path / "columns.csv").write_text("text,words\na,b\n")
    with pytest.raises(InputError, match="has no column paraphrase; it has text, words"):
        read_paraphrases(tmp_path / "columns.csv")


def test_unfaithful_lines_are_left_out_and_said(
    toy: Task, toy_file: Path, tokenizer: FolderTokenizer, tmp_path: Path
) -> None:
    pairs = dict.fromkeys(texts_of(toy_file, toy).values(), "in other words")
    first, second, *_ = pairs
    file = write(tmp_path / "p.jsonl", pairs | {first: "pay me 5", second: second.upper()})
    known, unfaithful = read_paraphrases(file)
    assert (len(known), unfaithful) == (len(pairs) - 2, 2)
    warnings = load(toy, toy_file, tokenizer, file).warnings
    assert any(line.startswith("2 paraphrases are the text itself, or have other numbers") for line in warnings)


def test_the_command_takes_them(place: Path, toy: Task, toy_file: Path, base: ModelFolder) -> None:
    write(place / "p.jsonl", dict.fromkeys(texts_of(toy_file, toy).values(), "in other words"))
    shutil.rmtree(place / "toy_intent")
    call("tasks", "new", "toy_intent", "--from", toy_file, "--text", "text", "--label", "intent")
    command = ("finetune", "toy_intent", "--train", toy_file, "--paraphrases", "p.jsonl", "--model", base.path)
    found = call(*command, "--out", "a", "--parity", "transformers", "--rank", 4, "--report-rows", 4)
    assert found.exit_code == 0, (found.output, found.exception)
    manifest = read_manifest(place / "a")
    assert manifest is not None
    assert manifest.data["toy_intent"].augmented == {"paraphrases": manifest.data["toy_intent"].rows}
