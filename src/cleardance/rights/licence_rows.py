"""Licences as stored, read back: one, some, or all of them for a snapshot."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, true, union_all

from cleardance.errors import NotFound
from cleardance.rights.licence import Grantee, Licence, Use
from cleardance.rights.licences import LicenceBook
from cleardance.store.tables import (
    GranteeKind,
    LicenceKind,
    account,
    licence,
    licence_evidence,
    licence_work,
    rule_set,
)


@dataclass(frozen=True)
class Evidence:
    """A file that proves a grant: its name, and the digest of its blob."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Revocation:
    """When, by whom and why a licence was revoked."""

    at: str
    by: str
    why: str


@dataclass(frozen=True)
class LicenceRecord:
    """A licence, its papers and its history; ``to`` is its grantee as a grant writes it."""

    licence: Licence
    to: str
    granted_at: str
    revision: int
    evidence: tuple[Evidence, ...]
    revocation: Revocation | None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object that ``licence show`` prints."""
        found, revoked = self.licence, self.revocation
        return {
            "id": found.id,
            "kind": found.kind.value,
            "works": list(found.works),
            "with_parts": found.with_parts,
            "to": self.to,
            "uses": sorted(found.uses),
            "territories": sorted(found.territories),
            "valid_from": found.valid_from,
            "valid_until": found.valid_until,
            "grantor": found.grantor,
            "conditions": list(found.conditions),
            "evidence": [{"name": one.name, "sha256": one.sha256} for one in self.evidence],
            "granted_at": self.granted_at,
            "revision": self.revision,
            "revoked": revoked and {"at": revoked.at, "by": revoked.by, "why": revoked.why},
        }


def load_book(connection: Connection) -> LicenceBook:
    """Return every licence, revoked ones too: whoever held one is told what became of it."""
    works = _works(connection, true())
    rows = connection.execute(select(licence)).mappings()
    return LicenceBook(_licence(row, works[row["id"]]) for row in rows)


def works_stand(connection: Connection, since: int, now: int) -> bool:
    """Tell whether all revisions after ``since``, up to ``now``, are of licences or of rules."""
    moves = union_all(
        select(licence.c.revision.label("at")).where(licence.c.revision > since),
        select(licence.c.revoked_revision).where(licence.c.revoked_revision > since),
        # The first rules of a home come at the revision that its works have already.
        select(rule_set.c.registry_revision).where(
            rule_set.c.registry_revision > since, rule_set.c.number > 1
        ),
    ).subquery()
    return connection.scalar(select(func.count(moves.c.at.distinct()))) == now - since


def record(connection: Connection, licence_id: str) -> LicenceRecord:
    """Return one licence. Raises NotFound."""
    found = records(connection, licence.c.id == licence_id)
    if not found:
        raise NotFound(f"There is no licence {licence_id}.")
    return found[0]


def records(connection: Connection, wanted: ColumnElement[bool]) -> list[LicenceRecord]:
    """Return the licences whose row is ``wanted``, oldest first."""
    works, papers = _works(connection, wanted), _evidence(connection, wanted)
    rows = connection.execute(
        select(licence, account.c.name.label("account"))
        .outerjoin(
            account,
            (account.c.id == licence.c.grantee) & (licence.c.grantee_kind == GranteeKind.ACCOUNT),
        )
        .where(wanted)
        .order_by(licence.c.revision, licence.c.id)
    ).mappings()
    return [_record(row, works[row["id"]], papers[row["id"]]) for row in rows]


def _record(row: RowMapping, works: Iterable[str], papers: Sequence[Evidence]) -> LicenceRecord:
    name = row["account"] or row["grantee"]
    revoked = row["revoked_at"]
    return LicenceRecord(
        licence=_licence(row, works),
        to=f"{row['grantee_kind']}:{name}" if name else row["grantee_kind"],
        granted_at=row["granted_at"],
        revision=row["revision"],
        evidence=tuple(papers),
        revocation=revoked and Revocation(revoked, row["revoked_by"], row["revoked_why"]),
    )


def _licence(row: RowMapping, works: Iterable[str]) -> Licence:
    return Licence(
        id=row["id"],
        kind=LicenceKind(row["kind"]),
        grantee=Grantee(GranteeKind(row["grantee_kind"]), row["grantee"]),
        grantor=row["grantor"],
        works=tuple(works),
        uses=frozenset(map(Use, row["uses"])),
        with_parts=row["with_parts"],
        territories=frozenset(row["territories"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        conditions=tuple(row["conditions"]),
        revoked_at=row["revoked_at"],
    )


def _works(connection: Connection, wanted: ColumnElement[bool]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    query = select(licence_work.c.licence_id, licence_work.c.work_id).join(licence).where(wanted)
    for licence_id, work_id in connection.execute(query.order_by(licence_work.c.work_id)):
        found[licence_id].append(work_id)
    return found


def _evidence(connection: Connection, wanted: ColumnElement[bool]) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = defaultdict(list)
    at = licence_evidence.c
    query = select(at.licence_id, at.name, at.blob).join(licence).where(wanted).order_by(at.id)
    for licence_id, name, blob in connection.execute(query):
        found[licence_id].append(Evidence(name, blob))
    return found
