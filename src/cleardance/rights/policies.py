"""Changing what works are to be met with, and nothing else of them."""

from collections.abc import Mapping

from sqlalchemy import Connection, insert, select, update

from cleardance.ledger.entry import EntryKind, digest
from cleardance.ledger.log import append
from cleardance.rights.registry import next_revision
from cleardance.rights.stored import read_contents
from cleardance.store.tables import Act, utc_now, work, work_change


def policies_of(connection: Connection, work_ids: tuple[str, ...]) -> dict[str, str]:
    """Return the policy of each of these works that is registered."""
    rows = connection.execute(select(work.c.id, work.c.policy).where(work.c.id.in_(work_ids)))
    return {row.id: row.policy for row in rows}


def set_policies(connection: Connection, policies: Mapping[str, str], account: str) -> bool:
    """Give works these policies, in one revision that every process sees from the commit on.

    Works that have theirs already, or are not registered, stay as they are; returns whether any
    changed. ``account`` is what the registry's history says of who did it.
    """
    known = policies_of(connection, tuple(policies))
    changed = {key: policies[key] for key in sorted(known) if known[key] != policies[key]}
    if not changed:
        return False
    now = next_revision(connection)
    for work_id, policy in changed.items():
        of_work = update(work).where(work.c.id == work_id)
        connection.execute(of_work.values(policy=policy, revision=now))
    stamp = {"revision": now, "account": account, "created_at": utc_now(), "act": Act.CHANGED.value}
    connection.execute(
        insert(work_change),
        [
            {"work_id": key, "fields": {"policy": (known[key], changed[key])}} | stamp
            for key in changed
        ],
    )
    contents = read_contents(connection, changed)
    body = {
        "registry_revision": now,
        "added": 0,
        "updated": len(changed),
        "rows": digest([digest(contents[key]) for key in changed]),
    }
    append(connection, EntryKind.REGISTERED, None, body)
    return True
