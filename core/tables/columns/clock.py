"""Which column says when, where several do: times of day beside dates, times of messages beside their ticket's."""

from collections.abc import Sequence
from typing import Final

from fewsight.tables.columns.choice import Choice
from fewsight.tables.columns.names import tokens
from fewsight.tables.columns.values import is_bare_date, is_clock, is_time, mostly

_DATE_WORDS_WORDS = """
    date day datum tag fecha dia data giorno jour dag on at 日期 日 日付 年月日 날짜 일자"""
_DATE_WORDS: Final = frozenset(_DATE_WORDS_WORDS.split())
_CLOCK_WORDS_WORDS = """
    time uhrzeit zeit hora ora heure tijd tijdstip hour clock of day 时间 時刻 時間 시간"""
_CLOCK_WORDS: Final = frozenset(_CLOCK_WORDS_WORDS.split())
_SURE: Final = 0.9


def choose_time_of_day(choice: Choice) -> None:
    """Take the column of times of day whose name is that of the dates' column but for the word that says which it is.

    Nothing is taken where the dates have a time of day themselves.
    """
    dates = choice.columns.get("time")
    if dates is None or not mostly(is_bare_date, choice.sheet.sample[dates], _SURE):
        return
    stem = _stem(dates, _DATE_WORDS)
    for name in choice.free:
        words = set(tokens(name))
        if (
            words & _CLOCK_WORDS
            and _stem(name, _CLOCK_WORDS) == stem
            and mostly(is_clock, choice.sheet.sample[name], _SURE)
        ):
            choice.take("time_of_day", name, f"times of day beside the dates of {dates!r}; both are one moment")
            return


def choose_time_of_messages(choice: Choice, ids: Sequence[str]) -> None:
    """Take the times that differ among the rows of one ticket, where the column that was taken says when it began."""
    began, author = choice.columns.get("time"), choice.columns.get("author")
    if began is None or author is None:
        return
    for name in ids:
        groups = [places for places in choice.sheet.groups(name) if len(places) > 1]
        if not groups or any(_differ(choice, began, places) for places in groups):
            continue
        for other in choice.ranked("time"):
            if mostly(is_time, choice.sheet.sample[other], _SURE) and any(_differ(choice, other, at) for at in groups):
                choice.take("time", other, f"it differs among the rows of one {name!r}, and {began!r} does not")
                return


def _differ(choice: Choice, column: str, places: Sequence[int]) -> bool:
    cells = choice.sheet.cells(column)
    return len({cells[at] for at in places}) > 1


def _stem(name: str, without: frozenset[str]) -> tuple[str, ...]:
    """The words of a name without those that say date or time.

    >>> _stem("Start Date", _DATE_WORDS), _stem("start_time", _CLOCK_WORDS)
    (('start',), ('start',))
    """
    return tuple(word for word in tokens(name) if word not in without)
