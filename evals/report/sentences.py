"""The answer in a few sentences: whether prompting is enough or fine-tuning pays, by how much, at what cost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fewsight.evals.metrics.base import words_of
from fewsight.evals.model import ArmPart, EvenPoint, FieldPart, Figure, Pair
from fewsight.evals.report.error_sentences import error_sentences

WIDER: Final = 1 + 0.8416 / 1.96
"""(z of 97.5 % + z of 80 %) / z of 97.5 %: from the half width of a 95 % interval to the detectable effect."""
KINDS: Final = {
    "baseline": "the best classic baseline",
    "encoder": "the best of sentence encoders",
    "prompt": "the best prompt",
    "adapter": "the best adapter",
    "cascade": "the best cascade",
    "fused": "the best fused arm",
    "given": "the best of the given predictions",
}


def field_sentences(field: FieldPart, arms: Sequence[ArmPart], even: Sequence[EvenPoint]) -> tuple[str, ...]:
    """The best arm first, then it against the best of each other kind; last where an adapter pays for itself."""
    known = {arm.name: arm for arm in arms if arm.name in field.figures}
    best = field.best
    top = field.figures[best][field.headline]
    champions = {kind: _champion(field, (a.name for a in known.values() if a.kind == kind)) for kind in KINDS}
    rivals = [name for name in champions.values() if name not in (None, best)]
    lines = [
        *_verdict(field, known, champions, even),
        f"{best} has the highest {words_of(field.headline)}: {_share(top)} of {top.rows:,} rows.",
        *(_lead(field, best, rival, known) for rival in rivals if rival is not None),
        *error_sentences(field, arms),
    ]
    return tuple(lines)


def task_sentences(fields: Sequence[FieldPart]) -> tuple[str, ...]:
    """The first field's sentences; of several fields also how many each arm is best in."""
    if len(fields) < 2:
        return tuple(line for field in fields for line in field.sentences)
    best = Counter(field.best for field in fields).most_common()
    counts = ", ".join(f"{arm} in {count}" for arm, count in best)
    return (*(f"{fields[0].path}: {line}" for line in fields[0].sentences), f"Best of {len(fields)} fields: {counts}.")


def _champion(field: FieldPart, names: Iterable[str]) -> str | None:
    return max(names, key=lambda name: field.figures[name][field.headline].value, default=None)


def _verdict(
    field: FieldPart,
    arms: Mapping[str, ArmPart],
    champions: Mapping[str, str | None],
    even: Sequence[EvenPoint],
) -> list[str]:
    """The question that an evaluation is for: classic models first, then, where it has both, adapters and prompts."""
    classic, adapter, prompt = champions["baseline"], champions["adapter"], champions["prompt"]
    rivals = [name for name in (adapter, prompt) if name is not None]
    if classic is not None and rivals and all(_is_ahead(field, classic, rival) for rival in rivals):
        return [f"A classic model is enough: {classic} beats {' and '.join(rivals)}."]
    if adapter is None or prompt is None:
        return []
    pair, gap = _between(field, adapter, prompt)
    if not pair.is_shown:
        return [
            f"These rows do not show that fine-tuning pays: {adapter} and {prompt} differ by {_points(gap)}, which may "
            f"be chance (p = {_p(pair)}).{_least(gap)}"
        ]
    if gap.value < 0:
        return [f"Prompting is enough: {prompt} beats {adapter} by {_points(gap.turned)}."]
    cost = _cost(arms[adapter], arms[prompt])
    pays = next((f" {p.sentence}" for p in even if (p.candidate, p.baseline) == (adapter, prompt)), "")
    return [f"Fine-tuning pays: {adapter} beats {prompt} by {_points(gap)}{cost}.{pays}"]


def _is_ahead(field: FieldPart, one: str, other: str) -> bool:
    pair, gap = _between(field, one, other)
    return pair.is_shown and gap.value > 0


def _lead(field: FieldPart, best: str, rival: str, arms: Mapping[str, ArmPart]) -> str:
    pair, gap = _between(field, best, rival)
    named = f"{KINDS[arms[rival].kind]}, {rival}"
    if pair.is_shown:
        return f"It beats {named}, by {_points(gap)}."
    return f"Its lead over {named}, is {_points(gap)} and may be chance (p = {_p(pair)})."


def _between(field: FieldPart, one: str, other: str) -> tuple[Pair, Figure]:
    pair = next(p for p in field.pairs if {p.first, p.second} == {one, other})
    return pair, pair.difference if pair.first == one else pair.difference.turned


def _cost(first: ArmPart, second: ArmPart) -> str:
    one, other = first.cost, second.cost
    if one.price_per_1000 is not None and other.price_per_1000:
        return f" at {one.price_per_1000 / other.price_per_1000:.2g} times the cost"
    if one.prompt_tokens and other.prompt_tokens:
        return f" with {one.prompt_tokens / other.prompt_tokens:.2g} times the prompt tokens"
    return ""


def _least(gap: Figure) -> str:
    """What these two arms would likely have shown: the interval's half width, widened for a power of 80 %."""
    if gap.low is None or gap.high is None:
        return ""
    least = (gap.high - gap.low) / 2 * WIDER
    return f" A difference of {100 * least:.1f} points or more between them would likely have shown."


def _points(gap: Figure) -> str:
    return f"{100 * gap.value:.1f} points (95 % interval {_limit(gap.low)} to {_limit(gap.high)})"


def _share(figure: Figure) -> str:
    return f"{100 * figure.value:.1f} % (95 % interval {_limit(figure.low)} to {_limit(figure.high)})"


def _limit(limit: float | None) -> str:
    return "unknown" if limit is None else f"{100 * limit:.1f}"


def _p(pair: Pair) -> str:
    return f"{pair.p_holm:.2g} after Holm's correction"
