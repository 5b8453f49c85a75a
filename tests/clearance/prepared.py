"""Homes with a past that takes a while to make: made once, copied for each test."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from cleardance.clearance.service import Service, open_service

Made = TypeVar("Made")


@dataclass(frozen=True)
class Prepared(Generic[Made]):
    """A folder with ``home`` in it and the files that were made there, and what was made."""

    folder: Path
    made: Made

    def copy(self, folder: Path) -> Path:
        """Copy all of it into a test's own folder; return the home there."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return folder / "home"


def prepare(new_home: Path, folder: Path, make: Callable[[Service, Path], Made]) -> Prepared[Made]:
    shutil.copytree(new_home, folder / "home")
    with open_service(folder / "home") as service:
        return Prepared(folder, make(service, folder))
