"""Reports of runs: what is told, and what odd input does."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fewsight.agents.reports.building import build_report
from fewsight.agents.reports.model import FEWEST, Options
from fewsight.agents.reports.shown.page import report_page
from fewsight.errors import InputError, LedgerError
from fewsight.insight import Provenance
from tests.agents.reports.conftest import Made, leaver, many
from tests.agents.reports.planted import EFFECTS, STAYS, answered, customers, true_gap
from tests.simulations.claims import report_of, tells

Recorded = Callable[[Made], Path]


def stayers(count: int) -> Made:
    made = many(STAYS, count, first=5000)
    return [(history, answered(history.customer_id, STAYS, None)) for history, _ in made]


def test_planted_effects_are_told_with_their_direction() -> None:
    claims = report_of(2000, 5, EFFECTS).claims
    told = [effect for effect in EFFECTS if any(tells(claim, effect) for claim in claims)]
    assert len(told) >= 4
    for claim in claims:
        gap = true_gap(claim.statistic, claim.scope, EFFECTS)
        assert gap == 0 or (claim.direction == "more") == (gap > 0)
        assert claim.value.low is not None
        assert claim.value.high is not None
        assert claim.value.low * claim.value.high > 0, "an interval that holds 0 shows nothing"
        assert claim.value.confidence >= 0.95, "intervals of what was picked are wider"
        assert claim.q <= 0.05


def test_nothing_is_claimed_where_nothing_was_planted() -> None:
    report = report_of(2000, 6, ())
    assert report.claims == ()
    assert report.looked.tested == report.looked.not_significant > 100


def test_counts_of_what_was_looked_at_add_up() -> None:
    looked = report_of(2000, 5, EFFECTS).looked
    rest = looked.shown + looked.not_significant + looked.alike + looked.other_side + looked.beyond_most
    assert rest == looked.tested


def test_evidence_is_of_the_scope_and_reason(recorded: Recorded) -> None:
    made = customers(2000, 1, EFFECTS)
    report = build_report(recorded(made), [history for history, _ in made])
    by_customer = {history.customer_id: (history, insight) for history, insight in made}
    claim = next(one for one in report.claims if one.scope.value == "Lamp" and one.direction == "more")
    assert 0 < len(claim.evidence) <= 5
    for source in claim.evidence:
        history, insight = by_customer[source.customer]
        assert insight.answer is not None
        assert insight.answer["reason"] == claim.statistic.label
        assert source.event in insight.evidence
        assert "Lamp" in {event.product for event in history.events}


def test_a_run_half_done_counts_who_is_missing(recorded: Recorded) -> None:
    made = [*many("delivery/late", 30), *stayers(40)]
    failed = [(history, replace(insight, status="failed", answer=None)) for history, insight in many("x", 3, first=900)]
    unasked = many("delivery/late", 25, first=8000)
    run = recorded([*made, *failed])
    assert build_report(run).counts.without_answer is None, "without a table nobody knows"
    report = build_report(run, [history for history, _ in [*made[5:], *failed, *unasked]])
    assert (report.counts.answered, report.counts.failed) == (70, 3)
    assert (report.counts.without_answer, report.counts.unknown) == (25, 5)


def test_two_customers_are_too_few(recorded: Recorded) -> None:
    with pytest.raises(InputError, match=r"2 customers .* no group of fewer than 20"):
        build_report(recorded(many("delivery/late", 2)))


def test_all_stay(recorded: Recorded) -> None:
    made = stayers(50)
    report = build_report(recorded(made), [history for history, _ in made])
    assert report.words.en == "None of 50 customers leaves."
    assert (report.reasons, report.claims, report.worth) == ((), (), None)
    assert report.looked.tested == 0


def test_all_leave_for_one_reason(recorded: Recorded) -> None:
    made = many("delivery/late", 50)
    report = build_report(recorded(made), [history for history, _ in made])
    assert [(reason.reason, reason.customers) for reason in report.reasons] == [("delivery/late", 50)]
    assert report.leaving is not None
    assert (report.leaving.value, report.looked.tested) == (1.0, 0)


def test_a_reason_of_19_is_hidden_and_counted(recorded: Recorded) -> None:
    made = [
        *many("delivery/late", 30),
        *many("price/too_expensive", FEWEST - 1, first=100),
        *many("unknown", 25, first=200),
    ]
    report = build_report(recorded(made), [history for history, _ in made])
    assert [reason.reason for reason in report.reasons] == ["delivery/late"]
    assert (report.counts.hidden_reasons, report.counts.unseen_reason) == (FEWEST - 1, 25)
    assert "too_expensive" not in report.model_dump_json()
    assert "too expensive" not in report.model_dump_json()


def test_a_period_without_data_is_named(recorded: Recorded) -> None:
    made = many("delivery/late", 40)
    moved = []
    for number, (history, insight) in enumerate(made):
        month = datetime(2025, 1 if number % 2 else 3, 5, tzinfo=UTC)
        moved.append((replace(history, events=(replace(history.events[0], time=month),)), insight))
    report = build_report(recorded(moved), [history for history, _ in moved])
    assert [(period.name, period.leaving, period.few) for period in report.periods] == [
        ("2025-01", 20, False),
        ("2025-02", None, False),
        ("2025-03", 20, False),
    ]
    assert "No customer was last seen in 2025-02." in report_page(report)


def test_a_period_of_few_customers_is_hidden(recorded: Recorded) -> None:
    made = many("delivery/late", 40)
    early = datetime(2025, 4, 5, tzinfo=UTC)
    history, insight = made[0]
    made[0] = (replace(history, events=(replace(history.events[0], time=early),)), insight)
    report = build_report(recorded(made), [history for history, _ in made])
    assert [(period.leaving, period.few) for period in report.periods] == [(None, True), (39, False)]


def test_versions_of_a_task_are_not_mixed(recorded: Recorded) -> None:
    made = many("delivery/late", 30)
    versions = ["v1" if number else "v2" for number in range(30)]
    origins = [
        Provenance("e", "1", "m", "d", None, "f", "t", version, "p", (), 1, 1, 0, 0, "0") for version in versions
    ]
    mixed = [
        (history, replace(insight, provenance=origin)) for (history, insight), origin in zip(made, origins, strict=True)
    ]
    with pytest.raises(InputError, match=r"mixes versions of 'churn_reason', \['v1', 'v2'\]"):
        build_report(recorded(mixed))


def test_what_is_not_there_is_named(recorded: Recorded, tmp_path: Path) -> None:
    run = recorded(many("delivery/late", 30))
    with pytest.raises(InputError, match="Did you mean 'churn_reason'"):
        build_report(run, options=Options(field="churn_reson.reason"))
    with pytest.raises(InputError, match="has a label at 'cause'"):
        build_report(run, options=Options(field="churn_reason.cause"))
    with pytest.raises(InputError, match="names no task and field"):
        build_report(run, options=Options(field="reason"))
    with pytest.raises(InputError, match="No customer of the run"):
        build_report(run, [history for history, _ in many("delivery/late", 3, first=7000)])
    with pytest.raises(LedgerError, match="no ledger"):
        build_report(tmp_path / "nowhere")


def test_facts_are_groups_but_those_of_the_answers_themselves(recorded: Recorded, tmp_path: Path) -> None:
    made = [*many("delivery/late", 200), *stayers(200)]
    rows = [
        {
            "customer_id": history.customer_id,
            "tenure_days": 10 * number if insight.answer and insight.answer["reason"] == STAYS else number % 7,
            "churn_reason_reason_latest": str(insight.answer and insight.answer["reason"]),
            "is_member": number % 2 == 0,
        }
        for number, (history, insight) in enumerate(made)
    ]
    path = tmp_path / "facts.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    report = build_report(recorded(made), facts=path)
    assert {claim.scope.name for claim in report.claims} == {"tenure_days"}
    assert {claim.why for claim in report.claims} == {"signs"}
    path.write_text('{"customer_id": "stranger", "tenure_days": 1}')
    with pytest.raises(InputError, match="facts of none of the run's customers"):
        build_report(recorded(made), facts=path)


def test_who_has_no_profile_is_not_among_the_others(recorded: Recorded) -> None:
    """Of a column only those are compared of whom it tells something."""
    with_plan = [
        leaver(number, "delivery/late", "It is late once more.", plan="ab"[number % 2]) for number in range(60)
    ]
    stay = [(history, answered(history.customer_id, STAYS, None)) for history, _ in with_plan[:30]]
    made = [*stay, *with_plan[30:], *stayers(200)]
    report = build_report(recorded(made), [history for history, _ in made])
    assert report.claims == (), "both plans are alike; that others have none, says nothing about a plan"
