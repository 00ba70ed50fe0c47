"""`fewsight eval`, compare and gate."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fewsight.cli import root
from fewsight.errors import ConfigError, FewsightError
from tests.evals.support import invoke


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
