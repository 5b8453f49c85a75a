"""Files that come with a form: written where they are read from, under names of ours."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from cleardance.errors import UsageError
from cleardance.server.pages.visit import Visit
from cleardance.store.failures import os_failures

MAX_FILES: Final = 20


@contextmanager
def passing_folder(seen: Visit) -> Iterator[Path]:
    """Give a private folder that is gone afterwards."""
    with TemporaryDirectory(prefix="desk-", dir=seen.service.store.home.work) as folder:
        yield Path(folder)


async def write_files(fields: Any, name: str, folder: Path) -> list[tuple[str, str]]:
    """Write the files of a field into a folder; return (name there, what it was called) of each.

    Raises UsageError for more than ``MAX_FILES``.
    """
    files = [one for one in fields.getlist(name) if getattr(one, "filename", "")]
    if len(files) > MAX_FILES:
        raise UsageError(f"At most {MAX_FILES} files are taken at once.")
    kept = []
    for number, file in enumerate(files):
        called = Path(file.filename).name[:120]
        ours = f"{number}{re.sub(r'[^a-z0-9.]', '', Path(called).suffix.lower())[:8]}"
        await run_in_threadpool(_copy, file.file, folder / ours)
        kept.append((ours, called))
    return kept


def _copy(source: Any, path: Path) -> None:
    with os_failures(path), path.open("xb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
