"""Taking a request in: checked, stored and its prompt screened at once, the rest is queued."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, case, func, select

from cleardance.accounts.accounts import account_id
from cleardance.accounts.end_users import hash_end_user
from cleardance.accounts.limits import check_task
from cleardance.accounts.roles import Principal
from cleardance.accounts.usage import tokens_of
from cleardance.clearance import intake, leases, screening, tasks
from cleardance.clearance.intake import Checked
from cleardance.clearance.progress import Watch, silent
from cleardance.clearance.service import Service
from cleardance.errors import KeyUsed, LeaseLost, QueueFull, UsageError
from cleardance.ledger.entry import canonical
from cleardance.media.fetch import check_url
from cleardance.request import Request
from cleardance.store.database import clock, serialise
from cleardance.store.tables import Stage, TaskStatus, Tier, task, utc_text
from cleardance.verdict import Verdict

MIN_EXPIRY_S, MAX_EXPIRY_S = 3_600, 259_200
_WAITING = task.c.status.in_([TaskStatus.QUEUED, TaskStatus.RUNNING])


@dataclass(frozen=True)
class JobOptions:
    """How urgent a task is, and who is told.

    ``priority`` orders an account's own tasks, 0 to 9, the higher first. ``expires_after_s`` is how
    long it may take, 3,600 to 259,200 s. Creates with the same ``dedupe_key`` within
    ``dedupe_within_s`` are one: a client that got no answer tries again. Of a key ``NAME:BODY``
    the name must not come again with another body.
    """

    priority: int = 0
    tier: Tier = Tier.DEFAULT
    expires_after_s: float = 172_800
    callback_url: str | None = None
    dedupe_key: str | None = None
    dedupe_within_s: float = 60.0

    def __post_init__(self) -> None:
        """Raise UsageError for what is out of range."""
        if not 0 <= self.priority <= 9:
            raise UsageError("priority is 0 to 9.")
        if not MIN_EXPIRY_S <= self.expires_after_s <= MAX_EXPIRY_S:
            raise UsageError(
                f"A task expires {MIN_EXPIRY_S} to {MAX_EXPIRY_S} s after it was made."
            )


@dataclass(frozen=True)
class Submitted:
    """What became of a request: queued, or refused by this verdict; or known already."""

    task_id: str
    status: TaskStatus
    verdict: Verdict | None
    stage: Stage | None = None  # what the verdict is about
    joined: bool = False


def digest_of(account: str, body: object) -> str:
    """Return a dedupe key: what an account sent, whatever order its keys are in.

    Take what was received, before anything random, like a seed, was put in its place.
    """
    return hashlib.sha256(canonical([account, body])).hexdigest()


def submit(
    service: Service,
    request: Request,
    *,
    principal: Principal | None = None,
    options: JobOptions | None = None,
) -> Submitted:
    """Steps 1 to 3 in the caller's process; what is clear waits for a worker.

    A refusal is returned, with its verdict. Nothing is stored if this raises: UsageError or
    MediaError for a request that cannot be served, QueueFull, RateLimited or QuotaExceeded by the
    limits of the key by which ``principal`` asks, NotFound for the account, StoreError.
    """
    options = options or JobOptions()
    if options.callback_url is not None:
        check_url(options.callback_url)  # its host's address is checked when it is called
    with service.store.read() as session:
        if request.references:
            _check_room(service, session, request.account)  # before they take any space
        columns = _columns(session, options) | _whose(service, session, request, principal)
    watch, task_id = Watch(silent), tasks.new_task_id()
    checked = intake.check(request, None, watch, service.settings)

    def admit(session: Connection) -> None:
        _join(session, request.account, options)
        _check_room(service, session, request.account)
        if principal is not None:
            tokens, cost_micros = tokens_of(request), _cost_micros(service, request)
            check_task(session, principal, tokens, cost_micros, clock(session))

    try:
        if request.references:
            _store_then_screen(service, task_id, checked, watch, columns, admit)
        else:  # one commit: who asks waits for each
            judged = screening.judge_ask(service, request)
            with intake.enqueueing(service, task_id, checked, watch, columns, admit) as (at, _):
                screening.commit_ask(at, service, task_id, judged)
    except _Known as known:
        return _submitted(service, known.task_id, joined=True)
    return _submitted(service, task_id)


def _store_then_screen(
    service: Service,
    task_id: str,
    checked: Checked,
    watch: Watch,
    columns: Mapping[str, object],
    admit: Callable[[Connection], None],
) -> None:
    """Screen references as they were kept; ours until then, or, if we die, a worker's."""
    holder = leases.Holder(service.store, f"submit-{secrets.token_hex(8)}")
    lease, leased = holder.first(task_id)
    stored = intake.enqueueing(service, task_id, checked, watch, {**columns, **leased}, admit)
    with stored as (_, queued):
        pass
    with suppress(LeaseLost), leases.working(service, holder, lease) as ours:
        screening.screen_ask(ours, queued, watch)


class _Known(Exception):
    """The request was taken in before."""

    def __init__(self, task_id: str) -> None:
        super().__init__(task_id)
        self.task_id = task_id


def _columns(session: Connection, options: JobOptions) -> dict[str, object]:
    now = clock(session)
    return {
        "priority": options.priority,
        "tier": options.tier,
        "expires_at": utc_text(now + timedelta(seconds=options.expires_after_s)),
        "callback_url": options.callback_url,
        "dedupe_key": options.dedupe_key,
    }


def _whose(
    service: Service, session: Connection, request: Request, principal: Principal | None
) -> dict[str, object]:
    if principal is None:
        return {}
    columns: dict[str, object] = {
        "key_id": principal.key_id,
        "cost_micros": _cost_micros(service, request),
    }
    if request.end_user is not None:
        columns["end_user"] = hash_end_user(session, principal.account_id, request.end_user)
    return columns


def _cost_micros(service: Service, request: Request) -> int:
    return round(tokens_of(request) * service.settings.price_per_million_tokens)


def _join(session: Connection, account: str, options: JobOptions) -> None:
    """Raise _Known if this create is one that was made before."""
    if options.dedupe_key is None:
        return
    owner = account_id(session, account)
    name, colon, _ = options.dedupe_key.partition(":")
    serialise(session, f"create {owner} {name}")
    since = clock(session) - timedelta(seconds=options.dedupe_within_s)
    column = task.c.dedupe_key
    keys = column.startswith(f"{name}:") if colon else column == name
    query = select(task.c.id, task.c.dedupe_key).where(
        task.c.account_id == owner, keys, task.c.created_at >= utc_text(since)
    )
    if (known := session.execute(query.limit(1)).one_or_none()) is None:
        return
    if known.dedupe_key != options.dedupe_key:
        raise KeyUsed("This Idempotency-Key was used for another request.")
    raise _Known(known.id)


def _check_room(service: Service, session: Connection, account: str) -> None:
    own = func.sum(case((task.c.account_id == account_id(session, account), 1), else_=0))
    in_all, of_account = session.execute(select(func.count(), own).where(_WAITING)).one()
    settings = service.settings
    if in_all >= settings.max_queue:
        raise QueueFull(f"{settings.max_queue} tasks are waiting; more are not taken in.")
    if (of_account or 0) >= settings.max_queue_per_account:
        raise QueueFull(
            f"{settings.max_queue_per_account} tasks of {account!r} are waiting; "
            "more are not taken in."
        )


def _submitted(service: Service, task_id: str, *, joined: bool = False) -> Submitted:
    with service.store.read() as session:
        row = tasks.load(session, task_id)
        refused = row.status in (TaskStatus.DENIED, TaskStatus.HELD)
        stage, verdict = tasks.deciding_verdict(session, task_id) if refused else (None, None)
    return Submitted(task_id, row.status, verdict, stage, joined)
