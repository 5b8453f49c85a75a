"""Keys, limits, backups on PostgreSQL: where transactions do not take turns by themselves."""

import secrets
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from cleardance.accounts.accounts import ensure_local_account
from cleardance.accounts.holdings import add_holding, works_of
from cleardance.accounts.keys import revoke_key
from cleardance.accounts.limits import Limits, check_task, take_request
from cleardance.accounts.roles import Principal, Role
from cleardance.clearance.operations.backup import back_up
from cleardance.clearance.operations.restoring import restore
from cleardance.clearance.service import open_service
from cleardance.errors import AuthenticationError, LimitReached
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.ledger.verify import verify
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.settings import Settings
from cleardance.store import Store
from cleardance.store.tables import HoldingKind, TaskStatus, task, task_event, utc_text, work
from tests.accounts.holders import NOW, holder, who
from tests.clearance.asking import make


def _at_once(many: int, what: object) -> int:
    """Call it in so many threads at once; return how many times it was not refused."""
    assert callable(what)
    through: list[bool] = []

    def call() -> None:
        try:
            what()
        except LimitReached:
            return
        through.append(True)

    threads = [threading.Thread(target=call) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(through)


def _queue(store: Store, who: Principal) -> None:
    now = utc_text(NOW)
    with store.begin() as session:
        check_task(session, who, 10, 0, NOW)
        values = {"id": f"t-{secrets.token_hex(8)}", "account_id": who.account_id, "step": 2}
        values |= {"key_id": who.key_id, "status": TaskStatus.QUEUED, "tokens": 10}
        session.execute(insert(task).values(created_at=now, updated_at=now, **values))


def test_limits_are_exact_among_many_at_once(store: Store) -> None:
    ensure_local_account(store)
    one = holder(store, "anna", limits=Limits(concurrent_tasks=3))
    assert _at_once(8, lambda: _queue(store, one)) == 3
    two = holder(store, "ben", limits=Limits(requests_per_minute=5))

    def ask() -> None:
        with store.begin() as session:
            take_request(session, two, NOW)

    assert _at_once(8, ask) == 5
    verify(store, [])


def test_keys_are_revoked_and_works_are_held(store: Store) -> None:
    ensure_local_account(store)
    row = parse_row({"name": "Saga", "kind": "series", "owner": "North"})
    add(store, row)
    north = holder(store, "north", [Role.RIGHTS_HOLDER])
    with store.begin() as session:
        add_holding(session, north.account_id, HoldingKind.OWNER, "North", by="local")
        assert works_of(session, north) == {row.id}
        assert revoke_key(session, str(north.key_id), by="local", why="lost")
    with pytest.raises(AuthenticationError):
        who(store, "cd-" + "a" * 43)
    verify(store, [])


def test_a_backup_goes_from_postgresql_to_sqlite_and_back(
    database: str, second_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARDANCE_DATABASE_URL", database)
    with open_service(tmp_path / "home") as service:
        made = make(service, tmp_path / "out.png")
        series = {"name": "The Ball", "kind": "series", "owner": "B"}
        add(service.store, parse_row(series | {"characters": [{"name": "Bally"}]}))
        note = service.checkpoint()
        assert back_up(service, tmp_path / "one", datetime.now(UTC)).missing == ()
    monkeypatch.delenv("CLEARDANCE_DATABASE_URL")
    found = restore(Settings(home=tmp_path / "sqlite"), tmp_path / "one")
    with open_service(tmp_path / "sqlite") as service:
        assert service.checkpoint() == note
        assert service.task(made.task.id) == made.task
        back_up(service, tmp_path / "two", datetime.now(UTC))
    settings = Settings(home=tmp_path / "again", database_url=second_database)
    assert restore(settings, tmp_path / "two") == found
    monkeypatch.setenv("CLEARDANCE_DATABASE_URL", second_database)
    with open_service(tmp_path / "again") as service:
        with service.store.begin() as session:  # its own numbers go on
            body = {"task_id": made.task.id, "at": utc_text(NOW), "kind": "status", "body": {}}
            session.execute(insert(task_event).values(**body))
            append(session, EntryKind.ASKED, None, {})
            assert session.scalar(select(work.c.belongs_to).where(work.c.name == "Bally"))
        assert verify(service.store, service.ledger_keys.publics).size == found.size + 1
