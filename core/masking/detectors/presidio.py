"""Microsoft Presidio as one more detector, for names and places that only a language model can find."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ConfigError
from fewsight.masking.detectors.patterns import DEFAULT
from fewsight.masking.folding import Folded
from fewsight.masking.spans import Detector, Span

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

_MODELS: Final = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm")
_KINDS = {"PERSON": "NAME", "EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "LOCATION": "ADDRESS",
          "CREDIT_CARD": "CARD", "IBAN_CODE": "IBAN", "IP_ADDRESS": "IP"}  # fmt: skip


class PresidioDetector:
    """Finds what a Presidio analyzer finds; add it to the default ones: `detectors=(*DEFAULT, PresidioDetector())`.

    `analyzer` is a `presidio_analyzer.AnalyzerEngine`; without one an English one is made, on the largest English model
    of spaCy that is installed. `entities` are Presidio's names; results below `score` (0 to 1) are left out.

    Raises:
        ConfigError: presidio-analyzer or a model for it is not installed.
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


def detectors(*, presidio: bool = False) -> tuple[Detector, ...]:
    """The default detectors, with `presidio` also Presidio's.

    Raises:
        ConfigError: Presidio or a model for it is not installed.
    """
    return (*DEFAULT, PresidioDetector()) if presidio else DEFAULT


def presidio_version() -> str:
    """The versions of Presidio and of its language model: other ones may find other names.

    Raises:
        ConfigError: one of them is not installed.
    """
    model = _model()
    return f"presidio-analyzer {version('presidio-analyzer')}, {model} {version(model)}"


def _model() -> str:
    """The largest English model of spaCy that is installed. Presidio by itself would download one."""
    if find_spec("presidio_analyzer") is None:
        raise ConfigError("Presidio is not installed; run: pip install 'fewsight[presidio]'")
    for model in _MODELS:
        if find_spec(model) is not None:
            return model
    raise ConfigError(f"Presidio needs a language model of spaCy; run: python -m spacy download {_MODELS[0]}")


def _default_analyzer() -> Any:  # noqa: ANN401 - the package may be absent
    model = _model()
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    models = [{"lang_code": "en", "model_name": model}]
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models}).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
