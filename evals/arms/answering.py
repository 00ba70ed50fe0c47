"""From the arms of a suite to their answers."""

import logging
from collections.abc import Sequence

from fewsight.evals.arms.answers import Answers, Parts
from fewsight.evals.arms.base import Arm
from fewsight.evals.arms.context import Context

logger = logging.getLogger(__name__)


def answer_all(arms: Sequence[Arm], context: Context, parts: Parts) -> dict[str, Answers]:
    """The answers of all arms by name, in their order; those that are made of others come after them.

    Raises:
        FewsightError: an arm can't answer.
    """
    answers: dict[str, Answers] = {}
    for number, arm in enumerate(arms, 1):
        if not arm.components:
            logger.info("%s: arm %d of %d, %s", context.task.name, number, len(arms), arm.name)
            answers[arm.name] = arm.answer(context, parts, {})
    for arm in arms:
        if arm.components:
            answers[arm.name] = arm.answer(context, parts, {name: answers[name] for name in arm.components})
    return {arm.name: answers[arm.name] for arm in arms}
