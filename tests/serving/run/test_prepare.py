from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fewsight.events import CustomerHistory, Event
from fewsight.prompts.loading.finding import load_task
from fewsight.prompts.selection.selectors import make_selector
from fewsight.prompts.task import LANGUAGES, Task
from fewsight.serving.models.tokenizer import FolderTokenizer
from fewsight.serving.run.options import make_options
from fewsight.serving.run.prepare import Item, Preparer, masked_shots

START = datetime(2026, 1, 1, tzinfo=UTC)


def long_history(events: int) -> CustomerHistory:
    said = tuple(
        Event(f"id{i}", START + timedelta(days=i), "ticket" if i % 10 == 0 else "view", text=f"note number {i} here")
        for i in range(events)
    )
    return CustomerHistory("c", said)


def preparer(tokenizer: FolderTokenizer, *, room: int = 4096, shots: int = 0, **options: Any) -> Preparer:
    task: Task = load_task("intent")
    wanted = make_options(tasks=("intent",), shots=shots, **options)
    selectors = {
        ("intent", language): make_selector("balanced", task.shots_in(language), seed=0, as_of=None)
        for language in LANGUAGES
    }
    return Preparer([task], selectors if shots else {}, wanted, tokenizer, room)


def one_item(found: Preparer, history: CustomerHistory) -> Item:
    (item,) = found.items([history], "shots-first", ["intent"])
    return item


def test_a_history_over_the_budget_keeps_the_newest_and_says_what_is_missing(tokenizer: FolderTokenizer) -> None:
    item = one_item(preparer(tokenizer, history_tokens=300), long_history(100))
    assert item.left_out == 100 - item.events > 0
    assert "id99" in item.event_map.values()
    assert item.warnings == (f"{item.left_out} older or less telling events were left out to fit the budget",)
    assert list(item.event_map) == [f"E{i}" for i in range(1, item.events + 1)]
    whole = one_item(preparer(tokenizer, history_tokens=20_000, room=50_000), long_history(100))
    assert (whole.events, whole.left_out, whole.warnings) == (100, 0, ())


def test_a_history_over_the_context_is_cut_to_it(tokenizer: FolderTokenizer) -> None:
    room = 2048
    item = one_item(preparer(tokenizer, history_tokens=20_000, room=room), long_history(200))
    assert len(item.prompt.token_ids) + 256 <= room
    assert 0 < item.events < 200
    assert "id199" in item.event_map.values()


@pytest.mark.parametrize("profile", [{}, {"city": "Oslo"}])
def test_one_text_over_the_budget_is_cut_and_not_dropped(tokenizer: FolderTokenizer, profile: dict[str, str]) -> None:
    message = CustomerHistory("c", (Event("m", None, "message", text="我的包裹还没有到" * 500),), profile)
    item = one_item(preparer(tokenizer, history_tokens=200), message)
    assert item.event_map == {"E1": "m"}
    assert item.cut > 3000
    assert item.warnings == (f"{item.cut} characters were cut from long texts",)
    assert "包裹" in item.prompt.user


def test_shots_that_do_not_fit_are_left_out_and_counted(tokenizer: FolderTokenizer) -> None:
    roomy = one_item(preparer(tokenizer, shots=6, room=20_000), long_history(3))
    assert len(roomy.shots) == 6
    tight = one_item(
        preparer(tokenizer, shots=6, room=len(roomy.prompt.token_ids) + 512 + 256 - 1),
        long_history(3),
    )
    assert tight.shots == roomy.shots[1:]
    assert tight.events == 3
    assert tight.warnings == ("1 of 6 shots did not fit in the context and were left out",)


def test_the_language_is_the_customers_unless_it_was_chosen(tokenizer: FolderTokenizer) -> None:
    chinese = CustomerHistory("c", (Event("m", None, "message", text="我的包裹还没有到"),))
    assert one_item(preparer(tokenizer), chinese).template == "intent.full.zh.v1"
    assert one_item(preparer(tokenizer, language="en"), chinese).template == "intent.full.en.v1"
    assert one_item(preparer(tokenizer), CustomerHistory("c")).language == "en"


def test_masking_hides_identifiers_unless_it_is_off(tokenizer: FolderTokenizer) -> None:
    history = CustomerHistory("c", (Event("m", None, "message", text="Write to ada@example.com"),))
    on, off = preparer(tokenizer), preparer(tokenizer, mask=False)
    masked = on.mask(history)
    assert "ada@example.com" not in one_item(on, masked.history).prompt.user
    assert "ada@example.com" in masked.pseudonyms.values()
    assert off.mask(history).history == history
    assert "ada@example.com" in one_item(off, off.mask(history).history).prompt.user


def test_a_history_without_events_can_be_asked_about(tokenizer: FolderTokenizer) -> None:
    item = one_item(preparer(tokenizer), CustomerHistory("c", (), {"city": "Oslo"}))
    assert (item.events, item.event_map) == (0, {})
    assert "No events." in item.prompt.user
    assert "city: Oslo" in item.prompt.user


def test_masked_shots_have_a_namespace_of_their_own() -> None:
    shot = load_task("intent").shots[0]
    history = CustomerHistory("s", (Event("m", None, "message", text="Write to ada@example.com"),))
    from dataclasses import replace

    (masked,) = masked_shots([replace(shot, history=history)])
    assert "SHOT" in (masked.history.events[0].text or "")
