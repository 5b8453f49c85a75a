"""A published ledger checks out with our checker and an outside one; every change is named."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import LedgerInvalid, NotFound
from cleardance.ledger import log, tiles
from cleardance.ledger.check_export import check_export, published_keys
from cleardance.ledger.entry import EntryKind, digest
from cleardance.ledger.export import export
from cleardance.ledger.history import proof_of
from cleardance.ledger.keys import Keys, load_or_make
from cleardance.ledger.note import PublicKey
from cleardance.ledger.proof import verify_proof
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from tests.ledger.ledger_samples import ORIGIN, append_some

tlog_scales = pytest.importorskip("tlog_scales")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PublicKey]:
    """An export of 600 entries (two full tiles and a partial one) with checkpoints on the way."""
    folder = tmp_path_factory.mktemp("published")
    with open_store(Settings(home=folder / "home")) as store:
        keys = load_or_make(store.home.keys, ORIGIN)
        for first, last in ((0, 5), (5, 256), (256, 600)):
            with store.begin() as connection:
                for n in range(first, last):
                    log.append(connection, EntryKind.ASKED, f"task-{n}", {"prompt": digest(n)})
            log.checkpoint(store, keys)
        export(store, keys, folder / "out")
    return folder / "out", keys.public


@pytest.fixture
def out(published: tuple[Path, PublicKey], tmp_path: Path) -> Path:
    return Path(shutil.copytree(published[0], tmp_path / "out"))


@pytest.fixture
def key(published: tuple[Path, PublicKey]) -> PublicKey:
    return published[1]


@pytest.mark.parametrize(
    ("number", "width", "expected"),
    [
        (0, 256, "tile/0/000"),
        (5, 17, "tile/0/005.p/17"),
        (1234067, 256, "tile/0/x001/x234/067"),
        (1000, 1, "tile/0/x001/000.p/1"),
    ],
)
def test_paths_of_the_specification(number: int, width: int, expected: str) -> None:
    assert tiles.path(0, number, width) == expected


@given(st.lists(st.binary(max_size=300), max_size=40))
def test_bundles_read_as_written(leaves: list[bytes]) -> None:
    assert list(tiles.unbundle(tiles.bundle(leaves), len(leaves), "it")) == leaves


@given(st.binary(max_size=60), st.integers(0, 5))
def test_rubbish_bundles_are_refused_or_have_one_reading(data: bytes, count: int) -> None:
    try:
        leaves = list(tiles.unbundle(data, count, "it"))
    except LedgerInvalid:
        return
    assert tiles.bundle(leaves) == data


def test_an_entry_too_long_for_a_bundle_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        tiles.bundle([bytes(65_536)])


def test_our_checker_rebuilds_the_root(out: Path, key: PublicKey) -> None:
    found = check_export(out, [key])
    assert (found.size, found.signed_size, found.checkpoints) == (600, 600, 3)
    assert published_keys(out) == [key]


def test_an_outside_reader_rebuilds_the_root_and_every_proof(out: Path, key: PublicKey) -> None:
    from tlog_scales import signing
    from tlog_scales.backend import LocalBackend
    from tlog_scales.reader import TilesReader

    reader = TilesReader(LocalBackend(out))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(signing.Vkey.from_string(str(key)))
    reader.set_size(checkpoint.size)
    assert reader.calculate_root_hash() == checkpoint.root_hash
    for index in (0, 255, 256, 511, 512, 599):
        leaf = reader.get_entry(index)
        assert json.loads(leaf)["task_id"] == f"task-{index}"
        proof = reader.get_inclusion_proof(index, 600)
        proof.check(tlog_scales.tiles.leaf_hash(leaf), checkpoint.root_hash)


def test_a_second_export_writes_only_what_is_new(full: Store, keys: Keys, tmp_path: Path) -> None:
    first = export(full, keys, tmp_path / "out")
    assert export(full, keys, tmp_path / "out").files == 0
    append_some(full, 21, 25)
    log.checkpoint(full, keys)
    grown = export(full, keys, tmp_path / "out")
    assert (first.size, grown.size) == (21, 25)
    assert check_export(tmp_path / "out", [keys.public]).size == 25


def test_before_the_first_checkpoint_there_is_nothing_to_export(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="no checkpoint"):
        export(store, load_or_make(store.home.keys, ORIGIN), tmp_path / "out")


def _flip(name: str, at: int) -> Callable[[Path], None]:
    def attack(out: Path) -> None:
        data = bytearray((out / name).read_bytes())
        data[at] ^= 1
        (out / name).write_bytes(data)

    return attack


def _cut(name: str) -> Callable[[Path], None]:
    return lambda out: (out / name).write_bytes((out / name).read_bytes()[:-1]) and None


def _grow(name: str) -> Callable[[Path], None]:
    return lambda out: (out / name).write_bytes((out / name).read_bytes() + b"\0") and None


def _delete(name: str) -> Callable[[Path], None]:
    return lambda out: (out / name).unlink()


def _older_checkpoint(out: Path) -> None:
    """Roll back: serve the checkpoint of 256 entries as the newest."""
    shutil.copy(out / "checkpoints" / "256", out / "checkpoint")


ATTACKS: dict[str, tuple[Callable[[Path], None], str]] = {
    "flip a letter of an entry": (_flip("tile/entries/001", 40), r"tile/0/001 was changed"),
    "flip a length": (_flip("tile/entries/000", 1), "Entry 0 of the ledger is not what we write"),
    "flip a low hash": (_flip("tile/0/000", 5), "Hash 0 of tile/0/000 was changed"),
    "flip a high hash": (_flip("tile/1/000.p/2", 40), "Hash 1 of tile/1/000.p/2 was changed"),
    "flip a letter of the checkpoint": (_flip("checkpoint", 40), "cannot be trusted|base64"),
    "flip an old checkpoint": (
        _flip("checkpoints/5", 30),
        "cannot be trusted|checkpoint|note holds base64",
    ),
    "cut entries": (_cut("tile/entries/002.p/88"), "cut short"),
    "lengthen entries": (_grow("tile/entries/002.p/88"), "longer than its entries"),
    "cut hashes": (_cut("tile/0/002.p/88"), "not have as many hashes"),
    "delete entries": (_delete("tile/entries/001"), "tile/entries/001 cannot be read"),
    "delete hashes": (_delete("tile/1/000.p/2"), "tile/1/000.p/2 cannot be read"),
    "delete the checkpoint": (_delete("checkpoint"), "checkpoint cannot be read"),
    "roll back": (_older_checkpoint, "tile/1/000.p/1 cannot be read"),
}


@pytest.mark.parametrize(("attack", "named"), ATTACKS.values(), ids=ATTACKS.keys())
def test_each_change_is_named(
    out: Path, key: PublicKey, attack: Callable[[Path], None], named: str
) -> None:
    attack(out)
    with pytest.raises(LedgerInvalid, match=named):
        check_export(out, [key])


def test_a_rollback_with_its_traces_removed_is_seen_by_who_kept_a_checkpoint(
    out: Path, key: PublicKey
) -> None:
    kept = (out / "checkpoint").read_text()
    _older_checkpoint(out)
    (out / "checkpoints" / "600").unlink()
    shutil.copytree(out / "tile", out / "old-tile")
    (out / "tile/1").rename(out / "gone")
    (out / "tile/1").mkdir()
    (out / "tile/1/000.p").mkdir()
    (out / "tile/1/000.p/1").write_bytes((out / "gone/000.p/2").read_bytes()[:32])
    assert check_export(out, [key]).size == 256
    with pytest.raises(LedgerInvalid, match="kept checkpoint at 600 covers 600"):
        check_export(out, [key], [kept])


def test_another_key_is_refused(out: Path) -> None:
    with pytest.raises(LedgerInvalid, match="not signed by a key we trust"):
        check_export(out, [PublicKey(ORIGIN, bytes(range(32)))])


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), which=st.integers(0, 8))
def test_any_flipped_bit_is_found(
    published: tuple[Path, PublicKey], place: float, bit: int, which: int
) -> None:
    folder, key = published
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "keys")
    path = files[which % len(files)]
    whole = path.read_bytes()
    data = bytearray(whole)
    data[int(place * len(data))] ^= 1 << bit
    try:
        path.write_bytes(data)
        with pytest.raises(LedgerInvalid):
            check_export(folder, [key])
    finally:
        path.write_bytes(whole)


def test_proofs_are_one_object_that_needs_no_store(full: Store, keys: Keys) -> None:
    tlog, signing = tlog_scales.tlog, pytest.importorskip("tlog_scales.signing")
    with full.read() as connection:
        for index in range(21):
            proof = json.loads(proof_of(connection, index, since=13).model_dump_json())
            assert verify_proof(proof, [keys.public]).size == 21
            checkpoint = tlog.Checkpoint.from_text(proof["checkpoint"])
            checkpoint.verify(signing.Vkey.from_string(str(keys.public)))
            leaf_hash = tlog_scales.tiles.leaf_hash(proof["entry"].encode())
            path = [base64.b64decode(step) for step in proof["path"]]
            tlog.InclusionProof(index, 21, path).check(leaf_hash, checkpoint.root_hash)
            grown = proof["consistency"]
            path = [base64.b64decode(step) for step in grown["path"]]
            old_root = base64.b64decode(grown["old_root"])
            tlog.ConsistencyProof(13, 21, path).check(old_root, checkpoint.root_hash)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"index": 4}, "not in the tree"),
        ({"entry": "{}"}, "not in the tree"),
        ({"path": []}, "too short"),
        ({"checkpoint": "nonsense"}, "no signatures"),
        ({"format": "another"}, "not a proof: format"),
        ({"surprise": 1}, "not a proof: surprise"),
        ({"index": 10**30}, "not a proof|cannot be"),
        ({"consistency": {"old_size": 12, "old_root": "A" * 43 + "=", "path": []}}, "proof"),
    ],
)
def test_each_wrong_proof_is_named(full: Store, keys: Keys, change: dict, named: str) -> None:
    with full.read() as connection:
        proof = proof_of(connection, 3).model_dump(mode="json", exclude_none=True)
    verify_proof(proof, [keys.public])
    with pytest.raises(LedgerInvalid, match=named):
        verify_proof({**proof, **change}, [keys.public])


def test_no_proof_of_what_no_checkpoint_covers(full: Store) -> None:
    append_some(full, 21, 22)
    with full.read() as connection, pytest.raises(NotFound, match="No checkpoint covers entry 21"):
        proof_of(connection, 21)
