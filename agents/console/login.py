"""Coming in and leaving: a token for a session."""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from fewsight.agents.console.desk import Console
from fewsight.agents.console.visit import COOKIE, SHOWN, Visit, problem, read_form
from fewsight.errors import CaseError
from fewsight.pages.environment import render
from fewsight.serving.access.sessions import WHOLE

_LONGEST: Final = 200
"""Characters of a token."""


async def login_page(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
    """Where a token is asked for."""
    return HTMLResponse(render("login.jinja", SHOWN, words=""))


async def login(request: Request) -> Response:
    """A new session, where the token is right; so many tries a minute for one address.

    A form of another site that logs somebody in does no harm without this site's origin, which the shield asks for.
    """
    return await run_in_threadpool(_login, request, await request.body())


def logout(visit: Visit) -> Response:
    """The session ends."""
    visit.console.sessions.close(visit.request.cookies.get(COOKIE))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _login(request: Request, body: bytes) -> Response:
    console: Console = request.app.state.console
    wait = console.logins.wait(request.client.host if request.client else "")
    if wait:
        answer = problem(429, f"Too many tries; wait {int(wait) + 1} seconds.")
        answer.headers["Retry-After"] = str(int(wait) + 1)
        return answer
    try:
        given = read_form(body).get("token", "").strip()
    except CaseError as error:
        return problem(400, str(error))
    token = console.tokens.find(given[:_LONGEST])
    if token is None:
        return HTMLResponse(render("login.jinja", SHOWN, words="That is no token that counts here."), 401)
    console.sessions.close(request.cookies.get(COOKIE))
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE,
        console.sessions.open(token),
        max_age=int(WHOLE.total_seconds()),
        path="/",
        secure=console.is_https,
        httponly=True,
        samesite="strict",
    )
    return answer
