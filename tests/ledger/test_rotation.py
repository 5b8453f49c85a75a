"""A new key takes over; outsiders can follow; the old one is dead; crashes in between are seen."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from cleardance.errors import LedgerInvalid, StoreError
from cleardance.ledger import keys as key_files
from cleardance.ledger import log, note
from cleardance.ledger.check_export import check_export
from cleardance.ledger.export import export
from cleardance.ledger.keys import Keys, load_or_make
from cleardance.ledger.rotation import rotate
from cleardance.ledger.verify import verify
from cleardance.store import Store
from cleardance.store.tables import ledger_checkpoint
from tests.ledger.ledger_samples import ORIGIN, append_some


def test_whoever_knows_the_first_key_can_follow(full: Store, keys: Keys, tmp_path: Path) -> None:
    new = rotate(full, full.home.keys, ORIGIN)
    assert load_or_make(full.home.keys, ORIGIN).publics == (keys.public, new.public)
    append_some(full, 22, 30)
    log.checkpoint(full, new)
    newest = rotate(full, full.home.keys, ORIGIN)
    append_some(full, 31, 35)
    log.checkpoint(full, newest)
    assert verify(full, newest.publics).signed_size == 35
    assert verify(full, [keys.public]).signed_size == 35
    export(full, newest, tmp_path / "out")
    assert check_export(tmp_path / "out", [keys.public]).size == 35
    assert check_export(tmp_path / "out", newest.publics).size == 35


def test_the_old_private_key_is_gone(full: Store, keys: Keys) -> None:
    old = (full.home.keys / "ledger.pem").read_bytes()
    rotate(full, full.home.keys, ORIGIN)
    assert all(old not in path.read_bytes() for path in full.home.path.rglob("*") if path.is_file())


def test_a_retired_key_signs_nothing_more(full: Store, keys: Keys) -> None:
    new = rotate(full, full.home.keys, ORIGIN)
    append_some(full, 22, 25)
    log.checkpoint(full, keys)  # a thief has the old key
    for trusted in ([keys.public], new.publics):
        with pytest.raises(LedgerInvalid, match="checkpoint at 25 cannot be trusted"):
            verify(full, trusted)


def test_a_thief_cannot_cut_the_ledger_before_the_rotation(full: Store, keys: Keys) -> None:
    new = rotate(full, full.home.keys, ORIGIN)
    with full.begin() as connection:
        for statement in (
            'DELETE FROM ledger_entry WHERE "index" = 21',
            "DELETE FROM ledger_checkpoint WHERE size = 22",
            'DELETE FROM ledger_node WHERE (("index" + 1) << level) = 22',
            "UPDATE meta SET value = 21 WHERE key = 'ledger_size'",
        ):
            connection.exec_driver_sql(statement)
    with pytest.raises(LedgerInvalid, match="not signed by the key in use"):
        verify(full, new.publics)


def test_nobody_appoints_their_own_key(full: Store, keys: Keys, tmp_path: Path) -> None:
    """An entry that names a new key counts only under a checkpoint signed by the old one."""
    thief = load_or_make(tmp_path, ORIGIN)
    with full.begin() as connection:
        body = {"old": str(keys.public), "new": str(thief.public)}
        log.append(connection, log.EntryKind.ROTATED, None, body)
    log.checkpoint(full, replace(thief, retired=(keys.public,)))
    with pytest.raises(LedgerInvalid, match="checkpoint at 22 cannot be trusted"):
        verify(full, [keys.public])


def test_the_checkpoint_over_the_rotation_is_needed(full: Store, keys: Keys) -> None:
    new = rotate(full, full.home.keys, ORIGIN)
    append_some(full, 22, 25)
    log.checkpoint(full, new)
    with full.begin() as connection:
        connection.execute(delete(ledger_checkpoint).where(ledger_checkpoint.c.size == 22))
    with pytest.raises(LedgerInvalid, match="checkpoint at 25 cannot be trusted"):
        verify(full, [keys.public])


def test_a_crash_in_between_stops_signing_until_it_is_repeated(
    full: Store, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(key_files, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rotate(full, full.home.keys, ORIGIN)
    with pytest.raises(StoreError, match="rotation of the ledger's key was interrupted"):
        load_or_make(full.home.keys, ORIGIN)
    new = rotate(full, full.home.keys, ORIGIN)
    assert verify(full, new.publics).size == 22  # the entry is there once
    assert load_or_make(full.home.keys, ORIGIN).public == new.public


def test_both_keys_sign_the_checkpoint_over_it(full: Store, keys: Keys) -> None:
    new = rotate(full, full.home.keys, ORIGIN)
    signed = log.checkpoint(full, new)
    assert note.open_checkpoint(signed, [keys.public]) == note.open_checkpoint(signed, [new.public])
