"""Routes of batches: upload, look, stream, delete."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from fewsight.serving.service.batches.batch import FINAL, INPUT, Batch
from fewsight.serving.service.batches.queue import Batches
from fewsight.serving.service.errors import refuse
from fewsight.serving.service.front import Front
from fewsight.serving.service.routing import guarded_router, scope
from fewsight.serving.service.schemas import BatchOut, InsightOut

LOOK: Final = 0.25
"""Seconds between two looks at a ledger for a stream."""

_BEAT: Final = 40
"""Looks without news after which a stream says that it lives."""

_CHUNK: Final = 200
_LINES: Final = {
    "content": {
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "example": '{"customer_id": "c1", "time": "2026-03-04T09:30:00Z", "kind": "ticket", "text": "It leaks."}\n',
        }
    },
    "required": True,
}


_STREAM: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/event-stream": {}}}}


def batch_router(front: Front, batches: Batches) -> APIRouter:
    """Routes of batches; a caller sees those that were sent with a token of the same name."""
    router = guarded_router(front, "batches")

    def own(request: Request, batch: str) -> Batch:
        name = request.state.owner
        mine = batches.of(None if request.state.is_admin else name)
        chosen = next((one for one in mine if one.id == batch), None)
        if chosen is None:
            raise refuse(404, "There is no such batch.")
        return chosen

    @router.post("/v1/batches", status_code=202, openapi_extra={**scope("act"), "requestBody": _LINES})
    async def upload(
        request: Request,
        response: Response,
        task: Annotated[list[str] | None, Query(description="Tasks to ask; all where none is named.")] = None,
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> BatchOut:
        """Send JSON lines, as `fewsight run --histories` reads them: an event each, or a text each. The same
        `Idempotency-Key` gives the same batch, however often it is sent."""
        owner, tasks = request.state.owner, front.desk.known(task)
        if known := batches.known(owner, idempotency_key):
            response.status_code = 200
            return known.told()
        batch = batches.begin(owner, idempotency_key, tasks)
        if batch is None:
            raise refuse(409, "A batch with this key is being sent.", 2)
        await _take(request, batch, batches, front.limits.body_seconds)
        response.headers["Location"] = f"/v1/batches/{batch.id}"
        return batch.told()

    @router.get("/v1/batches", openapi_extra=scope("read"))
    async def listed(request: Request) -> list[BatchOut]:
        """Batches, oldest first."""
        mine = batches.of(None if request.state.is_admin else request.state.owner)
        return await run_in_threadpool(lambda: [one.told() for one in mine])

    @router.get("/v1/batches/{batch}", openapi_extra=scope("read"))
    async def look(request: Request, batch: str) -> BatchOut:
        """How far a batch is."""
        return await run_in_threadpool(own(request, batch).told)

    @router.delete("/v1/batches/{batch}", status_code=204, openapi_extra=scope("act"))
    async def delete(request: Request, batch: str) -> Response:
        """End a batch, and remove all of it."""
        await run_in_threadpool(batches.delete, own(request, batch))
        return Response(status_code=204)

    @router.get(
        "/v1/batches/{batch}/results", openapi_extra=scope("read"), response_class=StreamingResponse, responses=_STREAM
    )
    async def results(
        request: Request, batch: str, last_event_id: Annotated[int, Header(ge=0)] = 0
    ) -> StreamingResponse:
        """Insights as they are recorded, as server-sent events: `insight` with its number, and `end` with the state.
        `Last-Event-ID` goes on after a number."""
        stream = _events(own(request, batch), last_event_id, front)
        return StreamingResponse(stream, media_type="text/event-stream")

    return router


async def _take(request: Request, batch: Batch, batches: Batches, seconds: float) -> None:
    """Write what is sent to the batch's folder; a batch that is not sent whole does not exist."""
    whole = False
    try:
        await run_in_threadpool(batch.folder.mkdir, mode=0o700)
        size = await _write(request, batch.folder / INPUT, seconds)
        if not size:
            raise refuse(422, "The body is empty; send JSON lines.")
        whole = True
    except OSError as error:
        raise refuse(507, f"The server can't keep the batch: {error.strerror}.", 60) from error
    finally:
        try:
            await run_in_threadpool(batches.ended_upload, batch, whole=whole)
        except OSError as error:
            raise refuse(507, f"The server can't keep the batch: {error.strerror}.", 60) from error


async def _write(request: Request, path: Path, seconds: float) -> int:
    """Bytes that were written; each piece must come within `seconds`."""
    size = 0
    stream = request.stream()
    with path.open("xb") as file:
        while True:
            try:
                piece = await asyncio.wait_for(anext(stream), seconds)
            except StopAsyncIteration:
                return size
            except TimeoutError:
                raise refuse(408, "The body took too long; nothing is kept of it.") from None
            await run_in_threadpool(file.write, piece)
            size += len(piece)


async def _events(batch: Batch, after: int, front: Front) -> AsyncIterator[bytes]:
    quiet = 0
    while True:
        is_final = batch.state in FINAL  # before the look, so that nothing comes after it
        rows = await run_in_threadpool(batch.recorded, after, _CHUNK)
        for number, insight in rows:
            after = number
            yield _event("insight", InsightOut.of(insight).model_dump_json(), number)
        if rows:
            quiet = 0
            continue
        if is_final or batch.is_deleted or front.draining.is_set():
            state = "deleted" if batch.is_deleted else batch.state if is_final else "draining"
            yield _event("end", json.dumps({"state": state, "error": batch.error}))
            return
        quiet += 1
        if quiet % _BEAT == 0:
            yield b": waiting\n\n"
        await asyncio.sleep(LOOK)


def _event(kind: str, data: str, number: int | None = None) -> bytes:
    name = "" if number is None else f"id: {number}\n"
    return f"{name}event: {kind}\ndata: {data}\n\n".encode()
