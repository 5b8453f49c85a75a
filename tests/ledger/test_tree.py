"""The Merkle tree against published vectors, the RFC's own definition, and forgers."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import LedgerInvalid
from cleardance.ledger import tree

SIZES = range(71)

# The test vectors of the Certificate Transparency reference implementation.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


class Nodes:
    """A tree grown leaf by leaf, as the store grows it."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.known: dict[tuple[int, int], bytes] = {}
        for index, data in enumerate(leaves):
            hash_ = tree.hash_leaf(data)
            self.known[0, index] = hash_
            for level, place, node in tree.completed(index, [hash_], self.read):
                self.known[level, place] = node

    def read(self, level: int, index: int) -> bytes:
        return self.known[level, index]


def rfc_root(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) word for word from RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + rfc_root(leaves[:k]) + rfc_root(leaves[k:])).digest()


DATA = [f"leaf {n}".encode() for n in range(max(SIZES))]
NODES = Nodes(DATA)


def test_published_roots() -> None:
    nodes = Nodes(LEAVES)
    found = [tree.root(size, nodes.read).hex() for size in range(9)]
    assert found == ROOTS
    assert tree.EMPTY_ROOT.hex() == ROOTS[0]
    assert tree.hash_leaf(b"").hex() == ROOTS[1]


@pytest.mark.parametrize(("sizes", "path"), CONSISTENCY.items())
def test_published_consistency_proofs(sizes: tuple[int, int], path: list[str]) -> None:
    found = tree.consistency_path(*sizes, Nodes(LEAVES).read)
    assert [hash_.hex() for hash_ in found] == path


def test_published_inclusion_proof() -> None:
    found = tree.inclusion_path(0, 8, Nodes(LEAVES).read)
    assert [hash_.hex() for hash_ in found] == CONSISTENCY[1, 8]


def test_stored_nodes_are_the_recomputed_ones() -> None:
    for (level, index), hash_ in NODES.known.items():
        assert hash_ == rfc_root(DATA[index << level : (index + 1) << level])
    complete = sum(len(DATA) >> level for level in range(8))
    assert len(NODES.known) == complete


def test_every_root_is_the_definition_s() -> None:
    for size in SIZES:
        assert tree.root(size, NODES.read) == rfc_root(DATA[:size])


def test_every_inclusion_proof_verifies() -> None:
    for size in SIZES:
        root = rfc_root(DATA[:size])
        for index in range(size):
            path = tree.inclusion_path(index, size, NODES.read)
            tree.verify_inclusion(tree.hash_leaf(DATA[index]), index, size, path, root)


def test_every_consistency_proof_verifies() -> None:
    roots = [rfc_root(DATA[:size]) for size in SIZES]
    for new in SIZES:
        for old in range(new + 1):
            path = tree.consistency_path(old, new, NODES.read)
            tree.verify_consistency(old, roots[old], new, roots[new], path)


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


PLACES = st.integers(1, 70).flatmap(
    lambda size: st.tuples(st.integers(0, size - 1), st.just(size), st.integers(0, 255))
)


@given(PLACES)
def test_inclusion_fails_if_any_bit_is_flipped(place: tuple[int, int, int]) -> None:
    index, size, bit = place
    leaf, root = tree.hash_leaf(DATA[index]), tree.root(size, NODES.read)
    path = tree.inclusion_path(index, size, NODES.read)
    forgeries = [(flip(leaf, bit), path, root), (leaf, path, flip(root, bit))]
    for n, step in enumerate(path):
        forgeries.append((leaf, (*path[:n], flip(step, bit), *path[n + 1 :]), root))
    for forged_leaf, forged_path, forged_root in forgeries:
        with pytest.raises(LedgerInvalid):
            tree.verify_inclusion(forged_leaf, index, size, forged_path, forged_root)


@given(PLACES)
def test_inclusion_fails_for_another_place_or_length(place: tuple[int, int, int]) -> None:
    index, size, bit = place
    leaf, root = tree.hash_leaf(DATA[index]), tree.root(size, NODES.read)
    path = tree.inclusion_path(index, size, NODES.read)
    with pytest.raises(LedgerInvalid):
        tree.verify_inclusion(leaf, index, size, (*path, flip(root, bit)), root)
    if path:
        with pytest.raises(LedgerInvalid):
            tree.verify_inclusion(leaf, index, size, path[:-1], root)
    for other in set(range(size)) - {index}:
        with pytest.raises(LedgerInvalid):
            tree.verify_inclusion(leaf, other, size, path, root)


PAIRS = st.integers(2, 70).flatmap(
    lambda new: st.tuples(st.integers(1, new - 1), st.just(new), st.integers(0, 255))
)


@given(PAIRS)
def test_consistency_fails_if_any_bit_is_flipped(pair: tuple[int, int, int]) -> None:
    old, new, bit = pair
    before, after = tree.root(old, NODES.read), tree.root(new, NODES.read)
    path = tree.consistency_path(old, new, NODES.read)
    forgeries = [(flip(before, bit), after, path), (before, flip(after, bit), path)]
    forgeries += [(before, after, path[:-1]), (before, after, (*path, before))]
    for n, step in enumerate(path):
        forgeries.append((before, after, (*path[:n], flip(step, bit), *path[n + 1 :])))
    for forged_before, forged_after, forged_path in forgeries:
        with pytest.raises(LedgerInvalid):
            tree.verify_consistency(old, forged_before, new, forged_after, forged_path)


@given(PAIRS)
def test_a_rewritten_past_is_not_consistent(pair: tuple[int, int, int]) -> None:
    old, new, position = pair
    rewritten = list(DATA[:new])
    rewritten[position % old] = b"something else"
    path = tree.consistency_path(old, new, Nodes(rewritten).read)
    with pytest.raises(LedgerInvalid):
        tree.verify_consistency(old, rfc_root(DATA[:old]), new, rfc_root(rewritten), path)


@pytest.mark.parametrize("size", [0, -1, 2**63, 2**100_000], ids=lambda n: f"{n.bit_length()} bits")
def test_hostile_sizes_are_refused(size: int) -> None:
    root = bytes(32)
    with pytest.raises(LedgerInvalid):
        tree.verify_inclusion(root, 0, size, [], root)
    with pytest.raises(LedgerInvalid):
        tree.verify_consistency(1, root, size, root, [])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_hashes_of_another_length_are_refused(length: int) -> None:
    bad, good = bytes(length), bytes(32)
    with pytest.raises(LedgerInvalid, match="32 bytes"):
        tree.verify_inclusion(bad, 0, 1, [], bad)
    with pytest.raises(LedgerInvalid, match="32 bytes"):
        tree.verify_inclusion(good, 0, 2, [bad], good)
    with pytest.raises(LedgerInvalid, match="32 bytes"):
        tree.verify_consistency(1, good, 1, bad, [])


def test_the_empty_tree_comes_before_every_other() -> None:
    tree.verify_consistency(0, tree.EMPTY_ROOT, 3, bytes(32), [])
    with pytest.raises(LedgerInvalid):
        tree.verify_consistency(0, bytes(32), 3, bytes(32), [])
    with pytest.raises(LedgerInvalid):
        tree.verify_consistency(0, tree.EMPTY_ROOT, 0, bytes(32), [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_proof_for_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        tree.inclusion_path(index, size, NODES.read)


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3)])
def test_no_proof_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="cannot come before"):
        tree.consistency_path(old, new, NODES.read)
