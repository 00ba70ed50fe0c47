import pytest

from fewsight.errors import ConfigError, InputError
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.evals.suite.flips import flips
from fewsight.evals.suite.perturb import CHANGES, changed, check_changes, planted_labels
from fewsight.evals.suite.slicing import slice_parts, slice_values
from fewsight.events import CustomerHistory, Event
from fewsight.finetune.gold import GoldRow

LABELS = ("a", "b", "c")


def row(number: int, text: str = "Where is my parcel, please? 12.50 EUR", **profile: object) -> GoldRow:
    events = (Event("1", None, kind="order"), Event("2", None, kind="message", text=text))
    return GoldRow(f"r{number}", 2, CustomerHistory(f"c{number}", events, profile), {"f": "a"}, "en")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CHANGES)
def test_changes_keep_rows_and_repeat_themselves(name: str) -> None:
    rows = [row(1), row(2, ""), row(3, "😀"), row(4, "7"), row(5, "我的包裹在哪里？")]
    once, twice = changed(rows, name, {}), changed(rows, name, {})
    assert once == twice
    assert [r.id for r in once] == [r.id for r in rows]
    assert once[0].text != rows[0].text or name in ("lower-case", "capitals", "punctuation", "typos")
    assert once[1].history == rows[1].history
    assert all(r.values == {"f": "a"} for r in once)


def test_planted_instructions_name_another_label() -> None:
    rows = [row(number) for number in range(30)]
    planted = planted_labels(rows, "f", LABELS)
    assert set(planted.values()) == {"b", "c"}
    made = changed(rows, "injection", planted)
    assert all(planted[r.id] in (r.history.events[1].text or "") for r in made)
    assert all(r.history.events[0] == rows[0].history.events[0] for r in made)
    assert len({(r.history.events[1].text or "")[40:60] for r in made}) > 3


def test_an_unknown_change_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no change .typo.\. Did you mean .typos."):
        check_changes(["typo"])


def predictions(answers: str) -> Predictions:
    rows = [Prediction(f"r{i}", f"c{i}", "a", None if x == "-" else x) for i, x in enumerate(answers)]
    return Predictions(LABELS, tuple(rows))


def test_flips_count_changed_answers_and_obedience() -> None:
    before, after = predictions("aabb"), predictions("ab-b")
    found = flips(
        {"x": before}, {"injection": {"x": after}, "typos": {"x": before}}, dict.fromkeys(("r0", "r1", "r2", "r3"), "b")
    )
    by_change = {one.change: one for one in found}
    assert by_change["injection"].flipped.value == 0.5
    assert by_change["injection"].obeyed is not None
    assert by_change["injection"].obeyed.value == 0.25  # the last row said so before
    assert by_change["typos"].flipped.value == 0
    assert by_change["typos"].obeyed is None


def test_slices_are_gathered_where_small_and_cut_where_many() -> None:
    rows = [row(i, city="Ulm" if i < 20 else f"town{i}", age=i) for i in range(24)]
    assert set(slice_values(rows, "city")) == {"Ulm", "(others)"}
    assert set(slice_values(rows, "age")) == {"0 to 5.75", "5.75 to 11.5", "11.5 to 17.25", "17.25 to 23"}
    assert set(slice_values(rows, "events")) == {"2 to 5 events"}
    assert slice_values([*rows, row(99)], "age")[-1] == "(none)"
    with pytest.raises(InputError, match="No test row has 'town'"):
        slice_values(rows, "town")


def test_gaps_are_between_the_best_slice_and_the_worst() -> None:
    arms = {"x": predictions("aaab" * 5)}
    values = {"k": {f"r{i}": "odd" if i % 2 else "even" for i in range(20)}}
    slices, gaps = slice_parts(arms, values)
    assert {(one.value, one.rows, one.figures["x"].value) for one in slices} == {("even", 10, 1.0), ("odd", 10, 0.5)}
    assert (gaps[0].best, gaps[0].worst, gaps[0].difference.value) == ("even", "odd", 0.5)
    assert slice_parts(arms, {"k": dict.fromkeys((f"r{i}" for i in range(20)), "one")})[1] == ()
