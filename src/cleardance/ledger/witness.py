"""Witnesses: outsiders who sign checkpoints they saw grow, so that nobody is shown another ledger.

Cosignatures are C2SP ``tlog-cosignature`` (``cosignature/v1``, Ed25519); the request to a witness
is that of ``tlog-witness``. A checkpoint that enough witnesses signed, and that you trust, cannot
be one of two that contradict each other unless they all conspired.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cleardance.errors import LedgerInvalid
from cleardance.ledger import note, tree

_TIME_BYTES = 8


@dataclass(frozen=True)
class Cosignature:
    """A witness's statement that it saw this checkpoint follow all it had seen before."""

    witness: note.PublicKey
    time_s: int  # when, in seconds since 1970, by the witness's clock
    line: str  # as it stands under the note, with its newline


def cosign(text: str, name: str, key: Ed25519PrivateKey, time_s: int) -> str:
    """Return the signature line of witness ``name`` for the checkpoint whose text is ``text``."""
    public = note.PublicKey(name, key.public_key().public_bytes_raw(), note.COSIGNATURE)
    signature = key.sign(_statement(text, time_s))
    blob = public.key_id + time_s.to_bytes(_TIME_BYTES, "big") + signature
    return note.signature_line(name, blob)


def cosignatures(signed: str, witnesses: Sequence[note.PublicKey]) -> list[Cosignature]:
    """Return the valid cosignatures of known witnesses, one a witness at most.

    Raises LedgerInvalid if one of a known witness does not fit: it was forged or damaged.
    """
    text, lines = note.split(signed)
    found: dict[bytes, Cosignature] = {}
    for line in lines:
        for witness in witnesses:
            if (line.name, line.blob[:4]) == (witness.name, witness.key_id):
                found[witness.key_id] = _checked(text, line, witness)
    return list(found.values())


def require(signed: str, witnesses: Sequence[note.PublicKey], quorum: int) -> list[Cosignature]:
    """Return the cosignatures; LedgerInvalid unless ``quorum`` of ``witnesses`` signed."""
    found = cosignatures(signed, witnesses)
    if len(found) < quorum:
        names = ", ".join(signature.witness.name for signature in found) or "nobody"
        raise LedgerInvalid(
            f"The checkpoint has {len(found)} of the {quorum} cosignatures it needs ({names}).",
            hint="Ask the witnesses to sign it: `cleardance ledger cosign`.",
        )
    return found


def request_body(old_size: int, path: Sequence[bytes], signed: str) -> str:
    """Return the body of ``add-checkpoint``: from what size, the consistency proof, the note."""
    hashes = "".join(f"{base64.b64encode(hash_).decode()}\n" for hash_ in path)
    return f"old {old_size}\n{hashes}\n{signed}"


class Witness:
    """A whole witness for one ledger, in memory: what others may run, and tests do."""

    def __init__(self, name: str, key: Ed25519PrivateKey, ledger: note.PublicKey) -> None:
        self._name, self._key, self._ledger = name, key, ledger
        self._seen = note.Checkpoint(ledger.name, 0, tree.EMPTY_ROOT)

    @property
    def public(self) -> note.PublicKey:
        """What others need to check its cosignatures."""
        raw = self._key.public_key().public_bytes_raw()
        return note.PublicKey(self._name, raw, note.COSIGNATURE)

    @property
    def size(self) -> int:
        """The size of the newest checkpoint it has signed."""
        return self._seen.size

    def add(self, body: str, time_s: int) -> str:
        """Return the signature line for the checkpoint of a request body.

        Raises LedgerInvalid if it is not signed by the ledger, starts from another size than the
        witness knows, or does not continue what the witness has signed.
        """
        old_size, path, signed = _parse(body)
        offered = note.open_checkpoint(signed, [self._ledger])
        if old_size != self._seen.size:
            raise LedgerInvalid(f"The witness knows {self._seen.size} entries, not {old_size}.")
        tree.verify_consistency(old_size, self._seen.root, offered.size, offered.root, path)
        self._seen = offered
        return cosign(offered.text(), self._name, self._key, time_s)


def _parse(body: str) -> tuple[int, list[bytes], str]:
    head, separator, signed = body.partition("\n\n")
    first, *hashes = head.split("\n")
    number = first.removeprefix("old ")
    if not separator or first == number or not (number.isascii() and number.isdecimal()):
        raise LedgerInvalid("This is not a request to a witness.")
    return int(number), [note.decode(line) for line in hashes], signed


def _statement(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def _checked(text: str, line: note.SignatureLine, witness: note.PublicKey) -> Cosignature:
    time, signature = line.blob[4 : 4 + _TIME_BYTES], line.blob[4 + _TIME_BYTES :]
    time_s = int.from_bytes(time, "big")
    try:
        key = Ed25519PublicKey.from_public_bytes(witness.raw)
        key.verify(signature, _statement(text, time_s))
    except InvalidSignature as error:
        raise LedgerInvalid(f"The cosignature of {witness.name} does not fit.") from error
    return Cosignature(witness, time_s, line.text)
