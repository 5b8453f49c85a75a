"""Taking creates in, for every API: read, deduplicated, done where it holds nobody up."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from cleardance.accounts.roles import Principal
from cleardance.clearance import asking
from cleardance.clearance.asking import Asked
from cleardance.clearance.jobs.admitting import Outcome, RegistryMoved
from cleardance.clearance.jobs.incoming import Incoming, KnownBy, Submitted
from cleardance.clearance.jobs.submitting import digest_of, judge_again
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError, UsageError
from cleardance.server.crews import Wanted
from cleardance.server.errors import from_validation
from cleardance.server.guard import Here
from cleardance.server.wire.refusals import refusal
from cleardance.store.tables import TaskStatus

Body = TypeVar("Body", bound=BaseModel)

RETRIED_WITHIN_S = 600.0
NAMED_WITHIN_S = 86_400.0
MAX_NAME_CHARS = 255
BRIEF_BYTES = 8 * 1024
"""More than this takes its time to read and judge: it is done beside what is short."""
LARGE_BYTES = 256 * 1024
"""More than this may hold media: it is read in a process aside."""


class Unanswered:
    """Creates whose answer has not reached the client: the same again is a retry, not a second.

    Clients send no idempotency key, and some do not say that they retry.
    """

    def __init__(self) -> None:
        self._since: OrderedDict[str, float] = OrderedDict()  # the oldest first

    def begin(self, key: str) -> bool:
        """Note that a create is being answered; return whether the same one never was."""
        now = time.monotonic()
        while self._since and now - next(iter(self._since.values())) > RETRIED_WITHIN_S:
            self._since.popitem(last=False)
        known = self._since.pop(key, None) is not None
        self._since[key] = now
        return known

    async def answered(self, key: str) -> None:
        """Note that the client has the answer. Like ``begin``, only for the event loop's thread."""
        self._since.pop(key, None)


def fingerprint(account_id: str, raw: bytes) -> str:
    """Return a dedupe key: what an account sent, to the byte."""
    return hashlib.sha256(account_id.encode() + b"\0" + raw).hexdigest()


def parsed(kind: type[Body], body: bytes) -> Body:
    """Return a JSON body as what it should be; raise the UsageError that names what is wrong."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error) from None


def is_retry(request: Request) -> bool:
    """Whether the client says that it has sent this before."""
    count = request.headers.get("x-stainless-retry-count", "0")
    return count.isdigit() and int(count) > 0


def known_by(request: Request, account_id: str, body_digest: str, within_s: float) -> KnownBy:
    """Return by what a create is known if it comes again within so many seconds.

    A client that names it with an ``Idempotency-Key`` decides that by itself, for a day; the same
    name for another body is an error (draft-ietf-httpapi-idempotency-key-header). Raises UsageError
    for a name that is none.
    """
    name = request.headers.get("idempotency-key")
    if name is None:
        return KnownBy(body_digest, None, within_s)
    if not 1 <= len(name) <= MAX_NAME_CHARS or not (name.isascii() and name.isprintable()):
        raise UsageError(f"An Idempotency-Key is 1 to {MAX_NAME_CHARS} printable characters.")
    return KnownBy(digest_of(account_id, ["idempotency-key", name]), body_digest, NAMED_WITHIN_S)


async def take_in(here: Here, read: Callable[[], Asked], size_bytes: int) -> Submitted:
    """Take a request in: what may hold media in a process aside, the rest together with others.

    ``read`` makes out what was asked, from so many bytes. Raises Refusal for what is denied, and as
    ``asking.ask``.
    """
    try:
        first = await _first(here, read, size_bytes)
        if isinstance(first, Asked):
            work, account_id = asking.ask, here.principal.account_id
            done = await here.state.aside.run(account_id, work, here.principal, first)
        else:
            done = first
    except RegistryMoved as moved:
        done = await _judged_again(here, moved.incoming)
    if done.status is TaskStatus.DENIED:
        assert done.verdict is not None
        assert done.stage is not None
        raise refusal(done.verdict, done.stage, done.request)
    return done


async def _first(here: Here, read: Callable[[], Asked], size_bytes: int) -> Asked | Submitted:
    """Judge and store a request; or only read one that may keep us for long."""
    if size_bytes <= BRIEF_BYTES and here.service.settings.judge_url is None:
        account_id = here.principal.account_id
        done = await here.state.judges.call(account_id, Wanted(here.principal, read))
        assert not isinstance(done, CleardanceError)  # those are raised
        return done
    large = size_bytes > LARGE_BYTES
    first = await here.in_thread(_read, here.service, here.principal, read, large)
    return first if isinstance(first, Asked) else await _stored(here, first)


def _read(
    service: Service, principal: Principal, read: Callable[[], Asked], large: bool
) -> Asked | Incoming:
    """Read a body, and judge what it asks for unless that may take long."""
    asked = read()
    return asked if asked.brings_files or large else asking.prepare(service, principal, asked)


async def _judged_again(here: Here, incoming: Incoming) -> Submitted:
    while True:
        incoming = await here.in_thread(judge_again, here.service, incoming)
        with suppress(RegistryMoved):
            return await _stored(here, incoming)


async def _stored(here: Here, incoming: Incoming) -> Submitted:
    done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    here.state.together.put(incoming, done)
    outcome = await done
    assert isinstance(outcome, Submitted)  # errors are raised
    return outcome
