"""Counter-notices: whoever made a removed output says that it was a mistake (17 USC 512(g)).

A complete one is forwarded to the notice's sender at once. The outputs come back after 10 business
days, and not after more than 14, unless the sender tells us before that they asked a court.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from cleardance.accounts.lookup import account_id
from cleardance.clearance.notices.restoring import restore_outputs
from cleardance.clearance.notices.salts import salt_of
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, NoticeError, TaskBusy
from cleardance.ledger.entry import EntryKind, digest, personal
from cleardance.ledger.log import append
from cleardance.rights.notices import filing
from cleardance.rights.notices.counter_form import CounterForm, cure_request, missing
from cleardance.rights.notices.deadlines import add_business_days
from cleardance.rights.notices.filing import FiledNotice
from cleardance.store.tables import CounterStatus, account, counter_notice, removal, task, utc_text

RESTORE_AFTER: Final = 10
RESTORE_WITHIN: Final = 14
"""Business days: 17 USC 512(g)(2)(C)."""


@dataclass(frozen=True)
class CounterNotice:
    """A counter-notice as kept; the account is a name, times are as the store has them."""

    id: str
    notice_id: str
    account: str
    status: CounterStatus
    form: CounterForm
    missing: tuple[str, ...]
    received_at: str
    restore_from: str
    restore_by: str
    court: str | None
    sued_at: str | None
    ended_at: str | None

    def to_json(self) -> dict[str, object]:
        """Return the JSON contract of ``notice counter --json``."""
        same = ("id", "notice_id", "account", "received_at", "restore_from", "restore_by", "court",
                "sued_at", "ended_at")  # fmt: skip
        return {
            **{name: getattr(self, name) for name in same},
            "status": self.status.value,
            "valid": not self.missing,
            "missing": list(self.missing),
            "outputs": list(self.form.tasks),
            "cure_request": cure_request(self.form, self.id),
        }


def file_counter(service: Service, form: CounterForm, by: str, at: datetime) -> CounterNotice:
    """File a counter-notice of the account ``by``; the same again joins the first.

    One that lacks something is kept, answered with a cure request, and starts no clock. Raises
    NotFound for a notice or account that is none, NoticeError if no such output of the account
    was removed by the notice.
    """
    filed = filing.find(service.store, form.notice)
    content = digest({"form": form.model_dump(mode="json"), "account": by})
    with service.store.begin() as session:
        whose = account_id(session, by)
        known = session.scalar(
            select(counter_notice.c.id).where(counter_notice.c.content == content)
        )
        if known is not None:
            return load(session, known)
        _check_removed(session, filed, form, by)
        counter_id = f"ctr-{at:%Y%m%d}-{secrets.token_hex(5)}"
        _insert(session, counter_id, filed, form, whose, content, at)
        return load(session, counter_id)


def forwarding_letter(service: Service, counter: CounterNotice) -> str:
    """Return the letter that the sender of the notice gets with the counter-notice in it."""
    form, sender = counter.form, filing.find(service.store, counter.notice_id).form.sender
    outputs = "\n".join(f"  - {one}" for one in form.outputs)
    who = ", ".join(filter(None, (form.sender.name, form.sender.address, form.sender.phone,
                                  form.sender.email)))  # fmt: skip
    return (
        f"Dear {sender.name or 'sender'},\n\n"
        f"we received a counter-notice ({counter.id}) against your notice {counter.notice_id}. "
        f"It is about these outputs, which we removed:\n\n{outputs}\n\n"
        f"It is from {who}, who states, under penalty of perjury, a good-faith belief that they "
        "were removed by mistake or misidentification, consents to the jurisdiction of the "
        "Federal District Court, and accepts service of process from you.\n"
        + (f"\nThey add: {form.reason}\n" if form.reason else "")
        + f"\nSigned: {form.signature}\n\n"
        f"We bring the outputs back after {counter.restore_from[:10]} and no later than "
        f"{counter.restore_by[:10]} ({RESTORE_AFTER} to {RESTORE_WITHIN} business days), unless "
        "you tell us before that you have filed an action to restrain it, naming the court and "
        "the case (17 USC 512(g)(2)(C)).\n"
    )


def court_asked(service: Service, counter_id: str, court: str, at: datetime) -> CounterNotice:
    """Keep outputs removed: the sender has filed an action, which ``court`` names.

    Raises NotFound, NoticeError unless the counter-notice waits, TaskBusy while its outputs are
    being brought back.
    """
    waits = _alone(service, counter_id, CounterStatus.FORWARDED)
    with waits as found, service.store.begin() as session:
        values = {"court": court, "sued_at": utc_text(at)}
        _end(session, found, CounterStatus.SUED, values)
        return load(session, counter_id)


def court_decided(
    service: Service, counter_id: str, *, restore: bool, by: str, at: datetime
) -> CounterNotice:
    """End a counter-notice that waited for a court, by bringing the outputs back or not.

    Raises NotFound, NoticeError unless it waits for a court, TaskBusy as ``court_asked``.
    """
    with _alone(service, counter_id, CounterStatus.SUED) as found:
        if restore:
            return _restore(service, found, by, at)
        with service.store.begin() as session:
            _end(session, found, CounterStatus.REFUSED, {"ended_at": utc_text(at)})
            return load(session, counter_id)


def restore_due(service: Service, at: datetime, *, by: str) -> list[CounterNotice]:
    """Bring the outputs back of every counter-notice whose ten business days are over.

    For a timer: run it daily. Outputs come back first, then it is marked, so that one killed in
    between is done again, which changes nothing. Of one for which a court was asked at the last
    moment nothing comes back.
    """
    due = (counter_notice.c.status == CounterStatus.FORWARDED) & (
        counter_notice.c.restore_from < utc_text(at)
    )
    with service.store.read() as session:
        found = _select(session, due)
    restored = []
    for one in found:
        with (
            suppress(NoticeError, TaskBusy),
            _alone(service, one.id, CounterStatus.FORWARDED) as still,
        ):
            restored.append(_restore(service, still, by, at))
    return restored


@contextmanager
def _alone(service: Service, counter_id: str, status: CounterStatus) -> Iterator[CounterNotice]:
    """Give a counter-notice that stands so, and does until the block ends."""
    with service.store.read() as session:
        load(session, counter_id)
    with service.store.lock(counter_id):
        with service.store.read() as session:
            found = _waiting(session, counter_id, status)
        yield found


def load(session: Connection, counter_id: str) -> CounterNotice:
    """Return a counter-notice. Raises NotFound."""
    found = _select(session, counter_notice.c.id == counter_id)
    if not found:
        raise NotFound(f"There is no counter-notice {counter_id!r}.")
    return found[0]


def of_notice(session: Connection, notice_id: str) -> list[CounterNotice]:
    """Return the counter-notices against a notice, the oldest first."""
    return _select(session, counter_notice.c.notice_id == notice_id)


def waiting(session: Connection) -> list[CounterNotice]:
    """Return the counter-notices whose clock runs, the most urgent first."""
    return _select(session, counter_notice.c.status == CounterStatus.FORWARDED)


def removed_of(session: Connection, notice_id: str, by: str) -> list[tuple[str, str]]:
    """Return (task, prompt) of what a notice keeps removed of an account, the oldest first."""
    in_force = (removal.c.notice_id == notice_id) & removal.c.lifted_at.is_(None)
    query = select(task.c.id, task.c.request).join(removal, removal.c.task_id == task.c.id)
    own = task.c.account_id == account_id(session, by)
    rows = session.execute(query.where(in_force, own).order_by(task.c.id))
    return [(row.id, (row.request or {}).get("prompt", "")) for row in rows]


def _check_removed(session: Connection, filed: FiledNotice, form: CounterForm, by: str) -> None:
    own = {task_id for task_id, _ in removed_of(session, filed.id, by)}
    if not own:
        raise NoticeError(f"Notice {filed.id} removed nothing of this account that is not back.")
    if strange := sorted(set(form.tasks) - own):
        raise NoticeError(f"Notice {filed.id} removed no such outputs: {', '.join(strange[:10])}.")


def _insert(
    session: Connection,
    counter_id: str,
    filed: FiledNotice,
    form: CounterForm,
    whose: str,
    content: str,
    at: datetime,
) -> None:
    lacking = [field for field, _, _ in missing(form)]
    row = {
        "id": counter_id,
        "notice_id": filed.id,
        "account_id": whose,
        "status": CounterStatus.INCOMPLETE if lacking else CounterStatus.FORWARDED,
        "form": form.model_dump(mode="json"),
        "content": content,
        "missing": lacking,
        "received_at": utc_text(at),
        "restore_from": utc_text(add_business_days(filed.form, at, RESTORE_AFTER)),
        "restore_by": utc_text(add_business_days(filed.form, at, RESTORE_WITHIN)),
    }
    session.execute(insert(counter_notice).values(**row))
    body = {
        "notice": filed.id,
        "counter": counter_id,
        "complete": not lacking,
        "commitment": personal(content, salt_of(session, filed.id)),
    }
    append(session, EntryKind.COUNTERED, None, body)


def _waiting(session: Connection, counter_id: str, status: CounterStatus) -> CounterNotice:
    found = load(session, counter_id)
    if found.status is not status:
        raise NoticeError(f"Counter-notice {counter_id} is {found.status}, not {status}.")
    return found


def _restore(service: Service, one: CounterNotice, by: str, at: datetime) -> CounterNotice:
    why = f"counter-notice {one.id}"
    restore_outputs(service, one.notice_id, one.form.tasks, by=by, why=why, at=at)
    with service.store.begin() as session:
        _end(session, one, CounterStatus.RESTORED, {"ended_at": utc_text(at)})
        return load(session, one.id)


def _end(
    session: Connection, one: CounterNotice, status: CounterStatus, values: dict[str, Any]
) -> None:
    """Move a counter-notice on, unless somebody else just did."""
    still = (counter_notice.c.id == one.id) & (counter_notice.c.status == one.status)
    change = update(counter_notice).where(still).values(status=status, **values)
    if session.execute(change).rowcount == 1:
        body = {"notice": one.notice_id, "counter": one.id, "status": status.value}
        append(session, EntryKind.COUNTER_ENDED, None, body)


def _select(session: Connection, where: Any) -> list[CounterNotice]:
    query = select(counter_notice, account.c.name).join(
        account, account.c.id == counter_notice.c.account_id
    )
    on = counter_notice.c
    rows = session.execute(query.where(where).order_by(on.restore_by, on.id)).mappings()
    same = ("id", "notice_id", "received_at", "restore_from", "restore_by", "court", "sued_at",
            "ended_at")  # fmt: skip
    return [
        CounterNotice(
            **{name: row[name] for name in same},
            account=row["name"],
            status=CounterStatus(row["status"]),
            form=CounterForm.model_validate(row["form"]),
            missing=tuple(row["missing"]),
        )
        for row in rows
    ]
