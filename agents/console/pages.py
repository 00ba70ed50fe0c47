"""Pages that only show: the queue, a case, what leaves, and what changed meanwhile."""

import asyncio
import time
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fewsight.agents.console.desk import Console
from fewsight.agents.console.shown.case_view import view
from fewsight.agents.console.shown.state import shown, totals
from fewsight.agents.console.visit import COOKIE, Visit, static
from fewsight.agents.copilot.people.outbox import Outbox
from fewsight.agents.copilot.people.suggesting import needs_suggestions
from fewsight.tables.values.currencies import grouped_money

_FILES: Final = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}
_LONGEST_WAIT: Final = 20.0
_LOOK_EVERY: Final = 0.2


def queue_page(visit: Visit) -> Response:
    """All cases, the most urgent first."""
    return visit.page("queue.jinja", **_queue(visit), here=None)


def case_page(visit: Visit) -> Response:
    """One case, with the queue beside it."""
    case_id = visit.request.path_params["case_id"]
    return visit.page("case.jinja", **case_values(visit, case_id))


def case_values(visit: Visit, case_id: str) -> dict[str, Any]:
    """What the template of a case needs.

    Raises:
        CaseError: there is no such case.
    """
    desk, console = visit.desk, visit.console
    case = desk.store.case(case_id)
    others = console.presence.look(case_id, visit.session.token.id, visit.who) if visit.may("act") else []
    state = desk.store.state(case.customer_id)
    return {
        **_queue(visit),
        "here": case_id,
        "case": case,
        "shown": view(case, state, desk.policy, console.setup.articles),
        "state": shown(state),
        "totals": totals(state),
        "facts": console.known.facts(case.customer_id),
        "signs": console.known.signs(case.customer_id),
        "others": others or console.presence.others(case_id, visit.who),
        "is_thinking": needs_suggestions(case),
        "problem": console.worker.problems.get(case_id) or console.worker.problem,
        "stamp": stamp(console, case_id, visit.who, case.entries[-1].seq),
    }


def outbox_page(visit: Visit) -> Response:
    """What leaves, and what was set aside."""
    outbox = Outbox(visit.desk.store)
    return visit.page("outbox.jinja", waiting=outbox.parcels("queued"), dead=outbox.parcels("dead"), here=None)


def stamp(console: Console, case_id: str, who: str, seq: int) -> str:
    """Changes whenever the page of a case, whose newest entry is `seq`, would."""
    problem = console.worker.problems.get(case_id) or console.worker.problem or ""
    return f"{seq}|{','.join(console.presence.others(case_id, who))}|{problem}"


async def live(request: Request) -> Response:
    """Waits until a case or the queue is no longer as the page has it: 200 then, 204 where nothing changed.

    It looks at the worker's board in memory, so that many pages that wait cost little.
    """
    console: Console = request.app.state.console
    case_id, seen = request.query_params.get("case", ""), request.query_params.get("seen", "")
    session = await run_in_threadpool(console.sessions.find, request.cookies.get(COOKIE))
    if session is None:
        return PlainTextResponse("", 401)
    end = time.monotonic() + _LONGEST_WAIT
    while time.monotonic() < end and not console.is_stopping():
        if session.token.may("act") and case_id in console.worker.board.cases:
            console.presence.look(case_id, session.token.id, session.token.name)
        if _has_changed(console, session.token.name, case_id, seen):
            return PlainTextResponse("", 200)
        await asyncio.sleep(_LOOK_EVERY)
    return Response(status_code=204)


def _has_changed(console: Console, who: str, case_id: str, seen: str) -> bool:
    board, number = console.worker.board, seen.partition("|")[0]
    known = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
    case = board.cases.get(case_id)
    newest = board.seq if not case_id else case.entries[-1].seq if case else 0
    # The page may be ahead of the board.
    return newest > known or (bool(case_id) and stamp(console, case_id, who, known) != seen)


async def file(request: Request) -> Response:
    """The style and the script of all pages."""
    name = request.path_params["name"]
    if name not in _FILES:
        return PlainTextResponse("There is nothing here.", 404)
    return Response(static(name), media_type=_FILES[name])


def _queue(visit: Visit) -> dict[str, Any]:
    rows = visit.console.queue(visit.desk)
    newest = max((row.case.entries[-1].seq for row in rows), default=0)
    names = {row.case.id: visit.console.presence.others(row.case.id, visit.who) for row in rows[:100]}
    return {
        "rows": rows[:100],
        "more": max(0, len(rows) - 100),
        "newest": newest,
        "names": names,
        "money": grouped_money,
    }
