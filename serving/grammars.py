"""Decoding under a regular expression, by Outlines; rows of one batch may each have their own grammar."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class GrammarError(ValueError):
    """A regular expression that can't be compiled."""


class Grammars:
    """Compiles regular expressions for one model's tokenizer, through Outlines' llguidance backend.

    Its cost does not grow with length bounds, where an index of all states would take minutes for `{1,200}`.
    """

    def __init__(self, model: Any, folder: Path) -> None:  # noqa: ANN401 - any transformers model
        self._model, self._folder = model, folder
        self._backend: Any = None

    def start(self, pattern: str) -> "RowGrammar":
        """A fresh matcher for one row.

        Raises:
            GrammarError: the pattern can't be compiled.
        """
        backend = self._load()
        processor = backend.get_regex_logits_processor(pattern)
        problem = backend.llg.LLMatcher.validate_grammar(processor.grammar, backend.llg_tokenizer)
        if problem:
            raise GrammarError(f"grammar {pattern[:200]!r} can't be compiled: {problem}")
        return RowGrammar(processor)

    def _load(self) -> Any:  # noqa: ANN401 - Outlines is untyped
        if self._backend is None:
            import outlines
            from outlines.backends.llguidance import LLGuidanceBackend
            from transformers import AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(self._folder, trust_remote_code=False)
            self._backend = LLGuidanceBackend(outlines.from_transformers(self._model, tokenizer))
        return self._backend


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
