"""Files behind URLs: fetched into a private folder that is gone afterwards."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cleardance.clearance.service import Service
from cleardance.errors import UsageError
from cleardance.media.fetch import check_url, fetch
from cleardance.store.failures import os_failures


@contextmanager
def local_file(service: Service, target: str) -> Iterator[tuple[Path, str]]:
    """Give the file that a path, a ``file:`` or an http(s) URL names, and what to call it.

    Raises UsageError for other URLs or no file, and as ``fetch`` does.
    """
    if target.lower().startswith(("http://", "https://")):
        check_url(target)
        with private_folder(service) as folder:
            path = folder / "fetched"
            with os_failures(path):
                fetch(target, path, private=service.settings.fetch_private)
            parts = urlsplit(target)
            yield path, unquote(Path(parts.path).name) or str(parts.hostname)
        return
    path = _local_path(target)
    if not path.is_file():
        raise UsageError(f"There is no file {target}.")
    yield path, path.name


def _local_path(target: str) -> Path:
    if target.startswith(("file:///", "file://localhost/")):
        return Path(unquote(urlsplit(target).path))
    if "://" in target and not Path(target).exists():
        raise UsageError(f"{target} is not fetched: only http, https and file URLs are.")
    return Path(target)


@contextmanager
def private_folder(service: Service) -> Iterator[Path]:
    """Give a folder that whoever collects garbage leaves alone, unless we die."""
    name = f"fetch-{secrets.token_hex(8)}"
    folder = service.store.home.work / name
    with service.store.lock(name):
        with os_failures(folder):
            folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
