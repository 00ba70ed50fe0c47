"""Every error of a server in one form, without a word of what was sent."""

import json
import math
from typing import Any, Final

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from fewsight.errors import ConfigError, EngineError, FewsightError, InputError, LedgerError, TaskError
from fewsight.serving.access.shield import Message, Send, TooLongError, send_body
from fewsight.serving.service.schemas import Problem

RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "description": words}
    for status, words in {
        400: "The body can't be read.",
        401: "No token that counts.",
        403: "The token may not do this.",
        404: "There is no such thing.",
        408: "The body took too long.",
        405: "The route takes another method.",
        409: "It is being done already.",
        413: "The body is too large.",
        421: "The server has another name.",
        422: "The body says what can't be done.",
        429: "Too much at once; Retry-After says when.",
        503: "The server starts or stops, or its engine fails.",
        504: "The answer took too long.",
        507: "The server's disk is full.",
    }.items()
}
"""What every route may answer besides what it is for."""

_SHOWN: Final = 10
_TOO_LONG: Final = "The body is too large; send less at once, or a batch."


def refuse(status: int, message: str, wait: float | None = None) -> HTTPException:
    """An error to raise; `wait` are the seconds after which to ask again."""
    headers = None if wait is None else {"Retry-After": str(max(1, math.ceil(wait)))}
    return HTTPException(status, message, headers)


async def refuse_early(scope: Message, send: Send, status: int, words: str) -> None:
    """Answer what never reaches the app in the form of every error."""
    error = {"status": status, "message": words, "request": scope["state"]["request"]}
    await send_body(send, status, json.dumps({"error": error}).encode(), b"application/json")


def answer_errors(app: FastAPI) -> None:
    """Let the app answer every error as a `Problem`."""

    @app.exception_handler(StarletteHTTPException)
    async def told(request: Request, error: StarletteHTTPException) -> JSONResponse:
        if isinstance(error.__cause__, TooLongError):
            return _problem(request, 413, _TOO_LONG)
        return _problem(request, error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:_SHOWN]]
        unreadable = any(one["type"] == "json_invalid" for one in error.errors())
        return _problem(request, 400 if unreadable else 422, "; ".join(wrong))

    @app.exception_handler(TooLongError)
    async def too_long(request: Request, _: TooLongError) -> JSONResponse:
        return _problem(request, 413, _TOO_LONG)

    @app.exception_handler(Exception)
    async def unknown(request: Request, _: Exception) -> JSONResponse:
        return _problem(request, 500, "Something failed here; the server's log says what.")

    @app.exception_handler(FewsightError)
    async def failed(request: Request, error: FewsightError) -> JSONResponse:
        if isinstance(error, InputError | ConfigError | TaskError):
            return _problem(request, 422, str(error))
        words = "The engine failed" if isinstance(error, EngineError) else "The server can't do this now"
        detail = str(error) if isinstance(error, EngineError | LedgerError) else type(error).__name__
        return _problem(request, 503, f"{words}: {detail}", {"Retry-After": "5"})


def _problem(request: Request, status: int, message: str, headers: Any = None) -> JSONResponse:  # noqa: ANN401 - a mapping
    error = {"status": status, "message": message, "request": request.state.request}
    return JSONResponse({"error": error}, status, headers)
