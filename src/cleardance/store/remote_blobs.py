"""Blobs in an S3-compatible object store, for many machines; copies here of those in use.

The object store holds what counts. A blob is there before anything names it, and is fetched, and
held to its digest, when a machine first needs it. Copies that nobody used for a day are dropped.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleardance.errors import BlobDamaged, StoreError, UsageError
from cleardance.store.blobs import BlobStore, is_digest
from cleardance.store.failures import os_failures

if TYPE_CHECKING:
    from obstore.store import S3Store

    from cleardance.settings import Settings

_UNUSED_S = 86_400.0
_BLOCK_BYTES = 1 << 20


class RemoteBlobs(BlobStore):
    """The blobs of one bucket, as ``BlobStore`` has those of one folder; ``root`` holds copies.

    Raises StoreError when the object store does not answer; it is asked three times.
    """

    def __init__(self, root: Path, remote: "S3Store") -> None:
        super().__init__(root)
        self._remote = remote

    def path(self, digest: str) -> Path:
        """Return where the copy of the blob is here, fetched if need be; BlobDamaged if gone."""
        place = self._place(digest)
        if not place.is_file():
            self._fetch(digest)
        with os_failures(place):
            os.utime(place)
        return place

    def verify(self, digest: str) -> None:
        """Raise BlobDamaged unless the blob has this digest; a damaged copy is fetched anew."""
        try:
            super().verify(digest)
        except BlobDamaged:
            super().delete(digest)
            super().verify(digest)

    def delete(self, digest: str) -> None:
        """Remove the blob, and the copy here; those of other machines are dropped in a day."""
        super().delete(digest)
        with suppress(BlobDamaged), _failures(digest):
            _obstore().delete(self._remote, _key(digest))

    def digests(self, older_than_s: float) -> Iterator[str]:
        """Yield the digests of all blobs that have been there for so long, in no order."""
        newest = datetime.now(UTC) - timedelta(seconds=older_than_s)
        with _failures("the list"):
            for batch in _obstore().list(self._remote):
                for found in batch:
                    digest = str(found["path"]).replace("/", "")
                    if is_digest(digest) and found["last_modified"] <= newest:
                        yield digest

    def sweep(self) -> int:
        """Remove the drafts of writers that died, and copies that nobody used for a day."""
        oldest = time.time() - _UNUSED_S
        for path in self._root.glob("??/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
        return super().sweep()

    def _keep(self, draft: Path, digest: str) -> None:
        with _failures(digest):
            _obstore().put(self._remote, _key(digest), draft)
        super()._keep(draft, digest)

    def _fetch(self, digest: str) -> None:
        with self._drafted() as draft:
            with _failures(digest):
                answer = _obstore().get(self._remote, _key(digest))
                for block in answer.stream(min_chunk_size=_BLOCK_BYTES):
                    draft.file.write(block)
            if draft.finish() != digest:
                raise BlobDamaged(f"Blob {digest} was changed in the object store.")
            super()._keep(draft.path, digest)


def remote_blobs(root: Path, settings: "Settings") -> RemoteBlobs:
    """Return the blobs in the bucket that the settings name; UsageError if that cannot be."""
    try:
        from obstore.store import S3Store
    except ImportError as error:
        raise UsageError(
            "blob_url needs the extra s3.", hint="pip install 'cleardance[s3]'"
        ) from error
    bucket, _, prefix = str(settings.blob_url).removeprefix("s3://").partition("/")
    secret = settings.blob_secret_key
    config: dict[str, Any] = {
        "bucket": bucket,
        "endpoint": settings.blob_endpoint,
        "region": settings.blob_region,
        "access_key_id": settings.blob_access_key,
        "secret_access_key": None if secret is None else secret.get_secret_value(),
    }
    given = {name: value for name, value in config.items() if value is not None}
    plain = str(settings.blob_endpoint).startswith("http://")
    store = S3Store(
        prefix=prefix or None,
        client_options={"allow_http": plain, "timeout": "60s"},
        retry_config={"max_retries": 3},
        **given,
    )
    return RemoteBlobs(root, store)


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:]}"


def _obstore() -> Any:
    import obstore

    return obstore


@contextmanager
def _failures(what: str) -> Iterator[None]:
    from obstore.exceptions import BaseError, NotFoundError

    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise BlobDamaged(f"Blob {what} is gone.") from error
    except (BaseError, OSError) as error:
        raise StoreError(f"The object store failed with {what}: {error}.") from error
