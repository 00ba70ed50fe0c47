"""A manifest in a few lines of text."""

from collections.abc import Iterator

from fewsight.adapter_manifest import AdapterManifest
from fewsight.finetune.gate.improvement import improvement_lines


def summary_lines(manifest: AdapterManifest) -> Iterator[str]:
    """What an adapter was trained under, and how good it is."""
    for task in manifest.tasks:
        yield f"{manifest.name}: {task.name} ({task.version}, {task.style}, {task.language}) on {manifest.base.name}"
    for name, data in manifest.data.items():
        yield f"  {name}: trained on {data.trained_on}; held back: {data.split}"
    for task_name, metrics in manifest.metrics.items():
        for name, metric in metrics.items():
            share = f"{metric.value:.1%} right [{metric.low:.1%}, {metric.high:.1%}] of {metric.rows:,} rows"
            yield f"  {task_name}: {name}: {share}"
    yield from (f"  {line}" for line in improvement_lines(manifest))
    yield from (f"  data: {line}" for line in manifest.attribution)
    yield from _cost_lines(manifest)
    yield from parity_lines(manifest)


def list_line(manifest: AdapterManifest) -> str:
    """An adapter in one line, without its folder."""
    tasks = ", ".join(task.name for task in manifest.tasks)
    right = "".join(_right(manifest, task.name) for task in manifest.tasks)
    return f"{tasks} on {manifest.base.name}{right}, parity {_parity(manifest)}"


def parity_lines(manifest: AdapterManifest) -> Iterator[str]:
    """The result of the parity gate."""
    parity = manifest.parity
    yield f"  parity: {_parity(manifest)}" + (f" on {parity.rows} rows" if parity else "")
    if parity and not parity.prompts_equal:
        yield "    prompts differ from those of the training"
    for part in parity.parts if parity else ():
        tied = f" ({part.tied:.2%} others, nearly tied)" if part.tied else ""
        yield f"    {part.way}: mean difference {part.difference:.1e}, {part.equal:.2%} equal labels{tied}"


def _cost_lines(manifest: AdapterManifest) -> Iterator[str]:
    cost = manifest.training
    if cost:
        yield (
            f"  {cost['steps']} steps, {cost['tokens']:,} tokens in {cost['seconds']} s "
            f"({cost['tokens_per_second']} tokens/s), peak memory {cost['peak_memory_mib']} MiB"
        )
    if "search" in cost:
        yield f"  search: {cost['search']}"


def _right(manifest: AdapterManifest, task: str) -> str:
    metric = manifest.metrics.get(task, {}).get("trained model" if manifest.is_model else "adapter")
    return f", {task} {metric.value:.1%} right of {metric.rows} held back" if metric else ""


def _parity(manifest: AdapterManifest) -> str:
    if manifest.parity is None:
        return "not checked"
    return "passed" if manifest.parity.passed else "FAILED"
