"""Typed questions as tasks: each is one field with its labels, scored after the state and the question."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fewsight.errors import InputError
from fewsight.events import CustomerHistory, Event
from fewsight.insight import Insight
from fewsight.prompts.loading.labelling import VERSION, labelling_output
from fewsight.prompts.task import LANGUAGES, Task
from fewsight.prompts.view import MAX_TEXT
from fewsight.serving.service.decisions.types import (
    Choice,
    ChoiceAnswer,
    Content,
    Decision,
    DecisionRequest,
    LevelProbability,
    NamedChoice,
    Noul,
    Predicate,
    PredicateAnswer,
    Rubric,
    Score,
    ScoreAnswer,
    SystemOneReply,
    SystemOneRequest,
    Usage,
    ValueProbability,
)

FIELD: Final = "answer"
_PIECE: Final = MAX_TEXT - 100
YES, NO = "yes", "no"

_TEMPLATE: Final = """
{%% block instructions %%}
{{ "%s" }}
{%% for label, description in labels.values() | first %%}
- {{ label }}{{ ": " ~ description if description }}
{%% endfor %%}
{%% endblock %%}
{%% block history %%}
{%% include "history.%s.v1.jinja" %%}
{%% endblock %%}
{%% block question %%}
Answer:
{%% endblock %%}
"""


@dataclass(frozen=True)
class Asked:
    """A question as a task sees it: what to read it with, and its labels with what they mean."""

    instructions: str
    labels: Mapping[str, str]

    def task(self, number: int) -> Task:
        """A task of one field.

        Raises:
            TaskError: a label is empty or holds half a character.
        """
        described = {FIELD: dict(self.labels)}
        return Task(
            name=f"question-{number}",
            version=VERSION,
            title="Question",
            output=labelling_output({"field": FIELD, "labels": list(self.labels)}),
            templates={
                (language, "full"): _TEMPLATE % (_quoted(self.instructions), language) for language in LANGUAGES
            },
            descriptions=dict.fromkeys(LANGUAGES, described),
        )


def asked(question: Predicate | Choice | Score | Noul | NamedChoice | Rubric) -> Asked:
    """What is asked of the model.

    Raises:
        InputError: two labels are spelled alike.
    """
    words = _text(question.instructions)
    if isinstance(question, Predicate | Noul):
        means = question.criteria if isinstance(question, Noul) else None
        return Asked(words, {YES: (means and means.true) or "", NO: (means and means.false) or ""})
    if isinstance(question, NamedChoice):
        return Asked(words, {label: text or "" for label, text in question.criteria.items()})
    if isinstance(question, Choice):
        pairs = [(_spelled(one.value), one.description or "") for one in question.choices]
    elif isinstance(question, Score):
        pairs = [(one.label, one.description or "") for one in question.levels]
    else:
        pairs = [(label, "") for label in question.criteria]
    labels = dict(pairs)
    if len(labels) < len(pairs):
        raise InputError("Two answers to a question are spelled alike; give each its own spelling.")
    return Asked(words, labels)


def state_of(content: Content) -> CustomerHistory:
    """The state as a history of messages: one, or pieces of as much as a prompt shows of a message."""
    text = _text(content)
    pieces = [text] if len(text) <= _PIECE else list(_pieces(text))
    return CustomerHistory("state", tuple(Event(str(n), None, "message", text=one) for n, one in enumerate(pieces, 1)))


def input_of(request: DecisionRequest) -> str:
    """The texts of a request's input."""
    if isinstance(request.input, str):
        return request.input
    parts = (
        [one.content] if isinstance(one.content, str) else [part.text for part in one.content] for one in request.input
    )
    return "\n".join(text for texts in parts for text in texts)


def decision(request: DecisionRequest, model: str, insights: Sequence[Insight]) -> Decision:
    """The answer in OpenAI's form."""
    answers = [_answer(one, shares_of(insight)) for one, insight in zip(request.questions, insights, strict=True)]
    tokens = _tokens(insights)
    return Decision(model=model, answers=answers, usage=Usage(input_tokens=tokens, total_tokens=tokens))


def system_one(request: SystemOneRequest, model: str, insights: Sequence[Insight]) -> SystemOneReply:
    """The answer in System One's form."""
    pairs = zip(request.questions.items(), insights, strict=True)
    answers = {name: _named(question, shares_of(insight)) for (name, question), insight in pairs}
    usage = {"input_tokens": _tokens(insights), "output_tokens": 0}
    return SystemOneReply(model=model, answers=answers, usage=usage)


def shares_of(insight: Insight) -> Mapping[str, float]:
    """The probabilities of an answer.

    Raises:
        InputError: it could not be computed, or the model did not see all of the state.
    """
    origin = insight.provenance
    if origin and (origin.events_left_out or origin.warnings):
        raise InputError("The state is longer than what the model can read; send what matters.")
    if insight.status != "ok":
        raise InputError(f"A question could not be answered: {insight.error}.")
    return insight.probabilities[FIELD]


def _answer(
    question: Predicate | Choice | Score, shares: Mapping[str, float]
) -> PredicateAnswer | ChoiceAnswer | ScoreAnswer:
    if isinstance(question, Predicate):
        return PredicateAnswer(name=question.name, probability=shares[YES])
    best = max(shares.values())
    if isinstance(question, Choice):
        values = [
            ValueProbability(value=one.value, probability=shares[_spelled(one.value)]) for one in question.choices
        ]
        chosen = max(values, key=lambda one: one.probability).value
        return ChoiceAnswer(name=question.name, choice=chosen, confidence=best, probabilities=values)
    levels = [
        LevelProbability(value=place, label=one.label, probability=shares[one.label])
        for place, one in enumerate(question.levels)
    ]
    score = sum(one.value * one.probability for one in levels)
    return ScoreAnswer(name=question.name, score=score, confidence=best, probabilities=levels)


def _named(question: Noul | NamedChoice | Rubric, shares: Mapping[str, float]) -> dict[str, Any]:
    if isinstance(question, Noul):
        return {"type": "noul", "noul": shares[YES]}
    best = max(shares, key=shares.__getitem__)
    if isinstance(question, NamedChoice):
        return {"type": "choice", "choice": best, "confidence": shares[best], "probabilities": dict(shares)}
    places = {str(place): label for place, label in enumerate(question.criteria)}
    return {
        "type": "score",
        "score": sum(int(place) * shares[label] for place, label in places.items()),
        "confidence": shares[best],
        "legend": places,
        "probabilities": {place: shares[label] for place, label in places.items()},
    }


def _pieces(text: str) -> Iterator[str]:
    """Pieces that end at a line or a word, where there is one."""
    while text:
        cut = len(text) if len(text) <= _PIECE else max(text.rfind("\n", 1, _PIECE), text.rfind(" ", 1, _PIECE))
        cut = cut if cut > 0 else _PIECE
        yield text[:cut]
        text = text[cut:]


def _tokens(insights: Sequence[Insight]) -> int:
    return sum(insight.provenance.prompt_tokens for insight in insights if insight.provenance)


def _spelled(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _text(content: Content) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=1)


def _quoted(text: str) -> str:
    """A text inside the quotes of a template's string: it can end neither the string nor the template's code."""
    escaped = text.encode("unicode_escape").decode("ascii")
    return "".join(f"\\x{ord(one):02x}" if one in '"{}%#' else one for one in escaped)
