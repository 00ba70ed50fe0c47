"""What forms do: approve, undo, reject, have words written, note a message, send again."""

from starlette.responses import RedirectResponse, Response

from fewsight.agents.console.inbox.receiving import Incoming, receive
from fewsight.agents.console.shown.moves import changed, read_move
from fewsight.agents.console.visit import Visit
from fewsight.agents.copilot.people.approving import Approvals
from fewsight.agents.copilot.people.outbox import Outbox
from fewsight.errors import CaseError

_ARGUMENT = "argument."


def approve(visit: Visit) -> Response:
    """Mean to take a move, as it was suggested or with what the form says instead."""
    case_id, form = visit.request.path_params["case_id"], visit.form
    choice = number(form["choice"]) if form.get("choice") else None
    case = visit.desk.store.case(case_id)
    # What was suggested is taken from the log, where it may hold lists; a form's own move is plain.
    known = case.suggested.body["moves"] if case.suggested else []
    closed = known[choice]["closed"] if choice is not None and choice < len(known) else read_move(form.get("move", ""))
    if closed["move"] == "call":
        closed = closed | {"arguments": _arguments(visit, case_id, closed)}
    decide = Approvals(visit.desk, visit.console.delay)
    decide.approve(case_id, number(form.get("basis")), closed, visit.who, form.get("text", "").strip(), choice)
    return back(case_id)


def undo(visit: Visit) -> Response:
    """Take an approval back."""
    case_id = visit.request.path_params["case_id"]
    Approvals(visit.desk).undo(case_id, number(visit.form.get("approved")), visit.who)
    return back(case_id)


def reject(visit: Visit) -> Response:
    """Decide against a move, with a reason."""
    case_id, form = visit.request.path_params["case_id"], visit.form
    choice, basis = number(form.get("choice")), number(form.get("basis"))
    Approvals(visit.desk).reject(case_id, basis, choice, visit.who, form.get("reason", ""))
    return back(case_id)


def draft(visit: Visit) -> Response:
    """Have the words of a suggested move written."""
    case_id = visit.request.path_params["case_id"]
    suggested, choice = visit.desk.store.case(case_id).suggested, number(visit.form.get("choice"))
    if suggested is None or not 0 <= choice < len(suggested.body["moves"]):
        raise CaseError("That is suggested no longer; look at the case again.")
    visit.console.worker.want(case_id, choice)
    return back(case_id)


def message(visit: Visit) -> Response:
    """Note what a customer wrote or said elsewhere."""
    given = {name: visit.form.get(name, "").strip() for name in ("customer", "text")}
    if not all(given.values()):
        raise CaseError("Name the customer, and what they wrote.")
    return back(receive(visit.desk, Incoming(customer=given["customer"][:200], text=given["text"][:100_000])).case)


def send_again(visit: Visit) -> Response:
    """Queue what was set aside."""
    Outbox(visit.desk.store).try_again(number(visit.form.get("parcel")))
    return RedirectResponse("/outbox", 303)


def number(text: str | None) -> int:
    """A whole number of a form.

    Raises:
        CaseError: it is none.
    """
    if text is None or not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise CaseError(f"{(text or '')[:40]!r} is no number. Nothing was done.")
    return int(text)


def back(case_id: str) -> Response:
    """To the page of the case."""
    return RedirectResponse(f"/cases/{case_id}", 303)


def _arguments(visit: Visit, case_id: str, closed: dict[str, object]) -> dict[str, object]:
    tool = visit.desk.policy.tools.get(str(closed["tool"]))
    if tool is None:
        raise CaseError(f"There is no tool {closed['tool']!r}. Nothing was done.")
    given = {name.removeprefix(_ARGUMENT): value for name, value in visit.form.items() if name.startswith(_ARGUMENT)}
    state = visit.desk.store.state(visit.desk.store.case(case_id).customer_id)
    arguments = closed["arguments"]
    assert isinstance(arguments, dict)
    return changed(tool, state, arguments, given)
