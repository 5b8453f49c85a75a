"""What a monitoring system reads at ``/metrics``: counted by route, never by account or text."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BOUNDS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "cleardance_http_requests",
            "Answers, by route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "cleardance_http_request_seconds",
            "Time from the first byte of a request to the end of its answer.",
            ("method", "route"),
            buckets=_BOUNDS_S,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "cleardance_http_requests_in_flight", "Requests now.", registry=self._registry
        )
        self._tasks = Gauge(
            "cleardance_tasks", "Tasks, by status.", ("status",), registry=self._registry
        )
        self._revision = Gauge(
            "cleardance_registry_revision",
            "The registry's revision, and that of the index in memory.",
            ("of",),
            registry=self._registry,
        )

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count a request while it is under way."""
        with self._in_flight.track_inprogress():
            yield

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self, tasks: dict[str, int], stored: int, in_memory: int) -> bytes:
        """Return the exposition format, with how things stand now."""
        for status, number in tasks.items():
            self._tasks.labels(status).set(number)
        self._revision.labels("stored").set(stored)
        self._revision.labels("in_memory").set(in_memory)
        return generate_latest(self._registry)
