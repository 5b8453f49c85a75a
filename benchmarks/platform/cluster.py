"""A PostgreSQL of the benchmarks' own, on a socket in a folder; it can be restarted."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cluster:
    """A running cluster."""

    folder: Path
    program: str
    user: str | None

    @property
    def url(self) -> str:
        """Of its only database."""
        return f"postgresql+pg8000://tester@/postgres?unix_sock={self.folder}/.s.PGSQL.5432"

    def control(self, *arguments: str) -> None:
        """Run pg_ctl on it."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        command = [self.program, "-D", str(self.folder / "data"), "-l", str(self.folder / "log")]
        command += ["-w", "-o", options, *arguments]
        subprocess.run(command, user=self.user, cwd=self.folder, check=True, capture_output=True)


def _program(name: str) -> str:
    homes = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *homes]))
    if found is None:
        raise SystemExit(f"There is no PostgreSQL here ({name}).")
    return found


@contextmanager
def postgresql() -> Iterator[Cluster]:
    """Give a new cluster that syncs to disk, as a real one does; it is removed at the end."""
    initdb, user = _program("initdb"), None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres").pw_name
    folder = Path(tempfile.mkdtemp(prefix="cleardance-pg-"))  # a short path: sockets need one
    try:
        if user is not None:
            shutil.chown(folder, user)
        made = Cluster(folder, _program("pg_ctl"), user)
        command = [initdb, "-D", str(folder / "data"), "-U", "tester", "-A", "trust"]
        subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True)
        made.control("start")
        try:
            yield made
        finally:
            made.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
