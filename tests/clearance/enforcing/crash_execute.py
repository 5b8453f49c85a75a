"""Executes a notice in processes that are killed: at each transaction, before and after it commits.

Usage: python crash_execute.py HOME NOTICE FOLDER: the home is copied into FOLDER once for each
death, as 1-before, 1-after, 2-before, ...; prints their names.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from cleardance.clearance.notices.executing import execute
from cleardance.clearance.service import open_service
from cleardance.store import Store


def main() -> None:
    home, notice_id, folder = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    number = 1
    while all(dies(home, notice_id, folder, number, side) for side in ("before", "after")):
        number += 1


def dies(home: Path, notice_id: str, folder: Path, number: int, side: str) -> bool:
    """Execute in a copy of the home; tell whether there was such a transaction to die at."""
    copy = folder / f"{number}-{side}"
    shutil.copytree(home, copy)
    if (child := os.fork()) == 0:
        run(copy, notice_id, number, side)
        os._exit(0)
    if killed := os.waitpid(child, 0)[1] == signal.SIGKILL:
        sys.stdout.write(f"{copy.name}\n")
    return killed


def run(home: Path, notice_id: str, number: int, side: str) -> None:
    begin, seen = Store.begin, 0

    @contextmanager
    def fragile(store: Store) -> Iterator[Connection]:
        nonlocal seen
        seen += 1
        is_last = seen == number
        with begin(store) as session:
            yield session
            if is_last and side == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_service(home) as service:
        Store.begin = fragile  # type: ignore[method-assign]
        execute(service, notice_id, by="local")


if __name__ == "__main__":
    main()
