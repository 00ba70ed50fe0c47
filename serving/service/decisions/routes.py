"""Routes of typed questions."""

from collections.abc import Iterable

from fastapi import APIRouter, Request

from fewsight.events import CustomerHistory
from fewsight.insight import Insight
from fewsight.serving.service.decisions.deciding import Asked, asked, decision, input_of, state_of, system_one
from fewsight.serving.service.decisions.types import Decision, DecisionRequest, SystemOneReply, SystemOneRequest
from fewsight.serving.service.desk import Desk
from fewsight.serving.service.errors import refuse
from fewsight.serving.service.front import Front
from fewsight.serving.service.routing import guarded_router, scope

DEFAULT = "default"


def decision_router(front: Front) -> APIRouter:
    """Routes in the forms of OpenAI and of System One."""
    router = guarded_router(front, "decisions")

    async def decided(request: Request, state: CustomerHistory, questions: Iterable[Asked]) -> list[Insight]:
        tasks = [one.task(number) for number, one in enumerate(questions, 1)]
        request.state.rows = len(tasks)
        return await front.answer(request, lambda desk, stop: desk.decide(tasks, state, stop))

    @router.post("/v1/decisions", openapi_extra=scope("act"))
    async def decisions(request: Request, body: DecisionRequest) -> Decision:
        """Typed questions about a text, in the form of OpenAI's Decisions API (public beta, October 2026)."""
        model = _model(front.desk, body.model)
        told = await decided(request, state_of(input_of(body)), map(asked, body.questions))
        return decision(body, model, told)

    @router.post("/v1/systemone", openapi_extra=scope("act"))
    async def systemone(request: Request, body: SystemOneRequest) -> SystemOneReply:
        """Typed questions about a state, in the form of TypeSafe's System One API (autumn 2026)."""
        model = _model(front.desk, body.model)
        told = await decided(request, state_of(body.state), map(asked, body.questions.values()))
        return system_one(body, model, told)

    return router


def _model(desk: Desk, name: str) -> str:
    """The name of the model that answers."""
    own = desk.session.model.name
    if name not in (DEFAULT, own):
        raise refuse(404, f"This server has model {own!r}; name it, or {DEFAULT!r}.")
    return own
