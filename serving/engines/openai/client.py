"""Talking to a model server over HTTP: bounded connections, time limits, retries only where they can help."""

import random
import time
from typing import TYPE_CHECKING, Any, Final

from fewsight.errors import ConfigError, EngineError

if TYPE_CHECKING:
    import httpx

BUSY: Final = frozenset([408, 425, 429, 500, 502, 503, 504])
"""Answers after which the same request may succeed."""

LONGEST_PAUSE: Final = 30.0
SHOWN: Final = 300


class Refused(Exception):  # noqa: N818 - says what the server did
    """The server refused one request; `retryable` where it was merely busy, again and again."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class ModelServer:
    """An OpenAI-compatible server.

    Args:
        base_url: with or without '/v1' at its end.
        key: sent as a bearer token; never shown or kept anywhere else.
        connections: most requests at once.
        timeout: seconds for one answer.
        attempts: how often a request is sent before it fails.
        pause: seconds before the second attempt; doubled each time, with some chance in it.

    Raises:
        ConfigError: httpx is not installed, or the URL is not one of HTTP.
    """

    def __init__(
        self, base_url: str, key: str | None, *, connections: int, timeout: float, attempts: int, pause: float
    ) -> None:
        try:
            import httpx
        except ImportError as error:
            raise ConfigError("Engine 'openai' needs httpx; run pip install 'fewsight[openai]'.") from error
        try:
            url = httpx.URL(base_url)
        except httpx.InvalidURL as error:
            raise ConfigError(f"{base_url!r} is not a URL: {error}.") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise ConfigError(f"{base_url!r} is not a server's URL; write it like 'http://localhost:8000/v1'.")
        self.root = str(url.copy_with(userinfo=None)).rstrip("/").removesuffix("/v1").rstrip("/")
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=10.0),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            auth=(url.username, url.password) if url.username else None,
            trust_env=not _is_loopback(url.host),
        )
        self._attempts, self._pause = attempts, pause

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What is at a path, or None where the server has nothing there.

        Raises:
            EngineError: the server can't be reached, or lets nobody in.
        """
        try:
            return self._send("GET", path, None)
        except Refused:
            return None

    def post(self, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """The server's answer to a request.

        Raises:
            Refused: by this server, for this request.
            EngineError: as for `get`.
        """
        return self._send("POST", path, body)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:  # noqa: ANN401 - JSON
        import httpx

        problem: Exception
        for attempt in range(self._attempts):
            wanted = "0"
            try:
                response = self._client.request(method, self.root + path, json=body)
            except httpx.TimeoutException:
                problem = Refused(f"{self.root + path} did not answer in time", retryable=True)
            except httpx.TransportError as error:
                problem = EngineError(f"{self.root + path} can't be reached: {error}. Is the server running?")
            else:
                if response.status_code not in BUSY:
                    return self._read(response, path)
                problem = Refused(self._told(response, path), retryable=True)
                wanted = response.headers.get("retry-after", "0")
            if attempt + 1 < self._attempts:
                time.sleep(self._wait(attempt, wanted))
        raise problem

    def _wait(self, attempt: int, wanted: str) -> float:
        asked = float(wanted) if wanted.isdigit() else 0.0
        chance = random.uniform(0.5, 1.5)  # noqa: S311 - so that clients don't come back all at once
        return min(max(asked, self._pause * chance * float(2**attempt)), LONGEST_PAUSE)

    def _told(self, response: "httpx.Response", path: str) -> str:
        return f"{self.root + path} answered {response.status_code}: {response.text[:SHOWN]!r}"

    def _read(self, response: "httpx.Response", path: str) -> Any:  # noqa: ANN401 - JSON
        if response.status_code in (401, 403):  # the text may repeat the key
            raise EngineError(f"{self.root + path} answered {response.status_code}: set OPENAI_API_KEY to a valid key.")
        if response.status_code != 200:
            raise Refused(self._told(response, path), retryable=False)
        try:
            return response.json()
        except ValueError as error:
            raise EngineError(f"{self.root + path} did not answer with JSON: {response.text[:80]!r}.") from error


def _is_loopback(host: str) -> bool:
    """A proxy can't reach this machine's own servers."""
    return host in ("localhost", "127.0.0.1", "::1")
