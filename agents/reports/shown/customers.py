"""The parts of a page about one customer, as tables."""

from collections.abc import Mapping

from fewsight.agents.reports.model import CustomerPart, Report
from fewsight.agents.reports.shown.figures import said
from fewsight.pages.formats import grouped, percent
from fewsight.pages.table import Table
from fewsight.tables.values.currencies import money


def known_line(report: Report, words: Mapping[str, str]) -> str:
    """Since when the customer is known, how many events there are, and what was bought."""
    one = _customer(report)
    first, newest = (moment.date().isoformat() if moment else "?" for moment in (one.first, one.newest))
    bought = money(one.bought, report.currency) if one.bought is not None else "?"
    return words["known_line"].format(first=first, newest=newest, events=grouped(one.events), bought=bought)


def answer_table(report: Report, words: Mapping[str, str]) -> Table:
    """What was answered, how sure the model was, and how it is known."""
    rows = [
        [
            f"{one.task}: {one.field.replace('_', ' ')}",
            said(one.words, report.options.language),
            percent(one.probability) if one.probability is not None else "?",
            words[one.why],
            ", ".join(ref.event for ref in one.evidence),
        ]
        for one in _customer(report).answers
    ]
    return Table([words["asked"], words["answer"], words["probability"], words["why"], words["evidence"]], rows)


def standing_table(report: Report, words: Mapping[str, str]) -> Table:
    """Numbers, and the share of others below."""
    rows = [
        [one.name.replace("_", " "), f"{one.value:,.6g}", percent(one.above) if one.above is not None else "?"]
        for one in _customer(report).standing
    ]
    return Table([words["fact"], words["value"], words["above"]], rows)


def happened_table(report: Report, words: Mapping[str, str]) -> Table:
    """The newest events."""
    rows = [
        [
            one.date,
            ", ".join(part for part in (one.kind, one.channel, one.product) if part),
            money(one.amount, one.currency) if one.amount is not None else "",
            (one.text or "") + (" …" if one.is_cut else ""),
        ]
        for one in _customer(report).happened
    ]
    return Table([words["date"], words["what_happened"], words["amount"], words["text"]], rows)


def suggested_table(report: Report, words: Mapping[str, str]) -> Table:
    """Actions about the customer's reason."""
    rows = [
        [said(one.words, report.options.language), words[f"kind.{one.kind}"], money(one.each, one.currency)]
        for one in _customer(report).suggested
    ]
    return Table([words["action"], words["kind"], words["cost"]], rows)


def _customer(report: Report) -> CustomerPart:
    assert report.customer is not None
    return report.customer
