"""A customer who is forgotten, and a look that was killed."""

from pathlib import Path

import pytest

from fewsight.agents.watch.sending import publish
from fewsight.agents.watch.state import State
from fewsight.errors import LedgerError
from fewsight.forget.forgetting import forget
from tests.agents.watch.shop import Shop


def test_forgetting_leaves_no_byte_of_a_customer_and_the_watch_goes_on(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "watch"
    with State.open(folder) as state:
        shop.look(state)
        publish(state, None)
        gone, *others = [alert.customer_id for alert in state.alerts()]
        with pytest.raises(LedgerError, match="being written"):
            forget(gone, [folder])
    (folder / "scoring-abc").mkdir()
    names = folder / "scoring-abc" / "pseudonyms.jsonl"
    names.write_text('["x", {"[NAME_1]": "Ann"}]\n')
    names.chmod(0o600)
    done = forget(gone, [folder])
    assert {trace.path.name for trace in done.removed} == {
        *("watch.sqlite", "alerts.jsonl", "alerts.csv", "watch.html", "pseudonyms.jsonl")
    }
    for path in folder.rglob("*"):
        assert not path.is_file() or gone.encode() not in path.read_bytes(), path
    with State.open(folder) as state:
        publish(state, None)
        assert [alert.customer_id for alert in state.alerts()] == others
        assert len(state.looks()) == 1


def test_a_look_that_was_killed_is_made_again_as_a_whole(
    shop: Shop, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("fewsight.agents.watch.api.drift_of", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shop.look(state)
    assert state.alerts() == []
    assert state.looks() == []
    shop.look(state)
    with State.open(tmp_path / "other") as undisturbed:
        shop.look(undisturbed)
        assert undisturbed.alerts() == state.alerts()
        assert undisturbed.looks() == state.looks()
    assert not list(state.path.parent.glob("scoring-*"))
