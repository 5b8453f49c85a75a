"""Signed notes and checkpoints (C2SP ``signed-note`` and ``tlog-checkpoint``), with Ed25519.

A checkpoint says "the ledger of this origin has this many entries and this root"::

    example.org/cleardance
    42
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — example.org/cleardance Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeO…
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cleardance.errors import LedgerInvalid
from cleardance.ledger.tree import HASH_BYTES, MAX_SIZE

MAX_NOTE_CHARS = 100_000
ED25519 = b"\x01"
COSIGNATURE = b"\x04"
"""Kinds of key: of a ledger, and of a witness (C2SP ``tlog-cosignature``)."""

_DASH = "\N{EM DASH} "
_KEY_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class PublicKey:
    """Who signs and how to check it; as text, ``name+id+base64`` as Go's ``sumdb/note`` has it."""

    name: str
    raw: bytes
    kind: bytes = ED25519

    def __post_init__(self) -> None:
        if self.kind not in (ED25519, COSIGNATURE):
            raise LedgerInvalid(f"{self.name!r} is not the key of a ledger or a witness.")
        if not _KEY_NAME.fullmatch(self.name) or len(self.raw) != HASH_BYTES:
            raise LedgerInvalid(f"{self.name!r} is not the name and Ed25519 key of a ledger.")

    @property
    def key_id(self) -> bytes:
        """The four bytes that a signature line carries to say which key made it."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.raw).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(self.kind + self.raw).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """Return the key written as ``text``; LedgerInvalid if it is none of ours."""
        parts = text.split("+", 2)
        raw = decode(parts[-1]) if len(parts) == 3 else b""
        if raw[:1] not in (ED25519, COSIGNATURE):
            raise LedgerInvalid("A ledger key reads name+id+base64, with an Ed25519 key.")
        key = cls(parts[0], raw[1:], raw[:1])
        if key.key_id.hex() != parts[1]:
            raise LedgerInvalid(f"The id of the key of {key.name} does not belong to it.")
        return key


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: the ledger's name, its number of entries, its 32-byte root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Return what the signed ``text`` says; LedgerInvalid unless it says exactly that."""
        lines = text.split("\n")
        if len(lines) != 4 or not _SIZE.fullmatch(lines[1]):
            raise LedgerInvalid("A checkpoint has three lines: origin, size, root.")
        checkpoint = cls(lines[0], int(lines[1]), decode(lines[2]))
        if len(checkpoint.root) != HASH_BYTES or checkpoint.size > MAX_SIZE:
            raise LedgerInvalid("A checkpoint's size or root is out of range.")
        # One meaning, one spelling: refuses a second base64 of the same root.
        if checkpoint.text() != text:
            raise LedgerInvalid("A checkpoint is not spelled as we spell it.")
        return checkpoint


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return ``text``, which ends in a newline, as a note signed by ``name``."""
    public = PublicKey(name, key.public_key().public_bytes_raw())
    if not text.endswith("\n") or _CONTROL.search(text):
        raise ValueError("a note is lines of text, each ended by a newline")
    return f"{text}\n{signature_line(name, public.key_id + key.sign(text.encode()))}"


def signature_line(name: str, blob: bytes) -> str:
    """Return the line of a note that holds ``blob``: a key's id, then its signature."""
    return f"{_DASH}{name} {base64.b64encode(blob).decode()}\n"


@dataclass(frozen=True)
class SignatureLine:
    """One line under a note, as it stands there; nothing about it is checked."""

    name: str
    blob: bytes
    text: str  # with its newline


def split(note: str) -> tuple[str, list[SignatureLine]]:
    """Return a note's text and the lines under it, unchecked; LedgerInvalid if it is no note."""
    if len(note) > MAX_NOTE_CHARS or _CONTROL.search(note):
        raise LedgerInvalid("This is not a signed note.")
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise LedgerInvalid("The note has no signatures.")
    return text + "\n", [_line(line) for line in signatures[:-1].split("\n")]


def open_note(note: str, keys: Sequence[PublicKey]) -> str:
    """Return the text of ``note`` once a known key has signed it.

    Signatures of unknown keys are passed over, as witnesses may have added theirs; a bad one of a
    known key, or none by any known key, raises LedgerInvalid.
    """
    text, lines = split(note)
    signed = [_check_line(line, text, keys) for line in lines]
    if not any(signed):
        raise LedgerInvalid("The note is not signed by a key we trust.")
    return text


def open_checkpoint(note: str, keys: Sequence[PublicKey]) -> Checkpoint:
    """Return what the checkpoint ``note`` says, signed by a key of its own origin.

    Raises LedgerInvalid as ``open_note`` does, and if the origin is not the signer's name.
    """
    checkpoint = Checkpoint.parse(open_note(note, keys))
    open_note(note, [key for key in keys if key.name == checkpoint.origin])
    return checkpoint


def _line(line: str) -> SignatureLine:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:
        raise LedgerInvalid("A signature line of the note is malformed.")
    return SignatureLine(parts[0], decode(parts[1]), line + "\n")


def _check_line(line: SignatureLine, text: str, keys: Sequence[PublicKey]) -> bool:
    plain = [key for key in keys if key.kind == ED25519]
    known = [key for key in plain if (key.name, key.key_id) == (line.name, line.blob[:4])]
    for key in known:
        try:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(line.blob[4:], text.encode())
        except InvalidSignature as error:
            raise LedgerInvalid(f"The signature of {key.name} does not fit the note.") from error
    return bool(known)


def decode(text: str) -> bytes:
    """Return the bytes of base64 ``text``; LedgerInvalid if it is none, or spelled otherwise."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise LedgerInvalid("The note holds base64 that cannot be read.") from error
    if base64.b64encode(data).decode() != text:
        raise LedgerInvalid("The note holds base64 that is not spelled as we spell it.")
    return data
