import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewsight.digest import digest, file_digest

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values, values)
def test_only_equal_values_have_equal_digests(one: Any, two: Any) -> None:
    same = repr_of(one) == repr_of(two)
    assert (digest(one) == digest(two)) == same


def repr_of(value: Any) -> str:
    """A form in which True and 1 differ, and the order of keys does not matter."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{repr_of(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(repr_of, value)) + "]"
    return repr(value)


def test_a_digest_is_the_same_on_every_machine() -> None:
    assert digest({"b": [1, "é"], "a": None}) == hashlib.sha256('{"a":null,"b":[1,"é"]}'.encode()).hexdigest()
    assert len(digest("\ud800")) == 64


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {1, 2}, b"x"])
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        digest(value)


def test_a_file_is_digested_by_content(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 100_000)
    assert file_digest(tmp_path / "f") == hashlib.sha256(b"x" * 100_000).hexdigest()
