"""Files that an account uploads once and names in many requests (``asset://ID``).

They are private blobs. Like everything handed in they are screened with each request that names
them, at the registry as it is then.
"""

import secrets
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from cleardance.clearance.garbage import discard
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, UsageError
from cleardance.store.tables import asset, utc_now

MAX_OF_ONE_ACCOUNT = 1_000


@dataclass(frozen=True)
class Asset:
    """An uploaded file: which blob it is, and what it holds ("image", "video", "audio")."""

    id: str
    media: str
    bytes: int
    blob: str
    created_at: str

    def to_json(self) -> dict[str, Any]:
        """Return what its owner sees."""
        return {
            "id": self.id,
            "url": f"asset://{self.id}",
            "media": self.media,
            "bytes": self.bytes,
            "sha256": self.blob,
            "created_at": self.created_at,
        }


def keep(service: Service, account_id: str, path: Path) -> Asset:
    """Keep a copy of the file at ``path`` for an account.

    Raises UnreadableMedia or MediaTooLarge for what cannot be a reference, UsageError when the
    account has too many, DiskFull.
    """
    from cleardance.media import probe  # slow to import

    media = probe(path).kind
    with ExitStack() as transaction:
        with service.store.blobs.writer() as draft, path.open("rb") as source:
            shutil.copyfileobj(source, draft.file, 1 << 20)
            # Opened before the blob is in place: whoever deletes an equal one waits for our row.
            session = transaction.enter_context(service.store.begin())
            _check_count(session, account_id)
        kept = Asset(
            id=f"asset-{secrets.token_hex(12)}",
            media=media,
            bytes=path.stat().st_size,
            blob=draft.digest,
            created_at=utc_now(),
        )
        session.execute(insert(asset).values(account_id=account_id, **vars(kept)))
    return kept


def _check_count(session: Connection, account_id: str) -> None:
    count = select(func.count()).where(asset.c.account_id == account_id)
    if (session.scalar(count) or 0) >= MAX_OF_ONE_ACCOUNT:
        raise UsageError(f"An account keeps at most {MAX_OF_ONE_ACCOUNT} files.")


def find(service: Service, account_id: str, asset_id: str) -> Asset:
    """Return an account's file. Raises NotFound, for those of others too."""
    query = select(asset).where(asset.c.id == asset_id, asset.c.account_id == account_id)
    with service.store.read() as session:
        row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no asset {asset_id[:64]} of yours.")
    return Asset(**{name: row[name] for name in ("id", "media", "bytes", "blob", "created_at")})


def listing(service: Service, account_id: str) -> list[Asset]:
    """Return an account's files, the newest first."""
    query = select(asset).where(asset.c.account_id == account_id)
    with service.store.read() as session:
        rows = session.execute(query.order_by(asset.c.created_at.desc(), asset.c.id)).mappings()
        names = ("id", "media", "bytes", "blob", "created_at")
        return [Asset(**{name: row[name] for name in names}) for row in rows]


def remove(service: Service, account_id: str, asset_id: str) -> None:
    """Delete an account's file; what was made with it keeps its own. Raises NotFound."""
    found = find(service, account_id, asset_id)
    with service.store.begin() as session:
        session.execute(delete(asset).where(asset.c.id == found.id))
    discard(service, found.blob)
