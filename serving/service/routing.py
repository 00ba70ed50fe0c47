"""Routes that nobody reaches without a token: its scope is checked before a byte of the body is read."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from fewsight.serving.access.tokens import Scope
from fewsight.serving.service.front import Front

_SCOPE: Final = "x-scope"


def scope(name: Scope) -> dict[str, Any]:
    """What a route's `openapi_extra` says of the scope that it needs."""
    return {_SCOPE: name}


def guarded_router(front: Front, tag: str) -> APIRouter:
    """A router whose routes need a token, of scope 'admin' where they name none."""

    class Guarded(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()
            needed: Scope = (self.openapi_extra or {}).get(_SCOPE, "admin")

            async def guarded(request: Request) -> Response:
                # Bodies are JSON whatever they are called: curl calls them a form.
                request.scope["headers"] = [one for one in request.scope["headers"] if one[0] != b"content-type"]
                front.allow(request, needed)
                return await handle(request)

            return guarded

    return APIRouter(route_class=Guarded, tags=[tag], dependencies=[Depends(HTTPBearer(auto_error=False))])
