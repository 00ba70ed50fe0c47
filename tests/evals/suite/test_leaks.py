from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fewsight.errors import InputError
from fewsight.evals.suite.leaks import find_leaks
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.labelled import GoldRow

START = datetime(2026, 1, 1, tzinfo=UTC)


def row(name: str, text: str, customer: str = "", day: int | None = None) -> GoldRow:
    time = None if day is None else START + timedelta(days=day)
    history = CustomerHistory(customer or f"shot:{name}", (Event("1", time, kind="message", text=text),))
    return GoldRow(name, 2, history, {"intent": "a"}, "en")


MORNING = [
    "My parcel was left in the rain by the courier",
    "Can I pay this bill with a voucher from last year?",
    "The app logs me out whenever I open the basket",
    "Please send the blue shoes one size larger, thank you",
]
EVENING = [
    "How long does a refund take until it is on my account?",
    "Your colleague on the phone was rude and hung up",
    "I moved to another town, where do I change my address?",
    "The kettle stopped working after two weeks of use",
    "Is there a discount for students at your shop?",
]


def texts(prefix: str, said: list[str]) -> list[GoldRow]:
    return [row(f"{prefix}{number}", text) for number, text in enumerate(said)]


def test_nothing_is_found_where_nothing_leaks() -> None:
    found = find_leaks({"train": texts("train", MORNING), "test": texts("test", EVENING), "calibration": []})
    assert found.repeated == frozenset()
    assert found.warnings == ()


def test_repeated_rows_are_told_apart() -> None:
    long = " ".join(EVENING)
    test = [*texts("test", EVENING), row("test5", long)]
    same = replace(test[3], id="t1")
    near = row("t2", long.replace("weeks", "week"))
    found = find_leaks({"train": [*texts("train", MORNING), same, near], "test": test})
    assert found.repeated == {test[3].id, "test5"}
    assert found.warnings == ("1 test rows repeat a train row, and 1 nearly do",)


def test_customers_in_two_files_are_refused_with_all_of_them() -> None:
    one, other = row("1", "hello there", "ann"), row("2", "good evening", "ann")
    with pytest.raises(
        InputError, match=r"1 customers are in train and in test, e.g. 'ann'.*1 customers are in .*calibration"
    ):
        find_leaks({"train": [one], "test": [other], "calibration": [row("3", "farewell", "ann")]})


def test_a_file_that_holds_the_test_set_is_refused() -> None:
    test = texts("test", EVENING)
    with pytest.raises(InputError, match=r"5 of 5 test rows stand in the train file"):
        find_leaks({"train": [*texts("train", MORNING), *test], "test": test})


@pytest.mark.parametrize(("new", "refused"), [(0, True), (3, True), (4, False)])
def test_calibration_rows_that_were_trained_on_are_refused_or_left_out(new: int, refused: bool) -> None:
    train, test = texts("train", MORNING), [row("t", "Something else altogether")]
    files = {"train": train, "test": test, "calibration": [*texts("same", MORNING), *texts("new", EVENING[:new])]}
    if refused:
        with pytest.raises(InputError, match=f"4 of {4 + new} calibration rows stand in the train file"):
            find_leaks(files)
        return
    leaks = find_leaks(files)
    assert leaks.learned == {f"same{number}" for number in range(4)}
    assert leaks.warnings == ("4 calibration rows repeat a train row, and were left out",)


def test_rows_of_the_past_are_warned_of() -> None:
    train = [row("1", "some old words", day=1), row("2", "other new words", day=9)]
    test = [row("3", "is this late", day=5), row("4", "or is it not", day=12)]
    assert find_leaks({"train": train, "test": test}).warnings == ("1 test rows are older than the newest train row",)
    assert find_leaks({"train": [row("5", "no time")], "test": test}).warnings == ()
