"""Where a training stands, on disk: written beside the old one and then renamed, so it is whole or not there."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ModelError

if TYPE_CHECKING:
    import torch

PREFIX: Final = "step-"
PARTIAL: Final = ".partial-"
MOMENTS: Final = ("exp_avg", "exp_avg_sq", "step")
"""What AdamW remembers of each parameter."""


@dataclass
class Evaluation:
    """Validation after `step` steps. `accuracy` is the share of rows in which every given label was decided rightly.

    `by_field` is the same for each field. `log_loss` is the mean of -ln P(gold label | labels before it) in nats, over
    the fields of all rows; `loss` the mean training loss of a target.
    """

    step: int
    rows: int
    accuracy: float
    log_loss: float
    loss: float
    by_field: dict[str, float] = field(default_factory=dict)

    @property
    def rank(self) -> tuple[float, float]:
        """Larger is better."""
        return (self.accuracy, -self.log_loss if self.by_field else -self.loss)


@dataclass
class TrainingState:
    """All that a training is, besides tensors. `curve` holds (step, mean loss of its targets, learning rate)."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    curve: list[tuple[int, float, float]] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    best: Evaluation | None = None
    stopped_early: bool = False

    @property
    def since_best(self) -> int:
        """Evaluations after the best one."""
        return sum(self.best is not None and e.step > self.best.step for e in self.evaluations)


Tensors = dict[str, "torch.Tensor"]


def save_checkpoint(
    work: Path,
    state: TrainingState,
    weights: Mapping[str, Any],
    best: Mapping[str, Any] | None,
    optimizer: "torch.optim.Optimizer",
) -> Path:
    """Write a checkpoint and remove the ones before it.

    Raises:
        OSError: the disk is full or can't be written; checkpoints before this one stay.
    """
    import torch
    from safetensors.torch import save_file

    target = work / f"{PREFIX}{state.step:08d}"
    partial = work / f"{PARTIAL}{target.name}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        moments = {
            f"{name}.{key}": optimizer.state[weight][key].detach().cpu().contiguous()
            for name, weight in weights.items()
            for key in MOMENTS
            if weight in optimizer.state
        }
        save_file({name: w.detach().cpu().contiguous() for name, w in weights.items()}, partial / "weights.safetensors")
        save_file({**moments, "random": torch.get_rng_state(), **_cuda_random()}, partial / "optimizer.safetensors")
        if best is not None:
            save_file(dict(best), partial / "best.safetensors")
        (partial / "state.json").write_text(json.dumps(asdict(state)), encoding="utf-8")
        if not target.exists():
            partial.rename(target)
    except Exception as error:
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise
        raise OSError(f"{str(work)!r} can't be written ({error}); is the disk full?") from error  # safetensors' own
    shutil.rmtree(partial, ignore_errors=True)
    for old in checkpoints(work)[:-1]:
        shutil.rmtree(old, ignore_errors=True)
    return target


def checkpoints(work: Path) -> list[Path]:
    """Whole checkpoints, oldest first."""
    return sorted(path for path in work.glob(f"{PREFIX}*") if (path / "state.json").is_file())


def load_checkpoint(
    folder: Path, weights: Mapping[str, Any], optimizer: "torch.optim.Optimizer"
) -> tuple[TrainingState, Tensors, Tensors | None]:
    """State, weights and best weights; the optimizer and the random numbers go on from where they were.

    Raises:
        ModelError: the checkpoint is damaged.
    """
    import torch
    from safetensors.torch import load_file

    try:
        data = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        kept, moments = load_file(folder / "weights.safetensors"), load_file(folder / "optimizer.safetensors")
        best = load_file(folder / "best.safetensors") if (folder / "best.safetensors").exists() else None
        state = _state(data)
        for name, weight in weights.items():
            if f"{name}.step" in moments:
                optimizer.state[weight] = {
                    key: moments[f"{name}.{key}"].to("cpu" if key == "step" else weight.device) for key in MOMENTS
                }
        torch.set_rng_state(moments["random"])
        if torch.cuda.is_available() and "cuda_random" in moments:
            torch.cuda.set_rng_state(moments["cuda_random"])
    except Exception as error:  # safetensors raises an exception of its own, JSON and the keys others
        raise ModelError(f"The checkpoint {str(folder)!r} is damaged ({error}); start anew with --fresh.") from error
    return state, kept, best


def _state(data: dict[str, Any]) -> TrainingState:
    evaluations = [Evaluation(**one) for one in data.pop("evaluations")]
    best = data.pop("best")
    curve = [(int(step), float(loss), float(rate)) for step, loss, rate in data.pop("curve")]
    return TrainingState(**data, curve=curve, evaluations=evaluations, best=Evaluation(**best) if best else None)


def _cuda_random() -> Tensors:
    import torch

    return {"cuda_random": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {}
