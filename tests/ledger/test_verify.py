"""Attacks on the stored ledger, by name; every one must be refused, and named in turn."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cleardance.errors import LedgerInvalid
from cleardance.ledger import log, tree
from cleardance.ledger.check import Checked, check, node_order
from cleardance.ledger.entry import EntryKind, canonical, digest, personal
from cleardance.ledger.keys import Keys, load_or_make
from cleardance.ledger.note import Checkpoint, PublicKey
from cleardance.ledger.verify import read_checkpoints, read_entries, read_nodes, verify
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.store.tables import account, ledger_checkpoint, task, verdict
from tests.ledger.ledger_samples import ORIGIN, append_some

FORGED = "x'" + "ab" * 32 + "'"


@contextmanager
def _database(store: Store) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(store.home.database, isolation_level=None)
    yield connection
    connection.close()


def _refusal(store: Store, keys: Keys) -> str:
    with pytest.raises(LedgerInvalid) as caught:
        verify(store, [keys.public])
    return caught.value.message


def test_untouched_ledger_verifies(full: Store, keys: Keys) -> None:
    with full.read() as connection:
        root = log.root_at(connection, 21)
    assert verify(full, [keys.public]) == Checked(21, root, signed_size=21, checkpoints=3)


def test_entries_after_the_last_checkpoint_are_reported_unsigned(full: Store, keys: Keys) -> None:
    append_some(full, 21, 40)
    checked = verify(full, [keys.public])
    assert (checked.size, checked.signed_size) == (40, 21)


ATTACKS = {
    "rewrite a body": (
        """UPDATE ledger_entry SET body = '{"n": 99}' WHERE "index" = 7""",
        "Entry 7 of the ledger was changed",
    ),
    "swap two entries": (
        """UPDATE ledger_entry SET "index" = -1 WHERE "index" = 7;
           UPDATE ledger_entry SET "index" = 7 WHERE "index" = 8;
           UPDATE ledger_entry SET "index" = 8 WHERE "index" = -1""",
        "Node 3/0 of the ledger was changed|Node 1/4|Node 1/3",
    ),
    "delete the first entry": (
        'DELETE FROM ledger_entry WHERE "index" = 0',
        "Entry 0 of the ledger is missing",
    ),
    "delete an entry in the middle": (
        'DELETE FROM ledger_entry WHERE "index" = 7',
        "Entry 7 of the ledger is missing",
    ),
    "delete the last entry": (
        'DELETE FROM ledger_entry WHERE "index" = 20',
        "The checkpoint at 21 covers 21 entries, but there are only 20",
    ),
    "insert an entry at the end": (
        "INSERT INTO ledger_entry SELECT 21, kind, task_id, body, leaf_hash, created_at "
        'FROM ledger_entry WHERE "index" = 20',
        r"Node 1/10 of the ledger is missing",
    ),
    "insert an entry before the first": (
        "INSERT INTO ledger_entry SELECT -1, kind, task_id, body, leaf_hash, created_at "
        'FROM ledger_entry WHERE "index" = 20',
        "Entry 0 of the ledger is missing; next is -1",
    ),
    "rewrite an entry and its leaf": (
        f"""UPDATE ledger_entry SET leaf_hash = {FORGED} WHERE "index" = 7""",
        "Entry 7 of the ledger was changed",
    ),
    "delete a node": (
        'DELETE FROM ledger_node WHERE level = 2 AND "index" = 1',
        "Node 2/1 of the ledger is missing",
    ),
    "delete every node": ("DELETE FROM ledger_node", "Node 1/0 of the ledger is missing"),
    "insert a node at the end": (
        f"INSERT INTO ledger_node VALUES (1, 10, {FORGED})",
        "Node 1/10 of the ledger does not belong",
    ),
    "insert a node at level 0": (
        f"INSERT INTO ledger_node VALUES (0, 3, {FORGED})",
        "Node 0/3 of the ledger does not belong",
    ),
    "insert a node at an absurd level": (
        f"INSERT INTO ledger_node VALUES (1000000000000, 1, {FORGED})",
        "Node 1000000000000/1 of the ledger does not belong",
    ),
    "insert a node at a negative level": (
        f"INSERT INTO ledger_node VALUES (-1, 3, {FORGED})",
        "Node -1/3 of the ledger does not belong",
    ),
    "change a checkpoint's root": (
        f"UPDATE ledger_checkpoint SET root = {FORGED} WHERE size = 13",
        "The checkpoint at 13 was changed",
    ),
    "move a checkpoint": (
        "UPDATE ledger_checkpoint SET size = 14 WHERE size = 13",
        "The checkpoint at 14 was changed",
    ),
    "edit a checkpoint's note": (
        "UPDATE ledger_checkpoint SET note = replace(note, char(10) || '13' || char(10), "
        "char(10) || '14' || char(10)), size = 14 WHERE size = 13",
        "The checkpoint at 14 cannot be trusted.*does not fit",
    ),
    "drop a checkpoint's signature": (
        "UPDATE ledger_checkpoint SET note = substr(note, 1, instr(note, char(8212)) - 1) "
        "WHERE size = 13",
        "The checkpoint at 13 cannot be trusted",
    ),
    "put one checkpoint's note on another": (
        "UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint WHERE size = 5) "
        "WHERE size = 13",
        "The checkpoint at 13 was changed",
    ),
    "set the counter back": (
        "UPDATE meta SET value = 20 WHERE key = 'ledger_size'",
        "counted 20 entries, but has 21",
    ),
    "cut off the end, checkpoints and all": (
        'DELETE FROM ledger_entry WHERE "index" > 12;'
        'DELETE FROM ledger_node WHERE (("index" + 1) << level) > 13;'
        "DELETE FROM ledger_checkpoint WHERE size > 13",
        "counted 21 entries, but has 13",
    ),
    "write what is not text": (
        """UPDATE ledger_entry SET kind = CAST(x'ff' AS TEXT) WHERE "index" = 7""",
        "UTF-8",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_is_refused_by_name(full: Store, keys: Keys, attack: str) -> None:
    statements, named = ATTACKS[attack]
    with _database(full) as connection:
        connection.executescript(statements)
    with pytest.raises(LedgerInvalid, match=named):
        verify(full, [keys.public])


# Everything that is stored of the ledger, but for the one column that nothing can commit to: when
# the checkpoint was signed. Signed notes of this type carry no time.
COLUMNS = {
    "ledger_entry": ("kind", "task_id", "body", "leaf_hash", "created_at"),
    "ledger_node": ("hash",),
    "ledger_checkpoint": ("root", "note"),
}


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, cs in COLUMNS.items() for c in cs])
def test_any_changed_value_is_refused(full: Store, keys: Keys, table: str, column: str) -> None:
    with _database(full) as connection:
        rows = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
        assert rows
        for row, value in rows:
            for forged in _forgeries(value):
                update = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
                connection.execute(update, (forged, row))
                _refusal(full, keys)
                connection.execute(update, (value, row))
    verify(full, [keys.public])


def _forgeries(value: object) -> list[object]:
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:], value[:-1]]
    if value is None:
        return ["task-3"]
    assert isinstance(value, str)
    middle = len(value) // 2
    return [value[:middle] + chr(ord(value[middle]) ^ 1) + value[middle + 1 :], value.encode()[:-1]]


@pytest.mark.parametrize("table", COLUMNS)
def test_any_deleted_row_is_refused(full: Store, keys: Keys, table: str) -> None:
    with _database(full) as connection:
        for (row,) in connection.execute(f"SELECT rowid FROM {table}").fetchall():
            values = connection.execute(f"SELECT * FROM {table} WHERE rowid = ?", (row,)).fetchone()
            connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
            if table == "ledger_checkpoint":
                # A promise that nobody kept a copy of binds nobody.
                verify(full, [keys.public])
            else:
                _refusal(full, keys)
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)
    verify(full, [keys.public])


def _rewrite(store: Store, keys: Keys) -> str:
    """Do what only the operator can: cut back to 13, write other entries, sign them anew."""
    statements, _ = ATTACKS["cut off the end, checkpoints and all"]
    with _database(store) as connection:
        old = connection.execute("SELECT note FROM ledger_checkpoint WHERE size = 21").fetchone()
        connection.executescript(statements)
        connection.execute("UPDATE meta SET value = 13 WHERE key = 'ledger_size'")
    append_some(store, 30, 50)
    log.checkpoint(store, keys)
    return str(old[0])


def test_rewriting_by_the_operator_is_seen_by_whoever_kept_a_checkpoint(
    full: Store, keys: Keys
) -> None:
    kept = _rewrite(full, keys)
    verify(full, [keys.public])
    with pytest.raises(LedgerInvalid, match="The kept checkpoint at 21 does not fit"):
        verify(full, [keys.public], [kept])


def test_ledger_cut_shorter_than_a_kept_checkpoint_is_refused(full: Store, keys: Keys) -> None:
    statements, _ = ATTACKS["cut off the end, checkpoints and all"]
    kept = log.checkpoint(full, keys)
    with _database(full) as connection:
        connection.executescript(statements)
        connection.execute("UPDATE meta SET value = 13 WHERE key = 'ledger_size'")
    verify(full, [keys.public])
    with pytest.raises(LedgerInvalid, match="kept checkpoint at 21 covers 21 entries"):
        verify(full, [keys.public], [kept])


def test_checkpoint_that_does_not_fit_the_entries_is_refused(full: Store, keys: Keys) -> None:
    text = Checkpoint(ORIGIN, 8, bytes(32)).text()
    row = {"size": 8, "root": bytes(32), "note": keys.sign(text), "created_at": "now"}
    with full.begin() as connection:
        connection.execute(ledger_checkpoint.insert(), row)
    assert _refusal(full, keys) == "The checkpoint at 8 does not fit the first 8 entries."


def test_checkpoint_of_another_ledger_is_refused(full: Store, keys: Keys) -> None:
    with full.read() as connection:
        root = log.root_at(connection, 21)
    foreign = keys.sign(Checkpoint("other.example/ledger", 21, root).text())
    with pytest.raises(LedgerInvalid, match="The kept checkpoint at 21 cannot be trusted"):
        verify(full, [keys.public], [foreign])


def test_checkpoints_of_an_unknown_key_are_refused(full: Store, tmp_path: Path) -> None:
    other = load_or_make(tmp_path, ORIGIN)
    with pytest.raises(LedgerInvalid, match="The checkpoint at 5 cannot be trusted"):
        verify(full, [other.public])
    with pytest.raises(LedgerInvalid):
        verify(full, [])


def test_a_replaced_key_still_vouches_for_what_it_signed(full: Store, tmp_path: Path) -> None:
    old = load_or_make(full.home.keys, ORIGIN).public
    new = load_or_make(tmp_path, ORIGIN)
    append_some(full, 21, 25)
    log.checkpoint(full, replace(new, retired=(old,)))
    assert verify(full, [old, new.public]).signed_size == 25


def test_the_independent_check_needs_no_store(full: Store, keys: Keys) -> None:
    with full.read() as connection:
        entries = list(read_entries(connection))
        nodes = list(read_nodes(connection))
        checkpoints = list(read_checkpoints(connection))
        notes = list(connection.scalars(select(ledger_checkpoint.c.note)))
    key = PublicKey.parse(str(keys.public))
    assert check(entries, nodes, checkpoints, [key], notes).size == 21
    assert nodes == sorted(nodes, key=node_order)
    assert check([], [], [], [key]) == Checked(0, tree.EMPTY_ROOT, 0, 0)
    with pytest.raises(LedgerInvalid, match="Entry 0"):
        check(entries[1:], nodes, [], [key])


VERDICT = {"decision": "clear", "reason": "nothing found", "score": 0.1, "findings": []}


@pytest.fixture
def judged(store: Store) -> Store:
    """A store with one task and its logged verdict."""
    said = {"stage": "ask", "decision": "clear", "registry_revision": 3}
    made = {"created_at": "2026-02-17T09:00:00.000000Z"}
    salt = bytes(range(32))
    task_row = {"id": "t", "account_id": "a", "status": "queued", "step": 3, "updated_at": "x"}
    task_row |= {"salt": salt}
    commitment = personal(digest(VERDICT).removeprefix("sha256:"), salt)
    with store.begin() as connection:
        connection.execute(account.insert(), {"id": "a", "name": "local"} | made)
        connection.execute(task.insert(), task_row | made)
        row = {"id": "v", "task_id": "t", "body": VERDICT} | said | made
        connection.execute(verdict.insert(), row)
        log.append(connection, EntryKind.VERDICT, "t", said | {"commitment": commitment})
    return store


@pytest.mark.parametrize(
    "change",
    [
        "decision = 'deny'",
        "stage = 'output'",
        "registry_revision = 4",
        "body = replace(body, 'nothing', 'little')",
        "body = '{'",
        "body = '[' || body || ']'",
    ],
)
def test_changed_verdict_is_refused(judged: Store, change: str) -> None:
    verify(judged, [])
    with _database(judged) as connection:
        connection.execute(f"UPDATE verdict SET {change}")
    with pytest.raises(LedgerInvalid, match="Verdict v was changed"):
        verify(judged, [])


def test_verdict_whose_salt_is_gone_is_refused(judged: Store) -> None:
    with _database(judged) as connection:
        connection.execute("UPDATE task SET salt = NULL")
    with pytest.raises(LedgerInvalid, match="Verdict v cannot be checked"):
        verify(judged, [])


def test_verdict_that_was_never_logged_is_refused(judged: Store) -> None:
    with _database(judged) as connection:
        columns = "task_id, stage, registry_revision, decision, body, created_at"
        connection.execute(
            f"INSERT INTO verdict (id, {columns}) "
            "SELECT 'w', task_id, stage, 9, decision, body, created_at FROM verdict"
        )
    with pytest.raises(LedgerInvalid, match="Verdict w was changed"):
        verify(judged, [])


def test_deleted_personal_data_leaves_a_ledger_that_verifies(judged: Store) -> None:
    with judged.begin() as connection:
        connection.execute(task.delete())
    assert verify(judged, []).size == 1


def _cells() -> list[tuple[str, str]]:
    return [(table, column) for table, columns in COLUMNS.items() for column in columns]


@settings(max_examples=60, deadline=None)
@given(cell=st.sampled_from(_cells()), row=st.integers(0), at=st.integers(0), bit=st.integers(0, 7))
def test_any_flipped_bit_of_any_cell_is_found(
    flipped: tuple[Store, Keys], cell: tuple[str, str], row: int, at: int, bit: int
) -> None:
    full, keys = flipped
    table, column = cell
    with _database(full) as connection:
        rows = connection.execute(
            f"SELECT rowid, CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL"
        ).fetchall()
        place, value = rows[row % len(rows)]
        damaged = bytearray(value)
        damaged[at % len(value)] ^= 1 << bit
        kind = "BLOB" if column in ("hash", "leaf_hash", "root") else "TEXT"
        update = f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE rowid = ?"
        connection.execute(update, (bytes(damaged), place))
        if _same(column, value, damaged):
            verify(full, [keys.public])
        else:
            _refusal(full, keys)
        connection.execute(update, (value, place))
    verify(full, [keys.public])


def _same(column: str, value: bytes, damaged: bytes) -> bool:
    """Two spellings of one JSON value are one value: the leaf is of its canonical form."""
    try:
        return column == "body" and canonical(json.loads(value)) == canonical(json.loads(damaged))
    except (ValueError, RecursionError):
        return False


@pytest.fixture(scope="module")
def flipped(
    templates: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Keys]]:
    home = tmp_path_factory.mktemp("flipped") / "home"
    shutil.copytree(templates[1], home)
    with open_store(Settings(home=home)) as store:
        yield store, load_or_make(store.home.keys, ORIGIN)
