"""What happened, and what was said of it: the kind of events, texts and their subjects."""

from typing import Final

from fewsight.tables.columns.choice import Choice
from fewsight.tables.columns.names import rank, tokens
from fewsight.tables.columns.values import is_amount, is_kind, is_long, is_wordy, mostly
from fewsight.tables.words import KIND_WORDS, squash

_MOST_KINDS: Final = 60
"""Kinds of events in the first rows; what has more different values is no column of kinds."""

_SURELY_TEXT: Final = ("text", "message", "body", "content", "nachricht", "mensaje", "内容", "本文")
_REVIEW: Final = (
    "review",
    "rezension",
    "bewertung",
    "avis",
    "resena",
    "recension",
    "avaliacao",
    "beoordeling",
    "opinion",
    "评论",
    "评价",
    "レビュー",
    "口コミ",
    "리뷰",
    "후기",
)
_STARS: Final = (
    "rating",
    "stars",
    "starrating",
    "score",
    "sterne",
    "bewertung",
    "note",
    "puntuacion",
    "calificacion",
    "voto",
    "punteggio",
    "nota",
    "星级",
    "评分",
    "評価",
    "星",
    "별점",
    "평점",
    "overall",
    "estrellas",
    "etoiles",
    "valutazione",
)
_WRITTEN_STARS: Final = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
_NOTES: Final = (
    "note",
    "notes",
    "ordernote",
    "ordernotes",
    "customernote",
    "customernotes",
    "buyernote",
    "remark",
    "memo",
    "notiz",
    "bemerkung",
    "备注",
    "買家留言",
    "买家留言",
    "備考",
    "buyermessage",
    "comments",
    "remarks",
)
_AT_THE_END: Final = frozenset(["survey", "csat", "satisfaction", "close", "closing", "resolution", "work"])
_HELPDESK: Final = (
    "ticket", "case", "issue", "requester", "reporter", "vorgang", "工单", "assignee", "assigned", "caller",
    "incident", "chamado", "incidencia",
)  # fmt: skip
_BANK: Final = (
    "balance", "saldo", "余额", "残高", "solde", "verwendungszweck", "buchungstag", "buchungstext", "iban",
    "wertstellung", "kontostand", "accountnumber", "debit", "credit", "摘要", "runningbalance", "잔액", "dateoperation",
    "datavaluta", "datacontabile", "causale", "fechavalor", "datevaleur", "datalancamento", "rentedatum",
    "tegenrekening", "dateoperation", "libelle",
)  # fmt: skip


def choose_kind(choice: Choice) -> None:
    """Take the column that says what kind of event each row is, where its values are kinds."""
    sample = choice.sheet.sample
    for name in choice.ranked("kind"):
        few = len({str(value) for value in sample[name]}) <= _MOST_KINDS
        if squash(name) in ("kind", "eventkind") or not sample[name]:
            choice.take("kind", name)
            return
        if few and mostly(is_kind, sample[name], 0.9) and not _are_names(choice, name):
            choice.take("kind", name, "by its name; its values are words for kinds of events")
            return
    for name in choice.ranked("weak_kind"):
        if _are_kinds(choice, name):
            choice.take("kind", name, "its values are words for kinds of events")
            return


def _are_names(choice: Choice, name: str) -> bool:
    """Whether values are names of things rather than kinds: many, none of them known, hardly any twice."""
    values = [str(value) for value in choice.sheet.sample[name]]
    if any(squash(value) in KIND_WORDS for value in values):
        return False
    return len(values) >= 10 and len(set(values)) > len(values) / 2


def _are_kinds(choice: Choice, name: str) -> bool:
    """Whether most values of a column that may be anything are known kinds, and tell events apart from tickets."""
    words = {squash(str(value)) for value in choice.sheet.sample[name]}
    known = {KIND_WORDS[word] for word in words if word in KIND_WORDS}
    if not words or 3 * sum(word in KIND_WORDS for word in words) < 2 * len(words):
        return False
    if known <= {"ticket", "message", "other"} and _is_helpdesk(choice):
        return False
    is_state = bool(choice.ranked("amount") or choice.ranked("product") or choice.messages) or _is_helpdesk(choice)
    return squash(name) != "status" or not is_state


def choose_texts(choice: Choice) -> None:
    """Take the text that a customer wrote, and its subject."""
    sheet = choice.sheet
    names = [name for name in choice.ranked("text") if squash(name) == "text" or mostly(is_wordy, sheet.sample[name])]
    names = names or [name for name in choice.ranked("text") if any(part in squash(name) for part in _SURELY_TEXT)]
    names = [name for name in names if not (_is_money(choice) and rank("weak_text", name))]
    names = _of_the_customer(choice, names)
    subjects = [name for name in choice.ranked("subject") if name not in names and mostly(is_wordy, sheet.sample[name])]
    if names:
        choice.take("text", names[0])
        if subjects and not (
            _is_money(choice) and squash(subjects[0]) in ("title", "titel", "titre", "titulo", "标题")
        ):
            choice.take("subject", subjects[0], "by its name; it is shown before the text")
        return
    if choice.messages:
        choice.take("subject", next(iter(subjects), None), "by its name; it is shown before the first message")
        return
    long = [name for name in choice.free if mostly(is_long, sheet.sample[name], 0.6) and not _is_reply(name)]
    if subjects and _is_helpdesk(choice):
        long = [name for name in long if not _is_at_the_end(name)]
    if (
        subjects
        and not set(long) - set(subjects)
        and (mostly(is_long, sheet.sample[subjects[0]], 0.3) or _is_helpdesk(choice))
        and not _is_money(choice)
    ):
        choice.take("text", subjects[0], "the only text beside ids, as its name says")
        return
    if "kind" in choice.columns or _is_money(choice):
        return
    if long:
        longest = max(long, key=lambda name: sum(len(str(value)) for value in sheet.sample[name]))
        choice.take("text", longest, "its values are sentences, longer than any others")
        choice.take("subject", next((name for name in subjects if name != longest), None))


def _of_the_customer(choice: Choice, names: list[str]) -> list[str]:
    """Texts of a ticket without those of its end, and without the firm's notes where there is a description.

    Where each row is one answer to a survey, its comment is the text: such a table has no subject.
    """
    if not _is_helpdesk(choice) or "author" in choice.columns:
        return names
    if choice.ranked("subject"):
        names = [name for name in names if not _is_at_the_end(name)]
    first = [name for name in names if "description" in squash(name) or squash(name) in _SURELY_TEXT]
    return [name for name in names if squash(name) not in _NOTES] if first else names


def _is_at_the_end(name: str) -> bool:
    return not _AT_THE_END.isdisjoint(tokens(name))


def default_kind(choice: Choice, rows: str) -> str | None:
    """What every row is where no column says it; None where the roles alone tell."""
    found = choice.columns
    if "kind" in found:
        return None
    if rows == "lines":
        return "order"
    if is_bank(choice):
        return "payment"
    text = squash(found.get("text", ""))
    if not text and choice.messages:
        return "message"
    if not text:
        return "order" if {"amount", "price", "product"} & found.keys() else "other"
    if text.startswith(_REVIEW) or (_has_stars(choice) and "author" not in found):
        return "review"
    if {"amount", "price"} & found.keys() and ("product" in found or "event_id" in found) and text in _NOTES:
        return "order"
    if "author" not in found and _is_helpdesk(choice) and ("subject" in found or "event_id" in found):
        return "ticket"
    return "message"


def _has_stars(choice: Choice) -> bool:
    sample = choice.sheet.sample
    return any(
        squash(name) in _STARS and mostly(lambda v: is_amount(v) or str(v) in _WRITTEN_STARS, sample[name])
        for name in choice.free
    )


def is_bank(choice: Choice) -> bool:
    """Whether a table is a statement of an account."""
    words = {squash(name) for name in choice.sheet.columns}
    return bool(words & set(_BANK)) and bool({"amount"} & choice.columns.keys()) and "text" not in choice.columns


def _is_helpdesk(choice: Choice) -> bool:
    return any(
        set(tokens(name)) & set(_HELPDESK) or squash(name).startswith(_HELPDESK) for name in choice.sheet.columns
    )


def _is_money(choice: Choice) -> bool:
    """Whether rows are about money: a column of amounts, and no sign of a helpdesk."""
    amounts = [*choice.ranked("amount"), *choice.ranked("price")]
    return any(mostly(is_amount, choice.sheet.sample[name]) for name in amounts) and not _is_helpdesk(choice)


def _is_reply(name: str) -> bool:
    return any(
        part in squash(name) for part in ("reply", "response", "antwort", "reponse", "respuesta", "回复", "返信")
    )
