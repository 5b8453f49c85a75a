"""Asking an upstream server: its key goes to it alone, and all that it says has an end."""

import json
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore

from cleardance.engines import Upstream
from cleardance.errors import (
    CleardanceError,
    UnreachableMedia,
    UpstreamFailed,
    UpstreamRefused,
)
from cleardance.media.addresses import CheckedBackend
from cleardance.media.fetch import FetchLimits, Trusted, fetch

_ANSWER_BYTES = 4 * 2**20
_ANSWER_S = 30.0
_SEND_S = 300.0  # references are sent along
_FETCH_S = 900.0
_WORDS_CHARS = 500


class Unanswered(UpstreamFailed):
    """It may answer a moment later: not reached, overloaded, or out of order."""


@dataclass(frozen=True)
class Body:
    """What is sent, and what it is."""

    data: bytes
    content_type: str


@dataclass(frozen=True)
class Door:
    """The way in to one upstream server."""

    engine: Upstream

    def ask(
        self, method: str, path: str, body: Body | None = None, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Return the JSON object that it answers with.

        Raises Unanswered for what is worth another try, UpstreamRefused with its words for what it
        does not want, UpstreamFailed for all else. Redirects are not followed.
        """
        wait_s = _ANSWER_S if body is None else _SEND_S
        backend = CheckedBackend(time.monotonic() + wait_s, private=True)
        headers = self._headers(body, idempotency_key)
        try:
            with (
                httpcore.ConnectionPool(network_backend=backend) as pool,
                pool.stream(
                    method,
                    self.engine.url + path,
                    headers=headers,
                    content=None if body is None else body.data,
                ) as answer,
            ):
                return self._understood(answer.status, self._read(answer))
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise Unanswered(f"{self.name} cannot be reached: {error}.") from error

    def fetch(self, url: str, target: Path) -> None:
        """Write the media at ``url`` to ``target``; only this server's own may be inside.

        Raises Unanswered, UpstreamFailed.
        """
        trusted = Trusted(self.engine.url, self._authorization)
        try:
            fetch(url, target, limits=FetchLimits(max_time_s=_FETCH_S), trusted=trusted)
        except CleardanceError as error:
            kind = Unanswered if isinstance(error, UnreachableMedia) else UpstreamFailed
            raise kind(f"{self.name} made what cannot be fetched: {error.message}") from error

    @property
    def name(self) -> str:
        """What it is called in errors: its model and host, never its key or whole address."""
        return f"The upstream {self.engine.model!r} at {urlsplit(self.engine.url).hostname}"

    def _headers(self, body: Body | None, key: str | None) -> list[tuple[bytes, bytes]]:
        named = {
            "Accept": "application/json",
            "User-Agent": "cleardance",
            "Authorization": self._authorization,
            "Content-Type": body and body.content_type,
            "Idempotency-Key": key,
        }
        return [(name.encode(), text.encode()) for name, text in named.items() if text]

    @cached_property
    def _authorization(self) -> str | None:
        engine = self.engine
        if engine.key is not None:
            return f"Bearer {engine.key.get_secret_value()}"
        if engine.key_file is None:
            return None
        try:
            return f"Bearer {engine.key_file.read_text('ascii').strip()}"
        except (OSError, ValueError) as error:
            raise UpstreamFailed(f"{self.name} has a key_file that cannot be read.") from error

    def _read(self, answer: httpcore.Response) -> bytes:
        data = b""
        for block in answer.iter_stream():
            data += block
            if len(data) > _ANSWER_BYTES:
                raise UpstreamFailed(f"{self.name} says more than anybody would read.")
        return data

    def _understood(self, status: int, data: bytes) -> dict[str, Any]:
        try:
            said = json.loads(data)
        except ValueError:
            said = None
        if 200 <= status < 300 and isinstance(said, dict):
            return said
        raise self._problem(status, said)

    def _problem(self, status: int, said: object) -> UpstreamFailed | UpstreamRefused:
        code, words = told(said)
        if status == 429 or status >= 500:
            return Unanswered(f"{self.name} answered {status}: {words}")
        if status in (401, 403):
            return UpstreamFailed(f"{self.name} does not let us in ({status}).")
        if status == 404:
            return Unknown(f"{self.name} does not know this: {words}")
        if 400 <= status < 500:
            return refused(self.name, code, words)
        return UpstreamFailed(f"{self.name} answered {status}, without an answer we understand.")


class Unknown(UpstreamFailed):
    """It knows no such model, or no such task any more."""


def refused(name: str, code: str, words: str) -> UpstreamRefused:
    """Return the error of a refusal, with its code if that is one that clients know."""
    error = UpstreamRefused(f"{name} refused: {words}" + (f" [{code}]" if code else ""))
    subject, _, _ = code.partition("SensitiveContentDetected")
    if subject != code and subject.isalpha() and code.replace(".", "").isalpha():
        error.code = code[:100]  # type: ignore[misc]
    return error


def told(said: object) -> tuple[str, str]:
    """Return the code and the words of an error, in whichever envelope it came."""
    inner = said.get("error", said.get("detail", said)) if isinstance(said, dict) else said
    if not isinstance(inner, dict):
        return "", _short(inner)
    return _short(inner.get("code")), _short(inner.get("message"))


def _short(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return "".join(c if c.isprintable() else " " for c in text[:_WORDS_CHARS]).strip()
