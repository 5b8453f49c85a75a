"""Taking a request in: checked, stored and its prompt screened at once, the rest is queued."""

import hashlib
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from cleardance.accounts.accounts import account_id
from cleardance.accounts.end_users import hash_end_user
from cleardance.accounts.keys import lapsed
from cleardance.accounts.limits import check_task
from cleardance.accounts.roles import Principal
from cleardance.accounts.usage import tokens_of
from cleardance.clearance import intake, leases, screening, tasks
from cleardance.clearance.intake import Checked
from cleardance.clearance.jobs.admitting import RegistryMoved, Room, admit_all, submitted
from cleardance.clearance.jobs.incoming import Incoming, JobOptions, Submitted
from cleardance.clearance.progress import Watch, silent
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import Step
from cleardance.errors import CleardanceError, KeyUsed, LeaseLost
from cleardance.ledger.entry import canonical
from cleardance.media.fetch import check_url
from cleardance.request import Request
from cleardance.rights.licence import Asker
from cleardance.store.database import clock, serialise
from cleardance.store.tables import task, utc_text


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
    limits of the key by which ``principal`` asks, AuthenticationError if that was revoked since,
    NotFound for the account, StoreError.
    """
    options = options or JobOptions()
    if request.references:
        return _store_then_screen(service, request, principal, options)
    incoming = prepare(service, request, principal=principal, options=options)
    while True:  # one commit: who asks waits for each
        with service.store.begin() as session:
            [outcome] = admit_all(session, service, [incoming])
        if isinstance(outcome, RegistryMoved):
            incoming = judge_again(service, incoming)
        elif isinstance(outcome, CleardanceError):
            raise outcome
        else:
            return outcome


def prepare(
    service: Service, request: Request, *, principal: Principal | None, options: JobOptions
) -> Incoming:
    """Check and judge a request without references; ``admit_all`` stores it.

    Raises UsageError for what cannot be served, NotFound for the account.
    """
    task_id, watch = tasks.new_task_id(), Watch(silent)
    _check(service, request, options, watch)
    asker = None
    if principal is not None and principal.account_name == request.account:
        places = frozenset(service.settings.territories)
        asker = Asker(datetime.now(UTC), principal.account_id, principal.partner, places)
    with watch.step(Step.SCREEN_ASK):
        judged = screening.judge_ask(service, request, asker, newest=False)
    cost_micros = 0 if principal is None else _cost_micros(service, request)
    return Incoming(task_id, request, options, principal, cost_micros, judged)


def judge_again(service: Service, incoming: Incoming) -> Incoming:
    """Judge a request by the newest registry, as it has moved. Raises NotFound."""
    return incoming.judged_again(screening.judge_ask(service, incoming.request))


def _check(service: Service, request: Request, options: JobOptions, watch: Watch) -> Checked:
    if options.callback_url is not None:
        check_url(options.callback_url)  # its host's address is checked when it is called
    return intake.check(request, None, watch, service.settings)


def _store_then_screen(
    service: Service, request: Request, principal: Principal | None, options: JobOptions
) -> Submitted:
    """Screen references as they were kept; ours until then, or, if we die, a worker's."""
    with service.store.read() as session:
        owner = account_id(session, request.account)
        Room.counted(session, service.settings).check(owner, request.account)  # they take space
        columns = _columns(session, options) | _whose(service, session, request, principal)
    watch, task_id = Watch(silent), tasks.new_task_id()
    checked = _check(service, request, options, watch)

    def admit(session: Connection) -> None:
        serialise(session, "creates")
        if principal is not None and principal.key_id is not None:
            for error in lapsed(session, [principal.key_id], clock(session)).values():
                raise error  # what was handed in took its time to be fetched
        _join(session, owner, options)
        Room.counted(session, service.settings).check(owner, request.account)
        if principal is not None:
            tokens, cost_micros = tokens_of(request), _cost_micros(service, request)
            check_task(session, principal, tokens, cost_micros, clock(session))

    holder = leases.Holder(service.store, f"submit-{secrets.token_hex(8)}")
    lease, leased = holder.first(task_id)
    try:
        stored = intake.enqueueing(service, task_id, checked, watch, {**columns, **leased}, admit)
        with stored as (_, queued):
            pass
    except _Known as known:
        return _submitted(service, known.task_id, joined=True)
    with suppress(LeaseLost), leases.working(service, holder, lease) as ours:
        screening.screen_ask(ours, queued, watch)
    return _submitted(service, task_id)


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
        "created_at": utc_text(now),  # of which it expires so long after
        "expires_at": utc_text(now + timedelta(seconds=options.expires_after_s)),
        "callback_url": options.callback_url,
        "dedupe_key": options.dedupe_key,
        "dedupe_body": options.dedupe_body,
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


def _join(session: Connection, owner: str, options: JobOptions) -> None:
    """Raise _Known if this create is one that was made before."""
    if options.dedupe_key is None:
        return
    since = clock(session) - timedelta(seconds=options.dedupe_within_s)
    same = (task.c.account_id == owner) & (task.c.dedupe_key == options.dedupe_key)
    query = select(task.c.id, task.c.dedupe_body).where(same, task.c.created_at >= utc_text(since))
    if (known := session.execute(query.limit(1)).one_or_none()) is None:
        return
    if known.dedupe_body != options.dedupe_body:
        raise KeyUsed("This Idempotency-Key was used for another request.")
    raise _Known(known.id)


def _submitted(service: Service, task_id: str, *, joined: bool = False) -> Submitted:
    with service.store.read() as session:
        return submitted(session, task_id, joined=joined)
