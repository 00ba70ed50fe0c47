"""One request of somebody who is logged in: the guard before every page, and how pages answer."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from fewsight.agents.console.desk import Console
from fewsight.agents.copilot.acting import Desk
from fewsight.errors import CaseError, FewsightError
from fewsight.pages.environment import render
from fewsight.serving.access.sessions import Session
from fewsight.serving.access.tokens import Scope

logger = logging.getLogger(__name__)

COOKIE: Final = "fewsight_session"
CSRF: Final = "csrf"
SHOWN: Final = Path(__file__).parent / "shown"
_MOST_FIELDS: Final = 100


@dataclass(frozen=True)
class Visit:
    """A request: who asks, what the form holds, and a desk for as long as it is answered."""

    console: Console
    request: Request
    session: Session
    form: Mapping[str, str]
    desk: Desk

    @property
    def who(self) -> str:
        """The name of whoever asks."""
        return self.session.token.name

    @property
    def csrf_field(self) -> Markup:
        """What every form of a page must hold."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF, self.session.csrf)

    def may(self, scope: Scope) -> bool:
        """Whether the one who asks may do what needs this scope."""
        return self.session.token.may(scope)

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - the template's
        """A page of somebody who is logged in."""
        return HTMLResponse(render(template, SHOWN, visit=self, **values), status)


Handler = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(scope: Scope, handler: Handler) -> Endpoint:
    """A route for those who are logged in with this scope; what changes anything needs the page's own secret too."""

    async def endpoint(request: Request) -> Response:
        body = await request.body() if request.method == "POST" else b""
        return await run_in_threadpool(_answer, request, body, scope, handler)

    return endpoint


def problem(status: int, words: str) -> Response:
    """A page that says what is wrong, to whomever."""
    return HTMLResponse(render("problem.jinja", SHOWN, status=status, words=words), status)


def read_form(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded form.

    Raises:
        CaseError: it is none, or has too many.
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise CaseError("That is no form of ours.") from error
    return {name: value.replace("\r\n", "\n").replace("\0", "") for name, value in pairs}


def _answer(request: Request, body: bytes, scope: Scope, handler: Handler) -> Response:
    console: Console = request.app.state.console
    session = console.sessions.find(request.cookies.get(COOKIE))
    if session is None:
        if request.method == "POST" or "part" in request.query_params:
            return problem(401, "Your session has ended. Log in again; what you wrote is still on the page before.")
        return RedirectResponse("/login", 303)
    if console.requests.wait(session.token.id):
        return PlainTextResponse("Too many requests; wait a moment.", 429, {"Retry-After": "1"})
    if not session.token.may(scope):
        return problem(403, f"This needs a token that may {scope}; yours may {session.token.scope}.")
    try:
        form = read_form(body)
        if request.method == "POST" and not session.sent(form.get(CSRF)):
            return problem(403, "That form is not of this session; go back, load the page again, and try once more.")
        with console.desk() as desk:
            return handler(Visit(console, request, session, form, desk))
    except CaseError as error:
        return problem(409 if request.method == "POST" else 404, str(error))
    except FewsightError:
        logger.exception("a page failed")
        return problem(500, "Something failed here; the server's log says what.")


@lru_cache(maxsize=4)
def static(name: str) -> str:
    """A file of ours that pages load; the style begins with that of all pages."""
    text = (SHOWN / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        from importlib.resources import files

        pages = files("fewsight.pages")
        return "".join(pages.joinpath(kit).read_text(encoding="utf-8") for kit in ("theme.css", "base.css")) + text
    return text
