"""Blobs are complete, private and what their name says, or they are not there."""

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleardance.errors import BlobDamaged, DiskFull, HomeUnusable, StoreError
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.store.blobs import BlobStore

DATA = b"a small video"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def blobs(store: Store) -> BlobStore:
    return store.blobs


def _files(store: Store) -> list[Path]:
    return [path for path in store.home.blobs.rglob("*") if path.is_file()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(data=st.binary(max_size=5000))
def test_what_goes_in_comes_out_under_its_hash(blobs: BlobStore, data: bytes) -> None:
    digest = blobs.put_bytes(data)
    assert digest == hashlib.sha256(data).hexdigest()
    with blobs.open(digest) as file:
        assert file.read() == data
    blobs.verify(digest)


def test_layout_and_permissions(store: Store) -> None:
    store.blobs.put_bytes(DATA)
    path = store.home.blobs / DIGEST[:2] / DIGEST[2:]
    assert store.blobs.path(DIGEST) == path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert _files(store) == [path]


def test_file_is_copied(blobs: BlobStore, tmp_path: Path) -> None:
    (tmp_path / "in.mp4").write_bytes(DATA)
    (tmp_path / "in.mp4").chmod(0o644)
    assert blobs.put_file(tmp_path / "in.mp4") == DIGEST
    assert (tmp_path / "in.mp4").read_bytes() == DATA
    assert stat.S_IMODE(blobs.path(DIGEST).stat().st_mode) == 0o600


def test_encoder_may_write_to_the_path(blobs: BlobStore) -> None:
    with blobs.writer() as draft:
        with pytest.raises(StoreError, match="completely written"):
            _ = draft.digest
        draft.path.write_bytes(DATA)
    assert draft.digest == DIGEST


def test_seeking_back_is_allowed(blobs: BlobStore) -> None:
    with blobs.writer() as draft:
        draft.file.write(b"?" + DATA[1:])
        draft.file.seek(0)
        draft.file.write(DATA[:1])
    assert draft.digest == DIGEST


def test_exception_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.blobs.writer() as draft:
            draft.file.write(DATA)
            raise FileNotFoundError("mine")

    with pytest.raises(FileNotFoundError, match="mine"):
        fail()
    assert _files(store) == []


def test_putting_again_heals_a_damaged_blob(blobs: BlobStore) -> None:
    blobs.put_bytes(DATA)
    blobs.path(DIGEST).write_bytes(b"x")
    with pytest.raises(BlobDamaged, match=DIGEST):
        blobs.verify(DIGEST)
    blobs.put_bytes(DATA)
    blobs.verify(DIGEST)


@pytest.mark.parametrize("position", range(len(DATA)))
def test_any_changed_byte_is_seen(blobs: BlobStore, position: int) -> None:
    blobs.put_bytes(DATA)
    changed = bytearray(DATA)
    changed[position] ^= 1
    blobs.path(DIGEST).write_bytes(changed)
    with pytest.raises(BlobDamaged):
        blobs.verify(DIGEST)


def test_missing_blob_is_damaged(blobs: BlobStore) -> None:
    for call in (blobs.path, blobs.open, blobs.verify):
        with pytest.raises(BlobDamaged, match="gone"):
            call(DIGEST)


def test_deleting_is_idempotent(store: Store) -> None:
    store.blobs.put_bytes(DATA)
    store.blobs.delete(DIGEST)
    store.blobs.delete(DIGEST)
    store.blobs.delete("0" * 64)
    assert _files(store) == []


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", DIGEST.upper(), DIGEST + "\n"])
def test_only_digests_name_blobs(blobs: BlobStore, name: str) -> None:
    for call in (blobs.path, blobs.open, blobs.verify, blobs.delete):
        with pytest.raises(StoreError, match="not the digest"):
            call(name)


def test_source_that_cannot_be_read(blobs: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        blobs.put_file(tmp_path / "nowhere.mp4")


def test_crash_leaves_a_draft_that_sweep_removes(store: Store) -> None:
    code = """
import os, sys
from pathlib import Path
from cleardance.store.blobs import BlobStore
with BlobStore(Path(sys.argv[1])).writer() as draft:
    draft.file.write(b"half"); draft.file.flush(); os._exit(9)
"""
    arguments = [sys.executable, "-c", code, str(store.home.blobs)]
    assert subprocess.run(arguments, check=False, timeout=60).returncode == 9
    assert sorted(path.name for path in _files(store))[0] == "blob"
    assert store.blobs.sweep() == 1
    assert list((store.home.blobs / "tmp").iterdir()) == []


def test_sweep_spares_a_living_writer_that_replaced_its_draft(store: Store) -> None:
    """As an encoder does that writes beside it and renames."""
    with store.blobs.writer() as draft:
        beside = draft.path.with_name("beside")
        beside.write_bytes(b"whole")
        assert store.blobs.sweep() == 0
        beside.replace(draft.path)
        assert store.blobs.sweep() == 0
    assert store.blobs.path(draft.digest).read_bytes() == b"whole"


def test_digests_lists_what_is_old_enough(store: Store) -> None:
    digest = store.blobs.put_bytes(b"x")
    assert list(store.blobs.digests(older_than_s=0)) == [digest]
    assert list(store.blobs.digests(older_than_s=60)) == []


def test_sweep_spares_the_living(store: Store) -> None:
    with store.blobs.writer() as draft:
        draft.file.write(DATA)
        assert store.blobs.sweep() == 0
    store.blobs.verify(DIGEST)
    assert store.blobs.sweep() == 0


def test_blobs_folder_replaced_by_a_file_is_unusable(store: Store) -> None:
    (store.home.blobs / "tmp").rmdir()
    (store.home.blobs / "tmp").write_text("x")
    with pytest.raises(HomeUnusable):
        store.blobs.put_bytes(DATA)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    arguments = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)]
    if subprocess.run(arguments, check=False, capture_output=True).returncode:
        pytest.skip("this system lets nobody mount a small disk")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_full_disk(small_disk: Path) -> None:
    with open_store(Settings(home=small_disk / "home")) as store:
        with pytest.raises(DiskFull) as caught:
            store.blobs.put_bytes(bytes(3_000_000))
        assert caught.value.hint
        assert _files(store) == []
        assert store.blobs.put_bytes(DATA) == DIGEST
        with pytest.raises(DiskFull), store.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(3000000) AS b")
        # What was refused was rolled back, and what is small still fits.
        with store.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE small (b)")
        with store.read() as connection:
            connection.exec_driver_sql("SELECT * FROM small")


def test_no_room_for_a_home(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(2_000_000))
    with pytest.raises(DiskFull):
        open_store(Settings(home=small_disk / "home"))
