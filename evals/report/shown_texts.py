"""What the page shows of rows that arms disagree on: masked texts, and prompts exactly as a model read them."""

from collections.abc import Collection, Sequence
from typing import Final

from fewsight.evals.arms.context import Context
from fewsight.evals.arms.spec import ArmSpec
from fewsight.evals.report.model import TaskPart
from fewsight.evals.report.write import ShownTexts
from fewsight.masking import Pseudonymizer
from fewsight.prompts.labelled import GoldRow
from fewsight.texts.documents import document

MOST: Final = 6000
"""Characters of a prompt that are shown: its beginning and, twice as much, its end, where the question stands."""


def shown_texts(part: TaskPart, specs: Sequence[ArmSpec], context: Context, test: Sequence[GoldRow]) -> ShownTexts:
    """Texts of all disagreements, and their prompts in the best arm that has any; long ones are cut in the middle."""
    wanted = {one.id for field in part.fields for one in field.disagreements}
    mask = Pseudonymizer().mask
    texts = {row.id: document(mask(row.history).history) for row in test if row.id in wanted}
    asked = {spec.name: spec for spec in specs if spec.kind == "prompt"}
    if not wanted or not asked:
        return ShownTexts(texts)
    first = part.fields[0]
    arm = max(asked, key=lambda name: first.figures[name][first.headline].value)
    return ShownTexts(texts, arm, _prompts(asked[arm], context, test, wanted))


def _prompts(spec: ArmSpec, context: Context, test: Sequence[GoldRow], wanted: Collection[str]) -> dict[str, str]:
    from fewsight.evals.arms.prompted import PromptArm

    prompts = PromptArm(spec, context).prompts(test, wanted)
    return {row: _cut(prompt) for row, prompt in prompts.items()}


def _cut(prompt: str) -> str:
    if len(prompt) <= MOST:
        return prompt
    head, tail = prompt[: MOST // 3], prompt[-2 * MOST // 3 :]
    return f"{head}\n[{len(prompt) - len(head) - len(tail):,} characters are not shown]\n{tail}"
