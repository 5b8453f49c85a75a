"""Telling callback URLs what became of their tasks: signed, retried, at least once.

Each change of a task's status leaves a row in the same transaction, so none is lost. A delivery is
a POST, signed as the Standard Webhooks specification says (https://www.standardwebhooks.com,
symmetric ``v1``): ``webhook-id`` is the same at every try, ``webhook-timestamp`` is part of what is
signed. Redirects are not followed, addresses inside are not asked (``media.addresses``). To each
host, one delivery is under way at a time, of each account two: a target that hangs holds up itself.
"""

import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event as Flag
from typing import Any

import httpcore
from sqlalchemy import Connection, select, update

from cleardance.clearance.jobs.webhook_key import load_or_make
from cleardance.clearance.service import Service
from cleardance.errors import AddressRefused, CleardanceError, StoreError
from cleardance.media.addresses import CheckedBackend
from cleardance.media.fetch import check_url
from cleardance.store.database import clock, serialise
from cleardance.store.tables import DeliveryStatus, task_event, utc_text, webhook_delivery

TIMEOUT_S = 5.0
MAX_ATTEMPTS = 7
"""After 10 s, 40 s, 160 s … 3 h; then it has failed, and can be replayed."""
_FIRST_WAIT_S, _WAIT_GROWS = 10.0, 4.0
_CLAIM_S = 30.0  # if we die meanwhile, it is tried again after it
_LOOK_EVERY_S = 0.25
_AT_ONCE, _OF_ACCOUNT = 8, 2
_MAX_RESULT_CHARS = 200
_table = webhook_delivery.c
_log = logging.getLogger(__name__)

Render = Callable[[Service, str], Mapping[str, Any]]
"""Makes the body of a delivery from the task's id: the object that its API's GET answers."""


@dataclass(frozen=True)
class Delivery:
    """One delivery to be tried."""

    event_id: int
    task_id: str
    account_id: str
    url: str
    host: str
    attempts: int  # with this one


def secret_of(service: Service, account_id: str) -> str:
    """Return what an account's receivers check signatures with (``whsec_…``, base64)."""
    master = load_or_make(service.store.home.keys)
    own = hmac.new(master, account_id.encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(own).decode()}"


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the header ``webhook-signature`` of a message."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def replay(service: Service, *, task_id: str | None = None) -> int:
    """Deliver again what was told of a task, or all that failed; return how many."""
    which = _table.status == DeliveryStatus.FAILED if task_id is None else _table.task_id == task_id
    with service.store.begin() as session:
        now = utc_text(clock(session))
        again = {"status": DeliveryStatus.WAITING, "due_at": now, "attempts": 0}
        return session.execute(update(webhook_delivery).where(which).values(**again)).rowcount


class Courier:
    """Delivers what is due, several at once; one in a process is enough."""

    def __init__(self, service: Service, render: Render) -> None:
        self._service, self._render = service, render
        self._running: dict[Future[None], Delivery] = {}

    def run(self, stop: Flag) -> None:
        """Deliver until told to stop; what is under way then is waited for."""
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhook") as threads:
            while not stop.wait(_LOOK_EVERY_S):
                try:
                    self._turn(threads)
                except StoreError as error:
                    _log.warning("Webhooks wait for the store: %s", error.message)

    def _turn(self, threads: ThreadPoolExecutor) -> None:
        self._running = {one: what for one, what in self._running.items() if not one.done()}
        while len(self._running) < _AT_ONCE:
            due = claim_due(self._service, list(self._running.values()))
            if due is None:
                return
            self._running[threads.submit(self._deliver, due)] = due

    def _deliver(self, due: Delivery) -> None:
        try:
            call_back(self._service, due, self._render)
        except Exception:
            _log.exception("Event %s was not delivered", due.event_id)


def claim_due(service: Service, running: Collection[Delivery]) -> Delivery | None:
    """Take the delivery that is due longest, of those that need not wait for ``running`` ones."""
    with service.store.read() as session:
        if _first_due(session, running) is None:
            return None
    with service.store.begin() as session:
        serialise(session, "webhooks")
        row = _first_due(session, running)
        if row is None:
            return None
        until = utc_text(clock(session) + timedelta(seconds=_CLAIM_S))
        taken = update(webhook_delivery).where(_table.event_id == row["event_id"])
        session.execute(taken.values(due_at=until, attempts=row["attempts"] + 1))
        shared = ("event_id", "task_id", "account_id", "url", "host")
        return Delivery(**{name: row[name] for name in shared}, attempts=row["attempts"] + 1)


def _first_due(session: Connection, running: Collection[Delivery]) -> Any:
    accounts = [one.account_id for one in running]
    busy = {one for one in accounts if accounts.count(one) >= _OF_ACCOUNT}
    due = _table.due_at <= utc_text(clock(session))
    hosts = {one.host for one in running}
    free = due & _table.account_id.not_in(busy) & _table.host.not_in(hosts)
    query = select(webhook_delivery).where(_table.status == DeliveryStatus.WAITING, free)
    first = session.execute(query.order_by(_table.due_at, _table.event_id).limit(1))
    return first.mappings().one_or_none()


def call_back(service: Service, due: Delivery, render: Render) -> None:
    """Try a delivery, and keep what came of it. Raises StoreError."""
    try:
        body = json.dumps(_message(service, due, render), ensure_ascii=False).encode()
        status = _post(service, due, body)
        result, done = f"HTTP {status}", 200 <= status < 300
        final = status == 410  # gone: nobody wants to be told any more
    except AddressRefused as error:
        result, done, final = error.message, False, True
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        result, done, final = f"{type(error).__name__}: {error}", False, False
    except CleardanceError as error:  # its personal data were erased, say
        result, done, final = error.message, False, True
    final = final or due.attempts >= MAX_ATTEMPTS
    with service.store.begin() as session:
        values: dict[str, object] = {"result": result[:_MAX_RESULT_CHARS]}
        if done:
            values["status"] = DeliveryStatus.DELIVERED
        elif final:
            values["status"] = DeliveryStatus.FAILED
        else:
            wait_s = _FIRST_WAIT_S * _WAIT_GROWS ** (due.attempts - 1)
            values["due_at"] = utc_text(clock(session) + timedelta(seconds=wait_s))
        of_event = update(webhook_delivery).where(_table.event_id == due.event_id)
        session.execute(of_event.values(**values))


def _message(service: Service, due: Delivery, render: Render) -> dict[str, Any]:
    """Return the task as it is now, and the status that this delivery tells of."""
    of_event = select(task_event).where(task_event.c.id == due.event_id)
    with service.store.read() as session:
        event = session.execute(of_event).mappings().one()
    told = {"id": f"evt-{due.event_id}", "at": event["at"], **event["body"]}
    return {**render(service, due.task_id), "event": told}


def _post(service: Service, due: Delivery, body: bytes) -> int:
    check_url(due.url)
    message_id, now_s = f"evt-{due.event_id}", int(time.time())
    secret = secret_of(service, due.account_id)
    headers = [
        (b"Content-Type", b"application/json"),
        (b"User-Agent", b"cleardance"),
        (b"webhook-id", message_id.encode()),
        (b"webhook-timestamp", str(now_s).encode()),
        (b"webhook-signature", signature(secret, message_id, now_s, body).encode()),
    ]
    backend = CheckedBackend(time.monotonic() + TIMEOUT_S, private=service.settings.fetch_private)
    with (
        httpcore.ConnectionPool(network_backend=backend) as pool,
        pool.stream("POST", due.url, headers=headers, content=body) as answer,
    ):
        return answer.status  # what it says beside that is not read
