"""What a monitoring system reads at ``/metrics``: counted by route, never by account or text."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from cleardance.clearance.jobs.queue import Standing
from cleardance.clearance.readiness import Readiness
from cleardance.store.tables import DeliveryStatus, Tier

_BOUNDS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)


_GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "tasks": ("Tasks, by status.", ("status",)),
    "queue_tasks": ("Tasks that wait for a worker.", ("tier",)),
    "queue_oldest_seconds": ("How long the task that waits longest has waited.", ()),
    "leases": ("Tasks that are worked on.", ("model",)),
    "lease_holders": ("Workers and commands that work on tasks.", ()),
    "leases_lapsed": ("Leases of workers that died, not taken up yet.", ()),
    "creates_waiting": ("Creates that wait in this process to be stored.", ()),
    "webhooks": ("Deliveries, by status.", ("status",)),
    "registry_revision": ("The registry's revision, and that of the index in memory.", ("of",)),
    "index_age_seconds": ("Since the index in memory was last seen to be the registry's.", ()),
}


@dataclass(frozen=True)
class Now:
    """How things stand when somebody looks."""

    tasks: Mapping[str, int]
    webhooks: Mapping[DeliveryStatus, int]
    queue: Standing
    readiness: Readiness
    creates_waiting: int


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
        self._set = {name: self._gauge(name, *about) for name, about in _GAUGES.items()}

    def _gauge(self, name: str, about: str, labels: tuple[str, ...]) -> Gauge:
        return Gauge(f"cleardance_{name}", about, labels, registry=self._registry)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count a request while it is under way."""
        with self._in_flight.track_inprogress():
            yield

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self, now: Now) -> bytes:
        """Return the exposition format, with how things stand now."""
        queue, ready, mine = now.queue, now.readiness, self._set
        mine["index_age_seconds"].set(ready.index_age_s)
        mine["queue_oldest_seconds"].set(queue.oldest_waits_s)
        mine["lease_holders"].set(queue.holders)
        mine["leases_lapsed"].set(queue.lapsed)
        mine["creates_waiting"].set(now.creates_waiting)
        self._label("registry_revision", {"stored": ready.revision_stored})
        self._label("registry_revision", {"in_memory": ready.revision_in_memory})
        self._label("tasks", now.tasks)
        self._label("webhooks", {status.value: n for status, n in now.webhooks.items()})
        self._label("queue_tasks", {tier.value: queue.waiting.get(tier, 0) for tier in Tier})
        mine["leases"].clear()  # a model of which nothing runs is not there
        self._label("leases", queue.leased)
        return generate_latest(self._registry)

    def _label(self, name: str, values: Mapping[str, int]) -> None:
        for label, number in values.items():
            self._set[name].labels(label).set(number)
