"""From the arms of a suite to their answers."""

from collections.abc import Sequence

from fewsight.errors import ConfigError
from fewsight.evals.arms.answers import Answers, Arm, Parts
from fewsight.evals.arms.cascade import cascade
from fewsight.evals.arms.context import Context
from fewsight.evals.arms.spec import ArmSpec


def answer_all(specs: Sequence[ArmSpec], context: Context, parts: Parts) -> dict[str, Answers]:
    """The answers of all arms by name, in their order; cascades are put together from the others.

    Raises:
        FewsightError: an arm can't answer.
    """
    found: dict[str, Answers] = {}
    for number, spec in enumerate(specs, 1):
        if spec.kind != "cascade":
            context.say(f"{context.task.name}: arm {number} of {len(specs)}, {spec.name}")
            found[spec.name] = make(spec, context).answer(parts)
    for spec in specs:
        if spec.kind == "cascade":
            found[spec.name] = cascade(spec, found[str(spec.first)], found[str(spec.second)])
    return {spec.name: found[spec.name] for spec in specs}


def make(spec: ArmSpec, context: Context) -> Arm:
    """The arm of a specification; heavy packages are imported only for the kinds that need them."""
    if spec.kind == "classic":
        from fewsight.evals.arms.classic import ClassicArm

        return ClassicArm(spec, context)
    if spec.kind == "prompt":
        from fewsight.evals.arms.prompted import PromptArm

        return PromptArm(spec, context)
    if spec.kind == "finetune":
        from fewsight.evals.arms.finetuned import FinetuneArm

        return FinetuneArm(spec, context)
    if spec.kind == "given":
        from fewsight.evals.arms.given import GivenArm

        return GivenArm(spec, context)
    raise ConfigError(f"An arm of kind {spec.kind!r} can't answer by itself.")


def describe(spec: ArmSpec) -> str:
    """What an arm is, in words."""
    shots = f"{spec.shots} {spec.selector} examples in the prompt" if spec.shots else ""
    rows = f"{spec.labels:,} training rows" if spec.labels else "all training rows"
    if spec.train:
        rows = f"the rows of {spec.train.name}"
    match spec.kind:
        case "classic":
            return f"{spec.classic} from {rows}"
        case "cascade":
            return f"{spec.first}, and {spec.second} where its confidence is below {spec.below:g}"
        case "given":
            return "predictions of a file"
        case "finetune":
            return f"adapter trained on {rows}" + (f", with {shots}" if shots else "")
    adapter = "" if spec.adapter == "none" else f"adapter {spec.adapter.rpartition('/')[2]}"
    return ", ".join(filter(None, (adapter, shots))) or "the question alone"
