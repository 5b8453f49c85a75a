"""Storing what was asked: any number of requests in one transaction, each for itself.

Who asks waits for the disk, so all that ask at the same moment wait for it once. What is kept out
leaves nothing behind and holds up none of the others; what is stored is logged with it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, bindparam, func, select

from cleardance.accounts.end_users import hashed
from cleardance.accounts.keys import lapsed
from cleardance.accounts.limits import NO_LIMITS, check_task
from cleardance.accounts.lookup import Active, active_accounts
from cleardance.accounts.usage import tokens_of
from cleardance.clearance import review, tasks
from cleardance.clearance.intake import asked_entry
from cleardance.clearance.jobs.incoming import Incoming, Submitted
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import STATUS, STEP, Step
from cleardance.errors import CleardanceError, KeyUsed, QueueFull
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import New, append_all
from cleardance.rights.registry import revision
from cleardance.screen.thumbnails import shown_in
from cleardance.settings import Settings
from cleardance.store.database import clock, serialise
from cleardance.store.inserting import insert_all
from cleardance.store.tables import (
    Stage,
    TaskStatus,
    task,
    task_event,
    utc_text,
    verdict,
    verdict_picture,
    verdict_work,
)
from cleardance.verdict import Decision

MOST_JUDGED = 3
"""After so many judgements that the registry outran, one stands: the worker screens again."""

_STATUS = {
    Decision.CLEAR: TaskStatus.QUEUED,
    Decision.HOLD: TaskStatus.HELD,
    Decision.DENY: TaskStatus.DENIED,
}
_REFUSED = (TaskStatus.DENIED, TaskStatus.HELD)
# Built once: building a statement takes longer than running it.
_COUNT_WAITING = (
    select(task.c.account_id, func.count())
    .where(task.c.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING]))
    .group_by(task.c.account_id)
)
_CREATED = (task.c.account_id, task.c.dedupe_key, task.c.dedupe_body, task.c.created_at)
_SAME_CREATES = select(task.c.id, *_CREATED).where(
    task.c.account_id.in_(bindparam("accounts", expanding=True)),
    task.c.dedupe_key.in_(bindparam("keys", expanding=True)),
    task.c.created_at >= bindparam("since"),
)


class RegistryMoved(CleardanceError):
    """What was judged was judged by a registry that has moved: judge it again."""

    code = "RegistryMoved"

    def __init__(self, incoming: Incoming) -> None:
        super().__init__("The registry moved while the request was judged.")
        self.incoming = incoming


Outcome = Submitted | CleardanceError


@dataclass
class Room:
    """How many tasks wait or run, of each account: counted once, and on as requests come in."""

    settings: Settings
    waiting: Counter[str]

    @classmethod
    def counted(cls, session: Connection, settings: Settings) -> "Room":
        """Count now."""
        return cls(settings, Counter({row[0]: row[1] for row in session.execute(_COUNT_WAITING)}))

    def check(self, account_id: str, name: str) -> None:
        """Raise QueueFull if nothing more is taken in, of this account or of all."""
        in_all, of_account = self.settings.max_queue, self.settings.max_queue_per_account
        if self.waiting.total() >= in_all:
            raise QueueFull(f"{in_all} tasks are waiting; more are not taken in.")
        if self.waiting[account_id] >= of_account:
            raise QueueFull(f"{of_account} tasks of {name!r} are waiting; more are not taken in.")


@dataclass
class _Rows:
    """What is to be inserted, gathered so that each table is written to once."""

    tasks: list[dict[str, object]] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)
    verdicts: list[dict[str, object]] = field(default_factory=list)
    works: list[dict[str, object]] = field(default_factory=list)
    pictures: list[dict[str, object]] = field(default_factory=list)
    entries: list[New] = field(default_factory=list)
    told: list[dict[str, object]] = field(default_factory=list)  # to callback URLs, too


def admit_all(
    session: Connection, service: Service, all_: Sequence[Incoming], room: Room | None = None
) -> list[Outcome]:
    """Store and log each request that may come in, in the caller's write transaction.

    Returns, in order, what became of each: stored, joined with the create that it retries, or kept
    out by an error (NotFound, AccessDenied, AuthenticationError for a key that was revoked since it
    asked, QueueFull, RateLimited, QuotaExceeded, KeyUsed, UsageError; RegistryMoved for those to be
    judged again). The outcomes hold once the transaction has committed.
    """
    serialise(session, "creates")  # so that no two of them see the same room
    door = _Door(session, service, all_, room or Room.counted(session, service.settings))
    outcomes: dict[str, Outcome] = {}
    for group in _apart(all_):
        rows = _Rows()
        for one in group:
            try:
                outcomes[one.task_id] = door.let_in(one, rows)
            except CleardanceError as error:
                outcomes[one.task_id] = error
        _write(session, rows)
        for one in group:
            if isinstance(done := outcomes[one.task_id], Submitted) and not done.joined:
                _open_review(session, service, one, done)
    return [outcomes[one.task_id] for one in all_]


def _apart(all_: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    """Yield groups in which no two requests share limits: those count what is stored."""
    left = list(all_)
    while left:
        bound: set[str] = set()
        group: list[Incoming] = []
        later: list[Incoming] = []
        for one in left:
            bounds = () if one.principal is None else one.principal.bounds
            own = {each.key_id for each in bounds if each.limits != NO_LIMITS}
            (later if own & bound else group).append(one)
            bound |= own
        yield group
        left = later


@dataclass(frozen=True)
class _Known:
    """A create that may come again: when and with what body it came, and what became of it."""

    at: datetime
    body: str | None
    what: Submitted | str  # the id of its task


class _Door:
    """Who may come in at this moment, and as what they are stored."""

    def __init__(
        self, session: Connection, service: Service, all_: Sequence[Incoming], room: Room
    ) -> None:
        self._session, self._service, self._room = session, service, room
        self._now, self._revision = clock(session), revision(session)
        self._accounts = active_accounts(session, {one.request.account for one in all_})
        used = {one.principal.key_id for one in all_ if one.principal and one.principal.key_id}
        self._lapsed = lapsed(session, used, self._now)
        self._known = self._creates_before(all_)

    def let_in(self, one: Incoming, rows: _Rows) -> Submitted:
        """Add a request to ``rows``, or return the one it retries; raise what keeps it out."""
        owner = self._accounts[one.request.account]
        if isinstance(owner, CleardanceError):
            raise owner
        if one.principal is not None and one.principal.key_id in self._lapsed:
            raise self._lapsed[one.principal.key_id]
        if (known := self._joined(one, owner)) is not None:
            return known
        self._room.check(owner.id, one.request.account)
        if one.principal is not None:
            tokens = tokens_of(one.request)
            check_task(self._session, one.principal, tokens, one.cost_micros, self._now)
        stale = one.judged.verdict.registry_revision != self._revision
        if stale and one.times_judged < MOST_JUDGED:
            raise RegistryMoved(one)
        return self._stored(one, owner, rows)

    def _stored(self, one: Incoming, owner: Active, rows: _Rows) -> Submitted:
        body = one.judged.verdict
        status = _STATUS[body.decision]
        salt, as_json = tasks.new_salt(), one.request.model_dump(mode="json")
        row = tasks.new_row(one.task_id, owner.id, as_json, one.request, salt)
        row |= {"status": status, "step": Step.SCREEN_ASK, **self._columns(one, owner)}
        rows.tasks.append(row)
        rows.verdicts.append(
            tasks.verdict_row(one.task_id, Stage.ASK, 1, body, one.judged.asker.moment)
        )
        at = {"verdict_id": rows.verdicts[-1]["id"]}
        rows.works += [at | {"work_id": one} for one in tasks.works_of(body)]
        rows.pictures += [at | {"blob": one} for one in sorted(shown_in(body.findings))]
        rows.entries += _entries(one, as_json, salt)
        told = rows.events if one.options.callback_url is None else rows.told
        told += _events(one.task_id, status, str(row["created_at"]))
        if status is TaskStatus.QUEUED:
            self._room.waiting[owner.id] += 1
        refused = (body, Stage.ASK) if status in _REFUSED else (None, None)
        done = Submitted(one.task_id, one.request, status, *refused)
        if one.options.dedupe_key is not None:
            created = _Known(self._now, one.options.dedupe_body, done)
            self._known[owner.id, one.options.dedupe_key] = created
        return done

    def _columns(self, one: Incoming, owner: Active) -> dict[str, object]:
        options, end_user = one.options, one.request.end_user
        key_id = None if one.principal is None else one.principal.key_id
        hashes = one.principal is not None and end_user is not None
        return {
            "priority": options.priority,
            "tier": options.tier,
            "expires_at": utc_text(self._now + timedelta(seconds=options.expires_after_s)),
            "callback_url": options.callback_url,
            "dedupe_key": options.dedupe_key,
            "dedupe_body": options.dedupe_body,
            "key_id": key_id,
            "cost_micros": one.cost_micros,
            "end_user": hashed(owner.salt, end_user) if hashes and end_user else None,
        }

    def _creates_before(self, all_: Sequence[Incoming]) -> dict[tuple[str, str], _Known]:
        """Return the newest create of each key that is asked for again, by account and key."""
        again = [one.options for one in all_ if one.options.dedupe_within_s > 0]
        owners = [one.id for one in self._accounts.values() if isinstance(one, Active)]
        since = self._now - timedelta(seconds=max((o.dedupe_within_s for o in again), default=0))
        keys = sorted({one.dedupe_key for one in again if one.dedupe_key is not None})
        values = {"accounts": owners, "keys": keys, "since": utc_text(since)}
        rows = self._session.execute(_SAME_CREATES, values).all() if keys else ()
        return {
            (row.account_id, row.dedupe_key): _Known(
                datetime.fromisoformat(row.created_at), row.dedupe_body, row.id
            )
            for row in sorted(rows, key=lambda row: str(row.created_at))
        }

    def _joined(self, one: Incoming, owner: Active) -> Submitted | None:
        """Return the create that this one repeats; KeyUsed if another has its name."""
        key, within_s = one.options.dedupe_key or "", one.options.dedupe_within_s
        known = self._known.get((owner.id, key))
        if known is None or within_s <= 0 or known.at < self._now - timedelta(seconds=within_s):
            return None
        if known.body != one.options.dedupe_body:
            raise KeyUsed("This Idempotency-Key was used for another request.")
        if isinstance(known.what, Submitted):  # in this very transaction
            return replace(known.what, joined=True)
        return submitted(self._session, known.what, joined=True)


def submitted(session: Connection, task_id: str, *, joined: bool = False) -> Submitted:
    """Return how a task stands, for whoever asked for it. Raises NotFound."""
    row = tasks.load(session, task_id)
    refused = row.status in _REFUSED
    stage, body = tasks.deciding_verdict(session, task_id) if refused else (None, None)
    return Submitted(task_id, row.request, row.status, body, stage, joined)


def _entries(one: Incoming, as_json: dict[str, Any], salt: bytes) -> Iterator[New]:
    """Yield what the ledger says of a request that comes in: asked, judged, and perhaps refused."""
    body = one.judged.verdict
    commitment = tasks.verdict_commitment(body, salt)
    yield New(EntryKind.ASKED, one.task_id, asked_entry(one.request, as_json, salt))
    judged = tasks.verdict_entry(Stage.ASK, body, commitment)
    yield New(EntryKind.VERDICT, one.task_id, judged)
    if body.decision is not Decision.CLEAR:
        yield New(*tasks.refusal_entry(one.task_id, Stage.ASK, body, commitment))


def _events(task_id: str, status: TaskStatus, at: str) -> Iterator[dict[str, object]]:
    """Yield what whoever follows a task is told: queued, screened, and perhaps refused."""
    step = Step.SCREEN_ASK
    told: list[tuple[str, dict[str, object]]] = [
        (STATUS, {"status": TaskStatus.QUEUED.value}),
        (STEP, {"step": step.value, "name": step.name.lower()}),
    ]
    if status is not TaskStatus.QUEUED:
        told.append((STATUS, {"status": status.value}))
    for kind, body in told:
        yield {"task_id": task_id, "at": at, "kind": kind, "body": body}


def _write(session: Connection, rows: _Rows) -> None:
    insert_all(session, task, rows.tasks)
    insert_all(session, task_event, rows.events)
    insert_all(session, verdict, rows.verdicts)
    insert_all(session, verdict_work, rows.works)
    insert_all(session, verdict_picture, rows.pictures)
    for one in rows.told:
        tasks.tell(session, str(one["task_id"]), str(one["kind"]), cast(Any, one["body"]))
    append_all(session, rows.entries)


def _open_review(session: Connection, service: Service, one: Incoming, done: Submitted) -> None:
    if done.status is TaskStatus.HELD:
        review.open_hold(session, service, one.task_id, Stage.ASK, one.judged.asker.moment)
