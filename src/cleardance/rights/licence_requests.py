"""Licences that are asked for: a creator asks, the owner grants or declines in words.

    request_id = request(store, work, account, use, message, now)
    open_requests(session, works)        what an owner has to answer
    requests_of(session, account)        what became of a creator's own
    accept(store, request_id, wanted, by=…, now=…)     grants the licence in the same transaction
    decline(store, request_id, words, by=…, now=…)

Asking and answering are ledger entries; who asked whom, for what, is in rows that can be erased.
"""

import secrets
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from cleardance.errors import LicenceError, NotFound, UsageError
from cleardance.ledger.acts import keep_act_of
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.ledger.log import append
from cleardance.rights.grant import Grant
from cleardance.rights.granting import OF_PEOPLE, keep_evidence, write_grant
from cleardance.rights.licence import Use
from cleardance.rights.registry import find_work
from cleardance.rights.row import WorkKind
from cleardance.store import Store
from cleardance.store.tables import RequestStatus, account, licence_request, utc_text
from cleardance.store.tables import work as works_table
from cleardance.verdict import WorkSummary

MAX_MESSAGE_CHARS: Final = 4_000


@dataclass(frozen=True)
class LicenceRequest:
    """A request as kept; ``account`` is a name. Once the account is erased nothing it said is left.

    ``answer`` are the owner's words, ``licence_id`` what was granted. The ``work`` of one that has
    left the registry is known by its id alone.
    """

    id: str
    work: WorkSummary
    account: str
    use: Use
    message: str | None
    status: RequestStatus
    asked_at: str
    answered_at: str | None
    answer: str | None
    licence_id: str | None


def request(store: Store, work: str, account: str, use: Use, message: str, now: datetime) -> str:
    """Ask the owner of ``work`` (id or name) for ``use`` by ``account`` (its name); return the id.

    The owner sees the account's name. While a request waits, the same account asking for the same
    use of the same work again gets its id. Raises NotFound for an unknown work or account,
    LicenceError for a use that nobody can grant of it, UsageError unless the message has 1 to
    ``MAX_MESSAGE_CHARS`` characters.
    """
    words = _checked(message)
    with store.begin() as connection:
        work_id, account_id = find_work(connection, work), _account(connection, account)
        _check_grantable(connection, work_id, use)
        on = licence_request.c
        same = (on.work_id == work_id) & (on.account_id == account_id) & (on.use == use)
        waits = same & (on.status == RequestStatus.OPEN)
        if (known := connection.scalar(select(on.id).where(waits))) is not None:
            return known
        request_id, salt = f"req-{secrets.token_hex(8)}", secrets.token_bytes(32)
        said = {"work_id": work_id, "account_id": account_id, "use": use.value, "message": words}
        row = {"id": request_id, "salt": salt, "asked_at": utc_text(now)}
        connection.execute(insert(licence_request).values(status=RequestStatus.OPEN, **row, **said))
        body = {"request": request_id, "commitment": personal(canonical(said).decode(), salt)}
        append(connection, EntryKind.LICENCE_ASKED, None, body)
    return request_id


def open_requests(
    connection: Connection, works: Container[str] | None = None
) -> list[LicenceRequest]:
    """Return the requests that wait for an answer, oldest first: of all works, or of these ids.

    Those of erased accounts wait no longer.
    """
    on = licence_request.c
    found = _select(connection, (on.status == RequestStatus.OPEN) & on.salt.is_not(None))
    return [one for one in found if works is None or one.work.id in works]


def requests_about(connection: Connection, work_id: str) -> list[LicenceRequest]:
    """Return every request for a work, answered ones too, oldest first."""
    return _select(connection, licence_request.c.work_id == work_id)


def requests_of(connection: Connection, account_name: str) -> list[LicenceRequest]:
    """Return what an account asked for and what became of it, oldest first."""
    return _select(connection, account.c.name == account_name)


def load(connection: Connection, request_id: str) -> LicenceRequest:
    """Return a request. Raises NotFound."""
    found = _select(connection, licence_request.c.id == request_id)
    if not found:
        raise NotFound(f"There is no request for a licence {request_id!r}.")
    return found[0]


def accept(
    store: Store, request_id: str, wanted: Grant, *, by: str, now: datetime, words: str = ""
) -> LicenceRequest:
    """Grant what was asked for; ``wanted`` may be more than that, and may set conditions.

    Raises NotFound, LicenceError unless it waits for an answer, if ``wanted`` grants the use to
    somebody else or leaves it out, or as ``granting.grant``.
    """
    evidence = keep_evidence(store, wanted)
    with store.begin() as connection:
        asked = _waiting(connection, request_id)
        ids = {find_work(connection, one) for one in wanted.works}
        if asked.work.id not in ids or asked.use not in wanted.uses:
            raise LicenceError(
                f"{request_id} asks for the use {asked.use} of {asked.work.name}: grant it, or "
                "decline."
            )
        if wanted.to not in (f"account:{asked.account}", "everyone"):
            raise LicenceError(f"{request_id} was made by {asked.account}: grant it to them.")
        licence_id = write_grant(connection, wanted, evidence, now).licence.id
        _answer(connection, asked, RequestStatus.GRANTED, by, words.strip(), licence_id, now)
        return load(connection, request_id)


def decline(store: Store, request_id: str, words: str, *, by: str, now: datetime) -> LicenceRequest:
    """Decline what was asked for, in words that the asker reads.

    Raises NotFound, LicenceError unless it waits for an answer, UsageError for no words.
    """
    words = _checked(words)
    with store.begin() as connection:
        asked = _waiting(connection, request_id)
        _answer(connection, asked, RequestStatus.DECLINED, by, words, None, now)
        return load(connection, request_id)


def _answer(
    connection: Connection,
    asked: LicenceRequest,
    status: RequestStatus,
    by: str,
    words: str,
    licence_id: str | None,
    now: datetime,
) -> None:
    said: dict[str, Any] = {"answer": words or None, "licence_id": licence_id}
    change = update(licence_request).where(licence_request.c.id == asked.id)
    values = {"status": status, "answered_at": utc_text(now)}
    connection.execute(change.values(**values, **said))
    kept = keep_act_of(connection, f"licence_{status}", by, asked.id)
    body = {"request": asked.id, "answer": status.value, "by": kept}
    append(connection, EntryKind.LICENCE_ANSWERED, None, body)


def _waiting(connection: Connection, request_id: str) -> LicenceRequest:
    found = load(connection, request_id)
    if found.status is not RequestStatus.OPEN:
        raise LicenceError(f"{request_id} was answered already: it is {found.status}.")
    return found


def _checked(text: str) -> str:
    words = text.strip()
    if not 1 <= len(words) <= MAX_MESSAGE_CHARS or "\0" in words:
        raise UsageError(f"Say it in 1 to {MAX_MESSAGE_CHARS} characters.")
    return words


def _check_grantable(connection: Connection, work_id: str, use: Use) -> None:
    kind = connection.scalar(select(works_table.c.kind).where(works_table.c.id == work_id))
    if kind == WorkKind.PERSON and use not in OF_PEOPLE:
        raise LicenceError(
            f"A person does not consent to the use {use}.",
            hint=f"They can consent to: {', '.join(sorted(OF_PEOPLE))}.",
        )


def _account(connection: Connection, name: str) -> str:
    found = connection.scalar(select(account.c.id).where(account.c.name == name))
    if found is None:
        raise NotFound(f"There is no account {name!r}.")
    return found


def _select(connection: Connection, where: ColumnElement[bool]) -> list[LicenceRequest]:
    on, at = licence_request.c, works_table.c
    query = (
        select(licence_request, account.c.name.label("account"), at.name, at.kind, at.owner)
        .join(account, account.c.id == on.account_id)
        .outerjoin(works_table, at.id == on.work_id)
        .where(where)
        .order_by(on.asked_at, on.id)
    )
    return [
        LicenceRequest(
            id=row.id,
            work=WorkSummary(
                id=row.work_id, name=row.name or row.work_id, kind=row.kind or "", owner=row.owner
            ),
            account=row.account,
            use=Use(row.use),
            message=row.message,
            status=RequestStatus(row.status),
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            answer=row.answer,
            licence_id=row.licence_id,
        )
        for row in connection.execute(query)
    ]
