"""Whole evaluations: with the scripted engine, which needs no weights, and with classic models."""

import hashlib
import json
import re
from array import array
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner, Result
from tokenizers import Tokenizer

from fewsight.calibration import read_calibration
from fewsight.cli import root
from fewsight.errors import ConfigError, FewsightError, InputError
from fewsight.evals.arms.answers import Answers, RowAnswer
from fewsight.evals.arms.cascade import cascade, confidence
from fewsight.evals.arms.classic_models import classified
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.prompted import PromptArm
from fewsight.evals.arms.row_histories import part_and_row
from fewsight.evals.arms.spec import make_arm
from fewsight.evals.report.model import Cost, Report
from fewsight.evals.report.shown_texts import MOST, _cut
from fewsight.evals.suite.baselines import added_baselines
from fewsight.evals.suite.config import Suite, make_suite
from fewsight.evals.suite.data import load_data
from fewsight.evals.suite.files import read_all
from fewsight.evals.suite.run import _defaults, evaluate
from fewsight.events import CustomerHistory, Event
from fewsight.ledger import Ledger
from fewsight.serving.engines.registry import find_engine
from fewsight.serving.run.calibrated import circumstances
from fewsight.serving.run.options import make_options
from fewsight.serving.run.plan import RUN_NAME
from fewsight.serving.run.session import open_session
from fewsight.tables import open_histories
from fewsight.texts.documents import document

SAID = {
    "refund": ["give me my money back", "i want a refund", "money back please", "refund this <b>order</b>"],
    "late": ["where is my parcel", "the parcel is late", "my order has not arrived", "parcel | not | here"],
}


def write(path: Path, each: int, start: int = 0) -> Path:
    lines = ["text,label,customer_id"]
    for number in range(start, start + each):
        lines += [f"{texts[number % 4]} {number},{label},{label}-{number // 2}" for label, texts in SAID.items()]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    table = write(tmp_path / "shots.csv", 2, 900)
    made = invoke("tasks", "new", "toy", "--from", table, "--text", "text", "--label", "label")
    assert made.exit_code == 0, made.output
    return next(path.parent for path in tmp_path.rglob("task.toml"))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {
        "train": write(tmp_path / "train.csv", 8),
        "calibration": write(tmp_path / "calibration.csv", 12, 100),
        "test": write(tmp_path / "test.csv", 6, 200),
    }


def suite_of(task: Path, files: dict[str, Path], model: Path, arms: list[Any], **given: Any) -> Suite:
    tasks = [{"task": str(task), **{name: str(path) for name, path in files.items()}}]
    return make_suite(
        {"tasks": tasks, "arms": arms, "model": str(model), "engine": "scripted", "baselines": False, **given}
    )


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href") and value]


ARMS = [
    "majority",
    "tfidf-lr",
    "tfidf-svm",
    "zero-shot",
    "knn-2",
    {"name": "<script>alert(1)</script>", "arm": "random-2@6"},
    {"name": "a|b", "first": "tfidf-lr", "second": "knn-2", "below": 0.9},
]


def test_an_evaluation_leaves_reports_predictions_and_a_table(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    import pandas as pd

    out = tmp_path / "out"
    prices = {"currency": "EUR", "per_label": 0.2, "per_million_tokens": 1.0}
    report = evaluate(suite_of(task, files, model_path, ARMS, prices=prices, seeds=[0, 1]), out)
    assert Report.model_validate_json((out / "report.json").read_text()) == report
    field = report.tasks[0].fields[0]
    assert len(field.figures) == len(ARMS) + 1  # one arm draws, and there are two seeds
    assert field.figures["tfidf-lr"]["accuracy"].value == 1
    assert report.tasks[0].data.test_customers == 6
    assert field.figures["majority"]["accuracy"].customers == 6
    found = read_all(out)["toy"]["toy"]
    assert len(found) == len(field.figures)
    assert all(len(predictions) == 12 for predictions in found.values())
    assert len(pd.read_parquet(out / "results.parquet")) == 12 * len(found)
    assert report.tasks[0].arms[3].cost.price_per_1000
    text = (out / "report.json").read_text() + (out / "report.md").read_text()
    assert "money back" not in text
    page = (out / "report.html").read_text()
    parser = _Page()
    parser.feed(page)
    assert "script" not in parser.tags
    assert not parser.links
    assert "<b>order</b>" not in page
    assert "&lt;b&gt;order&lt;/b&gt;" in page
    assert "http" not in re.sub(r"<meta[^>]*>", "", page)
    assert len(re.findall(r"<summary>the prompt of (zero-shot|knn-2|&lt;script)", page)) == len(field.disagreements)
    assert "&lt;|im_start|&gt;user" in page
    for section in (
        "Given labels that may be wrong",
        "Arms",
        "Arm against arm",
        "Reliability",
        "Risk and coverage",
        "Disagreements",
        "By label",
    ):
        assert f"<h3>{section}" in page
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S).lower().split()
    for row in re.findall(r"^\|.*\|$", (out / "report.md").read_text(), flags=re.M):
        assert "<script" not in row


def test_classic_arms_stand_beside_what_is_named(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "empty"))
    suite = suite_of(task, files, model_path, ["zero-shot", {"name": "mine", "arm": "tfidf-svm"}], baselines=True)
    report = evaluate(suite, tmp_path / "out")
    assert [arm.name for arm in report.tasks[0].arms] == ["zero-shot", "mine", "majority", "tfidf-lr"]
    assert any("embeddings-lr was left out" in note for note in report.tasks[0].data.notes)
    del files["train"]
    alone = suite_of(task, files, model_path, ["zero-shot"], baselines=True)
    assert [arm.name for arm in evaluate(alone, tmp_path / "alone").tasks[0].arms] == ["zero-shot"]


def test_no_classic_arm_is_added_where_it_could_not_learn_a_field(model_path: Path, tmp_path: Path) -> None:
    answers: dict[str, Any] = {
        "train": {"overall": "positive"},
        "test": {"overall": "negative", "aspects": {"price": "negative"}},
    }
    files = {name: tmp_path / f"{name}.jsonl" for name in answers}
    for name, answer in answers.items():
        rows = [{"id": f"{name}-{i}", "text": f"{name} {i}", "answer": answer} for i in range(3)]
        files[name].write_text("".join(json.dumps(row) + "\n" for row in rows))
    report = evaluate(suite_of(Path("sentiment"), files, model_path, ["zero-shot"], baselines=True), tmp_path / "out")
    assert [arm.name for arm in report.tasks[0].arms] == ["zero-shot"]
    assert "no classic arm was added, because no training row gives aspects.price" in report.tasks[0].data.notes


def test_added_arms_learn_from_a_bounded_number_of_rows(
    task: Path, files: dict[str, Path], model_path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path))
    suite = suite_of(task, files, model_path, ["tfidf-svm"], baselines=True)
    added, _ = added_baselines(suite, suite.all_arms(), 1_000_000)
    assert [arm.name for arm in added] == ["majority@20000", "tfidf-lr@20000"]
    assert all(arm.labels == 20_000 for arm in added)


def test_shown_prompts_are_those_that_were_sent(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    suite = suite_of(task, files, model_path, ["knn-2"])
    data = load_data(suite.tasks[0], None, 0)
    (spec,) = suite.all_arms()
    arm = PromptArm(spec, Context(data.task, data.train, tmp_path / "arms", _defaults(suite), lambda _: None))
    arm.answer({"test": data.test})
    wanted = {row.id for row in data.test[3:6]}
    prompts = arm.prompts(data.test, wanted)
    assert prompts.keys() == wanted
    tokenizer = Tokenizer.from_file(str(model_path / "tokenizer.json"))
    (folder,) = (tmp_path / "arms" / "toy").iterdir()
    with Ledger.open(folder, read_only=True) as ledger:
        sent = {part_and_row(one.customer_id)[1]: one.provenance for one in ledger.insights(run=RUN_NAME)}
    for row, prompt in prompts.items():
        ids = tokenizer.encode(prompt, add_special_tokens=False).ids
        found = sent[row]
        assert found is not None
        assert hashlib.sha256(array("I", ids)).hexdigest()[:16] == found.prompt_digest


def test_long_prompts_are_cut_in_the_middle() -> None:
    cut = _cut("a" * 5000 + "b" * 5000)
    assert cut.startswith("a" * 2000 + "\n[4,000 characters are not shown]\n")
    assert cut.endswith("b" * 4000)
    assert _cut("a" * MOST) == "a" * MOST


def test_robustness_and_slices_stand_in_the_report(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    tasks = [{"task": str(task), "slices": ["language"], **{name: str(path) for name, path in files.items()}}]
    given = {"tasks": tasks, "arms": ["tfidf-lr", "zero-shot"], "robustness": ["capitals", "injection"]}
    given["baselines"] = False
    report = evaluate(make_suite({**given, "model": str(model_path), "engine": "scripted"}), tmp_path / "out")
    field = report.tasks[0].fields[0]
    found = {(one.change, one.arm): one for one in field.flips}
    assert found["capitals", "tfidf-lr"].flipped.value == 0
    assert found["injection", "zero-shot"].obeyed is not None
    kept = read_calibration(tmp_path / "out" / "calibrations" / "toy" / "zero-shot.json")
    assert kept.fields["toy"].thresholds
    with open_histories(files["test"]) as histories:  # a run with the same options may use it
        session = open_session(make_options(tasks=("toy",), engine="scripted", model=str(model_path)), histories)
    assert kept.circumstances == circumstances(session, session.tasks[0])
    assert {(one.column, one.value) for one in field.slices} == {("language", "en")}
    assert field.figures["zero-shot"]["accuracy"].rows == 12
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<h3>Robustness" in page
    assert "<h3>Slices" in page
    with pytest.raises(ConfigError, match="no change 'x'"):
        make_suite({**given, "robustness": ["x"]})


def test_a_second_evaluation_computes_nothing_and_says_the_same(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = suite_of(task, files, model_path, ["tfidf-lr", "zero-shot"])
    first = evaluate(suite, tmp_path / "out")

    def never(*_: object, **__: object) -> NoReturn:
        raise AssertionError("nothing should be computed")

    idle = replace(find_engine("scripted"), start=never)
    monkeypatch.setattr("fewsight.serving.run.session.find_engine", lambda name: idle)
    monkeypatch.setattr("fewsight.evals.arms.classic.classified", never)
    assert evaluate(suite, tmp_path / "out") == first


def test_rows_that_change_are_answered_anew(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    suite = suite_of(task, files, model_path, ["zero-shot"])
    evaluate(suite, tmp_path / "out")
    write(files["test"], 9, 300)
    report = evaluate(suite, tmp_path / "out")
    assert report.tasks[0].fields[0].figures["zero-shot"]["accuracy"].rows == 18
    assert report.tasks[0].arms[0].failed == 0


def test_committed_predictions_are_scored_without_a_model(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    first = evaluate(suite_of(task, files, model_path, ["tfidf-lr"]), tmp_path / "out")
    kept = tmp_path / "out" / "predictions" / "toy" / "toy" / "tfidf-lr.jsonl"
    again = evaluate(suite_of(task, files, model_path, [f"predictions:{kept}"]), tmp_path / "other")
    one, other = (r.tasks[0].fields[0].figures for r in (first, again))
    assert one["tfidf-lr"]["log_loss"].value == pytest.approx(other[f"predictions:{kept}"]["log_loss"].value, abs=1e-4)
    write(files["test"], 9, 300)
    with pytest.raises(InputError, match=r"lacks 6 test rows"):
        evaluate(suite_of(task, files, model_path, [f"predictions:{kept}"]), tmp_path / "third")


def invoke(*arguments: "str | Path") -> Result:
    return CliRunner().invoke(root, list(map(str, arguments)))


def test_the_command_and_the_gate(task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path) -> None:
    given = ["eval", task, *(part for name, path in files.items() for part in (f"--{name}", path))]
    given += ["--engine", "scripted", "--model", model_path]
    good, bad = tmp_path / "good", tmp_path / "bad"
    done = invoke(*given, "--arms", "tfidf-lr,zero-shot", "--out", good)
    assert done.exit_code == 0, done.output
    assert "has the highest accuracy: 100.0 %" in done.output
    same = invoke("eval", "gate", "--baseline", good, "--candidate", good, "--margin", "0.5")
    assert same.exit_code == 0, same.output
    folder = bad / "predictions" / "toy" / "toy"
    folder.mkdir(parents=True)
    lines = (good / "predictions" / "toy" / "toy" / "tfidf-lr.jsonl").read_text().splitlines()
    worse = [lines[0], *(json.dumps(json.loads(line) | {"predicted": None}) for line in lines[1:])]
    (folder / "tfidf-lr.jsonl").write_text("\n".join(worse) + "\n")
    refused = invoke("eval", "gate", "--baseline", good, "--candidate", bad, "--margin", "0.5")
    assert refused.exit_code == 1
    assert "NOT passed" in refused.output
    assert "-100.0 points" in invoke("eval", "compare", good, bad).output
    with pytest.raises(FewsightError, match=r"no arm .tfidf.\. Did you mean .tfidf-lr."):
        CliRunner().invoke(
            root,
            ["eval", "gate", "--baseline", str(good), "--candidate", str(bad), "--margin", "1", "--arm", "tfidf"],
            catch_exceptions=False,
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["toy"], "takes --test FILE"),
        (["x.toml", "--arms", "knn-4"], "--arms can't be given beside a suite"),
    ],
)
def test_what_the_command_can_not_do(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = invoke("eval", *arguments, "--out", tmp_path / "out")
    assert isinstance(done.exception, ConfigError)
    assert message in str(done.exception)


def test_classic_models_say_how_sure_they_are() -> None:
    train, labels = ["give money", "money back", "parcel late", "late parcel"], ["r", "r", "l", "l"]
    for kind in ("tfidf-lr", "tfidf-svm"):
        found = classified(kind, train, labels, ["money", "parcel", "", "!?"])
        assert [label for label, _ in found.answers[:2]] == ["r", "l"]
        assert all(bool(shares) == (kind == "tfidf-lr") for _, shares in found.answers)
    assert classified("majority", train, [*labels[:3], "r"], ["x"]).answers == [("r", {"r": 0.75, "l": 0.25})]
    assert classified("tfidf-lr", train, ["r"] * 4, ["x"]).answers == [("r", {"r": 1.0})]


def test_documents_tell_profile_and_events() -> None:
    one = Event("1", None, kind="message", text="hello")
    assert document(CustomerHistory("c", (one,))) == "hello"
    assert document(CustomerHistory("c", (one, Event("2", None, kind="return", product="shoe")), {"city": "Ulm"})) == (
        "city=Ulm\nmessage hello\nreturn shoe"
    )
    assert document(CustomerHistory("c")) == ""


def answered(label: str, sure: float) -> RowAnswer:
    return RowAnswer({"f": label}, {"f": {label: sure, "other": 1 - sure}, "f.category": {"x": 0.01}})


def test_a_cascade_hands_on_what_is_uncertain() -> None:
    spec = make_arm({"name": "c", "first": "a", "second": "b", "below": 0.7}, Path())
    first = Answers({"test": {"1": answered("x", 0.9), "2": answered("x", 0.6)}}, Cost(seconds=1.0, prompt_tokens=10))
    second = Answers({"test": {"1": answered("y", 0.9), "2": answered("y", 0.8)}}, Cost(seconds=4.0, prompt_tokens=100))
    found = cascade(spec, first, second)
    assert [found.parts["test"][row].labels["f"] for row in "12"] == ["x", "y"]
    assert (found.cost.seconds, found.cost.prompt_tokens) == (3.0, 60)
    assert found.notes == ("1 of 2 test rows went to b",)
    assert confidence(RowAnswer({"f": "x"})) == 0
    sure = Answers({"test": {"1": RowAnswer({"f": "x"})}}, Cost())
    with pytest.raises(ConfigError, match="needs probabilities, and 'a' gives none"):
        cascade(spec, sure, second)
