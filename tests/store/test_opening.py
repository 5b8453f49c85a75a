"""First use, later use, and every way in which a home can be unusable."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleardance.errors import HomeUnusable, StoreError, UsageError
from cleardance.settings import Settings
from cleardance.store import open_store
from cleardance.store.tables import REVISION

OPEN = """
import os, sys
from pathlib import Path
from cleardance.errors import CleardanceError
from cleardance.settings import Settings
from cleardance.store import open_store
import sqlalchemy.dialects.sqlite
if "nobody" in sys.argv:
    # Root may do anything, so what permissions forbid is tried as somebody else.
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with open_store(Settings(home=Path(sys.argv[1]))) as store, store.begin() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = value + 1 WHERE key = 'ledger_size'")
except CleardanceError as error:
    print(type(error).__name__, bool(error.hint))
else:
    print("opened", "alembic" in sys.modules)
"""


def _start(home: Path, *, as_nobody: bool = False) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", OPEN, str(home), *(["nobody"] if as_nobody else [])]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def _said(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0].strip()


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that every user can reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_first_use_makes_a_private_home(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    open_store(Settings(home=home)).close()
    folders = (home, home / "blobs", home / "blobs" / "tmp", home / "keys", home / "locks")
    assert {_mode(folder) for folder in folders} == {0o700}
    assert _mode(home / "cleardance.db") == 0o600
    assert list((home / "locks").iterdir()) == []


def test_files_beside_the_database_are_private_too(home: Path) -> None:
    with open_store(Settings(home=home)) as store, store.begin():
        assert {_mode(path) for path in home.glob("cleardance.db*")} == {0o600}


def test_opening_again_changes_nothing_and_leaves_alembic_alone(home: Path) -> None:
    before = (home / "cleardance.db").read_bytes()
    open_store(Settings(home=home)).close()
    assert (home / "cleardance.db").read_bytes() == before
    assert _said(_start(home)) == "opened False"


def test_many_processes_open_a_new_home_at_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    processes = [_start(home) for _ in range(4)]
    assert {_said(process).split()[0] for process in processes} == {"opened"}
    with sqlite3.connect(home / "cleardance.db") as connection:
        counted = connection.execute("SELECT value FROM meta WHERE key = 'ledger_size'")
        assert counted.fetchone() == (4,)
    connection.close()


def test_crash_while_migrating_leaves_a_home_that_opens(tmp_path: Path) -> None:
    home = tmp_path / "home"
    crash = "import os\nfrom alembic import op\nop.execute = lambda *_: os._exit(9)\n" + OPEN
    done = subprocess.run([sys.executable, "-c", crash, str(home)], check=False, timeout=60)
    assert done.returncode == 9
    with open_store(Settings(home=home)) as store, store.read() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == REVISION


def test_database_of_a_newer_version_is_refused(home: Path) -> None:
    _sql(home, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="cannot be migrated") as caught:
        open_store(Settings(home=home))
    assert "newer" in caught.value.diagnostics()


def test_database_in_another_journal_mode_is_put_right(home: Path) -> None:
    _sql(home, "PRAGMA journal_mode=DELETE")
    with open_store(Settings(home=home)) as store, store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_transactions_are_durable_and_foreign_keys_hold(home: Path) -> None:
    with open_store(Settings(home=home)) as store, store.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize("damage", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 99])
def test_damaged_database_is_a_store_error(home: Path, damage: bytes) -> None:
    (home / "cleardance.db").write_bytes(damage)
    with pytest.raises(StoreError, match="damaged") as caught:
        open_store(Settings(home=home))
    assert caught.value.hint


def test_database_that_is_a_folder_is_unusable(home: Path) -> None:
    (home / "cleardance.db").unlink()
    (home / "cleardance.db").mkdir()
    with pytest.raises(HomeUnusable):
        open_store(Settings(home=home))


@pytest.mark.parametrize("inside", [".", "below"])
def test_file_instead_of_home_is_unusable(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HomeUnusable) as caught:
        open_store(Settings(home=tmp_path / "file" / inside))
    assert caught.value.hint


@pytest.mark.parametrize("mode", [0o000, 0o555, 0o700])
def test_home_of_somebody_else_is_unusable(public_folder: Path, mode: int) -> None:
    home = public_folder / "home"
    open_store(Settings(home=home)).close()
    home.chmod(mode)
    if os.getuid() != 0 and mode == 0o700:
        pytest.skip("only root can try this as another user")
    assert _said(_start(home, as_nobody=os.getuid() == 0)) == "HomeUnusable True"
    home.chmod(0o700)


def test_home_that_cannot_be_made_is_unusable(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    assert _said(_start(public_folder / "home", as_nobody=os.getuid() == 0)) == "HomeUnusable True"
    public_folder.chmod(0o755)


def test_database_of_somebody_else_in_a_shared_home_is_unusable(public_folder: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can try this as another user")
    home = public_folder / "home"
    open_store(Settings(home=home)).close()
    for folder in (home, home / "locks", home / "blobs", home / "blobs" / "tmp", home / "keys"):
        folder.chmod(0o777)
    assert _said(_start(home, as_nobody=True)) == "HomeUnusable True"
    (home / "cleardance.db").chmod(0o644)
    assert _said(_start(home, as_nobody=True)) == "HomeUnusable True"


@pytest.mark.parametrize(
    "url",
    ["nonsense", "nosuchdb://x", "postgresql+nosuchdriver://x/y", "sqlite://", "sqlite:///x.db"],
)
def test_unusable_database_url_is_a_usage_error(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="CLEARDANCE_DATABASE_URL"):
        open_store(Settings(home=tmp_path / "home", database_url=url))


def test_database_url_is_used(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    with open_store(Settings(home=tmp_path / "home", database_url=f"sqlite:///{elsewhere}")):
        assert _mode(elsewhere) == 0o600
    assert not (tmp_path / "home" / "cleardance.db").exists()


def _sql(home: Path, statement: str) -> None:
    connection = sqlite3.connect(home / "cleardance.db")
    with connection:
        connection.execute(statement)
    connection.close()
