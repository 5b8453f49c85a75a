"""Around every request: its id, its size, its time, the headers that keep browsers careful.

Plain ASGI, as bodies and answers may be streams. Nothing of a body or of a key is ever logged.
"""

import asyncio
import logging
import re
import secrets
import time

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cleardance.errors import CleardanceError, UsageError
from cleardance.server.errors import BodyTooLarge, answer
from cleardance.server.metrics import Metrics

MAX_BODY_BYTES = 64 * 2**20
MAX_BODY_TIME_S = 120.0

_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]
_log = logging.getLogger("cleardance.requests")


class BodyTooSlow(UsageError):
    """A body that did not arrive in time."""

    code = "RequestTimeout"
    http_status = 408


class Surroundings:
    """The outermost layer: ids, headers, limits, counting, and an answer whatever happens."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        with self._metrics.in_flight():
            try:
                _check_address(scope)
                _check_declared(scope)
                await self._app(scope, exchange.receive, exchange.send)
            except CleardanceError as error:  # raised while the body was read
                await exchange.fail(error)
            except Exception as error:
                _log.exception("A defect: %s", type(error).__name__, extra=exchange.facts())
                await exchange.fail(CleardanceError("This is a defect of the server."))
        route = getattr(scope.get("route"), "path", "none")
        self._metrics.count(scope["method"], route, exchange.status, exchange.seconds())
        _log.info("%s %s %d", scope["method"], route, exchange.status, extra=exchange.facts())


class _Exchange:
    """One request and its answer, as they pass."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._start = time.perf_counter()
        self._deadline = asyncio.get_running_loop().time() + MAX_BODY_TIME_S
        self._bytes, self._complete = 0, False
        self.status, self._started = 500, False
        headers = dict(scope["headers"])
        asked = headers.get(b"x-client-request-id", headers.get(b"x-request-id", b""))
        self._client_id = asked if _SAFE_ID.fullmatch(asked) else None
        self.request_id = f"req-{secrets.token_hex(12)}"
        scope.setdefault("state", {})["request_id"] = self.request_id

    async def receive(self) -> Message:
        """Pass a part of the body on; raise when it is too much or takes too long."""
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow(f"The body took more than {MAX_BODY_TIME_S:g} s.") from None
        self._bytes += len(message.get("body", b""))
        if self._bytes > MAX_BODY_BYTES:
            raise _too_large()
        self._complete = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, with our headers on its start."""
        if message["type"] == "http.response.start":
            self.status, self._started = message["status"], True
            given = {name for name, _ in message["headers"]}
            ours = [(b"x-request-id", self.request_id.encode())]
            if self._client_id is not None:
                ours.append((b"x-client-request-id", self._client_id))
            ours += [pair for pair in _SECURITY if pair[0] not in given]
            message = {**message, "headers": [*message["headers"], *ours]}
        await self._send(message)

    async def fail(self, error: CleardanceError) -> None:
        """Answer with an error, unless an answer has begun: then the connection is cut."""
        if self._started:
            raise error
        response: JSONResponse = answer(error, self._scope["path"])
        response.headers["connection"] = "close"  # the rest of the body is not read
        await response(self._scope, self._receive, self.send)

    def seconds(self) -> float:
        """Return how long it has taken."""
        return time.perf_counter() - self._start

    def facts(self) -> dict[str, object]:
        """Return what a log line says beside its text."""
        known = self._scope.get("state", {})
        return {
            "request_id": self.request_id,
            "client_request_id": None if self._client_id is None else self._client_id.decode(),
            "key_id": known.get("key_id"),
            "status": self.status,
            "duration_ms": round(1000 * self.seconds(), 2),
        }


def _check_address(scope: Scope) -> None:
    raw = scope.get("raw_path", b"") + b"?" + scope.get("query_string", b"")
    if b"%00" in raw or b"\0" in raw:
        raise UsageError("The character NUL is in the address.")


def _check_declared(scope: Scope) -> None:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise _too_large()


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"A request has at most {MAX_BODY_BYTES // 2**20} MB.")
