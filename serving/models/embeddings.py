"""Sentences to vectors: a small BERT-like encoder with mean pooling, for nearest neighbours by meaning."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fewsight.errors import ModelError
from fewsight.serving.models.names import LENGTH_FILE

if TYPE_CHECKING:
    import numpy as np

MOST_TOKENS: Final = 256
"""What is read of a text where the folder does not say: the length that all-MiniLM-L6-v2 was trained for."""

BATCH: Final = 32


class SentenceEncoder:
    """Mean-pooled sentence embeddings (Reimers and Gurevych, Sentence-BERT, EMNLP 2019) from a model folder.

    Raises:
        ModelError: the folder holds no encoder that transformers can load, or says a wrong length.
    """

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer
        from transformers import AutoModel
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            self._model = AutoModel.from_pretrained(str(folder), use_safetensors=True, trust_remote_code=False).eval()
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the libraries raise many kinds, bare Exception among them
            raise ModelError(f"No sentence encoder could be loaded from {str(folder)!r}: {error}.") from error
        self._tokenizer.encode_special_tokens = True
        self._tokenizer.enable_truncation(token_limit(folder))
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> "np.ndarray":
        """Unit vectors, float32, of shape [len(texts), dimensions], in the order of `texts`."""
        import numpy as np

        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), self._model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._encode_batch([texts[i] for i in rows])
        return vectors

    def _encode_batch(self, texts: Sequence[str]) -> "np.ndarray":
        import torch

        encodings = self._tokenizer.encode_batch([t.encode("utf-8", "replace").decode("utf-8") for t in texts])
        ids = torch.tensor([e.ids for e in encodings])
        mask = torch.tensor([e.attention_mask for e in encodings])
        with torch.inference_mode():
            hidden = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1.0)
        vectors: np.ndarray = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors


def token_limit(folder: Path) -> int:
    """The tokens of a text that the encoder of a folder reads; what stands beyond them is not seen.

    Raises:
        ModelError: the folder says it wrongly.
    """
    path = folder / LENGTH_FILE
    if not path.is_file():
        return MOST_TOKENS
    try:
        length = json.loads(path.read_text(encoding="utf-8"))["max_seq_length"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{str(path)!r} does not say how long a text may be (max_seq_length): {error!r}.") from error
    if not isinstance(length, int) or length < 1:
        raise ModelError(f"{str(path)!r} says max_seq_length = {length!r}; it must be a number of tokens.")
    return length
