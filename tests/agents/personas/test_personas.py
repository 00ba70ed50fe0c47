"""Each field is a fact, inferred or unknown; facts never come from the model."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from fewsight.agents.personas import Fact, Inferred, PersonaCard, PersonaOptions, Unknown, personas, read_cards
from fewsight.agents.personas.cli import personas as command
from fewsight.agents.personas.writing import PART, STATE, Begun
from fewsight.errors import InputError
from tests.agents.personas.conftest import ROWS, facts_of, insight, record


def cards_of(folder: Path) -> dict[str, PersonaCard]:
    return {card.customer_id: card for card in read_cards(folder)}


def test_facts_are_computed_and_the_model_never_states_one(run: Path, facts: Path, tmp_path: Path) -> None:
    summary = personas(run, facts, tmp_path / "out")
    cards = cards_of(tmp_path / "out")
    price = cards["A"].traits["price_sensitivity"]
    assert isinstance(price, Fact)  # the model says low, eight of ten orders have a discount
    assert (price.value, price.of["discount_share"]) == ("high", 0.8)
    household = cards["A"].traits["household"]
    assert household == Inferred(value="couple", confidence=0.75, evidence=["e1"], unproven=True)
    assert {name: known.kind for name, known in cards["C"].traits.items()} == {
        "activity": "fact", "price_sensitivity": "unknown", "channel_preference": "unknown", "main_interest": "unknown",
    }  # fmt: skip
    of_price = next(one for one in summary.traits if one.trait == "price_sensitivity")
    assert (of_price.checked, of_price.agreed) == (2, 1)
    assert cards["A"].facts["orders_count"] == Fact(value=6, formula="")


def test_traits_are_what_their_formulas_say(run: Path, facts: Path, tmp_path: Path) -> None:
    personas(run, facts, tmp_path / "out")
    told = {
        name: {k: getattr(v, "value", None) for k, v in card.traits.items()}
        for name, card in cards_of(tmp_path / "out").items()
    }
    assert [told[name]["activity"] for name in "ABCD"] == ["active", "lapsed", "new", None]
    assert [told[name]["channel_preference"] for name in "ABCD"] == ["app", "web", None, None]
    assert [told[name]["main_interest"] for name in "AB"] == ["kiel_s_best", "tea"]
    assert [told[name]["price_sensitivity"] for name in "AB"] == ["high", "low"]


def test_what_names_no_event_is_unknown(run: Path, facts: Path, tmp_path: Path) -> None:
    personas(run, facts, tmp_path / "out")
    cards = cards_of(tmp_path / "out")
    assert cards["D"].traits["household"] == Unknown(reason="the model names no event for what it says")
    assert cards["B"].traits["household"] == Unknown(reason="neither facts nor words tell it")


def test_a_killed_call_goes_on(run: Path, facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = personas(run, facts, tmp_path / "whole")
    monkeypatch.setattr("fewsight.agents.personas.api._BATCH", 2)
    append, calls = Begun.append, [0]

    def killed(self: Begun, *arguments: object) -> None:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        append(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Begun, "append", killed)
    with pytest.raises(KeyboardInterrupt):
        personas(run, facts, tmp_path / "out")
    with (tmp_path / "out" / PART).open("a") as file:
        file.write('{"half')
    assert personas(run, facts, tmp_path / "out") == whole
    assert calls == [3]
    assert (tmp_path / "out" / "cards.jsonl").read_bytes() == (tmp_path / "whole" / "cards.jsonl").read_bytes()
    assert not (tmp_path / "out" / STATE).exists()


def test_other_inputs_begin_anew(run: Path, facts: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    Begun("another").append(tmp_path / "out", ["{}"], 1)
    personas(run, facts, tmp_path / "out")
    assert len(cards_of(tmp_path / "out")) == 4


def test_the_page_stands_alone_and_escapes(facts: Path, tmp_path: Path) -> None:
    frame = facts_of()
    frame.loc[0, "customer_id"] = "<script>alert(1)</script>"
    frame.to_parquet(facts)
    run = record(tmp_path / "run", [insight("B", household="couple", evidence=["<img src=x>"])])
    personas(run, facts, tmp_path / "out")
    page = (tmp_path / "out" / "personas.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<img" not in page
    assert (tmp_path / "out" / "cards.jsonl").stat().st_mode & 0o777 == 0o600


def test_customers_who_have_no_facts_are_counted(facts: Path, tmp_path: Path) -> None:
    run = record(tmp_path / "run", [insight("A", household="couple"), insight("nobody", household="couple")])
    assert personas(run, facts, tmp_path / "out").strangers == 1


@given(st.lists(st.sampled_from([None, 0.0, 0.1, 0.5, 0.7, 1.0]), min_size=4, max_size=4), st.integers(0, 9))
def test_a_fact_always_follows_from_its_values(
    tmp_path_factory: pytest.TempPathFactory, shares: list[float | None], orders: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    frame = facts_of().assign(discount_share=pd.array(shares, dtype="Float64"), orders_count=orders)
    frame.to_parquet(folder / "f.parquet")
    personas(record(folder / "run", [insight("A", household="couple")]), folder / "f.parquet", folder / "out")
    for card, share in zip(read_cards(folder / "out"), shares, strict=True):
        price = card.traits["price_sensitivity"]
        if share is None or orders < 3:
            assert price.kind == "unknown"
        elif share >= 2 / 3:
            assert isinstance(price, Fact)
            assert price.value == "high"
        elif share >= 0.2:
            assert isinstance(price, Fact)
            assert price.value == "medium"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"customer_id": ["A", "A", "C", "D"]}, "4 rows of 3 customers"),
        ({"customer_id": None}, "have no 'customer_id'"),
    ],
)
def test_bad_facts_are_refused(change: dict[str, Any], problem: str, run: Path, facts: Path, tmp_path: Path) -> None:
    facts_of().assign(**change).to_parquet(facts)
    with pytest.raises(InputError, match=problem):
        personas(run, facts, tmp_path / "out")


def test_a_run_without_the_task_is_refused(run: Path, facts: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no answer of the task 'intent'. Known: persona"):
        personas(run, facts, tmp_path / "out", PersonaOptions(task="intent"))
    with pytest.raises(InputError, match="There is no file"):
        list(read_cards(tmp_path / "nowhere"))


def test_a_table_of_one_customer_without_any_share(run: Path, tmp_path: Path) -> None:
    pd.DataFrame([{"customer_id": "A", "orders_count": 1}]).to_csv(tmp_path / "one.csv", index=False)
    summary = personas(run, tmp_path / "one.csv", tmp_path / "out")
    assert (summary.customers, summary.formulas, summary.strangers) == (1, {}, 2)


def test_the_command(run: Path, facts: Path, tmp_path: Path) -> None:
    words = ["--run", str(run), "--facts", str(facts), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(command, words, catch_exceptions=False)
    assert "4 cards; the model answered for 3 of the customers." in done.output
    assert "household: 1 inferred, 2 unknown; the model is unproven" in done.output
    assert len(ROWS) == json.loads((tmp_path / "out" / "summary.json").read_text())["customers"]
