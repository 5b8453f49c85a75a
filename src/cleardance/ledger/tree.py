"""The Merkle tree of RFC 6962, section 2.1, as pure functions on 32-byte SHA-256 hashes.

Node (level, index) is the root of the complete subtree over leaves ``index << level`` up to
``(index + 1) << level``; level 0 are the leaf hashes. Complete subtrees never change, so they are
stored, and every root and proof is a handful of look-ups and hashes.

``D[n]`` in the comments is the RFC's notation for a list of n leaves.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from cleardance.errors import LedgerInvalid

HASH_BYTES = 32
MAX_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadNode = Callable[[int, int], bytes]
"""(level, index) → hash of a complete subtree."""


def hash_leaf(data: bytes) -> bytes:
    """Return the hash of a leaf; the 0x00 keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an interior node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed(
    first: int, leaf_hashes: Sequence[bytes], read: ReadNode
) -> Iterator[tuple[int, int, bytes]]:
    """Yield the interior nodes (level, index, hash) that leaves from ``first`` on complete.

    In the order of their leaves, lowest first; only nodes of earlier leaves are read.
    """
    new: dict[tuple[int, int], bytes] = {}
    for place, leaf_hash in enumerate(leaf_hashes, first):
        level, index, hash_ = 0, place, leaf_hash
        new[0, place] = leaf_hash
        while index & 1:
            left = new.get((level, index - 1)) or read(level, index - 1)
            level, index, hash_ = level + 1, index >> 1, hash_node(left, hash_)
            new[level, index] = hash_
            yield level, index, hash_


def root(size: int, read: ReadNode) -> bytes:
    """Return the root of the first ``size`` leaves; of none, the hash of nothing."""
    return _range_root(0, size, read) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, read: ReadNode) -> tuple[bytes, ...]:
    """Return the proof that leaf ``index`` is in the tree of ``size`` leaves (RFC 6962, 2.1.1).

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path, start = [], 0
    # PATH(m, D[n]) = PATH(m, D[0:k]) : MTH(D[k:n]), or PATH(m - k, D[k:n]) : MTH(D[0:k])
    while size > 1:
        left = _split(size)
        if index - start < left:
            path.append(_range_root(start + left, start + size, read))
            size = left
        else:
            path.append(_range_root(start, start + left, read))
            start, size = start + left, size - left
    return tuple(reversed(path))


def consistency_path(old: int, new: int, read: ReadNode) -> tuple[bytes, ...]:
    """Return the proof that the first ``old`` of ``new`` leaves are unchanged (RFC 6962, 2.1.2).

    It is empty from an empty tree, as that needs no proof. Raises ValueError unless
    0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} cannot come before one of {new}")
    if not old:
        return ()
    path, start, size, whole = [], 0, new, True
    # SUBPROOF(m, D[n], b); ``whole``, its b, says that the verifier has the root of D[m].
    while old != size:
        left = _split(size)
        if old <= left:
            path.append(_range_root(start + left, start + size, read))
            size = left
        else:
            path.append(_range_root(start, start + left, read))
            old, start, size, whole = old - left, start + left, size - left, False
    if not whole:
        path.append(_range_root(start, start + size, read))
    return tuple(reversed(path))


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Raise LedgerInvalid unless ``path`` proves the leaf at ``index`` in this tree."""
    if not 0 <= index < size <= MAX_SIZE:
        raise LedgerInvalid("The proof is of a leaf that cannot be in a tree of its size.")
    _require_hashes(leaf_hash, root, *path)
    steps = iter(path)
    found = _fold_path(index, size, leaf_hash, steps)
    _require_spent(steps)
    if found != root:
        raise LedgerInvalid(f"Leaf {index} is not in the tree of {size} with this root.")


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Raise LedgerInvalid unless ``path`` proves that the new tree continues the old one."""
    if not 0 <= old <= new <= MAX_SIZE:
        raise LedgerInvalid("The proof is from a tree to one that cannot continue it.")
    _require_hashes(old_root, new_root, *path)
    steps = iter(path)
    if old == 0:
        found = EMPTY_ROOT, new_root if new else EMPTY_ROOT
    else:
        found = _fold_subproof(old, new, old_root, steps)
    _require_spent(steps)
    if found != (old_root, new_root):
        raise LedgerInvalid(f"The tree of {new} does not continue the tree of {old}.")


def _split(size: int) -> int:
    """Return the largest power of two below ``size``, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(start: int, end: int, read: ReadNode) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(size)
    return hash_node(_range_root(start, middle, read), _range_root(middle, end, read))


def _fold_path(index: int, size: int, leaf_hash: bytes, steps: Iterator[bytes]) -> bytes:
    if size == 1:
        return leaf_hash
    left = _split(size)
    if index < left:
        inner = _fold_path(index, left, leaf_hash, steps)
        return hash_node(inner, _next(steps))
    inner = _fold_path(index - left, size - left, leaf_hash, steps)
    return hash_node(_next(steps), inner)


def _fold_subproof(
    old: int, size: int, old_root: bytes | None, steps: Iterator[bytes]
) -> tuple[bytes, bytes]:
    """Return the roots of D[old] and D[size] that follow from the proof."""
    if old == size:
        known = old_root if old_root is not None else _next(steps)
        return known, known
    left = _split(size)
    if old <= left:
        before, after = _fold_subproof(old, left, old_root, steps)
        return before, hash_node(after, _next(steps))
    before, after = _fold_subproof(old - left, size - left, None, steps)
    shared = _next(steps)
    return hash_node(shared, before), hash_node(shared, after)


def _next(steps: Iterator[bytes]) -> bytes:
    try:
        return next(steps)
    except StopIteration:
        raise LedgerInvalid("The proof is too short.") from None


def _require_spent(steps: Iterator[bytes]) -> None:
    if next(steps, None) is not None:
        raise LedgerInvalid("The proof is too long.")


def _require_hashes(*hashes: bytes) -> None:
    if any(len(hash_) != HASH_BYTES for hash_ in hashes):
        raise LedgerInvalid(f"A hash of the ledger is {HASH_BYTES} bytes.")
