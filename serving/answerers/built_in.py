"""The heads that come with the built-in adapter."""

import logging
from collections.abc import Sequence
from pathlib import Path

from fewsight.errors import ModelError
from fewsight.prompts.task import Task
from fewsight.serving.answerers.base import Answerer
from fewsight.serving.answerers.encoders import lazy_encode
from fewsight.serving.answerers.fusion import Fusion
from fewsight.serving.answerers.heads_file import HeadsManifest, read_heads
from fewsight.serving.models.names import EMBEDDINGS, ModelFolder, resolve_embedding_model

logger = logging.getLogger(__name__)


def heads_folder() -> Path:
    """Folder of the heads that come with the built-in adapter."""
    return Path(__file__).parents[1] / "built_in" / "heads"


def built_in_fusion(tasks: Sequence[Task], adapter: str) -> Fusion | None:
    """The built-in heads beside the built-in adapter, whose weights have the digest `adapter`.

    None where there are no heads, or where their encoder is neither here nor can be fetched, which a warning says.

    Raises:
        ModelError: they are damaged, or were fitted for another version or labels of a task, encoder or adapter.
    """
    heads = read_heads(heads_folder())
    if heads is None:
        return None
    if heads.adapter != adapter:
        raise ModelError(
            f"The built-in heads were fitted beside adapter {heads.adapter[:12]}, and this is {adapter[:12]}. Fit them "
            "again with `python -m fewsight.finetune.recipes.heads`, or use --heads none."
        )
    for task in tasks:
        if task.name in heads.tasks:
            heads.require(task)
    encoder = _encoder(heads)
    return _fusion(heads, encoder, [task.name for task in tasks]) if encoder else None


def built_in_heads(task: Task) -> Answerer | None:
    """The built-in heads by themselves; None where the task is none of theirs, or their encoder is not here."""
    from fewsight.serving.answerers.heads import EncoderHeads

    heads = read_heads(heads_folder())
    if heads is None or task.name not in heads.tasks:
        return None
    try:
        heads.require(task)
        encoder = resolve_embedding_model(heads.encoder.name)
    except ModelError as error:
        logger.info("the built-in heads say nothing here: %s", error)
        return None
    if encoder.digest != heads.encoder.digest:
        return None
    return EncoderHeads(heads_folder(), heads, lazy_encode(encoder.path))


def _encoder(heads: HeadsManifest) -> ModelFolder | None:
    """The encoder of the heads; None, with a warning, where it can't be fetched."""
    name = heads.encoder.name
    try:
        encoder = resolve_embedding_model(name)
    except ModelError as error:
        if name in EMBEDDINGS and EMBEDDINGS[name].folder.is_dir():  # it is here, and is not what it should be
            raise
        logger.warning(
            "the adapter answers alone, because the encoder of its heads is not here: %s Fetch it with "
            "`fewsight models pull %s`, or use --heads none.",
            error,
            name,
        )
        return None
    if encoder.digest != heads.encoder.digest:
        raise ModelError(
            f"The built-in heads were fitted on encoder {name!r} {heads.encoder.digest[:12]}, and this is "
            f"{encoder.digest[:12]}. Fit them again, or use --heads none."
        )
    return encoder


def _fusion(heads: HeadsManifest, encoder: ModelFolder, asked: Sequence[str]) -> Fusion:
    from fewsight.serving.answerers.heads import EncoderHeads

    answerer = EncoderHeads(heads_folder(), heads, lazy_encode(encoder.path))
    return Fusion(answerer, {name: blends for name, blends in answerer.blends.items() if name in asked})
