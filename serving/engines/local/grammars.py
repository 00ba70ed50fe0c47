"""Decoding under a regular expression, by Outlines; rows of one batch may each have their own grammar."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class Grammars:
    """Compiles regular expressions for one model's tokenizer, through Outlines' llguidance backend.

    Its cost does not grow with length bounds, where an index of all states would take minutes for `{1,200}`.
    """

    def __init__(self, model: Any, folder: Path, eos_id: int) -> None:  # noqa: ANN401 - any transformers model
        self._model, self._folder, self._eos_id = model, folder, eos_id
        self._backend: Any = None

    def start(self, pattern: str) -> "RowGrammar":
        """A fresh matcher for one row; the pattern is one that `checks.grammar_problem` found nothing wrong with."""
        return RowGrammar(self._load().get_regex_logits_processor(pattern))

    def _load(self) -> Any:  # noqa: ANN401 - Outlines is untyped
        if self._backend is None:
            import outlines
            from outlines.backends.llguidance import LLGuidanceBackend

            tokenizer = _without_special_names(self._folder, self._eos_id)
            self._backend = LLGuidanceBackend(outlines.from_transformers(self._model, tokenizer))
        return self._backend


def _without_special_names(folder: Path, eos_id: int) -> Any:  # noqa: ANN401 - transformers is untyped
    """The folder's tokenizer with secret names for its special tokens.

    A grammar that forces the text '<|im_end|>' is tokenised by name, and would force the token that ends the answer.
    """
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    secret = {token["content"]: f"<{secrets.token_hex(16)}>" for token in content["added_tokens"] if token["special"]}
    for token in content["added_tokens"]:
        token["content"] = secret.get(token["content"], token["content"])
    vocabulary = content["model"]["vocab"]
    if isinstance(vocabulary, dict):
        content["model"]["vocab"] = {secret.get(word, word): index for word, index in vocabulary.items()}
    else:
        content["model"]["vocab"] = [[secret.get(word, word), score] for word, score in vocabulary]
    content["post_processor"] = None
    backend = Tokenizer.from_str(json.dumps(content))
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=backend.id_to_token(eos_id))


class RowGrammar:
    """Masks the logits of one row, step by step."""

    def __init__(self, processor: Any) -> None:  # noqa: ANN401 - Outlines is untyped
        self._processor = processor

    def mask(self, generated: Sequence[int], logits: "torch.Tensor") -> "torch.Tensor":
        """Logits [vocabulary] with illegal tokens at minus infinity, after the tokens generated so far."""
        import torch

        ids = torch.tensor([list(generated) or [0]])
        masked: torch.Tensor = self._processor.process_logits(ids, logits.unsqueeze(0))
        return masked[0]
