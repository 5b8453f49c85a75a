"""Names of manifests lead back to the ledger entry; manifest stores come out of files whole."""

from pathlib import Path

import pytest
from c2pa import Reader
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import NotFound, UnreadableMedia
from cleardance.provenance import Authority, Sealed, read_manifest, sign
from cleardance.provenance.extract import MIME, manifest_store
from cleardance.provenance.identifiers import (
    binding_value,
    index_of_manifest,
    manifest_id,
    payload_of_binding,
)
from tests.provenance.conftest import make_parts

INDICES = st.integers(0, 2**62 - 1)


@given(st.text(max_size=40), INDICES)
def test_a_name_leads_back_to_its_entry(output: str, index: int) -> None:
    assert index_of_manifest(manifest_id(output, index)) == index


@given(INDICES)
def test_a_binding_leads_back_to_its_payload(payload: int) -> None:
    assert payload_of_binding(binding_value(payload)) == payload


def test_names_differ_with_either_part() -> None:
    assert len({manifest_id(output, index) for output in "ab" for index in (0, 1)}) == 4


@given(st.text(max_size=60))
def test_rubbish_is_no_name_and_no_value(text: str) -> None:
    with pytest.raises(NotFound):
        index_of_manifest(text)
    with pytest.raises(NotFound):
        payload_of_binding(text)


@pytest.mark.parametrize("index", [-1, 2**62])
def test_indices_out_of_range_have_no_name(index: int) -> None:
    with pytest.raises(ValueError, match="no ledger index"):
        manifest_id("out", index)


def test_a_file_carries_its_name(sealed: Sealed, authority: Authority) -> None:
    facts = read_manifest(sealed.path, authority.root_pem).facts
    assert facts is not None
    assert facts.label == manifest_id("out_1", 7)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".png"])
def test_the_store_comes_out_whole(
    suffix: str, unsigned: Path, picture: Path, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / f"signed{suffix}"
    sign(picture if suffix == ".png" else unsigned, path, make_parts(), authority)
    store = manifest_store(path)
    (tmp_path / "store.c2pa").write_bytes(store)
    with (tmp_path / "store.c2pa").open("rb") as file, Reader(MIME, file) as reader:
        assert manifest_id("out_1", 7) in reader.json()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffcaBX",
        b"\0\0\0\0ftyp",
        b"\0\0\0\1uuid\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\0\0\0\x18uuid" + bytes.fromhex("d8fec3d61b0e483c92975828877ec481"),
        b"\0\0\0\x08free" * 1000,
        b"text",
    ],
)
def test_files_without_a_store_say_so(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(UnreadableMedia):
        manifest_store(path)
