"""What a client asks a server: each call as data, sent by the sync and by the async client alike."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import httpx

from fewsight.errors import AccessError, ConfigError, EngineError, FewsightError
from fewsight.insight import Insight
from fewsight.serving.service.decisions.types import Decision, DecisionRequest, SystemOneReply, SystemOneRequest
from fewsight.serving.service.schemas import BatchOut, HistoryIn, InsightsRequest

T = TypeVar("T")
_AGAIN: Final = (429, 503)
_LONGEST_WAIT: Final = 60.0


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    arguments: Mapping[str, Any] = field(default_factory=dict)


def insights(
    histories: Sequence[HistoryIn | Mapping[str, Any]], texts: Sequence[str], tasks: Sequence[str] | None
) -> Call[list[Insight]]:
    """Ask for insights."""
    body = InsightsRequest.model_validate(
        {"histories": [_plain(one) for one in histories], "texts": list(texts), "tasks": tasks and list(tasks)}
    )
    return Call("POST", "/v1/insights", _insights, {"json": body.model_dump(mode="json", exclude_none=True)})


def decide(request: DecisionRequest | Mapping[str, Any]) -> Call[Decision]:
    """Ask typed questions, in OpenAI's form."""
    body = DecisionRequest.model_validate(_plain(request)).model_dump(mode="json", exclude_none=True)
    return Call("POST", "/v1/decisions", lambda reply: Decision.model_validate_json(reply.content), {"json": body})


def system_one(request: SystemOneRequest | Mapping[str, Any]) -> Call[SystemOneReply]:
    """Ask typed questions, in System One's form."""
    body = SystemOneRequest.model_validate(_plain(request)).model_dump(mode="json")
    return Call(
        "POST", "/v1/systemone", lambda reply: SystemOneReply.model_validate_json(reply.content), {"json": body}
    )


def send_batch(lines: bytes | Path, tasks: Sequence[str] | None, key: str | None) -> Call[BatchOut]:
    """Send JSON lines."""
    content = lines if isinstance(lines, bytes) else lines.read_bytes()
    headers = {"Idempotency-Key": key} if key else {}
    return Call(
        "POST", "/v1/batches", _batch, {"content": content, "params": {"task": tasks or []}, "headers": headers}
    )


def batch(name: str) -> Call[BatchOut]:
    """Look how far a batch is."""
    return Call("GET", f"/v1/batches/{name}", _batch)


def delete_batch(name: str) -> Call[None]:
    """Remove a batch."""
    return Call("DELETE", f"/v1/batches/{name}", lambda _: None)


def pause(reply: httpx.Response, tried: int, most: int) -> float | None:
    """Seconds until the same request is worth another try; None where it is not."""
    if reply.status_code not in _AGAIN or tried >= most:
        return None
    told = reply.headers.get("Retry-After", "")
    return min(float(told) if told.isdecimal() else 2.0**tried, _LONGEST_WAIT)


def require_good(reply: httpx.Response) -> None:
    """Raise what a server's error stands for.

    Raises:
        AccessError: the token does not count, or may not do this.
        ConfigError: what was asked can't be done.
        EngineError: the server failed, or is busy.
    """
    if reply.is_success:
        return
    try:
        words = reply.json()["error"]["message"]
    except (ValueError, LookupError, TypeError):  # a proxy between us
        words = reply.text[:500]
    kinds: dict[int, type[FewsightError]] = {401: AccessError, 403: AccessError, 429: EngineError}
    usual = ConfigError if reply.status_code < 500 else EngineError
    raise kinds.get(reply.status_code, usual)(f"The server answers {reply.status_code}: {words}")


def unreachable(error: httpx.TransportError) -> EngineError:
    """What stands for a connection that failed."""
    return EngineError(f"The server can't be reached: {type(error).__name__}: {error}. Is it running?")


def results(name: str) -> str:
    """The path of a batch's stream."""
    return f"/v1/batches/{name}/results"


class Stream:
    """Reads server-sent events line by line; `after` is the number of the last insight, for another connection."""

    def __init__(self, after: int) -> None:
        self.after = after
        self._state, self._broken, self._error = "", 0, EngineError("")
        self._lines: dict[str, str] = {}
        self._is_again = False

    def headers(self) -> dict[str, str]:
        """Of a connection that goes on."""
        self._lines, self._is_again = {}, True
        return {"Last-Event-ID": str(self.after)}

    def feed(self, line: str) -> Insight | None:
        """An insight, where this line ends one."""
        if line:
            name, _, value = line.partition(": ")
            self._lines[name] = value
            return None
        event, self._lines = self._lines, {}
        if event.get("event") == "end":
            self._state = json.loads(event["data"])["state"]
        if event.get("event") != "insight":
            return None
        self.after, self._broken = int(event["id"]), 0
        return Insight.from_dict(json.loads(event["data"]))

    def broke(self, error: httpx.TransportError) -> None:
        """Note that the connection failed."""
        self._broken, self._error = self._broken + 1, unreachable(error)

    def pause(self) -> float:
        """Seconds until the next connection."""
        return min(2.0**self._broken, _LONGEST_WAIT) if self._is_again else 0.0

    def has_ended(self, retries: int) -> bool:
        """Whether nothing more comes.

        Raises:
            EngineError: the connection failed more than `retries` times without an insight in between.
        """
        if self._broken > retries:
            raise self._error
        return self._state not in ("", "draining")


def _insights(reply: httpx.Response) -> list[Insight]:
    return [Insight.from_dict(one) for one in reply.json()["insights"]]


def _batch(reply: httpx.Response) -> BatchOut:
    return BatchOut.model_validate_json(reply.content)


def _plain(one: Any) -> Any:  # noqa: ANN401 - a model or a mapping
    return one.model_dump(mode="json", exclude_none=True) if hasattr(one, "model_dump") else one
