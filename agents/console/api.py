"""Doors for programs: messages by token, and by signed webhooks."""

from typing import Any

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from fewsight.agents.console.desk import Console
from fewsight.agents.console.inbox.hooks import is_signed
from fewsight.agents.console.inbox.receiving import Incoming, receive
from fewsight.errors import CaseError, first_problem


async def messages(request: Request) -> Response:
    """`POST /api/messages`, with `Authorization: Bearer TOKEN` of scope act: a message as JSON."""
    return await run_in_threadpool(_by_token, request, await request.body())


async def hook(request: Request) -> Response:
    """`POST /hooks/messages`, signed: the same message as JSON; the webhook's id is the message's key."""
    return await run_in_threadpool(_by_signature, request, await request.body())


def _by_token(request: Request, body: bytes) -> Response:
    console: Console = request.app.state.console
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    token = console.tokens.find(text.strip()[:200]) if kind.lower() == "bearer" else None
    if token is None:
        wait = console.logins.wait(request.client.host if request.client else "")
        return _refused(429, "Too many tries; wait.") if wait else _refused(401, "Send a token that counts.")
    if console.requests.wait(token.id):
        return _refused(429, "Too many requests; wait a moment.")
    if not token.may("act"):
        return _refused(403, "This needs a token that may act.")
    return _receive(console, body, {})


def _by_signature(request: Request, body: bytes) -> Response:
    console: Console = request.app.state.console
    if console.hook_secret is None or not is_signed(console.hook_secret, request.headers, body):
        return _refused(401, "The signature is wrong, or too old.")
    return _receive(console, body, {"key": request.headers["webhook-id"]})


def _receive(console: Console, body: bytes, more: dict[str, Any]) -> Response:
    try:
        message = Incoming.model_validate_json(body)
        with console.desk() as desk:
            received = receive(desk, message.model_copy(update={k: v for k, v in more.items() if message.key is None}))
    except ValidationError as error:
        return _refused(422, first_problem(error))
    except CaseError as error:
        return _refused(409, str(error))
    return JSONResponse({"case": received.case, "new": received.is_new}, 201 if received.is_new else 200)


def _refused(status: int, words: str) -> Response:
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "6"}}.get(status)
    return JSONResponse({"error": words}, status, headers)
