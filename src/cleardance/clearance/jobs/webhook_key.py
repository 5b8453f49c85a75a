"""The key from which every account's webhook secret is derived; made at first use."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cleardance.store.failures import os_failures

_BYTES = 32


def load_or_make(folder: Path) -> bytes:
    """Return the 32 bytes of ``webhook.key``, made 0600 if absent. Raises StoreError."""
    path = folder / "webhook.key"
    with os_failures(path):
        if not path.exists():
            _make(path)
        return path.read_bytes()


def _make(path: Path) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another process was faster; its key counts
        os.link(part, path)
    part.unlink()
