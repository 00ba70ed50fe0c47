"""Lists of labels, whole numbers and nulls in exports and counts."""

from fewsight.export.tables import flat
from fewsight.insight import Insight
from fewsight.ledger.check import LabelCounts

ANSWER = {"topics": ["No. 5"], "stars": 5, "mood": None, "tags": ["a"]}
PROBABILITIES = {
    "topics.No_ 5": {"true": 0.9, "false": 0.1},
    "topics.price": {"true": 0.2, "false": 0.8},
    "stars": {"4": 0.3, "5": 0.7},
    "mood": {"good": 0.4, "null": 0.6},
}


def test_an_export_has_a_column_for_each_label_of_a_list() -> None:
    assert flat({"answer": ANSWER, "probabilities": PROBABILITIES}) == {
        "answer.topics.No_ 5": True,
        "probability.topics.No_ 5": 0.9,
        "answer.topics.price": False,
        "probability.topics.price": 0.8,
        "answer.stars": 5,
        "probability.stars": 0.7,
        "probability.mood": 0.6,
    }


def test_all_labels_are_counted() -> None:
    counts = LabelCounts()
    counts.add(Insight("c", "t", None, ANSWER, (), PROBABILITIES))
    assert counts.counts() == {
        "topics.No_ 5": {"true": 1},
        "topics.price": {"false": 1},
        "stars": {"5": 1},
        "mood": {"null": 1},
    }
