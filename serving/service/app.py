"""The app: routes, and what stands before them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from fewsight import __version__
from fewsight.serving.access.shield import Message, Receive, Send, Shield
from fewsight.serving.access.tokens import Tokens
from fewsight.serving.service.batches.queue import Batches
from fewsight.serving.service.batches.routes import batch_router
from fewsight.serving.service.decisions.routes import decision_router
from fewsight.serving.service.desk import Desk
from fewsight.serving.service.errors import RESPONSES, answer_errors, refuse_early
from fewsight.serving.service.front import Front
from fewsight.serving.service.metrics import Metrics
from fewsight.serving.service.routing import guarded_router, scope
from fewsight.serving.service.schemas import InsightOut, InsightsReply, InsightsRequest
from fewsight.serving.service.settings import Limits
from fewsight.serving.service.wire import Wire

UPLOAD: Final = "/v1/batches"


class Service:
    """An ASGI app that answers for a desk.

    Args:
        open_desk: opens and warms up a desk, with the metrics' `saw_batch` as its watch.
        tokens: who may ask.
        hosts: names that the server answers under.
        limits: how much callers may ask.
        metrics: what it counts.
        folder: of batches.
    """

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        tokens: Tokens,
        hosts: Collection[str],
        limits: Limits,
        metrics: Metrics,
        folder: Path,
    ) -> None:
        self.front = Front(open_desk, tokens, limits, metrics)
        self.batches = Batches(folder, self.front.loaded, metrics)
        self.api = _api(self.front, self.batches)
        self._small = Shield(self.api, hosts, limits.body, refuse_early)
        self._large = Shield(self.api, hosts, limits.upload, refuse_early)
        self._wire = Wire(self._shielded, metrics, limits.body_seconds, UPLOAD)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request, or the app's start and end."""
        await self._wire(scope, receive, send)

    async def _shielded(self, scope: Message, receive: Receive, send: Send) -> None:
        shield = self._large if scope.get("path") == UPLOAD else self._small
        await shield(scope, receive, send)


def _api(front: Front, batches: Batches) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(run_in_threadpool(_start, front, batches))
        yield
        front.draining.set()
        await loading
        await run_in_threadpool(batches.close)
        await run_in_threadpool(front.close)

    api = FastAPI(
        title="fewsight",
        version=__version__,
        summary="Customer histories in, schema-valid insight out.",
        lifespan=lifespan,
        responses=RESPONSES,
        strict_content_type=False,  # as curl sends it; no form of another site has a token
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    answer_errors(api)
    _add_health(api, front)
    for router in (_server(api, front), _insights(front), decision_router(front), batch_router(front, batches)):
        api.include_router(router)
    return api


def _start(front: Front, batches: Batches) -> None:
    front.load()
    if front.failed is None:
        batches.start()


def _add_health(api: FastAPI, front: Front) -> None:
    @api.get("/health", tags=["server"])
    async def health() -> dict[str, str]:
        """Whether the process lives."""
        return {"status": "ok"}

    @api.get("/ready", tags=["server"])
    async def ready() -> JSONResponse:
        """Whether requests are answered: 503 while the model is loaded, and while the server stops."""
        return JSONResponse({"ready": front.is_ready}, 200 if front.is_ready else 503)


def _server(api: FastAPI, front: Front) -> APIRouter:
    router = guarded_router(front, "server")

    @router.get("/metrics", openapi_extra=scope("read"), responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Counts in Prometheus' text form."""
        return Response(front.metrics.text(), media_type=front.metrics.content_type)

    @router.get("/openapi.json", openapi_extra=scope("read"))
    async def openapi() -> dict[str, Any]:
        """This description."""
        return api.openapi()

    @router.post("/v1/reload", openapi_extra=scope("admin"))
    async def reload() -> dict[str, list[str]]:
        """Load model, adapters and answerer anew; the old ones answer until the new ones do."""
        await run_in_threadpool(front.reload)
        return {"tasks": list(front.desk.tasks)}

    return router


def _insights(front: Front) -> APIRouter:
    router = guarded_router(front, "insights")

    @router.post("/v1/insights", openapi_extra=scope("act"))
    async def insights(request: Request, body: InsightsRequest) -> InsightsReply:
        """Answer tasks for histories or texts, with evidence and probabilities, as `fewsight run` does."""
        histories, tasks = body.all_histories(), front.desk.known(body.tasks)
        request.state.rows = len(histories) * len(tasks)
        told = await front.answer(request, lambda desk, stop: desk.ask(histories, tasks, stop))
        for insight in told:
            front.metrics.insights.labels(insight.task, insight.status).inc()
        return InsightsReply(insights=[InsightOut.of(one) for one in told])

    return router
