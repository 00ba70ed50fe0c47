"""Customers of the world for predictions: they order until they leave, and complaints make that likelier."""

from datetime import timedelta
from statistics import mean

import pytest

from fewsight.shop import Customer, generate
from fewsight.shop.generate import LIVED, START
from fewsight.shop.life import lapsing


def lives(count: int = 120, first: int = 0) -> list[Customer]:
    return list(generate(count, seed=5, lapses=True, first=first))


def orders(customers: list[Customer]) -> float:
    return mean(sum(event.kind == "order" for event in one.history.events) for one in customers)


def test_any_slice_can_be_made_again_and_nothing_is_later_than_the_end() -> None:
    whole = lives(30)
    assert whole[20:] == lives(10, first=20)
    times = [event.time for one in whole for event in one.history.events if event.time]
    assert max(times) <= START + LIVED
    assert max(times) > START + LIVED - timedelta(days=60)
    assert all(list(one.history.events) == sorted(one.history.events, key=lambda e: str(e.time)) for one in whole)


@pytest.mark.parametrize(("name", "less"), [("COMPLAINT", 0.8), ("RETURN", 0.95), ("FULL_PRICE", 0.97)])
def test_what_is_said_to_make_leaving_likelier_does(name: str, less: float, monkeypatch: pytest.MonkeyPatch) -> None:
    with_effect = orders(lives())
    monkeypatch.setattr(lapsing, name, 1.0)
    assert with_effect < less * orders(lives())


def test_who_has_left_is_written_to_by_the_shop_alone() -> None:
    left = [one for one in lives() if one.history.events[-1].kind in ("campaign", "coupon")]
    assert len(left) > 60
    for one in left:
        newest = max(place for place, event in enumerate(one.history.events) if event.kind == "order")
        later = {event.kind for event in one.history.events[newest + 1 :]}
        assert later <= {"campaign", "coupon", "return", "refund", "message", "ticket", "call"}
