"""Every reference within so many bits of a query, exactly, among ten or among ten million.

Few references are compared one by one. Many are found by multi-index hashing (Norouzi, Punjani,
Fleet, "Fast Exact Search in Hamming Space with Multi-Index Hashing", 2014): 256 bits are cut into
m parts; two codes that differ in at most r bits differ in at most r // m bits of some part, so the
tables of all parts, asked for every neighbour that near, hold every answer. Candidates are then
compared in full: nothing is missed and nothing is guessed.
"""

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import StoreError

BITS: Final = 256
WORDS: Final = BITS // 64
Codes = NDArray[np.uint64]
"""[n, 4]: codes of 256 bits, as four words."""

REACH: Final = 31
"""Up to so many differing bits nothing is missed."""

_SCAN_AT_MOST: Final = 50_000
_SCAN_BLOCK: Final = 1 << 20  # distances held in memory at once
_QUERIES_AT_ONCE: Final = 32
_HEAD_BYTES: Final = 1000
_MAGIC: Final = b"cleardance hamming index 1\n"


class Hits(NamedTuple):
    """Pairs within reach, by query, distance, reference: three arrays of one length."""

    query: NDArray[np.int64]
    reference: NDArray[np.int64]
    distance: NDArray[np.int64]


_Pairs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


class _Shape(NamedTuple):
    """``parts`` tables of ``bits`` each."""

    parts: int
    bits: int

    def flips_of(self, part: int) -> int:
        """Return how far around a part to look: its share of REACH, the rest to the first parts."""
        share, rest = divmod(REACH, self.parts)
        return share if part <= rest else share - 1


def _shape_for(count: int) -> _Shape:
    # Parts of about log2(n) bits hold about one code a bucket; measured in benchmarks/index.py.
    if count <= 400_000:
        return _Shape(16, 16)
    return _Shape(12, 21) if count <= 3_000_000 else _Shape(11, 23)


def packed(values: bytes) -> Codes:
    """Return codes of 32 bytes each, one after the other, as [n, 4]; ValueError for a rest."""
    if len(values) % (BITS // 8):
        raise ValueError("a code has 32 bytes")
    return np.frombuffer(values, dtype="<u8").reshape(-1, WORDS)


def scan(queries: Codes, references: Codes, max_distance: int) -> Hits:
    """Compare every query with every reference: first halves, and in full where those are near."""
    found = []
    step = max(1, _SCAN_BLOCK // max(1, len(references)))
    halves = [np.ascontiguousarray(references[:, word]) for word in range(WORDS // 2)]
    for start in range(0, len(queries), step):
        some = queries[start : start + step]
        differing = [np.bitwise_count(some[:, word, None] ^ h) for word, h in enumerate(halves)]
        rows, columns = np.nonzero(sum(differing[1:], differing[0]) <= max_distance)
        distance = _distances(some.take(rows, axis=0), references.take(columns, axis=0))
        near = np.flatnonzero(distance <= max_distance)
        found.append((rows[near] + start, columns[near], distance[near]))
    return _sorted(found)


@dataclass(frozen=True, eq=False)
class HammingIndex:
    """Codes, and for each part where in ``order`` the codes of a bucket start.

    ``starts`` [parts, 2**bits + 1] and ``order`` [parts, n] are empty where ``codes`` are few.
    """

    codes: Codes
    starts: NDArray[np.uint32]
    order: NDArray[np.uint32]

    @classmethod
    def build(cls, codes: Codes) -> Self:
        """Index codes [n, 4]: 2 s a million, and 110 bytes a code at 10 million."""
        if len(codes) <= _SCAN_AT_MOST:
            nothing = np.zeros((0, 0), np.uint32)
            return cls(codes, nothing, nothing)
        shape = _shape_for(len(codes))
        starts = np.zeros((shape.parts, (1 << shape.bits) + 1), np.uint32)
        order = np.empty((shape.parts, len(codes)), np.uint32)
        for part in range(shape.parts):
            keys = _part(codes, shape, part)
            order[part] = np.argsort(keys, kind="stable")
            starts[part, 1:] = np.cumsum(np.bincount(keys, minlength=1 << shape.bits))
        return cls(codes, starts, order)

    @classmethod
    def cached(cls, codes: Codes, path: Path) -> Self:
        """Index codes [n, 4], or read the index of these very codes that was written before."""
        if len(codes) <= _SCAN_AT_MOST:
            return cls.build(codes)
        key = _digest([codes])
        try:
            return cls.read(path, key)
        except StoreError:
            index = cls.build(codes)
        with suppress(OSError):  # no room for a cache is no reason to stop
            path.parent.mkdir(mode=0o700, exist_ok=True)
            index.write(path, key)
        return index

    def __len__(self) -> int:
        """Return the number of codes."""
        return len(self.codes)

    @property
    def size_bytes(self) -> int:
        """Return the memory it takes, or the file it is mapped from."""
        return self.codes.nbytes + self.starts.nbytes + self.order.nbytes

    def search(self, queries: Codes, max_distance: int) -> Hits:
        """Return every pair within ``max_distance`` bits.

        ValueError if that is beyond what the index finds without a miss: 31, or any for few codes.
        """
        if not len(self.order):
            return scan(queries, self.codes, max_distance)
        shape = _shape_for(len(self.codes))
        if max_distance > REACH:
            raise ValueError(f"this index answers up to {REACH} bits, not {max_distance}")
        found = []
        for start in range(0, len(queries), _QUERIES_AT_ONCE):
            some = queries[start : start + _QUERIES_AT_ONCE]
            for query, reference, distance in self._near(some, shape, max_distance):
                found.append((query + start, reference, distance))
        return _sorted(found)

    def _near(self, queries: Codes, shape: _Shape, max_distance: int) -> Iterator[_Pairs]:
        """Look every part's neighbours up, and compare what is there in full; pairs repeat."""
        for part in range(shape.parts):
            masks = _masks(shape.bits, shape.flips_of(part))
            buckets = (_part(queries, shape, part)[:, None] ^ masks).ravel()
            starts = self.starts[part]
            low = starts.take(buckets, mode="clip")
            length = starts[1:].take(buckets, mode="clip") - low
            filled = np.flatnonzero(length)
            runs = length[filled]
            before = np.cumsum(runs, dtype=np.uint32) - runs
            at = np.repeat(low[filled] - before, runs)  # wraps around, and back on the next line
            at += np.arange(len(at), dtype=np.uint32)
            query = np.repeat(filled // len(masks), runs)
            reference = self.order[part].take(at, mode="clip").astype(np.int64)
            distance = _distances(queries.take(query, axis=0), self.codes.take(reference, axis=0))
            near = np.flatnonzero(distance <= max_distance)
            yield query[near], reference[near], distance[near]

    def write(self, path: Path, key: str) -> None:
        """Write a file that ``read`` accepts for the same ``key``; it is only a cache."""
        arrays = [np.ascontiguousarray(array) for array in (self.codes, self.starts, self.order)]
        head = {"key": key, "shapes": [a.shape for a in arrays], "sha256": _digest(arrays)}
        temporary = path.with_suffix(f".{os.getpid()}.part")
        try:
            with temporary.open("wb") as file:
                file.write(_MAGIC + json.dumps(head).encode() + b"\n")
                for array in arrays:
                    array.tofile(file)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def read(cls, path: Path, key: str) -> Self:
        """Read a file that was written under ``key``. Raises StoreError if it is not whole.

        Its digest is checked, so that a damaged or foreign cache decides nothing.
        """
        try:
            with path.open("rb") as file:
                _require(file.read(len(_MAGIC)) == _MAGIC, "it is not an index")
                head = json.loads(file.readline(_HEAD_BYTES))
                _require(head["key"] == key, "it was made from another registry")
                codes, starts, order = (
                    np.fromfile(file, kind, math.prod(shape)).reshape(shape)
                    for shape, kind in zip(head["shapes"], ("<u8", "<u4", "<u4"), strict=True)
                )
            _require(_digest([codes, starts, order]) == head["sha256"], "its bytes were changed")
        except (OSError, ValueError, KeyError, TypeError, MemoryError) as error:
            raise StoreError(f"The index {path.name} cannot be used: {error}.") from error
        return cls(codes, starts, order)


def _part(codes: Codes, shape: _Shape, part: int) -> NDArray[np.uint32]:
    """Return the bits of one part of each code as a number, [n]."""
    word, shift = divmod(part * shape.bits, 64)
    bits = codes[:, word] >> np.uint64(shift)
    if shift + shape.bits > 64:
        bits = bits | (codes[:, word + 1] << np.uint64(64 - shift))
    return (bits & np.uint64((1 << shape.bits) - 1)).astype(np.uint32)


@cache
def _masks(bits: int, flips: int) -> NDArray[np.uint32]:
    """Return all ways to flip up to ``flips`` of so many bits."""
    ways = [
        sum(1 << bit for bit in chosen)
        for count in range(flips + 1)
        for chosen in combinations(range(bits), count)
    ]
    return np.array(ways, np.uint32)


def _distances(left: Codes, right: Codes) -> NDArray[np.int64]:
    """Return the differing bits of codes [n, 4] and [n, 4]."""
    counts = np.bitwise_count(left ^ right)  # [n, 4], each at most 64: four bytes, one word
    word = np.ascontiguousarray(counts).view(np.uint32).reshape(counts.shape[:-1])
    halves = (word & np.uint32(0x00FF00FF)) + (word >> np.uint32(8) & np.uint32(0x00FF00FF))
    return ((halves & np.uint32(0xFFFF)) + (halves >> np.uint32(16))).astype(np.int64)


def _sorted(found: Sequence[_Pairs]) -> Hits:
    """Order pairs, each once."""
    if not found:
        nothing = np.zeros(0, np.int64)
        return Hits(nothing, nothing, nothing)
    query, reference, distance = (np.concatenate(column) for column in zip(*found, strict=True))
    by = np.lexsort((reference, distance, query))
    query, reference, distance = query[by], reference[by], distance[by]
    first = np.ones(len(by), bool)
    first[1:] = (query[1:] != query[:-1]) | (reference[1:] != reference[:-1])
    return Hits(query[first], reference[first], distance[first])


def _digest(arrays: Iterable[NDArray[Any]]) -> str:
    total = hashlib.sha256()
    for array in arrays:
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def _require(fact: bool, otherwise: str) -> None:
    if not fact:
        raise ValueError(otherwise)
