from pathlib import Path

import numpy as np
import pytest

from cleardance.errors import StoreError
from cleardance.match import hamming
from cleardance.match.hamming import REACH, Codes, HammingIndex, packed, scan


def codes(count: int, seed: int = 0) -> Codes:
    return np.random.default_rng(seed).integers(0, 2**64, (count, 4), dtype=np.uint64)


def near(known: Codes, bits: int, seed: int = 1) -> Codes:
    """Return each code with so many of its bits flipped."""
    rng = np.random.default_rng(seed)
    flipped = known.copy()
    for code in flipped:
        for bit in rng.choice(256, bits, replace=False):
            code[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return flipped


@pytest.mark.parametrize(("parts", "bits"), [(16, 16), (12, 21), (11, 23)])
def test_nothing_within_reach_is_missed(
    monkeypatch: pytest.MonkeyPatch, parts: int, bits: int
) -> None:
    monkeypatch.setattr(hamming, "_SCAN_AT_MOST", 0)
    monkeypatch.setattr(hamming, "_shape_for", lambda count: hamming._Shape(parts, bits))
    known = codes(2_000)
    queries = np.concatenate([near(known[:40], REACH), near(known[40:60], 33), ~known[:3]])
    index = HammingIndex.build(known)
    found, exact = index.search(queries, REACH), scan(queries, known, REACH)
    assert all(np.array_equal(a, b) for a, b in zip(found, exact, strict=True))
    assert list(found.reference) == list(range(40))
    assert set(found.distance) == {REACH}


def test_a_cached_index_is_read_and_a_damaged_one_built_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hamming, "_SCAN_AT_MOST", 0)
    known, path = codes(500), tmp_path / "cache" / "pictures.index"
    built = HammingIndex.cached(known, path)
    read = HammingIndex.cached(known, path)
    assert np.array_equal(built.order, read.order)
    HammingIndex.cached(codes(500, seed=9), path)  # of another registry: replaced
    with pytest.raises(StoreError, match="another registry"):
        HammingIndex.read(path, "key of the first")
    path.write_bytes(path.read_bytes()[:-1] + b"\0\0")
    healed = HammingIndex.cached(known, path)
    assert list(healed.search(near(known[:1], 20), REACH).reference) == [0]


@pytest.mark.parametrize(
    "change",
    [b"", b"x" * 100, b"cleardance hamming index 1\n{", b"cleardance hamming index 1\n[]\n"],
)
def test_what_is_no_index_is_refused(tmp_path: Path, change: bytes) -> None:
    path = tmp_path / "index"
    path.write_bytes(change)
    with pytest.raises(StoreError, match="cannot be used"):
        HammingIndex.read(path, "key")


def test_a_reach_beyond_what_is_exact_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hamming, "_SCAN_AT_MOST", 0)
    with pytest.raises(ValueError, match="up to 31 bits"):
        HammingIndex.build(codes(50)).search(codes(1), 32)


def test_a_code_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        packed(b"short")
