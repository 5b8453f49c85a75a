"""Links by which persons come to their own page, to grant and withdraw their likeness and voice.

Whoever has the secret counts as the person: whoever makes the link must know that they give it to
them. A link can be ended; what was consented to by it stays, until it is withdrawn.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from cleardance.errors import LicenceError, NotFound
from cleardance.ledger.acts import keep_act_of
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.rights.registry import find_work
from cleardance.rights.row import WorkKind
from cleardance.store import Store
from cleardance.store.tables import person_link, utc_text, work


@dataclass(frozen=True)
class PersonLink:
    """A link as kept; its secret is not."""

    id: str
    work_id: str
    made_at: str
    ended_at: str | None


def make_link(store: Store, id_or_name: str, *, by: str, now: datetime) -> str:
    """Make a link for a registered person and return its secret, which is shown once.

    Raises NotFound, or LicenceError for a work that is no person.
    """
    secret = secrets.token_urlsafe(24)
    with store.begin() as connection:
        work_id = find_work(connection, id_or_name)
        kind = connection.scalar(select(work.c.kind).where(work.c.id == work_id))
        if kind != WorkKind.PERSON:
            raise LicenceError(f"{work_id} is a {kind}: only persons have a page of their own.")
        values = {
            "id": f"lnk-{secrets.token_hex(8)}",
            "work_id": work_id,
            "secret_sha256": _hash(secret),
            "made_at": utc_text(now),
        }
        connection.execute(insert(person_link).values(**values))
        _log(connection, "person_link_made", by, work_id)
    return secret


def end_link(store: Store, link_id: str, *, by: str, now: datetime) -> None:
    """End a link: nobody comes in by it from now on. Raises NotFound; may be repeated."""
    with store.begin() as connection:
        work_id = connection.scalar(
            select(person_link.c.work_id).where(person_link.c.id == link_id)
        )
        if work_id is None:
            raise NotFound(f"There is no link {link_id!r}.")
        still = (person_link.c.id == link_id) & person_link.c.ended_at.is_(None)
        change = update(person_link).where(still).values(ended_at=utc_text(now))
        if connection.execute(change).rowcount == 1:
            _log(connection, "person_link_ended", by, work_id)


def person_of(connection: Connection, secret: str) -> str:
    """Return the id of the person whose page it is.

    Raises NotFound: for a guess, a link that was ended, a person who has left the registry.
    """
    query = (
        select(person_link.c.work_id)
        .join(work, work.c.id == person_link.c.work_id)
        .where(person_link.c.secret_sha256 == _hash(secret), person_link.c.ended_at.is_(None))
    )
    found = connection.scalar(query)
    if found is None:
        raise NotFound("There is no such page, or no longer.")
    return found


def links_of(connection: Connection, work_id: str) -> list[PersonLink]:
    """Return the links made for a person, oldest first."""
    on = person_link.c
    query = select(on.id, on.work_id, on.made_at, on.ended_at).where(on.work_id == work_id)
    return [PersonLink(*row) for row in connection.execute(query.order_by(on.made_at, on.id))]


def _log(connection: Connection, act: str, by: str, work_id: str) -> None:
    kept = keep_act_of(connection, act, by, work_id)
    append(connection, EntryKind.ADMIN, None, {"act": act, **kept})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
