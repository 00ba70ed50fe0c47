"""Callers of a server: each sends its next request when it has the answer to the one before."""

import asyncio
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from statistics import quantiles

import httpx

from fewsight.serving.service.schemas import InsightsRequest
from tests.bench.common import Figure
from tests.serving.service.process import Process

TEXTS = (
    "The parcel came late and the box was open.",
    "Where is my refund? I sent the shoes back two weeks ago.",
    "Love the kettle, quick delivery, thank you.",
    "Your app crashes whenever I open my basket.",
    "Can I change the address of my order?",
)


def levels(server: Process, callers: Sequence[int], seconds: int) -> list[Figure]:
    """Requests a second and seconds to an answer, at each number of callers."""
    figures: list[Figure] = []
    asyncio.run(_ask(server, 4, min(seconds, 5)))  # what is loaded and compiled once
    for number in callers:
        good, busy, spent = asyncio.run(_ask(server, number, seconds))
        marks = quantiles(good, n=100) if len(good) > 1 else [0.0] * 99
        figures += [
            Figure(f"{number} callers: requests/s", len(good) / spent),
            Figure(f"{number} callers: p50, p95, p99 in s", " ".join(f"{marks[at]:.3f}" for at in (49, 94, 98))),
            Figure(f"{number} callers: answers, refused with 429", f"{len(good)}, {busy}"),
        ]
    return figures


def memory_over(server: Process, seconds: int) -> list[Figure]:
    """Megabytes that the server holds after a tenth of the time, and at its end, under 16 callers."""
    asyncio.run(_ask(server, 16, max(seconds // 10, 1)))
    early = _megabytes(server)
    good, _, spent = asyncio.run(_ask(server, 16, seconds - seconds // 10))
    return [
        Figure("soak: requests/s", len(good) / spent),
        Figure("soak: MB after a tenth of the time", early),
        Figure("soak: MB at the end", _megabytes(server), "<= 1.05 times"),
    ]


async def _ask(server: Process, callers: int, seconds: float) -> tuple[list[float], int, float]:
    """Seconds of all answers, how many requests were refused, and the seconds that all took."""
    good: list[float] = []
    numbers, begun, refused = count(), time.perf_counter(), 0
    headers = {"Authorization": f"Bearer {server.token}"}
    limits = httpx.Limits(max_connections=callers)
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=120, limits=limits, trust_env=False
    ) as http:

        async def caller() -> None:
            nonlocal refused
            while time.perf_counter() - begun < seconds:
                number = next(numbers)
                body = InsightsRequest(texts=[f"{TEXTS[number % len(TEXTS)]} ({number})"], tasks=["intent"])
                sent = time.perf_counter()
                reply = await http.post("/v1/insights", content=body.model_dump_json())
                if reply.status_code == 429:
                    refused += 1
                    await asyncio.sleep(0.2)
                    continue
                reply.raise_for_status()
                good.append(time.perf_counter() - sent)

        await asyncio.gather(*(caller() for _ in range(callers)))
    return good, refused, time.perf_counter() - begun


def _megabytes(server: Process) -> float:
    pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6
