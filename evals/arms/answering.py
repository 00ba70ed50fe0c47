"""From the arms of a suite to their answers."""

from collections.abc import Sequence

from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import Arm
from fewsight.evals.arms.context import Context


def answer_all(arms: Sequence[Arm], context: Context, parts: Parts) -> dict[str, Answers]:
    """The answers of all arms by name, in their order; those that are made of others come after them.

    Raises:
        FewsightError: an arm can't answer.
    """
    answers: dict[str, Answers] = {}
    for number, arm in enumerate(arms, 1):
        if not arm.components:
            context.say(f"{context.task.name}: arm {number} of {len(arms)}, {arm.name}")
            answers[arm.name] = arm.answer(context, parts, {})
    for arm in arms:
        if arm.components:
            answers[arm.name] = arm.answer(context, parts, {name: answers[name] for name in arm.components})
    return {arm.name: answers[arm.name] for arm in arms}
