"""What to do, and shares corrected by known labels."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from statsmodels.stats.proportion import power_proportions_2indep

from fewsight.agents.reports.actions.catalogue import read_catalogue
from fewsight.agents.reports.actions.planning import Reached, holdout, plan
from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.shown.markdown import report_markdown
from fewsight.agents.reports.shown.page import report_page
from fewsight.errors import ConfigError, InputError
from tests.agents.reports.conftest import Made, many
from tests.agents.reports.planted import STAYS, answered, customers

Recorded = Callable[[Made], Path]


def test_reach_money_and_cost() -> None:
    reached = {"delivery/late": Reached(100, 500_000), "delivery/cost": Reached(50, 100_000)}
    first, second = plan(read_catalogue(), reached, "EUR")
    assert (first.id, first.customers, first.at_stake, first.cost) == ("delivery_coupon", 150, 600_000, 75_000)
    assert first.break_even == pytest.approx(0.125)
    assert (second.id, second.reasons) == ("mend_delivery", ("delivery/late",))
    assert first.evidence == "no causal evidence"
    other = plan(read_catalogue(), reached, "USD")
    assert {one.break_even for one in other} == {None}, "money of two currencies is not compared"
    assert plan(read_catalogue(), {"delivery/late": Reached(19, None)}, None) == ()


@pytest.mark.parametrize("effect", [0.05, 0.1, 0.2])
def test_sizes_have_the_power_that_they_promise(effect: float) -> None:
    size = holdout(1000, effect).needed
    power = power_proportions_2indep(-effect, 0.5, size, return_results=False)
    assert power == pytest.approx(0.8, abs=0.01)


def test_the_hold_out_that_is_too_small_says_what_it_sees() -> None:
    small = holdout(200, 0.1)
    assert small.possible == 100 < small.needed
    assert holdout(200, small.smallest).needed <= 100


def test_a_catalogue_of_ones_own(recorded: Recorded, tmp_path: Path) -> None:
    path = tmp_path / "actions.toml"
    entry = '[[action]]\nid = "x"\nkind = "call"\nreasons = ["delivery/*"]\nen = "Call."\nzh = "致电。"\n'
    entry += "each = 1\nonce = 0\n"
    path.write_text(f'currency = "EUR"\n{entry}effect = 0.1\n')
    run = recorded(many("delivery/late", 40))
    report = build_report(run, actions=path)
    assert [one.id for one in report.actions] == ["x"]
    for shown in (report_page(report), report_markdown(report)):
        assert "No causal evidence" in shown
        assert "20 customers, and a difference of 10 points takes 385" in shown
    path.write_text(f'currency = "EUR"\n{entry}effect = 0.1\n{entry}effect = 0.1\n')
    with pytest.raises(ConfigError, match="action 'x' twice"):
        build_report(run, actions=path)
    path.write_text(f'currency = "EUR"\n{entry}effect = 7\n')
    with pytest.raises(ConfigError, match="no catalogue of actions"):
        build_report(run, actions=path)


def test_shares_are_corrected_by_known_labels(recorded: Recorded, tmp_path: Path) -> None:
    """Three in ten who stay were answered to leave: known labels take them out again."""
    made = customers(1500, 7, ())
    truth = {history.customer_id: (insight.answer or {})["reason"] for history, insight in made}
    wrong = [
        (history, answered(history.customer_id, "delivery/late", None))
        if truth[history.customer_id] == STAYS and number % 10 < 3
        else (history, insight)
        for number, (history, insight) in enumerate(made)
    ]
    lines = [{"customer_id": name, "answer": {"reason": label}} for name, label in list(truth.items())[:400]]
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    run = recorded(wrong)
    report = build_report(run, labels=path)
    true = sum(label != STAYS for label in truth.values()) / len(truth)
    assert report.leaving is not None
    assert report.corrected is not None
    assert report.corrected.low is not None
    assert report.corrected.high is not None
    assert report.leaving.low is not None
    assert report.leaving.low > true, "as answered, it is far off"
    assert report.corrected.low <= true <= report.corrected.high
    late = next(one for one in report.reasons if one.reason == "delivery/late")
    assert late.corrected is not None
    assert late.corrected.value == pytest.approx(0.25, abs=0.05)
    assert report.prevalence == "corrected by labelled customers"
    assert "400 customers whose true label is known" in report_page(report)
    path.write_text("\n".join(map(json.dumps, lines[:5])))
    with pytest.raises(InputError, match="5 labelled customers have an answer"):
        build_report(run, labels=path)
    path.write_text('{"customer_id": "C00001", "answer": {"cause": "x"}}')
    with pytest.raises(InputError, match=r"holds no label of 'churn_reason\.reason'"):
        build_report(run, labels=path)
