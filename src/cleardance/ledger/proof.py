"""A proof that can be handed to anybody: an entry, its path to a signed root, as one JSON object.

``verify_proof`` needs no store: only the object and the ledger's public key.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cleardance.errors import LedgerInvalid
from cleardance.ledger import note, tree

FORMAT: Literal["cleardance-proof-1"] = "cleardance-proof-1"
_Model = TypeVar("_Model", bound=BaseModel)
_BASE64_HASH = r"^[A-Za-z0-9+/]{43}=$"


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: tuple[str, ...] = Field(max_length=128)


class Consistency(_Step):
    """That the first ``old_size`` entries are as they were; the path as in RFC 6962, 2.1.2."""

    old_size: int = Field(ge=0)
    old_root: str = Field(pattern=_BASE64_HASH)


class Proof(_Step):
    """The object. ``entry`` is the canonical JSON that the leaf hash covers, as text."""

    format: Literal["cleardance-proof-1"] = FORMAT
    index: int = Field(ge=0)
    entry: str = Field(max_length=65_535)
    checkpoint: str = Field(max_length=note.MAX_NOTE_CHARS)
    consistency: Consistency | None = None


@dataclass(frozen=True)
class Proved:
    """What a proof shows: the entry is one of the first ``size``, under a signature."""

    index: int
    size: int
    entry: str


def verify_proof(proof: Mapping[str, Any], keys: Sequence[note.PublicKey]) -> Proved:
    """Return what the object proves under one of ``keys``; LedgerInvalid naming what is wrong."""
    said = read_as(Proof, proof, "a proof")
    root = note.open_checkpoint(said.checkpoint, keys)
    leaf_hash = tree.hash_leaf(said.entry.encode())
    tree.verify_inclusion(leaf_hash, said.index, root.size, _hashes(said.path), root.root)
    if (grown := said.consistency) is not None:
        path, old_root = _hashes(grown.path), note.decode(grown.old_root)
        tree.verify_consistency(grown.old_size, old_root, root.size, root.root, path)
    return Proved(said.index, root.size, said.entry)


def read_as(model: type[_Model], given: Mapping[str, Any], what: str) -> _Model:
    """Return what somebody hands us as what it should be; LedgerInvalid naming what is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise LedgerInvalid(f"This is not {what}: {place}: {first['msg']}.") from error


def proved_entry(
    index: int, entry: str, path: Sequence[str], root: note.Checkpoint
) -> dict[str, Any]:
    """Return an entry that its path proves to be under a checkpoint; LedgerInvalid naming it."""
    leaf_hash = tree.hash_leaf(entry.encode())
    try:
        tree.verify_inclusion(leaf_hash, index, root.size, _hashes(path), root.root)
    except LedgerInvalid as error:
        raise LedgerInvalid(f"The proof of entry {index} fails: {error.message}") from error
    proved: dict[str, Any] = json.loads(entry)  # proved, so it is what the ledger wrote
    return proved


def text_of(hash_: bytes) -> str:
    """Return a hash as proofs spell it."""
    return base64.b64encode(hash_).decode()


def _hashes(path: Sequence[str]) -> list[bytes]:
    return [note.decode(text) for text in path]
