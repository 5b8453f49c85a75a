"""Addresses of released files that need no key: signed, and good for a day.

The signature is HMAC-SHA256 over what is served and until when, with a key of this home.
"""

import base64
import hashlib
import hmac
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from cleardance.errors import AccessDenied
from cleardance.store.failures import os_failures

LIFE = timedelta(hours=24)
_KEY_BYTES = 32


class LinkExpired(AccessDenied):
    """The address was good for a day, which is over; asking for the task gives a new one."""

    code = "AccessDenied.LinkExpired"


class Links:
    """Makes and checks signed addresses under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def path(self, task_id: str, file: str, now: datetime) -> str:
        """Return the path and query of ``file`` ("video", "last_frame") of a task, for a day."""
        expires = int((now + LIFE).timestamp())
        query = urlencode({"expires": expires, "signature": self._sign(task_id, file, expires)})
        return f"/media/{task_id}/{file}?{query}"

    def check(self, task_id: str, file: str, expires: int, signature: str, now: datetime) -> None:
        """Raise AccessDenied unless we signed exactly this, LinkExpired if its time is over."""
        expected = self._sign(task_id, file, expires)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise AccessDenied("This address was not signed here.")
        if now.timestamp() >= expires:
            raise LinkExpired("This address has expired; asking for the task gives a new one.")

    def _sign(self, task_id: str, file: str, expires: int) -> str:
        said = f"{task_id}\n{file}\n{expires}".encode()
        digest = hmac.digest(self._key, said, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def load_or_make(folder: Path) -> Links:
    """Return the links of a home, whose key is made at first use; StoreError."""
    path = folder / "media-links.key"
    with os_failures(path):
        if not path.exists():
            part = folder / f".media-links-{secrets.token_hex(4)}.part"
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(part, path)  # the first of several processes wins
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return Links(path.read_bytes())
