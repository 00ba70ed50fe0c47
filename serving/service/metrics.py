"""What Prometheus may ask of a server; each server has a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from fewsight.serving.engines.shared import Kind

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Metrics:
    """Counts what a server does. Names of routes, tasks and states are the only labels: no caller makes new ones."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter(
            "fewsight_requests", "Requests by route and status.", ("route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "fewsight_request_seconds", "Time to answer a request.", ("route",), registry=registry, buckets=_SECONDS
        )
        self.in_flight = Gauge("fewsight_requests_in_flight", "Requests that are being answered.", registry=registry)
        self.refused = Counter(
            "fewsight_refused", "Requests that were refused to keep the server up.", ("why",), registry=registry
        )
        self.insights = Counter(
            "fewsight_insights", "Insights by task and status.", ("task", "status"), registry=registry
        )
        self.engine_rows = Histogram(
            "fewsight_engine_batch_rows", "Rows of an engine's batch.", ("kind",), registry=registry, buckets=_ROWS
        )
        self.engine_callers = Histogram(
            "fewsight_engine_batch_callers", "Callers of an engine's batch.", registry=registry, buckets=_ROWS
        )
        self.engine_seconds = Counter(
            "fewsight_engine_seconds", "Time that engines worked.", ("kind",), registry=registry
        )
        self.batches = Gauge("fewsight_batches", "Batches by state.", ("state",), registry=registry)

    def saw_batch(self, kind: Kind, rows: int, callers: int, seconds: float) -> None:
        """Count one batch of an engine."""
        self.engine_rows.labels(kind).observe(rows)
        self.engine_callers.observe(callers)
        self.engine_seconds.labels(kind).inc(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus' text form."""
        return generate_latest(self.registry)
