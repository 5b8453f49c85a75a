"""Licences and consents in the registry: granted, revoked, shown, listed.

Every grant and every revocation moves the registry to its next revision, so that it counts from the
next request on in every process, and writes one ledger entry in the same transaction. Who deals
with whom is nobody else's business: the ledger holds a commitment to it, never the content.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, true, update

from cleardance.errors import LicenceError, NotFound, UsageError
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.ledger.log import append
from cleardance.rights.grant import Grant, parse_withdrawal
from cleardance.rights.licence import Grantee, Use
from cleardance.rights.licence_rows import Evidence, LicenceRecord, record, records
from cleardance.rights.registry import find_work, next_revision
from cleardance.rights.row import WorkKind
from cleardance.store import Store
from cleardance.store.failures import os_failures
from cleardance.store.tables import (
    GranteeKind,
    LicenceKind,
    account,
    licence,
    licence_evidence,
    licence_work,
    utc_text,
    work,
)

MAX_EVIDENCE_BYTES = 64 << 20
_STATEMENT = "statement.txt"
OF_PEOPLE = frozenset({Use.LIKENESS, Use.VOICE, Use.STYLE, Use.POST})


def grant(store: Store, wanted: Grant, at: datetime) -> LicenceRecord:
    """Grant a licence, or a consent if its works are people; it counts from the next request on.

    Raises NotFound for unknown works or accounts, and LicenceError for what nobody can grant: a
    consent without evidence, people and works in one, a use that does not go with them.
    """
    evidence = keep_evidence(store, wanted)
    with store.begin() as connection:
        return write_grant(connection, wanted, evidence, at)


def write_grant(
    connection: Connection, wanted: Grant, evidence: Sequence[Evidence], at: datetime
) -> LicenceRecord:
    """Grant within a transaction, on evidence that was kept before. Raises as ``grant``."""
    works = _works(connection, wanted.works)
    content = _content(connection, wanted, works)
    if content["kind"] is LicenceKind.CONSENT and not evidence:
        raise LicenceError("A consent needs evidence: a file, or a statement in words.")
    licence_id, salt = f"lic-{secrets.token_hex(8)}", secrets.token_bytes(32)
    now = next_revision(connection)
    row = {"id": licence_id, "salt": salt, "revision": now, "granted_at": utc_text(at)}
    connection.execute(insert(licence).values(**row, **content))
    rows = [{"licence_id": licence_id, "work_id": found.id} for found in works]
    connection.execute(insert(licence_work), rows)
    if evidence:
        papers = [{"licence_id": licence_id, "name": e.name, "blob": e.sha256} for e in evidence]
        connection.execute(insert(licence_evidence), papers)
    content["works"] = sorted(found.id for found in works)
    content["evidence"] = [one.sha256 for one in evidence]
    _log(connection, EntryKind.LICENSED, licence_id, now, personal(_text(content), salt))
    return record(connection, licence_id)


def revoke(store: Store, licence_id: str, *, by: str, why: str, at: datetime) -> LicenceRecord:
    """Revoke a licence: it counts for nothing from now on. Revoked again, it stays as it was.

    Raises NotFound, or LicenceError if ``by`` or ``why`` is empty, long or not plain text.
    """
    said = parse_withdrawal(by, why)
    with store.begin() as connection:
        known = record(connection, licence_id)
        if known.revocation is not None:
            return known
        now, of_id = next_revision(connection), licence.c.id == licence_id
        content = {"revoked_at": utc_text(at), "revoked_by": said.by, "revoked_why": said.why}
        connection.execute(update(licence).where(of_id).values(revoked_revision=now, **content))
        salt = connection.scalars(select(licence.c.salt).where(of_id)).one()
        _log(connection, EntryKind.REVOKED, licence_id, now, personal(_text(content), salt))
        return record(connection, licence_id)


def show(store: Store, licence_id: str) -> LicenceRecord:
    """Return a licence. Raises NotFound."""
    with store.read() as connection:
        return record(connection, licence_id)


def listing(
    store: Store, id_or_name: str | None = None, to: str | None = None
) -> list[LicenceRecord]:
    """Return licences, oldest first: all, those that name a work, those granted ``to`` somebody.

    Raises NotFound for an unknown work or account.
    """
    wanted: list[ColumnElement[bool]] = [true()]
    with store.read() as connection:
        if id_or_name is not None:
            naming = select(licence_work.c.licence_id).where(
                licence_work.c.work_id == find_work(connection, id_or_name)
            )
            wanted.append(licence.c.id.in_(naming))
        if to is not None:
            grantee = _grantee(connection, to)
            wanted.append(licence.c.grantee_kind == grantee.kind)
            wanted.append(licence.c.grantee == grantee.name)
        return records(connection, and_(*wanted))


def _content(connection: Connection, wanted: Grant, works: Sequence[Row[Any]]) -> dict[str, Any]:
    grantee = _grantee(connection, wanted.to)
    return {
        "kind": _kind(wanted, works),
        "grantee_kind": grantee.kind,
        "grantee": grantee.name,
        "grantor": wanted.grantor or _owner(works),
        "with_parts": wanted.with_parts,
        "uses": sorted(wanted.uses),
        "territories": sorted(wanted.territories),
        "conditions": list(wanted.conditions),
        "valid_from": wanted.valid_from and utc_text(wanted.valid_from),
        "valid_until": wanted.valid_until and utc_text(wanted.valid_until),
    }


def _works(connection: Connection, ids_or_names: Sequence[str]) -> list[Row[Any]]:
    ids = dict.fromkeys(find_work(connection, one) for one in ids_or_names)
    query = select(work.c.id, work.c.name, work.c.kind, work.c.owner)
    return list(connection.execute(query.where(work.c.id.in_(ids)).order_by(work.c.id)))


def _kind(wanted: Grant, works: Sequence[Row[Any]]) -> LicenceKind:
    people = [found.name for found in works if found.kind == WorkKind.PERSON]
    if not people:
        return LicenceKind.LICENCE
    if len(people) < len(works):
        raise LicenceError(
            f"{people[0]} is a person, whose consent is theirs to give.",
            hint="Grant the works in one licence, and the consent of people in another.",
        )
    if wanted.with_parts:
        raise LicenceError("Nothing belongs to a person: leave out with_parts.")
    if foreign := sorted(wanted.uses - OF_PEOPLE):
        raise LicenceError(
            f"A person does not consent to the use {', '.join(foreign)}.",
            hint=f"They can consent to: {', '.join(sorted(OF_PEOPLE))}.",
        )
    return LicenceKind.CONSENT


def _grantee(connection: Connection, to: str) -> Grantee:
    kind, _, name = to.partition(":")
    if kind not in set(GranteeKind):
        raise UsageError(f"{to[:80]!r} is neither everyone, account:NAME nor partner:NAME.")
    if kind == GranteeKind.ACCOUNT:
        found = connection.scalar(select(account.c.id).where(account.c.name == name))
        if found is None:
            raise NotFound(f"There is no account {name!r}.")
        name = found
    return Grantee(GranteeKind(kind), name)


def _owner(works: Sequence[Row[Any]]) -> str:
    """Return who must have granted it: the one owner of all, or the person themselves."""
    owners = {
        found.owner or (found.name if found.kind == WorkKind.PERSON else None) for found in works
    }
    owner = owners.pop()
    if owners or owner is None:
        raise LicenceError("The works have no owner in common: say who grants it (grantor).")
    return str(owner)


def keep_evidence(store: Store, wanted: Grant) -> tuple[Evidence, ...]:
    """Store the evidence before the transaction; of a failed grant it is collected as garbage."""
    kept = []
    for path in wanted.evidence:
        with os_failures(path):
            usable = path.is_file() and 0 < path.stat().st_size <= MAX_EVIDENCE_BYTES
        if not usable:
            raise LicenceError(
                f"{path} cannot be evidence: it must be a file of at most 64 MiB, and not empty."
            )
        kept.append(Evidence(path.name, store.blobs.put_file(path)))
    if wanted.statement is not None:
        kept.append(Evidence(_STATEMENT, store.blobs.put_bytes(wanted.statement.encode())))
    return tuple(kept)


def _text(content: Mapping[str, Any]) -> str:
    return canonical(content).decode()


def _log(
    connection: Connection, kind: EntryKind, licence_id: str, revision: int, commitment: str
) -> None:
    body = {"registry_revision": revision, "licence": licence_id, "commitment": commitment}
    append(connection, kind, None, body)
