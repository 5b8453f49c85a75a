"""Media by content: every blob is a private file named by the SHA-256 of its bytes.

``blobs/ab/cdef…`` holds the blob whose digest is ``abcdef…``; ``blobs/tmp`` holds what is being
written. A blob appears in its place complete and on disk, or not at all.
"""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from cleardance.errors import BlobDamaged, StoreError
from cleardance.store.failures import full_disk, os_failures
from cleardance.store.locks import held

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Draft:
    """A blob being written: fill ``file``, or write to ``path`` in place; then read ``digest``."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file
        self._digest: str | None = None

    @property
    def digest(self) -> str:
        """The finished blob's digest; StoreError while it is still being written."""
        if self._digest is None:
            raise StoreError("A blob has no digest until it is completely written.")
        return self._digest

    def finish(self) -> str:
        """Return the digest of what was written, which is on disk from here on."""
        self.file.close()
        self.path.chmod(0o600)
        with self.path.open("rb") as written:
            os.fsync(written.fileno())
            self._digest = hashlib.file_digest(written, "sha256").hexdigest()
        return self._digest


class BlobStore:
    """The blobs under one folder.

    Writing raises DiskFull, HomeUnusable or StoreError; reading a blob that is gone or changed
    raises BlobDamaged. Equal bytes are one blob: whoever deletes a digest deletes it for all.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._drafts = root / "tmp"

    @contextmanager
    def writer(self) -> Iterator[Draft]:
        """Yield a draft that becomes a blob at the end, and vanishes if the body raises."""
        with self._drafted() as draft:
            with full_disk(draft.path):
                yield draft
            with os_failures(draft.path):
                self._keep(draft.path, draft.finish())

    def put_bytes(self, data: bytes) -> str:
        """Store ``data``; return its digest."""
        with self.writer() as draft:
            draft.file.write(data)
        return draft.digest

    def put_file(self, path: Path) -> str:
        """Store a copy of the file at ``path``; return its digest."""
        with os_failures(path), path.open("rb") as source, self.writer() as draft:
            shutil.copyfileobj(source, draft.file, 1 << 20)
        return draft.digest

    def path(self, digest: str) -> Path:
        """Return where the blob is; BlobDamaged if it is gone. Its bytes are not checked."""
        place = self._place(digest)
        if not place.is_file():
            raise BlobDamaged(f"Blob {digest} is gone.")
        return place

    def open(self, digest: str) -> BufferedReader:
        """Open the blob for reading; the caller closes it."""
        with os_failures(self._root):
            return self.path(digest).open("rb")

    def verify(self, digest: str) -> None:
        """Raise BlobDamaged unless the blob is there and its bytes have this digest."""
        with os_failures(self._root), self.open(digest) as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise BlobDamaged(f"Blob {digest} was changed: its bytes now have digest {found}.")

    def delete(self, digest: str) -> None:
        """Remove the blob; nothing happens if it is already gone."""
        place = self._place(digest)
        with os_failures(place), suppress(FileNotFoundError):
            place.unlink()
            _sync_folder(place.parent)

    def digests(self, older_than_s: float) -> Iterator[str]:
        """Yield the digests of all blobs that have been there for so long, in no order."""
        newest = time.time() - older_than_s
        with os_failures(self._root):
            for path in self._root.glob("??/*"):
                digest = path.parent.name + path.name
                if is_digest(digest) and path.stat().st_mtime <= newest:
                    yield digest

    def sweep(self) -> int:
        """Remove the drafts of writers that died; return how many there were."""
        with os_failures(self._drafts):
            return sum(_remove_if_orphan(path) for path in self._drafts.glob("*.lock"))

    @contextmanager
    def _drafted(self) -> Iterator[Draft]:
        """Yield a draft that is removed at the end, unless it was moved away."""
        with ExitStack() as stack:
            with os_failures(self._drafts):
                draft = self._begin(stack)
            yield draft

    def _begin(self, stack: ExitStack) -> Draft:
        folder = self._drafts / f"draft-{os.urandom(12).hex()}"
        # The lock tells sweep() that somebody is alive and writing; it lasts until the rename. It
        # is beside the draft, because whoever writes the draft may replace it by another file.
        stack.enter_context(held(folder.with_suffix(".lock"), wait=True))
        folder.mkdir(mode=0o700)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "blob"
        file = path.open("w+b")
        stack.callback(_close_quietly, file)
        return Draft(path, file)

    def _place(self, digest: str) -> Path:
        if not is_digest(digest):
            raise StoreError(f"{digest!r} is not the digest of a blob.")
        return self._root / digest[:2] / digest[2:]

    def _keep(self, draft: Path, digest: str) -> None:
        place = self._place(digest)
        if not place.parent.exists():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._root)
        # Replacing a blob by equal bytes also heals one that was damaged.
        draft.replace(place)
        _sync_folder(place.parent)


def is_digest(text: str) -> bool:
    """Whether ``text`` could be the digest of a blob."""
    return _DIGEST.fullmatch(text) is not None


def _close_quietly(file: BinaryIO) -> None:
    # Only after a failure is anything left to flush, and then the draft is thrown away anyway.
    with suppress(OSError):
        file.close()


def _remove_if_orphan(lock: Path) -> bool:
    try:
        with held(lock, wait=False):
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            return True
    except BlockingIOError:
        return False


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
