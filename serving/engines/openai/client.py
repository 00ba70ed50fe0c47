"""An HTTP client for model servers: bounded in connections, time and bytes; retries only where they can help."""

import asyncio
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from fewsight.errors import AccessError, ConfigError, EngineError
from fewsight.redaction import keep_secret, keep_url_secret, redact
from fewsight.serving.engines.openai.replies import reason

if TYPE_CHECKING:
    import httpx
    from tenacity import RetryCallState

BUSY: Final = frozenset([408, 425, 429, 500, 502, 503, 504])
"""Answers after which the same request may succeed."""

LONGEST_PAUSE: Final = 30.0
LONGEST_REPLY: Final = 16 * 2**20
"""Bytes of one reply; an answer has thousands."""

SHOWN: Final = 300
READ_OF_AN_ERROR: Final = 2**16
"""More than is shown: a secret is hidden as a whole before the text is cut."""

Reply = TypeVar("Reply", bound=BaseModel)


class RequestError(Exception):
    """One request that failed alone.

    Args:
        message: why.
        retryable: the same request may succeed later.
        status: of the HTTP response, or None where there was none.
        pause: seconds that the server asked to wait.
    """

    def __init__(self, message: str, *, retryable: bool, status: int | None = None, pause: float = 0.0) -> None:
        super().__init__(redact(message))
        self.retryable, self.status, self.pause = retryable, status, pause


class HttpClient:
    """Requests to one server, with replies validated by pydantic models.

    Args:
        base_url: with or without '/v1' at its end.
        key: sent as a bearer token; never shown or kept anywhere else.
        connections: most requests at once.
        timeout: seconds for one answer, however often it is asked for.
        attempts: how often a request is sent before it fails.
        pause: seconds before the second attempt; doubled each time, with some chance in it.

    Raises:
        ConfigError: httpx or tenacity is not installed, the URL is not one of HTTP, or the key can't be sent.
    """

    def __init__(
        self, base_url: str, key: str | None, *, connections: int, timeout: float, attempts: int, pause: float
    ) -> None:
        try:
            import httpx
            import tenacity
        except ImportError as error:
            raise ConfigError(f"Engine 'openai' needs {error.name}; run pip install 'fewsight[openai]'.") from error
        keep_url_secret(base_url)
        url = _server_url(base_url)
        self.root = str(url.copy_with(userinfo=None)).rstrip("/").removesuffix("/v1").rstrip("/")
        self._timeout, self._attempts = timeout, attempts
        self._backoff = tenacity.wait_exponential(multiplier=pause, max=LONGEST_PAUSE) + tenacity.wait_random(0, pause)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout, connect=min(10.0, timeout), pool=None),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            headers=_headers(key),
            auth=(url.username, url.password) if url.username else None,
            trust_env=not _is_loopback(url.host),
        )

    async def get(self, path: str, reply: type[Reply]) -> Reply:
        """The server's answer at a path.

        Raises:
            RequestError: the server has nothing there, or something of another shape.
            AccessError: the server refuses the key.
            EngineError: the server can't be reached.
        """
        return await self._send("GET", path, None, reply)

    async def post(self, path: str, body: dict[str, Any], reply: type[Reply]) -> Reply:
        """The server's answer to a request; raises as `get` does."""
        return await self._send("POST", path, body, reply)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _send(self, method: str, path: str, body: dict[str, Any] | None, reply: type[Reply]) -> Reply:
        import tenacity

        retrying = tenacity.AsyncRetrying(
            stop=tenacity.stop_after_attempt(self._attempts),
            retry=tenacity.retry_if_exception(_is_worth_another),
            wait=self._pause,
            reraise=True,
        )
        try:
            # The limits of httpx hold between two chunks: a server that sends a byte now and then would never end.
            async with asyncio.timeout(self._timeout):
                data: bytes = await retrying(self._attempt, method, self.root + path, body)
        except TimeoutError as error:
            raise self._late(self.root + path) from error
        try:
            return reply.model_validate_json(data)
        except ValidationError as error:
            message = f"{self.root + path} sent a reply that is no {reply.__name__}: {reason(error)}"
            raise RequestError(message, retryable=False, status=200) from error

    def _pause(self, state: "RetryCallState") -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.pause if isinstance(error, RequestError) else 0.0
        return min(max(asked, self._backoff(state)), LONGEST_PAUSE)

    def _late(self, url: str) -> RequestError:
        return RequestError(f"{url} did not answer within {self._timeout:g} s", retryable=True)

    async def _attempt(self, method: str, url: str, body: dict[str, Any] | None) -> bytes:
        """The bytes of one good response."""
        import httpx

        try:
            async with self._client.stream(method, url, json=body) as response:
                return await _read(response, url)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise EngineError(f"{url} can't be reached: {error}. Is the server running?") from error
        except httpx.TimeoutException as error:
            raise self._late(url) from error
        except httpx.HTTPError as error:
            raise RequestError(f"{url} broke off its answer: {error}", retryable=True) from error


async def _read(response: "httpx.Response", url: str) -> bytes:
    status = response.status_code
    if status in (401, 403):
        raise AccessError(f"{url} answered {status}: set OPENAI_API_KEY to a valid key.")
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > LONGEST_REPLY:
            raise RequestError(f"{url} sent more than {LONGEST_REPLY // 2**20} MiB", retryable=False, status=status)
        if status != 200 and len(data) > READ_OF_AN_ERROR:
            break
    if status == 200:
        return bytes(data)
    text = redact(data.decode("utf-8", "replace"))[:SHOWN]
    wanted = response.headers.get("retry-after", "")
    pause = float(wanted) if wanted.isdecimal() else 0.0
    raise RequestError(f"{url} answered {status}: {text!r}", retryable=status in BUSY, status=status, pause=pause)


def _is_worth_another(error: BaseException) -> bool:
    if isinstance(error, RequestError):
        return error.retryable
    return isinstance(error, EngineError) and not isinstance(error, AccessError)


def _server_url(base_url: str) -> "httpx.URL":
    import httpx

    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ConfigError(f"{base_url!r} is not a URL: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment:
        raise ConfigError(f"{base_url!r} is not a server's URL; write it like 'http://localhost:8000/v1'.")
    return url


def _headers(key: str | None) -> dict[str, str]:
    key = (key or "").strip()
    keep_secret(key)
    if not key:
        return {}
    if not (key.isascii() and key.isprintable()):
        raise ConfigError("OPENAI_API_KEY holds characters that no HTTP header can carry; set it to a valid key.")
    return {"Authorization": f"Bearer {key}"}


def _is_loopback(host: str) -> bool:
    """A proxy can't reach this machine's own servers."""
    return host in ("localhost", "127.0.0.1", "::1")
