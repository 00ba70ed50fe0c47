from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fewsight.errors import ConfigError
from fewsight.events import CustomerHistory, Event
from fewsight.prompts.selection.index import TfidfIndex
from fewsight.prompts.selection.nearest import NearestSelector, marginal_relevance
from fewsight.prompts.selection.selectors import KINDS, Order, SelectorKind, make_selector
from fewsight.prompts.task import Language, Shot

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ["card", "refund", "late", "broken", "delivery", "refused", "退款", "快递", "", "!!"]


def history(text: str, customer: str = "c", day: int | None = None) -> CustomerHistory:
    time = None if day is None else START + timedelta(days=day)
    return CustomerHistory(customer, (Event("E1", time, "message", text=text or None),))


def shot(name: str, text: str, label: str = "a", customer: str | None = None, day: int | None = None) -> Shot:
    language: Language = "zh" if "退" in text else "en"
    return Shot(name, history(text, customer or f"shot:{name}", day), {"label": label}, language)


def ids(shots: Sequence[Shot]) -> list[str]:
    return [shot.id for shot in shots]


texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
customers = st.one_of(st.none(), st.sampled_from(["c1", "c2", "c3"]))
days = st.one_of(st.none(), st.integers(0, 9))
pools = st.lists(st.tuples(texts, st.sampled_from("abc"), customers, days), max_size=25).map(
    lambda rows: [shot(f"s{i:02}", *row) for i, row in enumerate(rows)]
)
asked = st.lists(st.tuples(texts, st.sampled_from(["c1", "c2", "c9"])).map(lambda row: history(*row)), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(get_args(Order)), pools, asked, st.integers(0, 12), st.integers(0, 3))
def test_whatever_the_pool_the_rules_hold(
    kind: SelectorKind, order: Order, pool: list[Shot], histories: list[CustomerHistory], k: int, seed: int
) -> None:
    as_of = START + timedelta(days=5)
    chosen = make_selector(kind, pool, seed=seed, as_of=as_of, order=order).select(histories, k)
    assert len(chosen) == len(histories)
    for mine, shots in zip(histories, chosen, strict=True):
        said = " ".join((mine.events[0].text or "").split())
        legal = [
            s
            for s in pool
            if s.history.customer_id != mine.customer_id
            and not (s.history.events[0].time and s.history.events[0].time > as_of)
            and not (said and s.history.customer_id.startswith("shot:") and said == _said(s))
        ]
        assert set(ids(shots)) <= set(ids(legal))
        assert len(set(ids(shots))) == len(shots) == min(k, len(legal))
    again = make_selector(kind, pool[::-1], seed=seed, as_of=as_of, order=order)
    assert [again.select([mine], k)[0] for mine in histories] == chosen  # neither pool order nor batch matters


def _said(other: Shot) -> str:
    return " ".join((other.history.events[0].text or "").split())


def test_what_was_kept_out_is_counted() -> None:
    pool = [shot("a", "one", customer="c1"), shot("b", "two"), shot("c", "three", customer="c2"), shot("d", "x", day=9)]
    selector = make_selector("random", pool, seed=0, as_of=START)
    selector.select([history("One ", "c1"), history("two", "c3"), history("three", "c3"), history("four", "c4")], 2)
    found = selector.exclusions
    assert (found.later, found.same_customer, found.same_text, found.repeated_text) == (1, 1, 1, 1)


def test_a_masked_text_is_still_known_as_the_same() -> None:
    selector = make_selector("knn", [shot("a", "mail [SHOT_EMAIL_1] now"), shot("b", "mail")], seed=0, as_of=None)
    assert ids(selector.select([history("Mail [EMAIL_7] now")], 2)[0]) == ["b"]


@pytest.mark.parametrize("kind", ["random", "balanced"])
def test_fixed_selections_are_shared_by_all_who_may_see_them(kind: SelectorKind) -> None:
    pool = [shot(f"s{i:02}", f"text {i}", "abc"[i % 3], customer=f"c{i}") for i in range(12)]
    selector = make_selector(kind, pool, seed=3, as_of=None)
    (usual, other) = selector.select([history("x", "nobody"), history("y", "else")], 6)
    assert usual == other
    barred = usual[2].history.customer_id
    mine = selector.select([history("z", barred)], 6)[0]
    assert mine[:2] == usual[:2]
    assert len(mine) == 6
    assert any(
        usual != make_selector(kind, pool, seed=seed, as_of=None).select([history("x")], 6)[0] for seed in (4, 5)
    )


def test_random_keeps_most_of_its_choice_when_the_pool_grows() -> None:
    pool = [shot(f"s{i:03}", f"text {i}") for i in range(110)]
    small = make_selector("random", pool[:100], seed=1, as_of=None).select([history("x")], 20)[0]
    large = make_selector("random", pool, seed=1, as_of=None).select([history("x")], 20)[0]
    assert len(set(ids(small)) & set(ids(large))) >= 15


@pytest.mark.parametrize("k", [2, 4, 6, 9, 30])
def test_balanced_counts_differ_by_one_at_most_while_the_pool_lasts(k: int) -> None:
    labels = "a" * 20 + "b" * 5 + "cc" + "d"
    pool = [shot(f"s{i:02}", f"text {i}", label) for i, label in enumerate(labels)]
    chosen = make_selector("balanced", pool, seed=0, as_of=None).select([history("x")], k)[0]
    counts = Counter(str(shot.answer["label"]) for shot in chosen)
    assert sum(counts.values()) == min(k, len(pool))
    left = [counts[label] for label, there in Counter(labels).items() if counts[label] < there]
    assert not left or max(counts.values()) - min(left) <= 1


def test_balanced_prefers_varied_shots() -> None:
    pool = [shot(f"s{i}", "where is my parcel", "a") for i in range(8)] + [shot("t", "zip is broken", "a")]
    chosen = make_selector("balanced", pool, seed=0, as_of=None).select([history("x")], 2)[0]
    assert "t" in ids(chosen)


POOL = [
    shot("s1", "my card has not arrived"),
    shot("s2", "card still not arrived"),
    shot("s3", "money back please"),
    shot("s4", "please cancel my subscription"),
]


def test_the_nearest_shot_stands_last_and_shared_order_is_by_id() -> None:
    question = [history("has my card arrived yet?")]
    assert ids(make_selector("knn", POOL, seed=0, as_of=None).select(question, 2)[0]) == ["s2", "s1"]
    shared = make_selector("knn", POOL[::-1], seed=0, as_of=None, order="shared")
    assert ids(shared.select(question, 2)[0]) == ["s1", "s2"]


def test_shared_order_begins_with_what_most_of_a_sample_get() -> None:
    pool = [shot(f"s{i}", text) for i, text in enumerate(["refund my order", "card is lost", "my card", "order late"])]
    sample = [history("my card is broken", "a"), history("where is my card", "b"), history("card", "c")]
    selector = make_selector("knn", pool, seed=0, as_of=None, order="shared")
    assert isinstance(selector, NearestSelector)
    nearest = selector.select([history("refund my card", "x")], 2)[0]
    counted = replace(selector.exclusions)
    selector.settle(sample, 1)
    assert selector.exclusions == counted
    settled = selector.select([history("refund my card", "x")], 2)[0]
    assert set(ids(settled)) == set(ids(nearest)) == {"s0", "s2"}
    assert (ids(nearest), ids(settled)) == (["s0", "s2"], ["s2", "s0"])


def test_ties_go_to_the_lower_id() -> None:
    pool = [shot(f"s{i:02}", "same words", customer=f"c{i}") for i in range(30)]
    chosen = make_selector("knn", pool, seed=0, as_of=None, order="shared").select([history("same words", "x")], 3)[0]
    assert ids(chosen) == ["s00", "s01", "s02"]
    chosen = make_selector("knn", pool, seed=0, as_of=None, order="shared").select([history("zzz", "x")], 2)[0]
    assert ids(chosen) == ["s00", "s01"]


def test_the_newest_event_counts_most() -> None:
    pool = [shot("s1", "card arrived"), shot("s2", "money back")]
    selector = make_selector("knn", pool, seed=0, as_of=None)
    card, money = Event("E1", None, "message", text="my card"), Event("E2", None, "message", text="my money")
    chosen = selector.select([CustomerHistory("c", (money, card)), CustomerHistory("c", (card, money))], 1)
    assert [ids(shots) for shots in chosen] == [["s1"], ["s2"]]


def test_profiles_are_compared_where_there_are_no_events() -> None:
    plans = [CustomerHistory(plan, profile={"plan": plan}) for plan in ("dsl", "fiber")]
    pool = [Shot(f"s{i}", plan, {"label": "a"}) for i, plan in enumerate(plans)]
    mine = CustomerHistory("x", profile={"plan": "fiber"})
    assert ids(make_selector("knn", pool, seed=0, as_of=None).select([mine, CustomerHistory("y")], 1)[0]) == ["s1"]


def test_chinese_is_compared_by_characters() -> None:
    pool = [shot("s1", "我要退款，谢谢"), shot("s2", "退订会员")]
    assert ids(make_selector("knn", pool, seed=0, as_of=None).select([history("怎么退款")], 1)[0]) == ["s1"]


def test_a_large_pool_finds_by_its_shortlist_what_a_full_search_finds() -> None:
    rng = np.random.default_rng(0)
    words = [f"w{i:03}" for i in range(300)] + ["the", "is"] * 20
    pool = [shot(f"s{i:04}", " ".join(rng.choice(words, 8)), customer=f"c{i}") for i in range(2500)]
    asked = [history(" ".join(rng.choice(words, 8)), "x") for _ in range(20)]
    found = TfidfIndex(pool).nearest(asked, 1, [()] * 20)
    full = TfidfIndex(pool, exact_up_to=len(pool)).nearest(asked, 1, [()] * 20)
    same = sum(int(a[0][0]) == int(b[0][0]) for a, b in zip(found, full, strict=True))
    assert same >= 19


def test_an_encoder_replaces_tfidf() -> None:
    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1, 0] if "money" in text or "refund" in text else [0, 1] for text in texts], dtype=np.float32)

    selector = make_selector("knn", POOL, seed=0, as_of=None, encoder=encode)
    assert ids(selector.select([history("refund")], 1)[0]) == ["s3"]


def test_marginal_relevance_takes_the_nearest_and_then_what_differs() -> None:
    similar = np.array([0.9, 0.89, 0.6], dtype=np.float32)
    between = np.array([[1, 0.99, 0.1], [0.99, 1, 0.1], [0.1, 0.1, 1]], dtype=np.float32)
    assert marginal_relevance(similar, between, 2) == [0, 2]
    assert marginal_relevance(similar, between, 9) == [0, 2, 1]


def test_unknown_kinds_and_repeated_ids_are_refused() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'knn'"):
        make_selector("kn", POOL, seed=0, as_of=None)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="same id"):
        make_selector("knn", [POOL[0], POOL[0]], seed=0, as_of=None)


def test_an_answer_of_a_later_moment_is_not_shown() -> None:
    early = shot("a", "one")
    late = replace(early, id="b", history=early.history.as_of(START + timedelta(days=30)))
    selector = make_selector("random", [early, late], seed=0, as_of=START + timedelta(days=9))
    assert [one.id for one in selector.select([history("x", "c9")], 2)[0]] == ["a"]
