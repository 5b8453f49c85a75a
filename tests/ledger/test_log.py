"""Appending: gapless, atomic, across processes; and proofs that outsiders can check."""

import math
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import sqlite

from cleardance.errors import LedgerInvalid, NotFound, StoreError
from cleardance.ledger import log, note, tree
from cleardance.ledger.check import Frontier
from cleardance.ledger.entry import EntryKind, leaf_hash, personal
from cleardance.ledger.keys import Keys, load_or_make
from cleardance.ledger.verify import verify
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.store.tables import ledger_checkpoint, ledger_entry, ledger_node
from tests.ledger.ledger_samples import ORIGIN, START, append_some


def test_first_entry(store: Store) -> None:
    with store.begin() as connection:
        appended = log.append(connection, EntryKind.ASKED, "task-1", {"a": 1}, START)
    expected = leaf_hash("asked", "task-1", {"a": 1}, "2026-02-17T09:00:00.000000Z")
    assert appended == log.Appended(0, expected)
    with store.read() as connection:
        row = connection.execute(select(ledger_entry)).one()
    assert (row.index, row.kind, row.task_id, row.body) == (0, "asked", "task-1", {"a": 1})


def test_exception_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.begin() as connection:
            log.append(connection, EntryKind.ASKED, None, {})
            log.append(connection, EntryKind.ASKED, None, {})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(ledger_node)) == 0
        assert log.append(connection, EntryKind.ASKED, None, {}).index == 0


def test_killed_process_leaves_nothing(full: Store, keys: Keys) -> None:
    code = """
import os, sys
from pathlib import Path
from cleardance.ledger import log
from cleardance.ledger.entry import EntryKind
from cleardance.settings import Settings
from cleardance.store import open_store
with open_store(Settings(home=Path(sys.argv[1]))).begin() as connection:
    for _ in range(50):
        log.append(connection, EntryKind.ASKED, None, {})
    os._exit(9)
"""
    arguments = [sys.executable, "-c", code, str(full.home.path)]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == 9
    assert verify(full, [keys.public]).size == 21
    append_some(full, 21, 30)
    assert verify(full, [keys.public]).size == 30


def test_refused_body_leaves_no_gap(store: Store) -> None:
    with store.begin() as connection:
        with pytest.raises(ValueError, match="longer"):
            log.append(connection, EntryKind.ASKED, None, {"a": "x" * 70_000})
        assert log.append(connection, EntryKind.ASKED, None, {}).index == 0


def test_processes_append_at_once_without_gaps(store: Store) -> None:
    code = """
import sys
from pathlib import Path
from cleardance.ledger import log
from cleardance.ledger.entry import EntryKind
from cleardance.settings import Settings
from cleardance.store import open_store
store = open_store(Settings(home=Path(sys.argv[1])))
for n in range(200):
    with store.begin() as connection:
        log.append(connection, EntryKind.ASKED, sys.argv[2], {"n": n})
"""
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(store.home.path), name])
        for name in ("one", "two")
    ]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    signer = load_or_make(store.home.keys, ORIGIN)
    log.checkpoint(store, signer)
    assert verify(store, [signer.public]).signed_size == 400
    with store.read() as connection:
        query = select(ledger_entry.c.task_id, ledger_entry.c.body).order_by(ledger_entry.c.index)
        rows = connection.execute(query).all()
    for name in ("one", "two"):
        assert [row.body["n"] for row in rows if row.task_id == name] == list(range(200))


def test_checkpoint_says_what_is_there(full: Store, keys: Keys) -> None:
    said = note.open_checkpoint(log.checkpoint(full, keys), [keys.public])
    with full.read() as connection:
        assert said == note.Checkpoint(ORIGIN, 21, log.root_at(connection, 21))


def test_checkpoint_of_an_empty_ledger(store: Store) -> None:
    signer = load_or_make(store.home.keys, ORIGIN)
    said = note.open_checkpoint(log.checkpoint(store, signer), [signer.public])
    assert said == note.Checkpoint(ORIGIN, 0, tree.EMPTY_ROOT)
    assert verify(store, [signer.public]).size == 0


def test_checkpoint_is_made_once_a_size(full: Store, keys: Keys) -> None:
    assert log.checkpoint(full, keys) == log.checkpoint(full, keys)
    with full.read() as connection:
        assert connection.scalar(select(func.count()).select_from(ledger_checkpoint)) == 3


def test_every_proof_verifies(full: Store) -> None:
    with full.read() as connection:
        roots = [log.root_at(connection, size) for size in range(22)]
        for size in range(1, 22):
            for index in range(size):
                proof = log.prove_inclusion(connection, index, size)
                assert proof.root == roots[size]
                tree.verify_inclusion(proof.leaf_hash, index, size, proof.path, roots[size])
        for old in range(22):
            grown = log.prove_consistency(connection, old, 21)
            assert (grown.old_root, grown.new_root) == (roots[old], roots[21])
            tree.verify_consistency(old, roots[old], 21, roots[21], grown.path)


@pytest.mark.parametrize(("index", "size"), [(21, 21), (0, 22), (-1, 21), (0, 0)])
def test_no_inclusion_proof_of_what_is_not_there(full: Store, index: int, size: int) -> None:
    with full.read() as connection, pytest.raises(NotFound):
        log.prove_inclusion(connection, index, size)


@pytest.mark.parametrize(("old", "new"), [(5, 22), (6, 5), (-1, 5)])
def test_no_consistency_proof_of_what_is_not_there(full: Store, old: int, new: int) -> None:
    with full.read() as connection, pytest.raises(NotFound):
        log.prove_consistency(connection, old, new)


def test_missing_node_is_named(full: Store) -> None:
    with full.begin() as connection:
        connection.execute(ledger_node.delete().where(ledger_node.c.level == 4))
    with full.read() as connection, pytest.raises(StoreError, match="Node 4/0"):
        log.prove_inclusion(connection, 20, 21)


def test_missing_counter_is_an_error_not_a_fresh_start(full: Store) -> None:
    with full.begin() as connection:
        connection.exec_driver_sql("DELETE FROM meta")
    with pytest.raises(StoreError, match="counter"), full.begin() as connection:
        log.append(connection, EntryKind.ASKED, None, {})
    with pytest.raises(StoreError, match="counter"), full.read() as connection:
        log.count(connection)


def test_a_prompt_is_nowhere_in_the_ledger(store: Store, tmp_path: Path) -> None:
    prompt, salt = "a very private prompt", bytes(range(16))
    with store.begin() as connection:
        log.append(connection, EntryKind.ASKED, "task-1", {"prompt": personal(prompt, salt)})
    store.close()
    assert not [
        path
        for path in (tmp_path / "home").rglob("*")
        if path.is_file() and prompt.encode() in path.read_bytes()
    ]


def test_an_outside_verifier_agrees(full: Store, keys: Keys) -> None:
    signing = pytest.importorskip("tlog_scales.signing")
    tlog = pytest.importorskip("tlog_scales.tlog")
    checkpoint = tlog.Checkpoint.from_text(log.checkpoint(full, keys))
    checkpoint.verify(signing.Vkey.from_string(str(keys.public)))
    with full.read() as connection:
        for index in range(21):
            proof = log.prove_inclusion(connection, index, 21)
            theirs = tlog.InclusionProof(index, 21, list(proof.path))
            theirs.check(proof.leaf_hash, checkpoint.root_hash)
            with pytest.raises(tlog.InclusionProofInvalid):
                theirs.check(bytes(32), checkpoint.root_hash)
        for old in range(1, 21):
            grown = log.prove_consistency(connection, old, 21)
            theirs = tlog.ConsistencyProof(old, 21, list(grown.path))
            theirs.check(grown.old_root, checkpoint.root_hash)


def test_nodes_are_searched_for_never_scanned(full: Store) -> None:
    """A proof must not read the whole table: at a million entries that is a million rows."""
    statement = str(log._nodes_query(17).compile(dialect=sqlite.dialect()))
    with full.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (0,) * 34).all()
    assert not [step for step in plan if step[3].startswith("SCAN")]
    assert [step for step in plan if step[3].startswith("SEARCH")]


@settings(max_examples=10, deadline=None)
@given(first=st.integers(0, 40), batches=st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_many_at_once_are_as_one_by_one(
    templates: tuple[Path, Path], first: int, batches: list[int]
) -> None:
    with TemporaryDirectory() as name:
        homes = [shutil.copytree(templates[0], Path(name) / part) for part in ("one", "many")]
        one, many = (open_store(Settings(home=home)) for home in homes)
        with one, many:
            append_some(one, 0, first)
            append_some(many, 0, first)
            for count in batches:
                new = [log.New(EntryKind.ASKED, "t", {"n": n}) for n in range(count)]
                with one.begin() as left, many.begin() as right:
                    singly = [log.append(left, n.kind, n.task_id, n.body, START) for n in new]
                    assert log.append_all(right, new, START) == singly
            with one.read() as left, many.read() as right:
                size = log.count(left)
                assert log.root_at(left, size) == log.root_at(right, size)
                everything = log.prove_inclusions(right, range(size), size)
                assert everything == [log.prove_inclusion(left, n, size) for n in range(size)]


def test_none_at_once_is_nothing(store: Store) -> None:
    with store.begin() as connection:
        assert log.append_all(connection, []) == []
        assert log.count(connection) == 0


def test_one_bad_entry_among_many_appends_none(store: Store) -> None:
    good, bad = log.New(EntryKind.ASKED, "t", {}), log.New(EntryKind.ASKED, "t", {"n": math.nan})
    with store.begin() as connection:
        with pytest.raises(ValueError, match="nan"):
            log.append_all(connection, [good, bad])
        assert log.count(connection) == 0


@pytest.mark.parametrize("change", ["row", "cut"])
def test_nothing_is_signed_over_a_changed_past(full: Store, keys: Keys, change: str) -> None:
    """Whoever can write the database but has no key does not get us to sign what they wrote."""
    log.checkpoint(full, keys)
    with full.begin() as connection:
        if change == "cut":
            connection.exec_driver_sql("UPDATE meta SET value = 16 WHERE key = 'ledger_size'")
        else:  # a consistent lie: the leaf and every node above it
            size = log.count(connection)
            _forge(connection, size)
    with pytest.raises(LedgerInvalid, match="does not continue its checkpoint at 21"):
        log.checkpoint(full, keys)


def _forge(connection: Connection, size: int) -> None:
    forged = Frontier()
    hashes = connection.exec_driver_sql('SELECT leaf_hash FROM ledger_entry ORDER BY "index"')
    connection.exec_driver_sql('UPDATE ledger_entry SET leaf_hash = zeroblob(32) WHERE "index" = 3')
    for number, (hash_,) in enumerate(hashes.all()):
        for node in forged.add(bytes(32) if number == 3 else hash_):
            connection.exec_driver_sql(
                'UPDATE ledger_node SET hash = ? WHERE level = ? AND "index" = ?',
                (node.hash, node.level, node.index),
            )
    assert log.root_at(connection, size) == forged.root()
