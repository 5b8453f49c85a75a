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
_NEXT_NAME = "ledger-next.pem"  # there while a rotation is under way
_RETIRED_NAME = "ledger-retired"  # public keys, one a line, oldest first


@dataclass(frozen=True)
class Keys:
    """The signing key of one ledger and the name it signs under, which is the ledger's origin."""

    origin: str
    private: Ed25519PrivateKey
    retired: tuple[note.PublicKey, ...] = ()  # that signed older checkpoints, oldest first

    @property
    def public(self) -> note.PublicKey:
        """What others need to check the signatures."""
        return note.PublicKey(self.origin, self.private.public_key().public_bytes_raw())

    @property
    def publics(self) -> tuple[note.PublicKey, ...]:
        """Every key that has signed this ledger, oldest first; the last one is in use."""
        return (*self.retired, self.public)

    def sign(self, text: str) -> str:
        """Return ``text`` as a signed note."""
        return note.sign(text, self.origin, self.private)


def load_or_make(folder: Path, origin: str) -> Keys:
    """Return the key in ``folder`` (the home's ``keys``), made if there is none.

    Processes may do this at once and all get the same key. Raises HomeUnusable if others than the
    owner can read it, StoreError if it is not an Ed25519 key or its rotation was interrupted,
    DiskFull.
    """
    if (folder / _NEXT_NAME).exists():  # which key counts, the ledger knows
        raise StoreError(
            "The rotation of the ledger's key was interrupted.",
            hint="Run: cleardance ledger rotate-key",
        )
    return _current(folder, origin)


def next_keys(folder: Path, origin: str) -> tuple[Keys, Keys]:
    """Return the key in use and the one to come, which is made once; ``replace`` ends this."""
    path = folder / _NEXT_NAME
    now = _current(folder, origin)
    with os_failures(path), held(folder / f"{_FILE_NAME}.lock", wait=True):
        _make(path)
        return now, Keys(origin, _load(path), now.publics)


def replace(folder: Path, retired: note.PublicKey) -> None:
    """Put the key to come in place of the one in use, which is gone after this."""
    known = folder / _RETIRED_NAME
    with os_failures(known), held(folder / f"{_FILE_NAME}.lock", wait=True):
        lines = known.read_text("utf-8").splitlines() if known.exists() else []
        if str(retired) not in lines:
            draft = known.with_suffix(".new")
            draft.write_text("".join(f"{line}\n" for line in [*lines, str(retired)]), "utf-8")
            draft.rename(known)
        (folder / _NEXT_NAME).rename(folder / _FILE_NAME)


def _current(folder: Path, origin: str) -> Keys:
    path = folder / _FILE_NAME
    with os_failures(path):
        if not path.exists():
            with held(folder / f"{_FILE_NAME}.lock", wait=True):
                _make(path)
        return Keys(origin, _load(path), _retired(folder / _RETIRED_NAME))


def _retired(path: Path) -> tuple[note.PublicKey, ...]:
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return tuple(note.PublicKey.parse(line) for line in lines)


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
