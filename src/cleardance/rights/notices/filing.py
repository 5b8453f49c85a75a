"""Notices received: kept, answered with a receipt, joined if they came before; works registered.

Filing is three steps, each of which may be the last before a crash: the notice is kept; the works
that it names are registered; it is accepted. Filing the same notice again goes on from there.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, RowMapping, insert, select, update

from cleardance.errors import NotFound, NoticeError
from cleardance.ledger.entry import EntryKind, digest, personal
from cleardance.ledger.log import append
from cleardance.rights.notices.attached import (
    keep_files,
    note_files,
    refuse_paths_elsewhere,
    with_files,
)
from cleardance.rights.notices.concerns import Concern, Intake, concerns_about, sender_key
from cleardance.rights.notices.deadlines import due_at
from cleardance.rights.notices.form import NoticeForm
from cleardance.rights.notices.requirements import cure_request, missing
from cleardance.rights.notices.works import register_works, rows_of
from cleardance.store import Store
from cleardance.store.tables import NoticeStatus, misuse, notice, utc_now, utc_text

_CLOCKS_DIFFER = timedelta(minutes=5)
_VOUCHED = Intake()
_SOONEST = (notice.c.deadline_at, notice.c.received_at, notice.c.id)


@dataclass(frozen=True)
class Receipt:
    """What the sender is told. ``secret`` is shown once: who has it sent the notice.

    A notice that came before is ``joined``: it has the earlier one's id and no new secret.
    """

    id: str
    valid: bool
    missing: tuple[str, ...]
    deadline: datetime
    works: tuple[str, ...]
    cure_request: str | None
    secret: str | None
    joined: bool
    concerns: tuple[dict[str, str | None], ...] = ()


@dataclass(frozen=True)
class FiledNotice:
    """A notice as stored; times are UTC as the store writes them."""

    id: str
    status: NoticeStatus
    form: NoticeForm
    missing: tuple[str, ...]
    works: tuple[str, ...]
    received_at: str
    deadline_at: str
    concerns: tuple[dict[str, str | None], ...] = ()


def file_notice(
    store: Store,
    form: NoticeForm,
    folder: Path,
    now: datetime,
    intake: Intake = _VOUCHED,
    *,
    sent_by: str | None = None,
) -> Receipt:
    """File a notice whose references are relative to ``folder``; ``sent_by`` is an account's id.

    A notice that lacks something is kept too, and registers nothing; so does one that a person has
    to decide on first (``concerns``), until ``accept``; its files are kept till then. Raises
    NoticeError for a deadline or a time of receipt that cannot be and for a reference outside of
    ``folder``, RegistryError for a row that is none; and, once the notice is kept, for a reference
    that cannot be read.
    """
    received = form.received or now
    if received > now + _CLOCKS_DIFFER:
        raise NoticeError(f"The notice says it was received at {received}, which is to come.")
    deadline = due_at(form, received)
    rows_of(store, form)
    refuse_paths_elsewhere(form, folder)
    content = _content_digest(form)
    with store.begin() as connection:
        earlier = connection.scalar(select(notice.c.id).where(notice.c.content == content))
        secret = None if earlier else secrets.token_urlsafe(24)
        notice_id = earlier or _keep(connection, form, content, secret or "", received, deadline)
        if sent_by is not None and earlier is None:
            _give(connection, notice_id, sent_by)
    filed = find(store, notice_id)
    if filed.status is NoticeStatus.RECEIVED:
        if concerns := concerns_about(store, filed.form, now, intake):
            _hold(store, filed, concerns, folder)
        else:
            works = register_works(store, filed.form, folder, account=filed.id)
            with store.begin() as connection:
                _accept(connection, filed, works, NoticeStatus.RECEIVED)
        filed = find(store, notice_id)
    return _receipt(filed, secret)


def accept(store: Store, notice_id: str, *, by: str, reason: str) -> FiledNotice:
    """Let a held notice have effect, as a person decided; its works are registered.

    Raises NotFound, NoticeError if it is not held, RegistryError for a reference that cannot be
    read; it stays held then.
    """
    filed = _held(store, notice_id)
    form = with_files(store, notice_id, filed.form)
    nowhere = store.home.work / notice_id  # what did not come with it is looked for in no folder
    works = register_works(store, form, nowhere, account=notice_id)
    with store.begin() as connection:
        _decide(connection, notice_id, NoticeStatus.ACCEPTED, by, reason)
        _accept(connection, filed, works, NoticeStatus.ACCEPTED)
    return find(store, notice_id)


def reject(
    store: Store, notice_id: str, *, by: str, reason: str, is_misuse: bool = False
) -> FiledNotice:
    """Reject a held notice, as a person decided: nothing is done on it.

    With ``is_misuse``, later notices of its sender are held. Raises NotFound, NoticeError if it is
    not held.
    """
    filed = _held(store, notice_id)
    with store.begin() as connection:
        _decide(connection, notice_id, NoticeStatus.REJECTED, by, reason, is_misuse=is_misuse)
    return find(store, filed.id)


def reopen(connection: Connection, notice_id: str) -> None:
    """Hold a rejected notice again, so that it is decided anew; any other stays as it is."""
    rejected = (notice.c.id == notice_id) & (notice.c.status == NoticeStatus.REJECTED)
    values = {"status": NoticeStatus.HELD, "updated_at": utc_now()}
    if connection.execute(update(notice).where(rejected).values(**values)).rowcount == 1:
        worries = sorted({str(one["worry"]) for one in load(connection, notice_id).concerns})
        append(connection, EntryKind.NOTICE_HELD, None, {"notice": notice_id, "concerns": worries})


def _held(store: Store, notice_id: str) -> FiledNotice:
    filed = find(store, notice_id)
    if filed.status is not NoticeStatus.HELD:
        raise NoticeError(f"Notice {notice_id} is {filed.status}: only a held one is decided on.")
    return filed


def _hold(store: Store, filed: FiledNotice, concerns: Sequence[Concern], folder: Path) -> None:
    files = keep_files(store, filed.form, folder)
    kept = {"found": [one.to_json() for one in concerns]}
    values = {"status": NoticeStatus.HELD, "concerns": kept, "updated_at": utc_now()}
    waiting = notice.c.status == NoticeStatus.RECEIVED
    with store.begin() as connection:
        change = update(notice).where(notice.c.id == filed.id, waiting).values(**values)
        if connection.execute(change).rowcount == 1:
            note_files(connection, filed.id, files)
            worries = sorted({one.worry.value for one in concerns})
            body = {"notice": filed.id, "concerns": worries}
            append(connection, EntryKind.NOTICE_HELD, None, body)


def _decide(
    connection: Connection,
    notice_id: str,
    status: NoticeStatus,
    by: str,
    reason: str,
    *,
    is_misuse: bool = False,
) -> None:
    if not reason.strip():
        raise NoticeError("A reason is needed.")
    now = utc_now()
    decided = {"decided_by": by, "decided_at": now, "decision": reason, "updated_at": now}
    of_notice = notice.c.id == notice_id
    row = connection.execute(select(notice.c.salt, notice.c.sender).where(of_notice)).one()
    held = of_notice & (notice.c.status == NoticeStatus.HELD)
    change = update(notice).where(held).values(status=status, **decided)
    if connection.execute(change).rowcount != 1:
        raise NoticeError(f"Notice {notice_id} was just decided on by somebody else.")
    if is_misuse:
        one = {"notice_id": notice_id, "sender": row.sender, "why": reason, "at": now}
        named = f"mis-{secrets.token_hex(6)}"
        connection.execute(insert(misuse).values(id=named, **one))
    body = {
        "notice": notice_id,
        "decision": status.value,
        "misuse": is_misuse,
        "by": personal(by, row.salt),
        "reason": personal(reason, row.salt),
    }
    append(connection, EntryKind.NOTICE_DECIDED, None, body)


def find(store: Store, notice_id: str) -> FiledNotice:
    """Return a notice. Raises NotFound."""
    with store.read() as connection:
        return load(connection, notice_id)


def load(connection: Connection, notice_id: str) -> FiledNotice:
    """Return a notice within a transaction. Raises NotFound."""
    query = select(notice).where(notice.c.id == notice_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no notice {notice_id!r}.")
    return _filed(row)


def listing(store: Store) -> list[FiledNotice]:
    """Return all notices, the soonest deadline first."""
    with store.read() as connection:
        rows = connection.execute(select(notice).order_by(*_SOONEST)).mappings()
        return [_filed(row) for row in rows]


def of_account(connection: Connection, account_id: str) -> list[FiledNotice]:
    """Return the notices that an account sent, or claimed, the soonest deadline first."""
    query = select(notice).where(notice.c.account_id == account_id).order_by(*_SOONEST)
    return [_filed(row) for row in connection.execute(query).mappings()]


def claim(store: Store, notice_id: str, secret: str, account_id: str) -> None:
    """Make a notice an account's own, for whoever has its secret. Raises NotFound."""
    check_secret(store, notice_id, secret)
    with store.begin() as connection:
        _give(connection, notice_id, account_id)


def check_secret(store: Store, notice_id: str, secret: str) -> None:
    """Raise NotFound unless ``secret`` is the notice's: whoever guesses learns nothing."""
    with store.read() as connection:
        kept = connection.scalar(select(notice.c.secret_sha256).where(notice.c.id == notice_id))
    if kept is None or not hmac.compare_digest(kept, _sha256(secret)):
        raise NotFound(f"There is no notice {notice_id!r} with this secret.")


def _give(connection: Connection, notice_id: str, account_id: str) -> None:
    change = update(notice).where(notice.c.id == notice_id)
    connection.execute(change.values(account_id=account_id))


def _keep(
    connection: Connection,
    form: NoticeForm,
    content: str,
    secret: str,
    received: datetime,
    deadline: datetime,
) -> str:
    now, salt = utc_now(), secrets.token_bytes(32)
    notice_id = f"ntc-{received:%Y%m%d}-{secrets.token_hex(5)}"
    lacking = [asked.field for asked in missing(form)]
    values = {
        "id": notice_id,
        "kind": form.kind,
        "law": form.applied_law,
        "status": NoticeStatus.INCOMPLETE if lacking else NoticeStatus.RECEIVED,
        "sender": sender_key(form),
        "form": form.model_dump(mode="json"),
        "content": content,
        "salt": salt,
        "secret_sha256": _sha256(secret),
        "missing": lacking,
        "works": [],
        "received_at": utc_text(received),
        "deadline_at": utc_text(deadline),
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(insert(notice).values(**values))
    body = {
        "notice": notice_id,
        "kind": form.kind.value,
        "law": form.applied_law.value,
        "complete": not lacking,
        "commitment": personal(content, salt),
    }
    append(connection, EntryKind.NOTICED, None, body)
    return notice_id


def _accept(
    connection: Connection, filed: FiledNotice, works: tuple[str, ...], before: NoticeStatus
) -> None:
    """Give a notice effect, once, whoever registers its works at the same time."""
    values = {"status": NoticeStatus.ACCEPTED, "works": list(works), "updated_at": utc_now()}
    waiting = (notice.c.id == filed.id) & (notice.c.status == before)
    if connection.execute(update(notice).where(waiting).values(**values)).rowcount == 1:
        body = {"notice": filed.id, "works": sorted(works)}
        append(connection, EntryKind.NOTICE_ACCEPTED, None, body)


def _receipt(filed: FiledNotice, secret: str | None) -> Receipt:
    return Receipt(
        id=filed.id,
        valid=not filed.missing,
        missing=filed.missing,
        deadline=datetime.fromisoformat(filed.deadline_at),
        works=filed.works,
        cure_request=cure_request(filed.form, filed.id),
        secret=secret,
        joined=secret is None,
        concerns=filed.concerns,
    )


def _filed(row: RowMapping) -> FiledNotice:
    return FiledNotice(
        id=row["id"],
        status=NoticeStatus(row["status"]),
        form=NoticeForm.model_validate(row["form"]),
        missing=tuple(row["missing"]),
        works=tuple(row["works"]),
        received_at=row["received_at"],
        deadline_at=row["deadline_at"],
        concerns=tuple(row["concerns"]["found"]) if row["concerns"] else (),
    )


def _content_digest(form: NoticeForm) -> str:
    """Return what two copies of one notice share, whenever and with whatever deadline they came."""
    return digest(form.model_dump(mode="json", exclude={"received", "deadline"}))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
