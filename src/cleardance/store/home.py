"""The home folder: private, made at first use.

::

    HOME/cleardance.db     the database, unless the settings name another
    HOME/blobs/ab/cdef…    media, by SHA-256
    HOME/keys/             signing keys
    HOME/locks/            files that exist only while somebody holds them
    HOME/work/             what is being made; nothing in it outlives its maker
    HOME/cache/            what can be made again of the rest; made where it is needed
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cleardance.errors import HomeUnusable
from cleardance.store.failures import os_failures


@dataclass(frozen=True)
class Home:
    """The places inside one home folder."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "cleardance.db"

    @property
    def blobs(self) -> Path:
        """The folder of the content-addressed media."""
        return self.path / "blobs"

    @property
    def keys(self) -> Path:
        """The folder of the signing keys."""
        return self.path / "keys"

    @property
    def locks(self) -> Path:
        """The folder of the lock files."""
        return self.path / "locks"

    @property
    def work(self) -> Path:
        """The folder for what is being made."""
        return self.path / "work"

    @property
    def cache(self) -> Path:
        """The folder for what can be made again."""
        return self.path / "cache"


def prepare(path: Path) -> Home:
    """Make what is missing of the home at ``path``, every folder 0700; raise HomeUnusable."""
    home = Home(path)
    with os_failures(path):
        for folder in (path, home.blobs, home.blobs / "tmp", home.keys, home.locks, home.work):
            _make_private(folder)
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise HomeUnusable(
            f"{path} cannot be read and written.",
            hint=f"Give yourself access (chmod u+rwx {path}), or set CLEARDANCE_HOME.",
        )
    return home


def _make_private(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
