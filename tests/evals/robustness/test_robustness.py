from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fewsight.errors import ConfigError, InputError
from fewsight.evals.predictions import Prediction, Predictions
from fewsight.evals.robustness.flips import flips
from fewsight.evals.robustness.perturb import CHANGES, ChangeSources, changed, check_changes, planted_labels, touched
from fewsight.evals.robustness.swaps import NAMES, REGIONS
from fewsight.evals.scores.slicing import slice_parts, slice_values
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.labelled import GoldRow

LABELS = ("a", "b", "c")


def row(number: int, text: str = "Where is my parcel, please? 12.50 EUR", **profile: object) -> GoldRow:
    events = (Event("1", None, kind="order"), Event("2", None, kind="message", text=text))
    return GoldRow(f"r{number}", 2, CustomerHistory(f"c{number}", events, profile), {"f": "a"}, "en")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CHANGES)
def test_changes_keep_rows_and_repeat_themselves(name: str) -> None:
    rows = [row(1), row(2, ""), row(3, "😀"), row(4, "7"), row(5, "我的包裹在哪里？")]
    once, twice = changed(rows, name, ChangeSources()), changed(rows, name, ChangeSources())
    assert once == twice
    assert [r.id for r in once] == [r.id for r in rows]
    assert all(r.values == {"f": "a"} for r in once)
    said = [event.text for r in once for event in r.history.events if event.text is not None]
    assert len(said) == len(rows), "no text comes or goes"


@pytest.mark.parametrize("name", ["typos", "lower-case", "capitals", "punctuation", "small-talk"])
def test_texts_change(name: str) -> None:
    before, after = row(1), changed([row(1)], name, ChangeSources())[0]
    assert before.text != after.text or name in ("lower-case", "capitals", "punctuation")  # `text` is in one spelling
    assert before.history.events[1].text != after.history.events[1].text
    assert before.history.events[0] == after.history.events[0]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("swap-genders", "Mr. Kim and HIS wife: he's her friend.", "Mrs. Kim and HER husband: she's his friend."),
        ("swap-genders", "她的丈夫要其他颜色，先生。", "他的妻子要其他颜色，女士。"),
        ("swap-genders", "The shell is here.", "The shell is here."),
    ],
)
def test_words_of_one_gender_become_those_of_the_other(name: str, text: str, expected: str) -> None:
    assert changed([row(1, text)], name, ChangeSources())[0].history.events[1].text == expected


def test_names_and_places_become_others_of_their_kind() -> None:
    text = "Hi, Emily here, in Berlin. Emily moved from 北京 to Texas; paris and will stay."
    (named,), (placed,) = (changed([row(1, text)], f"swap-{kind}", ChangeSources()) for kind in ("names", "regions"))
    said = named.history.events[1].text or ""
    other = said.split()[1]
    assert "Emily" not in said
    assert said == text.replace("Emily", other), "equal names become equal ones, and nothing else changes"
    women = {name for line in NAMES[1:] for name in line.split()[::2]}
    assert other in women, "of the same gender, from another culture"
    said = placed.history.events[1].text or ""
    assert not any(place in said for place in ("Berlin", "北京", "Texas"))
    assert said.endswith("; paris and will stay.")


def test_the_profile_is_swapped_too() -> None:
    (one,) = changed(
        [row(1, "Hi", gender="F", city="Leeds", first_name="Omar", age=7)], "swap-genders", ChangeSources()
    )
    assert one.history.profile == {"gender": "M", "city": "Leeds", "first_name": "Omar", "age": 7}
    (one,) = changed([row(1, "Hi", gender="F", city="Leeds", first_name="Omar")], "swap-regions", ChangeSources())
    assert one.history.profile["city"] in set(REGIONS[0].split()) - {"Leeds"}
    assert one.history.profile["first_name"] == "Omar"


def test_paraphrases_are_found_masked_and_put_in_unmasked() -> None:
    rows = [row(1, "I'm Anna, write to anna@example.com", name="Anna Kim"), row(2, "Hello")]
    known = {"I'm [NAME_2], write to [EMAIL_1]": "[EMAIL_1] is my address. [NAME_2]"}
    made = changed(rows, "paraphrase", ChangeSources(paraphrases=known))
    assert made[0].history.events[1].text == "anna@example.com is my address. Anna"
    assert touched(rows, made) == {"r1"}


def history(*kinds: str) -> GoldRow:
    """Events an hour apart from six in the evening on, so that some are of the next day; messages have a text."""
    begin = datetime(2026, 5, 1, 18, tzinfo=UTC)
    events = tuple(
        Event(str(i), begin + timedelta(hours=i), kind, text="Hello" if kind == "message" else None)
        for i, kind in enumerate(kinds)
    )
    return GoldRow("r", 2, CustomerHistory("c", events), {"f": "a"}, "en")


def test_other_events_of_a_day_change_places() -> None:
    before = history(*["order", "view", "cart", "message", "login", "refund"], *["payment", "delivery", "return"])
    (after,) = changed([before], "reordered-events", ChangeSources())
    kinds = [event.kind for event in after.history.events]
    assert kinds != [event.kind for event in before.history.events]
    assert [event.time for event in after.history.events] == [event.time for event in before.history.events]
    assert kinds[3] == "message"
    assert sorted(kinds[:6]) == sorted(["order", "view", "cart", "message", "login", "refund"])
    assert sorted(kinds[6:]) == ["delivery", "payment", "return"]


def test_irrelevant_events_come_before_the_newest_text() -> None:
    before = history("order", "message", "delivery")
    made = [
        changed([replace(before, id=f"r{i}")], "added-events", ChangeSources())[0].history.events for i in range(40)
    ]
    for events in made:
        times = [event.time for event in events if event.time]
        assert times == sorted(times)
        assert [event for event in events if not event.id.startswith("added")] == list(before.history.events)
        assert [event.kind for event in events[-2:]] == ["message", "delivery"]
    assert {len(events) for events in made} == {4, 5, 6}
    assert touched([history("order")], changed([history("order")], "added-events", ChangeSources())) == frozenset()


def test_planted_instructions_name_another_label() -> None:
    rows = [row(number) for number in range(30)]
    planted = planted_labels(rows, "f", LABELS)
    assert set(planted.values()) == {"b", "c"}
    made = changed(rows, "injection", ChangeSources(planted))
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
    every = frozenset(("r0", "r1", "r2", "r3"))
    found, warnings = flips(
        {"x": before},
        {"injection": {"x": after}, "typos": {"x": after}, "capitals": {"x": before}},
        dict.fromkeys(every, "b"),
        {"injection": every, "typos": frozenset(("r0", "r1")), "capitals": frozenset()},
    )
    attack, typos = found
    assert (attack.rows, attack.flipped.value) == (4, 0.5)
    assert attack.obeyed is not None
    assert attack.obeyed.value == 0.25  # the last row said so before
    assert attack.gap.value == -0.25
    assert (typos.change, typos.rows, typos.flipped.value, typos.gap.value) == ("typos", 2, 0.5, -0.5)
    assert typos.flipped.rows == 2
    assert typos.obeyed is None
    assert warnings == ("capitals: no row has anything that it changes, so it says nothing here",)


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
