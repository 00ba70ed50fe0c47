"""Columns that hold what came after the event in their row: later times, states, outcomes, answers of the firm."""

from itertools import pairwise
from typing import Final

from fewsight.tables.columns.choice import Choice
from fewsight.tables.columns.names import tokens
from fewsight.tables.words import squash

_TIMES_WORDS = """
    updated modified closed solved resolved closedat resolvedat updatedat solvedat closedate closeddate isclosed
    lastmodified lastupdate aktualisiert geandert geschlossen gelost abgeschlossen erledigt resolu modifie cloture
    cerrado resuelto actualizado chiuso risolto gesloten opgelost bijgewerkt fechado resolvido
    更新时间 关闭时间 解决时间 更新日時"""
_TIMES: Final = frozenset(_TIMES_WORDS.split())
"""Words of a name that say so in every table."""
_OUTCOMES_WORDS = """
    resolution csat satisfaction happiness refunded outcome disposition losung zufriedenheit satisfaccion solucion
    tevredenheid shipped delivered fulfilled versendet geliefert expedie enviado
    满意度 处理结果 解决方案 対応結果 満足度"""
_OUTCOMES: Final = frozenset(_OUTCOMES_WORDS.split())
"""Words that say so where a row is a ticket, an order or a review, of which time is the start."""
_ANSWERS_WORDS = """
    reply replies response responses answer answers antwort antworten reponse reponses respuesta respuestas risposta
    risposte reactie antwoord resposta respostas 回复 商家回复 卖家回复 客服回复 开发者回复 返信 답변"""
_ANSWERS: Final = frozenset(_ANSWERS_WORDS.split())
_FIRM_WORDS = """
    developer seller owner company property merchant shop store vendor agent staff business host official first
    brand verkäufer verkaufer verkaufers händler handler vendeur vendedor venditore verkoper admin management public
    our 商家 卖家"""
_FIRM: Final = frozenset(_FIRM_WORDS.split())
"""Who answers; 'survey response' and 'response' alone are the customer's."""
_STATES_WORDS = """
    status state stato estado statut zustand substatus stage closenotes worknotes commentsandworknotes internalnotes
    numberofthreads surveyscore surveycomment firstresponsetime fulltimeresolution feedbackleft feedbackreceived
    threads escalated isescalated isoverdue overdue 状态 工单状态 订单状态 ステータス 状態 상태"""
_STATES: Final = frozenset(_STATES_WORDS.split())
"""Names, or last words of names, that say so in the same tables."""


def later_columns(choice: Choice, kind: str | None) -> tuple[str, ...]:
    """Free columns that hold what nobody knew at the time of their row; empty where there is no time.

    `kind` is what every row is; None where rows are events of several kinds, each with a state of its own.
    """
    if "time" not in choice.columns:
        return ()
    return tuple(name for name in choice.free if _is_later(name, kind in ("ticket", "order", "review")))


def note_on(hidden: tuple[str, ...]) -> str:
    """What the user is told of them."""
    names = ", ".join(hidden)
    return (
        f"columns that tell what came after a row's time are not shown: {names}; name them as attributes to show them"
    )


def _is_later(name: str, is_long: bool) -> bool:
    words, whole = tokens(name), squash(name)
    some = {*words, whole, *map("".join, pairwise(words))}
    if some & _TIMES or (some & _ANSWERS and (some & _FIRM or not whole.isascii())):
        return True
    return is_long and bool(some & _OUTCOMES or whole in _STATES or not _STATES.isdisjoint(words[-1:]))
