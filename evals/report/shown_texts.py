"""What the page shows of rows that arms disagree on: masked texts, and prompts exactly as a model read them."""

from collections.abc import Sequence
from typing import Final

from fewsight.evals.arms.base import Arm
from fewsight.evals.arms.context import Context
from fewsight.evals.model import TaskPart
from fewsight.evals.report.write import ShownTexts
from fewsight.masking import Pseudonymizer
from fewsight.prompts.labelled import GoldRow
from fewsight.texts.documents import document

MOST: Final = 6000
"""Characters of a prompt that are shown: its beginning and, twice as much, its end, where the question stands."""


def shown_texts(part: TaskPart, arms: Sequence[Arm], context: Context, test: Sequence[GoldRow]) -> ShownTexts:
    """Texts of all disagreements, and their prompts in the best arm that has any; long ones are cut in the middle."""
    wanted = {one.id for field in part.fields for one in field.disagreements}
    mask = Pseudonymizer().mask
    texts = {row.id: document(mask(row.history).history) for row in test if row.id in wanted}
    asking = {arm.name: arm for arm in arms if arm.shows_prompts}
    if not wanted or not asking:
        return ShownTexts(texts)
    first = part.fields[0]
    best = max(asking, key=lambda name: first.figures[name][first.headline].value)
    prompts = asking[best].prompts(context, test, wanted)
    return ShownTexts(texts, best, {row: _cut(prompt) for row, prompt in prompts.items()})


def _cut(prompt: str) -> str:
    if len(prompt) <= MOST:
        return prompt
    head, tail = prompt[: MOST // 3], prompt[-2 * MOST // 3 :]
    return f"{head}\n[{len(prompt) - len(head) - len(tail):,} characters are not shown]\n{tail}"
