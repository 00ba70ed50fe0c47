"""Prompts that a report shows."""

import hashlib
from array import array
from pathlib import Path

from tokenizers import Tokenizer

from fewsight.evals.arms.context import Context
from fewsight.evals.arms.row_histories import part_and_row
from fewsight.evals.report.shown_texts import MOST, _cut
from fewsight.evals.suite.data import load_data
from fewsight.ledger import Ledger
from fewsight.serving.run.plan import RUN_NAME
from tests.evals.support import suite_of


def test_shown_prompts_are_those_that_were_sent(
    task: Path, files: dict[str, Path], model_path: Path, tmp_path: Path
) -> None:
    suite = suite_of(task, files, model_path, ["knn-2"])
    data = load_data(suite.tasks[0], None, 0)
    (arm,) = suite.all_arms()
    context = Context(data.task, data.train, tmp_path / "arms", suite.defaults)
    arm.answer(context, {"test": data.test}, {})
    wanted = {row.id for row in data.test[3:6]}
    prompts = arm.prompts(context, data.test, wanted)
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
