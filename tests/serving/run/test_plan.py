from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fewsight.events import CustomerHistory
from fewsight.prompts.render import Prompt
from fewsight.serving.run.plan import arranged, batches, cheapest, computed_tokens
from fewsight.serving.run.prepare import Item

Ids = tuple[int, ...]
prompts = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=8).map(tuple), max_size=20)


def item(ids: Ids) -> Item:
    prompt = Prompt("", (), "", ids)
    return Item("c", CustomerHistory("c"), "t", "en", prompt, 0, {}, (), 0, 0, (), "t.full.en.v1")


def in_order(found: list[Ids]) -> list[Ids]:
    return [one.prompt.token_ids for one in arranged([item(ids) for ids in found])]


@given(prompts)
def test_an_arranged_plan_computes_each_node_of_the_trie_once(found: list[Ids]) -> None:
    nodes = {ids[:depth] for ids in found for depth in range(1, len(ids) + 1)}
    repeated = len(found) - len(set(found))
    assert computed_tokens(in_order(found), 1) == len(nodes) + repeated  # a prompt's last token is always computed


@given(prompts, st.integers(1, 4))
def test_blocks_are_shared_as_a_whole_by_any_earlier_prompt(found: list[Ids], block: int) -> None:
    known: set[Ids] = set()
    expected = 0
    for ids in in_order(found):
        kept = max((n for n in range(block, len(ids), block) if ids[:n] in known), default=0)
        expected += len(ids) - kept
        known |= {ids[:n] for n in range(1, len(ids) + 1)}
    assert computed_tokens(in_order(found), block) == expected


@given(prompts, st.integers(1, 4))
def test_no_order_costs_less_than_the_arranged_one(found: list[Ids], block: int) -> None:
    assert computed_tokens(in_order(found), block) <= computed_tokens(found, block) <= sum(map(len, found))


def test_the_cheaper_arrangement_is_chosen_and_ties_go_to_shots_first() -> None:
    alike, apart = [item((1, 1, 1)), item((1, 1, 2))], [item((1, 1, 1)), item((2, 1, 1))]
    order, costs = cheapest({"shots-first": apart, "history-first": alike}, 1)
    assert order == "history-first"
    assert [(cost.order, cost.sent, cost.computed) for cost in costs] == [
        ("shots-first", 6, 6),
        ("history-first", 6, 4),
    ]
    assert cheapest({"shots-first": alike, "history-first": alike}, 1)[0] == "shots-first"


def test_batches_are_bounded_in_rows_and_in_padded_tokens() -> None:
    found = [item((0,) * n) for n in (5, 5, 30, 5, 200, 5)] + [replace(item((1,) * 5), task="b")]
    cut = [[len(i.prompt.token_ids) for i in batch] for batch in batches(found, ["t", "b"], 3, 60)]
    assert cut == [[5, 5], [30, 5], [200], [5], [5]]
    assert [len(batch) for batch in batches(found, ["t", "b"], 3)] == [3, 3, 1]
