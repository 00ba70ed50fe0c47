"""The answer to one question, as a page and as lines of a terminal."""

from pathlib import Path
from typing import Final

from fewsight.agents.reports.asking.answering import Reply
from fewsight.agents.reports.shown.figures import estimate, page_words, said
from fewsight.agents.reports.shown.page import whole
from fewsight.pages.environment import render
from fewsight.prompts.task import Language

_HERE: Final = Path(__file__).parent
_WIDTH: Final = 40


def reply_page(question: str, reply: Reply, language: Language) -> str:
    """One self-contained page with the chart."""
    return render(
        "reply.jinja",
        _HERE,
        question=question,
        language=language,
        words=page_words(language),
        sentences=[said(one, language) for one in reply.sentences],
        shares={said(words, language): estimate(figure) for words, figure in reply.shares},
        periods={one.name: float(one.leaving or 0) for one in reply.periods},
        whole=whole,
    )


def reply_lines(reply: Reply, language: Language) -> list[str]:
    """Sentences, and a bar of signs for each share."""
    lines = [said(one, language) for one in reply.sentences]
    top = max((figure.value for _, figure in reply.shares), default=0.0) or 1.0
    for words, figure in reply.shares:
        lines.append(f"  {'█' * max(round(_WIDTH * figure.value / top), 1)} {said(words, language)}")
    return lines
