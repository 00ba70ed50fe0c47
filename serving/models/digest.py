"""What a model is, as one number: equal for equal weights on any machine, different where an answer could differ."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fewsight.digest import digest
from fewsight.errors import ModelError

TEXT_FILES: Final = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "config.json")
VOLATILE: Final = ("transformers_version", "_name_or_path", "_model_name_or_path", "use_cache", "dtype", "torch_dtype")
"""Keys of config.json that say how a folder was written, or what a run chooses itself."""

CHUNK: Final = 1 << 22


def model_digest(folder: Path, cache: Path) -> str:
    """SHA-256 over tensors (name, type, shape, bytes; in the order of names), tokenizer, chat template and config.

    Computed once for a folder and kept in `cache` beside the sizes and times of its files.
    """
    fingerprint = _fingerprint(folder)
    note = cache / f"{digest(str(folder.resolve()))[:32]}.json"
    try:
        known = json.loads(note.read_text())
        if known["fingerprint"] == fingerprint:
            return str(known["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no note yet, or a damaged one: compute
    value = compute_digest(folder)
    cache.mkdir(parents=True, exist_ok=True)
    fresh = note.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps({"folder": str(folder.resolve()), "fingerprint": fingerprint, "digest": value}))
    fresh.replace(note)
    return value


def known_folders(cache: Path) -> dict[str, str]:
    """Folder -> digest of all model folders that were used before and still exist."""
    notes = (json.loads(note.read_text()) for note in sorted(cache.glob("*.json")))
    return {note["folder"]: note["digest"] for note in notes if Path(note["folder"]).is_dir()}


def compute_digest(folder: Path) -> str:
    """The digest, from the files.

    Raises:
        ModelError: a weight or JSON file is damaged.
    """
    total = hashlib.sha256()
    for name in TEXT_FILES:
        total.update(f"{name}:{_text_digest(folder / name)}\n".encode())
    for name, header, path, start in sorted(_tensors(folder), key=lambda item: item[0]):
        begin, end = header["data_offsets"]
        total.update(json.dumps([name, header["dtype"], header["shape"]]).encode())
        with path.open("rb") as file:
            file.seek(start + begin)
            left = end - begin
            while left:
                data = file.read(min(CHUNK, left))
                if not data:
                    raise ModelError(f"{str(path)!r} ends before its tensor {name!r} does; fetch it again.")
                total.update(data)
                left -= len(data)
    return total.hexdigest()


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that hold the model: those that the index names, or all."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        return [folder / name for name in sorted(set(_json(index)["weight_map"].values()))]
    return sorted(folder.glob("*.safetensors"))


def _tensors(folder: Path) -> Iterator[tuple[str, Any, Path, int]]:
    for path in weight_files(folder):
        try:
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
                headers = json.loads(file.read(min(length, 100_000_000)))
        except ValueError as error:
            raise ModelError(f"{str(path)!r} is not a safetensors file: {error}.") from error
        for name, header in headers.items():
            if name != "__metadata__":
                yield name, header, path, 8 + length


def _text_digest(path: Path) -> str:
    if not path.is_file():
        return "absent"
    if path.suffix != ".json":
        return digest(path.read_text(encoding="utf-8"))
    content = _json(path)
    return digest({key: value for key, value in content.items() if key not in VOLATILE})


def _json(path: Path) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{str(path)!r} is not valid JSON: {error}.") from error


def _fingerprint(folder: Path) -> list[list[Any]]:
    paths = [folder / name for name in TEXT_FILES] + weight_files(folder)
    return [[p.name, p.stat().st_size, p.stat().st_mtime_ns] for p in paths if p.is_file()]
