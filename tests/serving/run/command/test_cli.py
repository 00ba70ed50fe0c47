from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fewsight.cli import root
from fewsight.errors import ConfigError, FewsightError
from fewsight.serving.run.command.cli import _adapters, read_moment


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEWSIGHT_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "table.csv"
    rows = [f"c{i},2026-01-0{i + 1},message,Where is parcel {i}?" for i in range(5)]
    path.write_text("\n".join(["customer_id,time,kind,text", *rows]) + "\n")
    return path


def invoke(*arguments: "str | Path") -> Result:
    return CliRunner().invoke(root, list(map(str, arguments)))


def test_a_run_says_what_it_did_and_can_be_given_again(table: Path, model_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    given = ("run", "intent", "--histories", table, "--out", out, "--engine", "scripted", "--model", model_path)
    first = invoke(*given)
    assert first.exit_code == 0, first.output
    for part in ("5 rows = 5 events + 0 quarantined + 0 duplicates", "Engine scripted", "intent · intent:"):
        assert part in first.output
    assert {"ledger.sqlite", "run.json", "summary.json", "insights.html"} <= {p.name for p in out.iterdir()}
    again = invoke(*given)
    assert "(5 from before)" in again.output
    changed = invoke(*given, "--seed", "3")
    assert isinstance(changed.exception, ConfigError)
    assert "seed: 0 -> 3" in str(changed.exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "openai", "--adapter", "mine"], "can't be used with engine 'openai'"),
        (["--similarity", "minilm"], "no effect with --selector balanced"),
    ],
)
def test_options_that_can_not_hold_are_refused_at_once(
    options: list[str], message: str, table: Path, model_path: Path, tmp_path: Path
) -> None:
    given = ("run", "intent", "--histories", table, "--out", tmp_path / "run", "--model", model_path)
    done = invoke(*given, *options)
    assert isinstance(done.exception, ConfigError)
    assert message in str(done.exception)


def test_a_dry_run_counts_and_writes_nothing(table: Path, model_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "new"
    given = ("run", "intent", "--histories", table, "--out", out, "--engine", "scripted", "--model", model_path)
    done = invoke(*given, "--dry-run", "--price-per-million", "2")
    assert done.exit_code == 0, done.output
    assert not out.exists()
    words = " ".join(done.output.split())
    for part in ("customers 5", "requests to compute 5", "already in the ledger 0", "assumed speed", "price, about"):
        assert part in words
    invoke(*given, "--limit", "2")
    words = " ".join(invoke(*given, "--dry-run").output.split())
    assert "requests to compute 3 already in the ledger 2" in words


def test_shots_that_were_kept_out_are_counted(table: Path, model_path: Path, tmp_path: Path) -> None:
    pool = tmp_path / "pool.csv"
    pool.write_text(
        "customer_id,time,text,label\nc1,2026-01-01,My parcel is lost.,order_status\n"
        "x,2031-01-01,Cancel my order,cancel_order\ny,2026-01-01,I want my money back,return_or_refund\n"
    )
    given = ("run", "intent", "--histories", table, "--out", tmp_path / "run", "--model", model_path)
    done = invoke(*given, "--engine", "scripted", "--shots", "2", "--pool", pool)
    assert done.exit_code == 0, done.output
    words = " ".join(done.output.split())
    assert "later than --as-of" in words
    assert "1 for being the customer's own" in words


def test_prompt_shows_all_that_decides_an_answer(table: Path, model_path: Path) -> None:
    given = ("prompt", "intent", "--histories", table, "--model", model_path, "--customer", "c3")
    done = invoke(*given)
    assert done.exit_code == 0, done.output
    for part in (
        "Where is parcel 3?",
        "<|im_start|>assistant",
        "JSON schema",
        '"E1"',
        "Grammar",
        "Cut to fit",
        "nothing",
    ):
        assert part in done.output
    assert "Tokens" not in invoke(*given, "--no-tokens").output
    unknown = invoke(*given[:-1], "c33")
    assert isinstance(unknown.exception, FewsightError)
    assert "Did you mean 'c3'" in str(unknown.exception)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--shots", "-1"], "--shots -1 is negative"),
        (["--limit", "0", "--max-tokens", "0"], "--limit 0 leaves no customer.*--max-tokens 0"),
        (["--temperature", "-1"], "--temperature -1.0"),
        (["--history-tokens", "3"], "too few"),
        (["--engine", "vlm"], "no engine 'vlm'. Did you mean 'vllm'"),
        (["--as-of", "soon"], "'soon' is no time"),
        (["--adapter", "a", "--adapter", "b"], "names all tasks twice"),
        (["--adapter", "sentiment=a"], "adapters for tasks that are not run"),
    ],
)
def test_wrong_options_are_named(
    table: Path, model_path: Path, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    given = ("run", "intent", "--histories", table, "--out", tmp_path / "o", "--model", model_path)
    done = invoke(*given, "--engine", "scripted", *arguments)
    assert isinstance(done.exception, ConfigError)
    with pytest.raises(ConfigError, match=reason):
        raise done.exception


def test_adapters_by_task_and_for_all() -> None:
    assert _adapters(("a/b",)) == {"*": "a/b"}
    assert _adapters(("intent=a", "sentiment=b", "c")) == {"intent": "a", "sentiment": "b", "*": "c"}
    with pytest.raises(ConfigError, match="'intent' twice"):
        _adapters(("intent=a", "intent=b"))


def test_moments_without_a_zone_are_utc() -> None:
    assert read_moment("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)
    assert read_moment("2026-03-01T12:00:00+02:00") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert read_moment(None) is None
