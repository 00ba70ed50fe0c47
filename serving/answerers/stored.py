"""What answerers in files share, heads and folders alike: a manifest of facts beside weights in safetensors."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict

from fewsight.digest import file_digest
from fewsight.errors import ModelError
from fewsight.files import write_text

if TYPE_CHECKING:
    import numpy as np

Tensors = Mapping[str, "np.ndarray"]
"""By `tensor_name`."""


class Facts(BaseModel):
    """A part of a manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EncoderFacts(Facts):
    """A sentence encoder: its name (built in, a folder or a hub id) and its digest."""

    name: str
    digest: str


Manifest = TypeVar("Manifest", bound=Facts)


def write_stored(manifest_path: Path, manifest: Manifest, weights_path: Path, tensors: Tensors) -> Manifest:
    """Write both files, and return the manifest with the digest of the weights, its field `weights_digest`.

    Raises:
        OSError: they can't be written.
    """
    import numpy as np
    from safetensors.numpy import save_file

    weights_path.parent.mkdir(parents=True, exist_ok=True)
    # safetensors writes memory as it lies: numbers of an array in another order would change places
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, weights_path)
    whole = manifest.model_copy(update={"weights_digest": file_digest(weights_path)})
    write_text(manifest_path, whole.model_dump_json(indent=1) + "\n")
    return whole


def read_weights(path: Path) -> Tensors:
    """All tensors of a file.

    Raises:
        ModelError: they can't be read.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors: Tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{str(path)!r} can't be read: {error}.") from error
    return tensors


def tensor_name(owner: str, what: str) -> str:
    """Where a tensor of a task's heads, or of a folder's part, stands.

    >>> tensor_name("sentiment", "aspects.price")
    'sentiment/aspects.price'
    """
    return f"{owner}/{what}"
