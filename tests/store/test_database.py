"""Transactions, locks, and what the database's complaints become."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from cleardance.errors import DiskFull, HomeUnusable, StoreError, TaskBusy
from cleardance.store import Store
from cleardance.store.failures import from_sql
from cleardance.store.tables import account, task, utc_now, verdict

ACCOUNT = {"id": "acc-1", "name": "local", "created_at": "2026-02-17T09:00:00.000000Z"}
TASK = {
    "id": "task-1",
    "account_id": "acc-1",
    "status": "queued",
    "step": 2,
    "request": {"prompt": "안녕 🌊", "seed": 3},
    "created_at": utc_now(),
    "updated_at": utc_now(),
}


def _accounts(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(select(account.c.id)))


def test_return_commits(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(insert(account), ACCOUNT)
    assert _accounts(store) == ["acc-1"]


def test_raise_rolls_back_and_goes_on(store: Store) -> None:
    def fail() -> None:
        with store.begin() as connection:
            connection.execute(insert(account), ACCOUNT)
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        fail()
    assert _accounts(store) == []


def test_killed_process_leaves_nothing(store: Store) -> None:
    code = """
import os, sys
from pathlib import Path
from cleardance.settings import Settings
from cleardance.store import open_store
store = open_store(Settings(home=Path(sys.argv[1])))
with store.begin() as connection:
    connection.exec_driver_sql("INSERT INTO account (id, name, created_at) VALUES ('a', 'b', 'c')")
    os._exit(9)
"""
    arguments = [sys.executable, "-c", code, str(store.home.path)]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == 9
    assert _accounts(store) == []


def test_rows_come_back_as_they_went(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(insert(account), ACCOUNT)
        connection.execute(insert(task), TASK)
    with store.read() as connection:
        row = connection.execute(select(task)).one()
    assert (row.request, row.output, row.salt) == (TASK["request"], None, None)


def test_deleting_a_task_deletes_what_hangs_on_it(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(insert(account), ACCOUNT)
        connection.execute(insert(task), TASK)
        row = {"id": "v", "task_id": "task-1", "stage": "ask", "registry_revision": 0}
        row |= {"decision": "clear", "body": {}, "created_at": utc_now()}
        connection.execute(insert(verdict), row)
        connection.execute(delete(task))
    with store.read() as connection:
        assert connection.execute(select(verdict)).all() == []


@pytest.mark.parametrize(
    "change",
    [{"status": "dancing"}, {"step": 0}, {"step": 9}, {"account_id": "nobody"}, {"status": None}],
)
def test_rows_that_break_a_rule_are_refused(store: Store, change: dict[str, object]) -> None:
    with store.begin() as connection:
        connection.execute(insert(account), ACCOUNT)
    with pytest.raises(StoreError, match="refused"), store.begin() as connection:
        connection.execute(insert(task), TASK | change)


def test_refusal_can_be_caught_inside(store: Store) -> None:
    with store.begin() as connection:
        connection.execute(insert(account), ACCOUNT)
        with pytest.raises(IntegrityError):
            connection.execute(insert(account), ACCOUNT)
    assert _accounts(store) == ["acc-1"]


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="readonly"), store.read() as connection:
        connection.execute(insert(account), ACCOUNT)
    with store.begin() as connection:
        connection.execute(insert(account), ACCOUNT)
    assert _accounts(store) == ["acc-1"]


def test_reader_sees_one_state_while_others_write(store: Store) -> None:
    with store.read() as reader:
        assert reader.scalars(select(account.c.id)).all() == []
        with store.begin() as writer:
            writer.execute(insert(account), ACCOUNT)
        assert reader.scalars(select(account.c.id)).all() == []
    assert _accounts(store) == ["acc-1"]


def test_threads_take_turns(store: Store) -> None:
    def add_one() -> None:
        for _ in range(10):
            with store.begin() as connection:
                value = connection.scalar(text("SELECT value FROM meta WHERE key='ledger_size'"))
                connection.execute(text("UPDATE meta SET value=:v"), {"v": (value or 0) + 1})

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert connection.scalar(text("SELECT value FROM meta WHERE key='ledger_size'")) == 40


def _fill(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count=1")
    connection.exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(9000000) AS b")


def _break_pages(store: Store) -> None:
    store.close()
    size = store.home.database.stat().st_size
    with store.home.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))


def test_full_database_is_a_full_disk(store: Store) -> None:
    with pytest.raises(DiskFull) as caught, store.begin() as connection:
        _fill(connection)
    assert caught.value.hint
    assert caught.value.http_status == 507


def test_damage_found_later_is_a_store_error(store: Store) -> None:
    _break_pages(store)
    with pytest.raises(StoreError, match="damaged"), store.read() as connection:
        connection.execute(select(account)).all()


def test_database_gone_read_only_is_unusable(store: Store) -> None:
    with store.begin() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        statement = insert(account)
        with pytest.raises(OperationalError) as caught:
            connection.execute(statement, ACCOUNT)
    assert isinstance(from_sql(caught.value, store.home.path), HomeUnusable)


def test_nonsense_is_a_store_error(store: Store) -> None:
    with pytest.raises(StoreError, match="no such table"), store.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    with pytest.raises(StoreError), store.begin() as connection:
        connection.execute(insert(account), {"id": object()})


def test_database_held_by_another_for_too_long_is_a_store_error(store: Store) -> None:
    other = sqlite3.connect(store.home.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with store.read() as connection:
        # The connection goes back to the pool and serves the next transaction.
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    with pytest.raises(StoreError, match="busy") as caught, store.begin():
        pytest.fail("two writers at once")
    assert caught.value.hint
    other.close()


def test_lock_excludes_and_releases(store: Store) -> None:
    with store.lock("task-1"):
        with pytest.raises(TaskBusy), store.lock("task-1"):
            pytest.fail("two holders at once")
        with store.lock("task-2"):
            pass
    with store.lock("task-1"):
        pass
    assert list(store.home.locks.iterdir()) == []


def test_lock_is_released_by_an_exception(store: Store) -> None:
    with pytest.raises(KeyError), store.lock("task-1"):
        raise KeyError
    with store.lock("task-1"):
        pass


def test_lock_dies_with_its_process(store: Store) -> None:
    code = """
import sys
from pathlib import Path
from cleardance.settings import Settings
from cleardance.store import open_store
with open_store(Settings(home=Path(sys.argv[1]))).lock("task-1"):
    print("held", flush=True)
    sys.stdin.read()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(store.home.path)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(TaskBusy), store.lock("task-1"):
            pytest.fail("two holders at once")
        process.kill()
    with store.lock("task-1"):
        pass


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a" * 200, "a\n", "ü"])
def test_lock_name_cannot_leave_its_folder(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="cannot name"), store.lock(name):
        pytest.fail("held")


def test_lock_folder_gone_is_a_store_error(store: Store) -> None:
    Path(store.home.locks).rmdir()
    with pytest.raises(StoreError), store.lock("task-1"):
        pytest.fail("held")
