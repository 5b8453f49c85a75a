"""A real PostgreSQL of our own, on a socket in a folder; skipped by name where there is none."""

import os
import pwd
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from cleardance.settings import Settings
from cleardance.store import Store, open_store


def _program(name: str) -> str:
    homes = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *homes]))
    if found is None:
        pytest.skip(f"there is no PostgreSQL here ({name})")
    return found


def _account() -> str | None:
    """Whom to run it as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL refuses to run as root, and there is no account postgres")


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The URL of a running cluster."""
    pytest.importorskip("pg8000", reason="there is no driver for PostgreSQL (pg8000)")
    initdb, pg_ctl, account = _program("initdb"), _program("pg_ctl"), _account()
    folder = Path(tempfile.mkdtemp(prefix="cleardance-pg-"))  # a short path: sockets need one
    if account is not None:
        shutil.chown(folder, account)
    try:
        data, log = str(folder / "data"), str(folder / "log")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        ours = {"user": account, "cwd": folder, "check": True, "capture_output": True}
        subprocess.run([initdb, "-D", data, "-U", "tester", "-A", "trust", "-N"], **ours)
        subprocess.run([pg_ctl, "-D", data, "-l", log, "-o", options, "-w", "start"], **ours)
        try:
            yield f"postgresql+pg8000://tester@/postgres?unix_sock={folder}/.s.PGSQL.5432"
        finally:
            subprocess.run([pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"], **ours)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(cluster: str, request: pytest.FixtureRequest) -> str:
    """The URL of an empty database."""
    return _new_database(cluster, request.node.nodeid)


@pytest.fixture
def second_database(cluster: str, request: pytest.FixtureRequest) -> str:
    """The URL of another one."""
    return _new_database(cluster, f"{request.node.nodeid} again")


def _new_database(cluster: str, what: str) -> str:
    name = f"test_{zlib.crc32(what.encode())}"
    engine = create_engine(cluster, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return cluster.replace("/postgres?", f"/{name}?")


@pytest.fixture
def store(database: str, tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(Settings(home=tmp_path / "home", database_url=database))) as store:
        yield store
