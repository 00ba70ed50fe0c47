"""The Presidio detector: with a real analyzer where Presidio is installed, and a clear word where it is not."""

import importlib.util

import pytest

from fewsight import CustomerHistory, Event
from fewsight.errors import ConfigError
from fewsight.masking import DEFAULT, PresidioDetector, Pseudonymizer

INSTALLED = importlib.util.find_spec("presidio_analyzer") is not None


@pytest.mark.skipif(INSTALLED, reason="presidio-analyzer is installed")
def test_the_install_line_is_told() -> None:
    with pytest.raises(ConfigError, match=r"fewsight\[presidio\]"):
        PresidioDetector()


@pytest.mark.skipif(not INSTALLED, reason="needs presidio-analyzer (pip install 'fewsight[presidio]')")
def test_a_presidio_analyzer_finds_names_of_others() -> None:
    presidio = pytest.importorskip("presidio_analyzer")
    engines = pytest.importorskip("presidio_analyzer.nlp_engine")
    spacy = pytest.importorskip("spacy")

    class Blank(engines.SpacyNlpEngine):  # type: ignore[name-defined, misc]
        def load(self) -> None:
            self.nlp = {"en": spacy.blank("en")}

    registry = presidio.RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(presidio.PatternRecognizer("PERSON", deny_list=["Bob Miller"]))
    analyzer = presidio.AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
    pseudonymizer = Pseudonymizer(detectors=(*DEFAULT, PresidioDetector(analyzer)))
    event = Event("e1", None, "message", text="I gave it to Bob Miller, b@example.com")
    masked = pseudonymizer.mask(CustomerHistory("c", (event,)))
    assert masked.history.events[0].text == "I gave it to [NAME_1], [EMAIL_1]"
