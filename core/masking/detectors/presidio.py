"""Microsoft Presidio as one more detector, for names and places that only a language model can find."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fewsight.errors import ConfigError
from fewsight.masking.folding import Folded
from fewsight.masking.spans import Span

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

_KINDS = {"PERSON": "NAME", "EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "LOCATION": "ADDRESS",
          "CREDIT_CARD": "CARD", "IBAN_CODE": "IBAN", "IP_ADDRESS": "IP"}  # fmt: skip


class PresidioDetector:
    """Finds what a Presidio analyzer finds; add it to the default ones: `detectors=(*DEFAULT, PresidioDetector())`.

    `analyzer` is a `presidio_analyzer.AnalyzerEngine`; without one Presidio's own default is made, which needs its
    spaCy model. `entities` are Presidio's names; results below `score` (0 to 1) are left out.

    Raises:
        ConfigError: presidio-analyzer is not installed.
    """

    def __init__(
        self,
        analyzer: "AnalyzerEngine | None" = None,
        language: str = "en",
        entities: Sequence[str] = ("PERSON",),
        score: float = 0.5,
    ) -> None:
        self._analyzer: Any = analyzer if analyzer is not None else _default_analyzer()
        self._language = language
        self._entities = list(entities)
        self._score = score

    def find(self, text: Folded) -> Iterator[Span]:
        """Presidio's results as spans; entities of other names keep them, without the underscores."""
        results = self._analyzer.analyze(
            text=text.text, language=self._language, entities=self._entities, score_threshold=self._score
        )
        for result in results:
            kind = _KINDS.get(result.entity_type, result.entity_type.replace("_", ""))
            value = " ".join(text.low[result.start : result.end].split())
            yield Span(result.start, result.end, kind, f"{kind.lower()}:{value}")


def _default_analyzer() -> Any:  # noqa: ANN401 - the package may be absent
    try:
        from presidio_analyzer import AnalyzerEngine
    except ImportError as error:
        raise ConfigError("PresidioDetector needs presidio-analyzer; run: pip install 'fewsight[presidio]'") from error
    return AnalyzerEngine()
