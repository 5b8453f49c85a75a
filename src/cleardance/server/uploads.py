"""Files that come in a request's body: in a private folder for as long as they are looked at."""

import shutil
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from fastapi import UploadFile
from starlette.concurrency import run_in_threadpool

from cleardance.clearance.fetching import private_folder
from cleardance.clearance.service import Service
from cleardance.store.failures import os_failures


@asynccontextmanager
async def on_disk(service: Service, file: UploadFile) -> AsyncIterator[Path]:
    """Give a copy of an uploaded file. Its name is ours: what it was called says nothing."""
    with ExitStack() as stack:
        folder = await run_in_threadpool(stack.enter_context, private_folder(service))
        path = folder / "upload"
        await run_in_threadpool(_copy, file, path)
        yield path


def _copy(file: UploadFile, path: Path) -> None:
    with os_failures(path), path.open("xb") as copy:
        shutil.copyfileobj(file.file, copy, 1 << 20)
