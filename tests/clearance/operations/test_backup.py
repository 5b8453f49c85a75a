"""A home comes back from its backup with every proof, whatever was going on meanwhile."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleardance.accounts.keys import create_key
from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.operations.backup import back_up
from cleardance.clearance.operations.restoring import restore
from cleardance.clearance.releasing import fetch
from cleardance.clearance.service import Service, open_service
from cleardance.errors import BackupInvalid, UsageError
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.settings import Settings
from tests.accounts.holders import who
from tests.clearance.asking import PROMPT, make, request

NOW = datetime(2026, 2, 17, 9, tzinfo=UTC)


def _backed_up(service: Service, folder: Path) -> Path:
    assert back_up(service, folder, NOW).missing == ()
    return folder


def test_everything_comes_back(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "out.png")
    row = {"name": "The Ball", "kind": "series", "owner": "B", "characters": [{"name": "Bally"}]}
    add(service.store, parse_row(row | {"references": [str(tmp_path / "out.png")]}))
    held = make(service, tmp_path / "no.png", request("Squid Game"))
    key = create_key(service.store, "local", by="local")
    note = service.checkpoint()
    backup = _backed_up(service, tmp_path / "backup")
    found = restore(Settings(home=tmp_path / "new"), backup)
    assert found.signed_size == found.size
    with open_service(tmp_path / "new") as again:
        assert again.checkpoint() == note
        assert again.task(made.task.id).request.prompt == PROMPT
        assert again.task(held.task.id) == service.task(held.task.id)
        fetch(again, made.task.id, tmp_path / "again.png")
        assert (tmp_path / "again.png").read_bytes() == (tmp_path / "out.png").read_bytes()
        assert dossier_of(again, tmp_path / "out.png").inspection.modified is False
        assert make(again, tmp_path / "third.png", request("The Ball")).status == "denied"
        assert who(again.store, key.secret).key_id == key.id


def test_it_is_of_one_moment_while_others_write(service: Service, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with service.store.begin() as session:
                append(session, EntryKind.ASKED, None, {"n": 1})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup = _backed_up(service, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    assert restore(Settings(home=tmp_path / "new"), backup).size > 0


def test_what_is_in_use_is_not_overwritten(service: Service, tmp_path: Path) -> None:
    backup = _backed_up(service, tmp_path / "backup")
    with pytest.raises(UsageError, match="in use"):
        restore(service.settings, backup)
    with pytest.raises(UsageError, match="not empty"):
        back_up(service, backup, NOW)


def _cut(backup: Path) -> None:
    (backup / "backup.json").unlink()


def _change_row(backup: Path) -> None:
    path = backup / "tables" / "account.jsonl"
    path.write_text(path.read_text().replace('"local"', '"other"'))


def _change_blob(backup: Path) -> None:
    next((backup / "blobs").glob("??/*")).write_bytes(b"another")


def _lose_table(backup: Path) -> None:
    (backup / "tables" / "work.jsonl").unlink()


def _age(backup: Path) -> None:
    path = backup / "backup.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"revision": "0001"}))


@pytest.mark.parametrize("harm", [_cut, _change_row, _change_blob, _lose_table, _age])
def test_a_backup_that_is_not_whole_is_refused(
    service: Service, tmp_path: Path, harm: object
) -> None:
    make(service, tmp_path / "out.png")
    backup = _backed_up(service, tmp_path / "backup")
    assert callable(harm)
    harm(backup)
    with pytest.raises(BackupInvalid):
        restore(Settings(home=tmp_path / "new"), backup)


def test_a_backup_is_private(service: Service, tmp_path: Path) -> None:
    backup = _backed_up(service, tmp_path / "backup")
    assert backup.stat().st_mode & 0o077 == 0
    for path in (backup / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0
