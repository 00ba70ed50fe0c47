"""What to do, as a table and sentences."""

from collections.abc import Mapping

from fewsight.agents.reports.model import Action, Report
from fewsight.agents.reports.shown.figures import said
from fewsight.pages.formats import grouped, percent
from fewsight.pages.table import Table
from fewsight.tables.values.currencies import money


def action_table(report: Report, words: Mapping[str, str]) -> Table:
    """Actions with reach, money and cost."""
    rows = [
        [
            said(one.words, report.options.language),
            words[f"kind.{one.kind}"],
            grouped(one.customers),
            money(one.at_stake, report.currency) if one.at_stake is not None else "?",
            money(one.cost, one.currency),
            percent(one.break_even) if one.break_even is not None else "?",
        ]
        for one in report.actions
    ]
    return Table([words["action"], words["kind"], words["reaches"], words["stake"], words["cost"], words["even"]], rows)


def holdout_words(action: Action, words: Mapping[str, str]) -> str:
    """The experiment to run, in a sentence."""
    plan = action.holdout
    name = "holdout" if plan.possible >= plan.needed else "holdout_small"
    return words[name].format(
        id=action.id,
        effect=f"{100 * plan.effect:.0f}",
        needed=grouped(plan.needed),
        possible=grouped(plan.possible),
        smallest=f"{100 * plan.smallest:.1f}",
    )
