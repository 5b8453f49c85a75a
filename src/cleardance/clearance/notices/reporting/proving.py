"""Entries of the ledger with their proofs, many at once, under one checkpoint."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Text, cast, func, select

from cleardance.clearance.notices.reporting.model import EntryProof
from cleardance.errors import LedgerInvalid, NotFound
from cleardance.ledger import log
from cleardance.ledger.entry import Entry, EntryKind
from cleardance.ledger.proof import text_of
from cleardance.ledger.tree import hash_leaf
from cleardance.ledger.verify import read_newest_checkpoint
from cleardance.store.batches import batches
from cleardance.store.tables import ledger_entry

_IN_HOUSE: Final = (EntryKind.STRUCK, EntryKind.MISUSED)
_AT = ledger_entry.c
_ENTRIES = select(_AT.index, _AT.kind, _AT.task_id, cast(_AT.body, Text), _AT.created_at,
                  _AT.leaf_hash)  # fmt: skip


@dataclass(frozen=True)
class Signed:
    """The newest checkpoint: everything that is proved is proved under it."""

    connection: Connection
    note: str
    size: int

    @classmethod
    def newest(cls, connection: Connection) -> "Signed":
        """Return the newest checkpoint. Raises NotFound if nothing was signed yet."""
        found = read_newest_checkpoint(connection)
        if found is None:
            raise NotFound("The ledger has no signed checkpoint yet.")
        return cls(connection, found.note, found.size)

    def entries(self, *where: Any) -> list[Entry]:
        """Return the signed entries that fit, in order. Raises LedgerInvalid for a changed one."""
        query = _ENTRIES.where(_AT.index < self.size, *where).order_by(_AT.index)
        return [_checked(Entry(*row)) for row in self.connection.execute(query)]

    def entries_of_tasks(
        self, task_ids: Sequence[str], kinds: Collection[EntryKind]
    ) -> Iterator[Entry]:
        """Yield the signed entries of these kinds about these tasks."""
        for some in batches(task_ids):
            yield from self.entries(_AT.task_id.in_(some), _AT.kind.in_(kinds))

    def proofs(self, entries: Sequence[Entry]) -> dict[int, EntryProof]:
        """Return the proofs of entries, by their index."""
        found: dict[int, EntryProof] = {}
        for some in batches(entries):
            places = [entry.index for entry in some]
            paths = log.prove_inclusions(self.connection, places, self.size)
            for entry, proof in zip(some, paths, strict=True):
                path = tuple(map(text_of, proof.path))
                text = entry.leaf().decode()
                found[entry.index] = EntryProof(index=entry.index, entry=text, path=path)
        return found

    @cached_property
    def asked(self) -> int:
        """How many requests the signed ledger records."""
        query = select(func.count()).where(_AT.kind == EntryKind.ASKED, _AT.index < self.size)
        return self.connection.scalar(query) or 0

    def entries_of_notice(self, notice_id: str) -> list[Entry]:
        """Return the signed entries about a notice itself: those about no task that name it.

        Strikes and findings of misuse are left out: these are nobody else's business.
        """
        about_none = self.entries(_AT.task_id.is_(None), _AT.kind.not_in(_IN_HOUSE))
        return [one for one in about_none if json.loads(one.body).get("notice") == notice_id]


def _checked(entry: Entry) -> Entry:
    if hash_leaf(entry.leaf()) != entry.leaf_hash:
        raise LedgerInvalid(f"Entry {entry.index} of the ledger was changed.")
    return entry
