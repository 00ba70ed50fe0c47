"""A webhook: each alert is posted, signed, until the other side takes it.

Headers and signature are those of Standard Webhooks 1.0 (standardwebhooks.com): `webhook-id` is the alert's id, by
which the other side knows one that comes twice; `webhook-signature` is HMAC-SHA256 of id, timestamp and body.
"""

import asyncio
import base64
import binascii
import os
import time
from dataclasses import dataclass
from typing import Final

from fewsight.agents.watch.model import Alert
from fewsight.agents.watch.state import State
from fewsight.errors import ConfigError
from fewsight.redaction import keep_secret, keep_url_secret, redact
from fewsight.serving.access.shield import LOOPBACK
from fewsight.serving.access.signatures import signed_headers

SECRET: Final = "FEWSIGHT_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
_PREFIX: Final = "whsec_"
_SHORTEST: Final = 16
_AGAIN: Final = frozenset([408, 425, 429, *range(500, 600)])


class NotTakenError(Exception):
    """An alert that the other side did not take; `retryable` says whether it may take the same one later."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(redact(message))
        self.retryable = retryable


@dataclass(frozen=True)
class Delivered:
    """How many alerts were taken now and how many wait, with why the last one was not taken."""

    taken: int
    waiting: int
    error: str | None = None


class Webhook:
    """A URL that takes alerts, over HTTPS or on this machine.

    Args:
        url: of the other side.
        secret: that both sides know: a word of 16 characters or more, or 'whsec_' and base64.
        timeout: seconds of one try.
        tries: of one alert in one call.
        pause: seconds before the second try; doubled each time.

    Raises:
        ConfigError: httpx or tenacity is not installed, the URL is none that alerts may go to, or the secret is too
            short.
    """

    def __init__(
        self, url: str, secret: str | None, *, timeout: float = 10.0, tries: int = 4, pause: float = 0.5
    ) -> None:
        try:
            import httpx
            import tenacity  # noqa: F401 - named here where it is missing
        except ImportError as error:
            raise ConfigError(f"--webhook needs {error.name}; run pip install 'fewsight[webhook]'.") from error
        keep_url_secret(url)
        keep_secret(secret)
        self._key = _key(secret)
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ConfigError(f"--webhook {url!r} is not a URL: {error}.") from error
        self.is_local = parsed.host in LOOPBACK
        if not parsed.host or not (parsed.scheme == "https" or (parsed.scheme == "http" and self.is_local)):
            raise ConfigError(
                f"--webhook {url!r} must be https://..., or http:// on this machine: alerts name customers."
            )
        self._url, self._timeout, self._tries, self._pause = url, timeout, tries, pause

    def send(self, alert: Alert) -> None:
        """Post an alert, several times where the other side is busy or silent.

        Raises:
            NotTakenError: it was not taken.
        """
        import tenacity

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._tries),
            wait=tenacity.wait_exponential(multiplier=self._pause, max=30),
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, NotTakenError) and error.retryable),
            reraise=True,
        )
        retrying(self._try, alert)

    def _try(self, alert: Alert) -> None:
        asyncio.run(self._post(alert.id, alert.model_dump_json().encode()))

    async def _post(self, id_: str, body: bytes) -> None:
        import httpx

        headers = {"content-type": "application/json", **signed_headers(self._key, id_, int(time.time()), body)}
        try:
            # httpx bounds the time between two chunks alone: a server that drips bytes would never end
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncClient(timeout=self._timeout, trust_env=not self.is_local) as client,
                client.stream("POST", self._url, content=body, headers=headers) as response,
            ):
                status = response.status_code
        except (TimeoutError, httpx.TimeoutException):
            raise NotTakenError(f"no answer within {self._timeout:g} s", retryable=True) from None
        except httpx.HTTPError as error:
            raise NotTakenError(str(error) or type(error).__name__, retryable=True) from None
        if not 200 <= status < 300:
            raise NotTakenError(f"the other side answered {status}", retryable=status in _AGAIN)


def deliver(state: State, webhook: Webhook) -> Delivered:
    """Send all alerts that wait, the oldest first; one that is not taken waits on, and so do those after it where the
    other side is silent or busy. None is lost, and one may come twice: the other side knows it by its id.
    """
    waiting, taken, error = state.alerts(waiting=True), 0, None
    for alert in waiting:
        try:
            webhook.send(alert)
        except NotTakenError as refused:
            error = str(refused)
            state.note_failed(alert.id, error)
            if refused.retryable:
                break
        else:
            state.note_sent(alert.id)
            taken += 1
    return Delivered(taken, len(waiting) - taken, error)


def secret_of_environment() -> str | None:
    """The secret, which comes from the environment and goes nowhere else."""
    return os.environ.get(SECRET)


def _key(secret: str | None) -> bytes:
    key = (secret or "").encode()
    if (secret or "").startswith(_PREFIX):
        try:
            key = base64.b64decode((secret or "").removeprefix(_PREFIX), validate=True)
        except binascii.Error as error:
            raise ConfigError(f"{SECRET} begins with {_PREFIX!r} and is no base64 after it: {error}.") from error
    if len(key) < _SHORTEST:
        raise ConfigError(
            f"Alerts are signed: set {SECRET} to a secret of {_SHORTEST} characters or more, on both sides."
        )
    return key
