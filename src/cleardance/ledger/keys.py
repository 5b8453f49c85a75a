"""The Ed25519 key that signs checkpoints: made at first use, readable by its owner alone."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from cleardance.errors import HomeUnusable, StoreError
from cleardance.ledger import note
from cleardance.store.failures import os_failures
from cleardance.store.locks import held

_FILE_NAME = "ledger.pem"


@dataclass(frozen=True)
class Keys:
    """The signing key of one ledger and the name it signs under, which is the ledger's origin."""

    origin: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> note.PublicKey:
        """What others need to check the signatures."""
        return note.PublicKey(self.origin, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Return ``text`` as a signed note."""
        return note.sign(text, self.origin, self.private)


def load_or_make(folder: Path, origin: str) -> Keys:
    """Return the key in ``folder`` (the home's ``keys``), made if there is none.

    Processes may do this at once and all get the same key. Raises HomeUnusable if others than the
    owner can read it, StoreError if it is not an Ed25519 key, DiskFull.
    """
    path = folder / _FILE_NAME
    with os_failures(path):
        if not path.exists():
            with held(folder / f"{_FILE_NAME}.lock", wait=True):
                _make(path)
        return Keys(origin, _load(path))


def _make(path: Path) -> None:
    if path.exists():
        return
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(descriptor)
    draft.rename(path)


def _load(path: Path) -> Ed25519PrivateKey:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise HomeUnusable(
                f"The key {path} can be read by others.",
                hint=f"Run: chmod 600 {path} - and replace the key if others may have read it.",
            )
        pem = file.read()
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path} is not a private key.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise StoreError(f"{path} is not an Ed25519 key.")
    return key
