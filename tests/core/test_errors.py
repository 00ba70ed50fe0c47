import inspect
import re

from fewsight import errors
from fewsight.errors import FewsightError, did_you_mean


def test_every_error_is_in_the_tree_at_the_top_of_its_file() -> None:
    found = {name for name, item in vars(errors).items() if inspect.isclass(item) and issubclass(item, Exception)}
    assert found == set(re.findall(r"\w+Error", errors.__doc__ or ""))
    assert all(issubclass(getattr(errors, name), FewsightError) for name in found)


def test_close_words_are_offered_and_else_all() -> None:
    assert did_you_mean("intnt", ["intent", "persona"]) == " Did you mean 'intent'?"
    assert did_you_mean("zzz", ["b", "a"]) == " Known: a, b."
    assert did_you_mean("zzz", []) == ""


def test_a_long_list_of_known_words_is_not_written_out() -> None:
    assert did_you_mean("zzz", [f"code{number}" for number in range(101)]) == ""
