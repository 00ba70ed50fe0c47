"""card.html in an adapter's folder: what it is, how it was trained, and how good it is; no texts of customers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from fewsight.adapter_manifest import AdapterManifest
from fewsight.files import write_text
from fewsight.finetune.gate.report import FieldReport
from fewsight.finetune.training.checkpoint import TrainingState

WIDTH: Final = 640
HEIGHT: Final = 160
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
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    losses = [(float(step), loss) for step, loss, _ in state.curve]
    checks = [(float(e.step), e.accuracy) for e in state.evaluations]
    text = environment.get_template("card.jinja").render(
        manifest=manifest,
        fields=fields,
        warnings=warnings,
        loss=polyline(averaged(losses, POINTS)),
        loss_range=_range([loss for _, loss in losses]),
        checks=polyline(checks, top=1.0, last=float(state.step)),
        evaluations=state.evaluations,
        width=WIDTH,
        height=HEIGHT,
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


def polyline(points: Sequence[tuple[float, float]], top: float | None = None, last: float | None = None) -> str:
    """Points as SVG coordinates in a box of WIDTH x HEIGHT, from (0, 0) at the bottom left to (`last`, `top`).

    >>> polyline([(0, 0), (10, 2)])
    '0.0,160.0 640.0,0.0'
    """
    if not points:
        return ""
    high = top or max(y for _, y in points) or 1.0
    far = last or max(x for x, _ in points) or 1.0
    return " ".join(f"{x / far * WIDTH:.1f},{HEIGHT - y / high * HEIGHT:.1f}" for x, y in points)


def _range(values: Sequence[float]) -> str:
    return f"{max(values):.3f} to {min(values):.3f}" if values else "none"
