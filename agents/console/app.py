"""The console as an ASGI app: every route, and what stands before them."""

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fewsight.agents.console import acts, api, login, pages
from fewsight.agents.console.desk import Console
from fewsight.agents.console.inbox.receiving import LONGEST
from fewsight.agents.console.visit import guarded, problem
from fewsight.serving.access.shield import Shield

OPEN = ("/login", "/files/{name}")
"""Paths that need no session; the API's and the webhooks' ask for a token or a signature themselves."""

_CASE = "/cases/{case_id}"


def new_app(console: Console, hosts: Collection[str]) -> Shield:
    """The app, which answers under these names alone."""
    inner = Starlette(routes=routes(), exception_handlers={HTTPException: _no_page})
    inner.state.console = console
    return Shield(inner, hosts, most_bytes=8 * LONGEST)


def routes() -> list[Route]:
    """All routes."""
    return [
        Route("/login", login.login_page, methods=["GET"]),
        Route("/login", login.login, methods=["POST"]),
        Route("/files/{name}", pages.file, methods=["GET"]),
        Route("/logout", guarded("read", login.logout), methods=["POST"]),
        Route("/", guarded("read", pages.queue_page), methods=["GET"]),
        Route("/live", pages.live, methods=["GET"]),
        Route("/outbox", guarded("read", pages.outbox_page), methods=["GET"]),
        Route("/outbox/again", guarded("admin", acts.send_again), methods=["POST"]),
        Route("/messages", guarded("act", acts.message), methods=["POST"]),
        Route(_CASE, guarded("read", pages.case_page), methods=["GET"]),
        Route(f"{_CASE}/approve", guarded("act", acts.approve), methods=["POST"]),
        Route(f"{_CASE}/undo", guarded("act", acts.undo), methods=["POST"]),
        Route(f"{_CASE}/reject", guarded("act", acts.reject), methods=["POST"]),
        Route(f"{_CASE}/draft", guarded("act", acts.draft), methods=["POST"]),
        Route("/api/messages", api.messages, methods=["POST"]),
        Route("/hooks/messages", api.hook, methods=["POST"]),
    ]


async def _no_page(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: "There is nothing here.", 405: "That can't be asked for like this."}
    return problem(status, words.get(status, "That can't be answered."))
