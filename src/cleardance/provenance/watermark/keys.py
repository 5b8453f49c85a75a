"""The secret of a deployment's mark: made at first use, readable by its owner alone.

Whoever has it can read, forge and remove the mark; without it a mark cannot even be seen.
"""

import os
import secrets
import stat
from pathlib import Path

from cleardance.errors import HomeUnusable, StoreError
from cleardance.store.failures import os_failures
from cleardance.store.locks import held

_FILE_NAME = "watermark.key"
KEY_BYTES = 32


def load_or_make(folder: Path) -> bytes:
    """Return the 32 bytes kept in ``folder`` (the home's ``keys``), made if there are none.

    Processes may do this at once and all get the same. Raises HomeUnusable if others than the
    owner can read it, StoreError if it is not 32 bytes, DiskFull.
    """
    path = folder / _FILE_NAME
    with os_failures(path):
        if not path.exists():
            with held(folder / f"{_FILE_NAME}.lock", wait=True):
                _make(path)
        return _load(path)


def other_keys(folder: Path) -> dict[str, bytes]:
    """Return keys of other deployments by their names: ``watermark.NAME.key`` in ``folder``.

    Raises as `load_or_make`.
    """
    with os_failures(folder):
        return {
            path.name.removeprefix("watermark.").removesuffix(".key"): _load(path)
            for path in sorted(folder.glob("watermark.*.key"))
        }


def _make(path: Path) -> None:
    if path.exists():
        return
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)  # left by a crash
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(descriptor)
    draft.rename(path)


def _load(path: Path) -> bytes:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise HomeUnusable(
                f"The key {path} can be read by others.",
                hint=f"Run: chmod 600 {path} - and replace the key if others may have read it.",
            )
        key = file.read()
    if len(key) != KEY_BYTES:
        raise StoreError(f"{path} is not a watermark key: {len(key)} bytes, not {KEY_BYTES}.")
    return key
