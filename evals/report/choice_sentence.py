"""Prompt, fine-tune or neither: the choice of an arm in one sentence."""

from typing import Final

from fewsight.evals.metrics.base import words_of
from fewsight.evals.model import Choice, Group

_ANSWERS: Final[dict[Group, str]] = {
    "baseline": "Neither prompt nor fine-tune",
    "encoder": "Take a sentence encoder",
    "prompt": "Prompt",
    "adapter": "Fine-tune",
    "cascade": "Ask one arm after the other",
    "fused": "Put arms together",
    "given": "Take what made the given predictions",
}
_MEASURES: Final = {"price": "by price", "seconds": "by time", "kind": "by kind, as not all prices or times are known"}


def choice_sentence(choice: Choice, kind: Group, metric: str) -> str:
    """The answer and why.

    Args:
        choice: what was chosen.
        kind: of the arm that it names.
        metric: what arms were compared by.
    """
    leads = f"{_ANSWERS[kind]}: {choice.arm}"
    if choice.shown is not None:
        return (
            f"{leads} is the cheapest arm ({_MEASURES[choice.measure]}) that is shown not to be worse than any other "
            f"by more than {choice.within} (p = {choice.shown.p_holm:.2g} after Holm's correction)."
        )
    if choice.arm in {one.arm for one in choice.standings}:
        return (
            f"These rows are too few to choose by: {choice.arm} has the highest {words_of(metric)}, but neither it nor "
            f"a cheaper arm is shown not to be worse than any other by more than {choice.within}."
        )
    return (
        f"{leads} has the highest {words_of(metric)}, and no cheaper arm is shown not to be worse than any other by "
        f"more than {choice.within}."
    )
