"""The page of cards: counts, links, what stands once, and what is not shown."""

import re
from collections.abc import Callable
from dataclasses import replace

from fewsight.insight import Insight, Provenance
from fewsight.ledger import Result
from fewsight.pages.insights import page
from tests.core.pages.insights.reader import Checker, words

MakeResult = Callable[..., Result]


def warned(insight: Insight, *warnings: str) -> Insight:
    assert isinstance(insight.provenance, Provenance)
    return replace(insight, provenance=replace(insight.provenance, warnings=warnings))


def test_page_counts_all_and_shows_some(result: MakeResult) -> None:
    insights = (result(f"c{number}", "k").insight for number in range(30))
    html = page(insights, "Insights", most=4, rest="All of them: fewsight export run")
    shown = words(html)
    assert "30 insights; the first 4 are shown below, the counts are of all" in shown
    assert "All of them: fewsight export run" in shown
    assert "Intent 30 ok" in shown
    assert "refund 30" in shown
    assert html.count("<article") == 4
    assert "default-src 'none'" in html
    assert not re.search(r"https?:", html)
    assert "fewsight export run" not in page([result("c", "k").insight], "Insights", rest="fewsight export run")


def test_page_puts_one_customers_tasks_together(result: MakeResult) -> None:
    insights = [result(customer, "k", task=task).insight for customer in ("c1", "c2") for task in ("intent", "mood")]
    html = page(insights, "Insights")
    assert html.count('<section class="customer"') == 2
    assert "4 insights." in words(html)
    assert '<section class="customer"' not in page(insights[:1], "Insights")


def test_an_empty_page_says_so() -> None:
    assert "There is nothing to show yet." in words(page([], "Insights"))


def test_a_count_leads_to_the_cards_that_have_it_without_scripts(result: MakeResult) -> None:
    insights = [result("c1", "k").insight, replace(result("c2", "k").insight, answer={"intent": "other"})]
    html = page([*insights, result("c3", "k", status="failed").insight], "Insights")
    (mark,) = re.findall(r'<a href="#(m\d+)"[^>]*>\s*<i class="swatch[^>]*></i>refund <b>1</b>', html)
    assert f'<p class="only" id="{mark}">' in html
    assert f"#{mark}:target ~ * .card:not(.{mark}) {{ display: none; }}" in html
    (card,) = re.findall(
        rf'<article class="card[^"]* {mark}[ "].*?</article>|<article class="card {mark}[ "].*?</article>', html, re.S
    )
    assert "c1" in card
    assert re.search(r'<a href="#m\d+">\s*1 failed</a>', html)


def test_every_link_has_its_target_and_every_target_its_place(result: MakeResult) -> None:
    insights = [result(f"c{n}", "k", task=task).insight for n in range(5) for task in ("intent", "mood")]
    html = page(insights, "Insights")
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert {(link or "").removeprefix("#") for link in Checker(html).links} <= set(ids)


def test_what_needs_scripts_is_hidden_without_them_and_all_cards_are_there(result: MakeResult) -> None:
    html = page([result("c1", "k").insight], "Insights")
    assert '<div class="tools" id="tools" hidden>' in html
    assert "<article" in html
    assert not re.search(r"<article[^>]*hidden", html)


def test_provenance_stands_once(result: MakeResult) -> None:
    html = page([result(f"c{number}", "k").insight for number in range(5)], "Insights")
    shown = words(html)
    for part in ("tiny (mmmmmmmm)", "float32", "scripted 1", "intent.v1.en.full", "As of 2024-05-01"):
        assert shown.count(part) == 1, part
    assert "Tokens read 2,100" in shown
    assert "as of 2024" not in shown


def test_origins_that_differ_are_told_apart(result: MakeResult) -> None:
    first, second = (result(name, "k").insight for name in ("c1", "c2"))
    assert isinstance(second.provenance, Provenance)
    second = replace(second, provenance=replace(second.provenance, adapter="shop"))
    shown = words(page([first, second], "Insights"))
    assert "Task Adapter Answers intent none 1 intent shop 1" in shown
    assert shown.count("float32") == 1


def test_warnings_that_all_share_stand_once(result: MakeResult) -> None:
    insights = [
        warned(result(name, "k").insight, "texts were cut", *own) for name, own in (("c1", ["mine"]), ("c2", []))
    ]
    other = warned(result("c2", "k", task="mood").insight, "texts were cut", "mood's own")
    shown = words(page([*insights, other], "Insights"))
    assert shown.count("texts were cut") == shown.count("⚠ All cards: texts were cut") == 1
    assert shown.count("⚠ mine") == 1


def test_a_row_for_review_says_so(result: MakeResult) -> None:
    insights = [result(name, "k").insight for name in ("c1", "c2")]
    html = page(insights, "Insights", review=lambda one: ["intent"] if one.customer_id == "c2" else ())
    assert words(html).count("For review: intent is less likely than the run asks for.") == 1
    assert re.search(r'<a href="#m\d+">\s*1 for review</a>', html)


def test_a_field_of_which_all_answers_say_nothing_is_folded(result: MakeResult) -> None:
    answer = {"overall": "positive", "price": "not_mentioned", "returns": "not_mentioned", "care": "positive"}
    insights = [replace(result(f"c{n}", "k").insight, answer=answer, probabilities={}) for n in range(3)]
    shown = words(page(insights, "Insights"))
    assert "not mentioned in all: price, returns" in shown
    assert "care positive 3" in shown
