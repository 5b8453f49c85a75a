"""What the tests of the ledger append."""

from datetime import UTC, datetime, timedelta

from cleardance.ledger import log
from cleardance.ledger.entry import EntryKind
from cleardance.store import Store

ORIGIN = "test.example/ledger"
START = datetime(2026, 2, 17, 9, tzinfo=UTC)


def append_some(store: Store, first: int, last: int) -> None:
    kinds = [kind for kind in EntryKind if kind is not EntryKind.ADMIN]  # that has a row beside it
    with store.begin() as connection:
        for n in range(first, last):
            task = f"task-{n}" if n % 3 else None
            body = {"n": n, "of": ["a", {"é": n / 7}], "yes": True}
            at = START + timedelta(seconds=n)
            log.append(connection, kinds[n % len(kinds)], task, body, at)
