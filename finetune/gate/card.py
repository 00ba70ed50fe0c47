"""card.html in an adapter's folder: what it is, how it was trained, and how good it is; no texts of customers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from fewsight.adapter_manifest import AdapterManifest
from fewsight.files import write_text
from fewsight.finetune.gate.improvement import improvement_lines
from fewsight.finetune.gate.report import FieldReport
from fewsight.finetune.training.checkpoint import TrainingState
from fewsight.pages.environment import render

POINTS: Final = 200
"""Points of a curve; longer ones are averaged."""


def write_card(
    folder: Path,
    manifest: AdapterManifest,
    fields: Mapping[str, Sequence[FieldReport]],
    state: TrainingState,
    warnings: Sequence[str],
) -> None:
    """Write card.html, self-contained and without scripts."""
    losses = averaged([(float(step), loss) for step, loss, _ in state.curve], POINTS)
    checks = [(float(one.step), one.accuracy) for one in state.evaluations]
    text = render(
        "adapter.jinja",
        Path(__file__).parent,
        manifest=manifest,
        fields=fields,
        improvements=list(improvement_lines(manifest)),
        warnings=warnings,
        losses=losses,
        loss_range=_range([loss for _, loss, _ in state.curve]),
        checks=checks,
        steps=state.step,
        evaluations=state.evaluations,
    )
    write_text(folder / "card.html", text)


def averaged(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most `most` points, neighbours averaged.

    >>> averaged([(1, 4.0), (2, 2.0), (3, 1.0)], 2)
    [(1.5, 3.0), (3.0, 1.0)]
    """
    size = -(-len(points) // most) or 1
    chunks = [points[i : i + size] for i in range(0, len(points), size)]
    return [(sum(x for x, _ in chunk) / len(chunk), sum(y for _, y in chunk) / len(chunk)) for chunk in chunks]


def _range(values: Sequence[float]) -> str:
    return f"{max(values):.3f} to {min(values):.3f}" if values else "none"
