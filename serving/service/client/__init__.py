"""Python clients of a server: `Client` to call, `AsyncClient` to await, as named here."""

from fewsight.serving.service.client.awaited import AsyncClient
from fewsight.serving.service.client.blocking import Client

__all__ = ["AsyncClient", "Client"]
