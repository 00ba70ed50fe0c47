"""Heads as data: a manifest beside weights in safetensors. Nothing in it is run."""

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from fewsight.digest import file_digest
from fewsight.errors import ModelError, first_problem
from fewsight.prompts.answer.fields import closed_fields
from fewsight.prompts.task import Language, Task
from fewsight.serving.answerers.features import FEATURES, VIEWS
from fewsight.serving.answerers.stored import EncoderFacts, Facts, Tensors, read_weights, tensor_name, write_stored

MANIFEST: Final = "heads.json"
WEIGHTS: Final = "heads.safetensors"
VERSION: Final = 1


class Head(Facts):
    """One field: its labels in the order of the weights, what is read of a history, and how it counts beside the model.

    `regularisation` is the C that it was fitted with. `right` and `log_loss` are of the rows that views, C, weight and
    temperature were chosen on: (adapter, head, both).
    """

    labels: tuple[str, ...]
    views: tuple[str, ...]
    weight: float = Field(ge=0)
    temperature: float = Field(gt=0)
    regularisation: float
    rows: int
    right: tuple[float, float, float]
    log_loss: tuple[float, float, float]


class TaskHeads(Facts):
    """The heads of a task by dotted path; fields that a head does not help have none."""

    version: str
    fields: dict[str, Head]


class HeadsManifest(Facts):
    """What heads are and were fitted under. `adapter` is the digest of the adapter that weights were fitted beside."""

    heads_version: Literal[1] = VERSION
    features: int
    encoder: EncoderFacts
    adapter: str
    languages: tuple[Language, ...]
    weights_digest: str
    rows_digest: str
    fitted_on: tuple[str, ...]
    chosen_on: tuple[str, ...]
    tasks: dict[str, TaskHeads]

    def require(self, task: Task) -> None:
        """Refuse a task that is not the one that was learned.

        Raises:
            ModelError: it has no heads, or its version or labels are others.
        """
        heads = self.tasks.get(task.name)
        if heads is None:
            raise ModelError(f"There are no heads of task {task.name!r}; there are of {', '.join(self.tasks)}.")
        if heads.version != task.version:
            raise ModelError(
                f"The heads of task {task.name!r} learned its version {heads.version!r}, and this is {task.version!r}. "
                "Fit them again, or use --heads none."
            )
        labels = {field.path: set(field.labels) for field in closed_fields(task.output)}
        if wrong := [path for path, head in heads.fields.items() if labels.get(path) != set(head.labels)]:
            raise ModelError(
                f"The heads of task {task.name!r} learned other labels of {', '.join(wrong)}. "
                "Fit them again, or use --heads none."
            )


def write_heads(folder: Path, manifest: HeadsManifest, tensors: Tensors) -> HeadsManifest:
    """Write both files, and return the manifest with the digest of the weights.

    Args:
        folder: of the heads.
        manifest: without that digest.
        tensors: of each task and path, float32 of shape [labels, features + 1]; the last column is the bias. Features
            are the vectors of the head's views, one after the other, and then the facts.

    Raises:
        OSError: they can't be written.
    """
    return write_stored(folder / MANIFEST, manifest, folder / WEIGHTS, tensors)


def read_heads(folder: Path) -> HeadsManifest | None:
    """The manifest of a folder; None where there is none.

    Raises:
        ModelError: it is damaged, of another version, or the weights beside it are missing or were changed.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = HeadsManifest.model_validate_json(path.read_text(encoding="utf-8"))
        weights = file_digest(folder / WEIGHTS)
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"The heads in {str(folder)!r} can't be read: {error}.") from error
    except ValidationError as error:
        raise ModelError(f"{str(path)!r} is no manifest of heads: {first_problem(error)}.") from error
    if weights != manifest.weights_digest:
        raise ModelError(f"{str(folder / WEIGHTS)!r} was changed: its digest is {weights[:16]}; fit the heads again.")
    views = {view for task in manifest.tasks.values() for head in task.fields.values() for view in head.views}
    if manifest.features != FEATURES or views - set(VIEWS):
        raise ModelError(
            f"The heads in {str(folder)!r} read histories in another way (features {manifest.features}, now "
            f"{FEATURES}). Fit them again, or use --heads none."
        )
    return manifest


def read_tensors(folder: Path, manifest: HeadsManifest) -> Tensors:
    """The weights of every head.

    Raises:
        ModelError: some are missing or of another shape.
    """
    tensors = read_weights(folder / WEIGHTS)
    for name, task in manifest.tasks.items():
        for path, head in task.fields.items():
            weights = tensors.get(tensor_name(name, path))
            if weights is None or weights.ndim != 2 or len(weights) != len(head.labels):
                raise ModelError(f"{str(folder / WEIGHTS)!r} has no weights of {path!r} of task {name!r}.")
    return tensors
