from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fewsight.errors import EngineError
from fewsight.serving.engines.local.key_values import attention_window, widen_window
from fewsight.serving.engines.local.row_cache import LEAST_FILLED, MIN_SHARED, NARROW, Row, RowCache, alike

if TYPE_CHECKING:
    import torch

VOCABULARY = 50


@pytest.fixture(scope="module")
def llama() -> Any:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    torch.set_num_threads(1)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, num_key_value_heads=2, **sizes))
    return model.eval().requires_grad_(False)


def plain(model: Any, row: Row) -> "torch.Tensor":
    import torch

    logits: torch.Tensor = model(input_ids=torch.tensor([row])).logits[0, -1]
    return logits


def check(cache: RowCache, model: Any, rows: list[Row]) -> list[int]:
    import torch

    before = cache.computed
    logits, costs = cache.logits(rows)
    assert logits.shape == (len(rows), VOCABULARY)
    assert cache.computed - before == sum(costs)
    for row, found in zip(rows, logits, strict=True):
        torch.testing.assert_close(found, plain(model, row), atol=1e-4, rtol=1e-4)
    return costs


def test_ragged_rows_without_anything_shared(llama: Any) -> None:
    costs = check(RowCache(llama), llama, [(1, 2, 3), (4,), (5, 6, 7, 8, 9)])
    assert costs == [3, 1, 5]


def test_extending_and_shrinking_rows_computes_only_what_is_new(llama: Any) -> None:
    cache = RowCache(llama)
    first, second = tuple(range(20)), tuple(range(30, 45))
    check(cache, llama, [first, second])
    assert check(cache, llama, [(*first, 7), (*second, 8, 9)]) == [1, 2]
    assert check(cache, llama, [(*second, 8, 9, 1)]) == [1]  # one row left, of other length
    assert check(cache, llama, [second[:5], (*second[:5], 0)]) == [1, 1]


def test_a_row_branches_into_several(llama: Any) -> None:
    cache = RowCache(llama)
    stem = tuple(range(25))
    check(cache, llama, [stem])
    assert check(cache, llama, [(*stem, 1), (*stem, 2, 3), (*stem, 4)]) == [1, 2, 1]
    assert check(cache, llama, [(*stem, 2, 3, 9), (*stem, 1, 8), (*stem, 1, 7)]) == [1, 1, 1]


def test_a_prefix_shared_in_one_batch_is_computed_once(llama: Any) -> None:
    stem = tuple(range(40))
    costs = check(RowCache(llama), llama, [(*stem, 1, 2), (*stem, 3), (49, 48), (*stem, 4, 5, 6)])
    assert sum(costs) <= len(stem) + 2 + 1 + 2 + 3 + 1  # the lone row's last token is computed twice
    assert sum(costs) < 3 * len(stem)


def test_after_clear_nothing_is_remembered(llama: Any) -> None:
    cache = RowCache(llama)
    row = tuple(range(20))
    check(cache, llama, [row])
    cache.clear()
    assert check(cache, llama, [row]) == [20]


stems = st.sampled_from([tuple(range(MIN_SHARED + 3)), tuple(range(20, 20 + MIN_SHARED)), (7,), ()])
rows = st.tuples(stems, stems, st.lists(st.integers(0, 3), min_size=1, max_size=5).map(tuple)).map(
    lambda parts: parts[0] + parts[1] + parts[2]
)


@settings(max_examples=15, deadline=None)
@given(batches=st.lists(st.lists(rows, min_size=1, max_size=5), min_size=1, max_size=4))
def test_whatever_came_before_logits_are_those_of_the_plain_model(llama: Any, batches: list[list[Row]]) -> None:
    cache = RowCache(llama)
    for batch in batches:
        check(cache, llama, batch)


def test_rows_of_very_different_lengths_are_computed_apart_and_joined(llama: Any) -> None:
    cache = RowCache(llama)
    rows = [tuple(range(40)), (7,), tuple(range(10, 45)), (1, 2, 3), tuple(range(20, 40))]
    assert len(alike([len(row) for row in rows], 1024)) > 1
    assert check(cache, llama, rows) == [40, 1, 35, 3, 20]
    longer = [(*row, 48, *range(30)) if len(row) < 30 else (*row, 48) for row in rows]
    assert check(cache, llama, longer) == [1, 31, 1, 31, 31]
    assert check(cache, llama, [(*row, 49) for row in longer]) == [1] * 5


@given(st.lists(st.integers(1, 300), min_size=1, max_size=20), st.integers(1, 400))
def test_groups_hold_each_row_once_and_little_padding(widths: list[int], group_tokens: int) -> None:
    groups = alike(widths, group_tokens)
    assert sorted(i for group in groups for i in group) == list(range(len(widths)))
    for group in groups:
        wide = max(widths[i] for i in group)
        assert len(group) == 1 or wide * len(group) <= group_tokens
        assert wide <= NARROW or all(widths[i] >= LEAST_FILLED * wide for i in group)


@pytest.fixture(scope="module")
def windowed() -> Any:
    """A model that attends to 16 tokens, as it is when it was loaded."""
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = MistralConfig(
        vocab_size=VOCABULARY, num_key_value_heads=2, sliding_window=16, initializer_range=0.5, **sizes
    )
    return MistralForCausalLM(config).eval().requires_grad_(False)


@settings(deadline=None, max_examples=30)
@given(batches=st.lists(st.lists(rows.filter(lambda row: len(row) <= 16), min_size=1, max_size=5), max_size=4))
def test_within_its_window_a_model_answers_as_it_should(windowed: Any, batches: list[list[Row]]) -> None:
    import copy

    wide = copy.deepcopy(windowed)
    assert widen_window(wide) == 16
    cache = RowCache(wide)
    for batch in batches:
        check(cache, windowed, batch)
        check(cache, windowed, [row[: len(row) // 2 + 1] for row in reversed(batch)])


def test_layers_that_keep_no_keys_are_refused() -> None:
    from transformers import LlamaConfig

    config = LlamaConfig(num_hidden_layers=2)
    config.layer_types = ["full_attention", "linear_attention"]
    with pytest.raises(EngineError, match="linear_attention layers; use vLLM"):
        attention_window(config)
