"""Callbacks, received by a real server on the loopback."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook

from cleardance.clearance.jobs import ending, webhooks
from cleardance.clearance.jobs.events import events_after, follow
from cleardance.clearance.jobs.incoming import JobOptions
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.jobs.webhooks import Courier, call_back, claim_due, secret_of
from cleardance.clearance.record import record_of
from cleardance.clearance.service import Service
from cleardance.errors import AddressRefused, NotFound
from cleardance.store.tables import account, task, webhook_delivery
from tests.clearance.asking import request

Got = tuple[dict[str, str], bytes]


class Receiver(ThreadingHTTPServer):
    """Keeps what it gets, and answers as it is told."""

    daemon_threads = True

    def __init__(self, answer: Callable[["Receiver"], int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.got = answer, list[Got]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/done"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.answer(self.server))
        self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def receiving(answer: Callable[[Receiver], int] = lambda _: 204) -> Iterator[Receiver]:
    with Receiver(answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def inside(service: Service) -> Service:
    """The service of an operator who lets callbacks go to this machine."""
    settings = service.settings.model_copy(update={"fetch_private": True})
    return replace(service, settings=settings)


def body(service: Service, task_id: str) -> dict[str, object]:
    return record_of(service, task_id).to_json()


def try_all(service: Service) -> None:
    while (due := claim_due(service, [])) is not None:
        call_back(service, due, body)


def states(service: Service) -> list[tuple[str, str | None]]:
    at = webhook_delivery.c
    with service.store.read() as session:
        query = select(at.status, at.result).order_by(at.event_id)
        return [(row.status, row.result) for row in session.execute(query)]


def asked(service: Service, url: str) -> str:
    return submit(service, request(), options=JobOptions(callback_url=url)).task_id


def test_each_change_is_told_once_and_signed(inside: Service) -> None:
    with receiving() as receiver:
        task_id = asked(inside, receiver.url)
        ending.cancel(inside, task_id)
        try_all(inside)
        try_all(inside)
    assert [json.loads(told)["event"]["status"] for _, told in receiver.got] == [
        "queued",
        "cancelled",
    ]
    assert {json.loads(told)["id"] for _, told in receiver.got} == {task_id}
    with inside.store.read() as session:
        owner = session.scalar(select(account.c.id).where(account.c.name == "local"))
    for headers, told in receiver.got:  # an outside implementation of the specification agrees
        assert Webhook(secret_of(inside, str(owner))).verify(told, headers)
        with pytest.raises(Exception, match="No matching signature"):
            Webhook(secret_of(inside, "acc-another")).verify(told, headers)


def test_what_fails_is_tried_again_under_the_same_id(inside: Service) -> None:
    with receiving(lambda it: 503 if len(it.got) < 2 else 200) as receiver:
        asked(inside, receiver.url)
        try_all(inside)
        assert states(inside) == [("waiting", "HTTP 503")]
        assert claim_due(inside, []) is None  # it is not yet time
        _now(inside)
        try_all(inside)
    first, second = (headers["webhook-id"] for headers, _ in receiver.got)
    assert first == second
    assert states(inside) == [("delivered", "HTTP 200")]


def _now(service: Service) -> None:
    with service.store.begin() as session:
        session.execute(update(webhook_delivery).values(due_at="2020-01-01T00:00:00.000000Z"))


def test_what_failed_for_good_can_be_replayed(inside: Service) -> None:
    with receiving(lambda it: 500 if len(it.got) <= webhooks.MAX_ATTEMPTS else 200) as receiver:
        task_id = asked(inside, receiver.url)
        for _ in range(webhooks.MAX_ATTEMPTS):
            _now(inside)
            try_all(inside)
        assert states(inside) == [("failed", "HTTP 500")]
        assert webhooks.replay(inside) == 1
        try_all(inside)
        assert states(inside) == [("delivered", "HTTP 200")]
        assert webhooks.replay(inside, task_id=task_id) == 1
        try_all(inside)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_a_redirect_is_not_followed(inside: Service) -> None:
    with receiving(lambda _: 302) as receiver:
        asked(inside, receiver.url)
        try_all(inside)
    assert len(receiver.got) == 1
    assert states(inside) == [("waiting", "HTTP 302")]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://[::1]/", "http://localhost/"])
def test_an_address_inside_is_not_called(service: Service, url: str) -> None:
    asked(service, url)
    try_all(service)
    ((status, result),) = states(service)
    assert status == "failed"
    assert "not a public address" in str(result)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://user:pw@example.org/", "x"])
def test_what_is_no_address_is_refused_at_once(service: Service, url: str) -> None:
    with pytest.raises(AddressRefused):
        asked(service, url)
    with service.store.read() as session:
        assert session.scalars(select(task.c.id)).all() == []


def test_a_target_that_hangs_does_not_delay_others(inside: Service) -> None:
    enough, stop = threading.Event(), threading.Event()
    with (
        receiving(lambda _: 200 + enough.wait(20)) as slow,
        receiving() as quick,
    ):
        for _ in range(3):
            asked(inside, slow.url)
        asked(inside, quick.url)
        courier = threading.Thread(target=Courier(inside, body).run, args=(stop,))
        courier.start()
        start_s = time.monotonic()
        while not quick.got:
            assert time.monotonic() - start_s < webhooks.TIMEOUT_S
            time.sleep(0.02)
        assert len(slow.got) <= 1  # one at a time to a host
        stop.set()
        enough.set()
        courier.join()


def test_events_are_followed_to_the_end(service: Service) -> None:
    task_id = submit(service, request()).task_id
    stream = follow(service, task_id)
    seen = [next(stream) for _ in range(3)]
    assert [(one.kind, one.body) for one in seen if one] == [
        ("status", {"status": "queued"}),
        ("step", {"step": 3, "name": "screen_ask"}),
    ]
    assert seen[-1] is None  # nothing new
    ending.cancel(service, task_id)
    rest = list(stream)
    assert [one.body for one in rest if one] == [{"status": "cancelled"}]
    with service.store.read() as session:
        assert seen[1] is not None
        assert events_after(session, task_id, seen[1].id) == [one for one in rest if one]
    with pytest.raises(NotFound):
        next(follow(service, "cgt-nothing"))
