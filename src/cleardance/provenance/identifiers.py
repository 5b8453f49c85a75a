"""How outsiders name our manifests and marks, and how we find the ledger entry behind a name.

A manifest's name is ``urn:c2pa:`` and a UUID of which 62 bits are the ledger index: it leads back
to the entry without a table that would have to be kept. The value of a soft binding is the mark's
payload, the same index, as eight bytes in base64 (C2PA 2.2, soft binding assertion).
"""

import base64
import binascii
import hashlib
import re
from uuid import UUID

from cleardance.errors import NotFound

_PREFIX = "urn:c2pa:"
_NAME = re.compile(r"urn:c2pa:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::.*)?")
_INDEX_BITS = 62
_PAYLOAD_BYTES = 8


def manifest_id(output_id: str, ledger_index: int) -> str:
    """Return the name of an output's manifest; ValueError unless 0 <= index < 2**62."""
    if not 0 <= ledger_index < 1 << _INDEX_BITS:
        raise ValueError(f"{ledger_index} is no ledger index")
    # Readers accept only UUIDs that look random (version 4, variant 1 of RFC 9562).
    high = int.from_bytes(hashlib.sha256(output_id.encode()).digest()[:8], "big")
    high = high & ~0xF000 | 0x4000
    return _PREFIX + str(UUID(int=high << 64 | 0b10 << _INDEX_BITS | ledger_index))


def index_of_manifest(name: str) -> int:
    """Return the ledger index in a manifest's name; NotFound if we never gave such a name."""
    found = _NAME.fullmatch(name)
    if not found:
        raise NotFound(f"{name[:80]!r} is not the name of a manifest of ours.")
    return UUID(found[1]).int & (1 << _INDEX_BITS) - 1


def binding_value(payload: int) -> str:
    """Return the value of the soft binding for a mark's payload."""
    return base64.b64encode(payload.to_bytes(_PAYLOAD_BYTES, "big")).decode()


def payload_of_binding(value: str) -> int:
    """Return the payload a soft binding's value stands for; NotFound if it stands for none."""
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != _PAYLOAD_BYTES or data[0] & 0xC0:
        raise NotFound("The value is not a payload of our mark.")
    return int.from_bytes(data, "big")
