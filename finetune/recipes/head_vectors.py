"""Vectors of texts that are kept in a file, so that fitting heads again encodes nothing twice."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fewsight.digest import digest

if TYPE_CHECKING:
    import numpy as np

    from fewsight.serving.answerers.encoders import Encode


class KeptVectors:
    """An `encode` that remembers.

    Args:
        encode: of the encoder.
        path: the file, of this encoder alone; it is written after every call that encodes something new.
    """

    def __init__(self, encode: "Encode", path: Path) -> None:
        self._encode, self._path = encode, path
        self._known: dict[str, np.ndarray] = _read(path)

    def __call__(self, texts: Sequence[str]) -> "np.ndarray":
        """Unit vectors, float32, of shape [texts, dimensions]."""
        import numpy as np

        keys = [digest(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._known |= dict(zip(new, self._encode(list(new.values())), strict=True))
            self._write()
        return np.stack([self._known[key] for key in keys])

    def _write(self) -> None:
        import numpy as np
        from safetensors.numpy import save_file

        names = {"keys": json.dumps(list(self._known))}
        temporary = self._path.with_name(f".{self._path.name}")
        save_file({"vectors": np.stack(list(self._known.values()))}, temporary, metadata=names)
        temporary.replace(self._path)


def _read(path: Path) -> "dict[str, np.ndarray]":
    from safetensors import safe_open

    if not path.is_file():
        return {}
    with safe_open(path, framework="numpy") as file:
        return dict(zip(json.loads(file.metadata()["keys"]), file.get_tensor("vectors"), strict=True))
