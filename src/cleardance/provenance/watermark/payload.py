"""What the pictures carry: a ledger index and the proof that this deployment's key wrote it."""

import hashlib
import hmac

import numpy as np

from .code import Bits

INDEX_BITS = 30
CHECK_BITS = 34
PAYLOAD_BITS = INDEX_BITS + CHECK_BITS
MAX_INDEX = 2**INDEX_BITS - 1
MAX_READINGS = 16
"""Messages that may be checked for one file: 16 / 2^34 keeps false accepts below 1 in 10^9."""


def payload_bits(key: bytes, index: int) -> Bits:
    """Return index and check as bits [64]. Raises ValueError for an index past `MAX_INDEX`."""
    if not 0 <= index <= MAX_INDEX:
        raise ValueError(f"ledger index {index} does not fit into {INDEX_BITS} bits")
    return unpacked(index << CHECK_BITS | _check(key, index), PAYLOAD_BITS)


def index_of(key: bytes, bits: Bits) -> int | None:
    """Return the ledger index of a message [64], or None when the key did not write it."""
    value = packed(bits)
    index, check = value >> CHECK_BITS, value & (2**CHECK_BITS - 1)
    return index if check == _check(key, index) else None


def unpacked(value: int, width: int) -> Bits:
    """Return a number as ``width`` bits, the highest first."""
    return np.array([value >> (width - 1 - place) & 1 for place in range(width)], np.uint8)


def packed(bits: Bits) -> int:
    """Return bits, the highest first, as a number."""
    return int("".join(map(str, bits.tolist())), 2)


def _check(key: bytes, index: int) -> int:
    """Return a truncated HMAC-SHA-256 (RFC 2104, section 5) of the index."""
    code = hmac.digest(key, b"cleardance payload 1" + index.to_bytes(8), hashlib.sha256)
    return int.from_bytes(code[:8]) >> (64 - CHECK_BITS)
