"""Attacks on signed files, by name: each ends in SealInvalid and a report that says why."""

import struct
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import SealFailed, SealInvalid, UnreadableMedia
from cleardance.provenance import (
    Authority,
    Ingredient,
    Sealed,
    SourceType,
    read_manifest,
    sign,
    verify_signed,
)
from cleardance.provenance.authority import Identity, _issue_leaf, _kept, open_authority
from cleardance.provenance.manifest import record
from tests.provenance.conftest import make_parts


def _copy(sealed: Sealed, folder: Path, change=None) -> Path:
    data = bytearray(sealed.path.read_bytes())
    path = folder / f"attacked{sealed.path.suffix}"
    path.write_bytes(data if change is None else change(data))
    return path


def _flip(data: bytearray, at: int) -> bytearray:
    data[at] ^= 1
    return data


def _in_box(name: bytes):
    def attack(data: bytearray) -> bytearray:
        at = data.index(name)
        return _flip(data, at + 60)

    return attack


def _append(name: bytes):
    return lambda data: data + struct.pack(">I", 24) + name + b"hidden contents!"


def _edit(old: bytes, new: bytes):
    def attack(data: bytearray) -> bytearray:
        assert old in data
        return bytearray(bytes(data).replace(old, new))

    return attack


ATTACKS = {
    "flipped byte in mdat": _in_box(b"mdat"),
    "flipped byte in moov": _in_box(b"moov"),
    "appended free box": _append(b"free"),
    "appended skip box": _append(b"skip"),
    "appended uuid box": lambda data: data + struct.pack(">I", 40) + b"uuid" + b"x" * 32,
    "edited ledger index": _edit(b'"ledger_index":7', b'"ledger_index":8'),
    "edited source type": _edit(b"algorithmicMedia", b"algorithmicMedio"),
    "edited mining permission": _edit(b"notAllowed", b"allowed   "),
    "truncated": lambda data: data[: len(data) * 9 // 10],
}


def test_untouched_file_is_trusted_and_says_what_was_meant(
    sealed: Sealed, authority: Authority
) -> None:
    facts = verify_signed(sealed.path, authority.root_pem)
    assert facts.record is not None
    assert facts.record.model_dump() == record(make_parts(time_stamp="own"))
    assert facts.signed_at is not None
    assert facts.source_type == "algorithmicMedia"
    assert facts.signed_by == "Harbour Films"
    assert facts.ingredients == ()


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_attack_is_found(attack, sealed: Sealed, authority: Authority, tmp_path: Path) -> None:
    path = _copy(sealed, tmp_path, attack)
    with pytest.raises(SealInvalid, match="is Invalid: "):
        verify_signed(path, authority.root_pem)
    assert read_manifest(path, authority.root_pem).problems


@settings(max_examples=80, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found_or_changes_nothing_that_is_said(
    sealed: Sealed, authority: Authority, share: float, bit: int
) -> None:
    """C2PA leaves ftyp and the padding of its own box unsigned; the ledger's digest covers them."""
    data = bytearray(sealed.path.read_bytes())
    at = int(share * len(data))
    data[at] ^= 1 << bit
    path = sealed.path.with_name("flipped.mp4")
    path.write_bytes(data)
    try:
        facts = verify_signed(path, authority.root_pem)
    except SealInvalid:
        return
    assert at < data.index(b"moov") - 4
    assert facts == verify_signed(sealed.path, authority.root_pem)


def test_remux_strips_the_manifest(sealed: Sealed, authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "remuxed.mp4"
    with av.open(str(sealed.path)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert read_manifest(path, authority.root_pem).state == "None"
    with pytest.raises(SealInvalid, match="is None: no manifest"):
        verify_signed(path, authority.root_pem)


def test_someone_elses_authority_is_valid_but_not_trusted(
    unsigned: Path, stranger: Authority, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "theirs.mp4"
    sign(unsigned, path, make_parts(), stranger)
    assert verify_signed(path, stranger.root_pem)
    assert read_manifest(path, authority.root_pem).state == "Valid"
    with pytest.raises(SealInvalid, match=r"is Valid: signingCredential\.untrusted"):
        verify_signed(path, authority.root_pem)


def _with_leaf_until(keys: Path, end: datetime) -> Authority:
    """Our authority, but with a signing certificate that ends at ``end``."""
    authority = open_authority(keys, "Harbour Films")
    middle = _kept(keys, "intermediate")
    assert isinstance(middle, Identity)
    leaf = _issue_leaf(middle, "Harbour Films", end - timedelta(days=1), timedelta(days=1))
    chain_pem = leaf.certificate_pem + middle.certificate_pem
    return replace(authority, chain_pem=chain_pem, key_pem=leaf.key_pem)


def test_an_expired_certificate_signs_nothing(unsigned: Path, tmp_path: Path) -> None:
    authority = _with_leaf_until(tmp_path / "keys", datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(SealFailed, match="profile: expired"):
        sign(unsigned, tmp_path / "expired.mp4", make_parts(), authority)
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_only_a_time_stamp_lets_a_file_outlive_its_certificate(
    unsigned: Path, tmp_path: Path
) -> None:
    authority = _with_leaf_until(tmp_path / "keys", datetime.now(UTC) + timedelta(seconds=2))
    stamped, bare = tmp_path / "stamped.mp4", tmp_path / "bare.mp4"
    assert sign(unsigned, stamped, make_parts(), authority).time_stamp == "own"
    said = sign(unsigned, bare, make_parts(), replace(authority, time_stamps=None))
    assert said.time_stamp == "none"
    for path in (stamped, bare):
        verify_signed(path, authority.root_pem)
    time.sleep(3.1)  # certificates end on whole seconds
    assert verify_signed(stamped, authority.root_pem).signed_at is not None
    with pytest.raises(SealInvalid, match="expired"):
        verify_signed(bare, authority.root_pem)


def test_untouched_ingredient_of_a_stranger_is_kept(
    unsigned: Path, stranger: Authority, authority: Authority, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs.mp4"
    sign(unsigned, theirs, make_parts(output_id="theirs"), stranger)
    path = tmp_path / "ours.mp4"
    parts = make_parts(ingredients=(Ingredient(theirs, "their clip", "video/mp4"),))
    sign(unsigned, path, parts, authority)
    assert verify_signed(path, authority.root_pem).ingredients == ("their clip",)


def test_ingredient_without_credentials_is_named(
    unsigned: Path, picture: Path, authority: Authority, tmp_path: Path
) -> None:
    parts = make_parts(
        ingredients=tuple(Ingredient(picture, f"frame {n}", "image/png") for n in (1, 2))
    )
    path = tmp_path / "ours.mp4"
    sign(unsigned, path, parts, authority)
    assert verify_signed(path, authority.root_pem).ingredients == ("frame 1", "frame 2")


def test_tampered_ingredient_does_not_hide_behind_a_trusted_file(
    unsigned: Path, sealed: Sealed, authority: Authority, tmp_path: Path
) -> None:
    broken = _copy(sealed, tmp_path, ATTACKS["flipped byte in mdat"])
    path = tmp_path / "ours.mp4"
    parts = make_parts(ledger_index=9, ingredients=(Ingredient(broken, "a clip", "video/mp4"),))
    sign(unsigned, path, parts, authority)
    assert read_manifest(path, authority.root_pem).state == "Invalid"
    with pytest.raises(SealInvalid, match=r"a clip: assertion\.bmffHash\.mismatch"):
        verify_signed(path, authority.root_pem)


def test_ingredient_tampered_after_signing(
    unsigned: Path, sealed: Sealed, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "ours.mp4"
    parts = make_parts(
        ledger_index=9, ingredients=(Ingredient(sealed.path, "a clip", "video/mp4"),)
    )
    sign(unsigned, path, parts, authority)
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"ledger_index":7', b'"ledger_index":6'))
    with pytest.raises(SealInvalid, match="ingredient"):
        verify_signed(path, authority.root_pem)


def test_a_file_signed_by_us_without_a_record_is_not_ours(
    unsigned: Path, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    module = sys.modules["cleardance.provenance.sign"]
    real = module.build_manifest

    def without_record(parts, mime):
        manifest = real(parts, mime)
        manifest["assertions"] = manifest["assertions"][:-1]
        return manifest

    monkeypatch.setattr(module, "build_manifest", without_record)
    path = tmp_path / "bare.mp4"
    sign(unsigned, path, make_parts(), authority)
    with pytest.raises(SealInvalid, match="carries no"):
        verify_signed(path, authority.root_pem)


@pytest.mark.parametrize("name", ["text.txt", "text.mp4", "text.png"])
def test_other_files_carry_nothing(name: str, authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("not media")
    report = read_manifest(path, authority.root_pem)
    assert report.state in ("None", "Invalid")
    assert report.problems
    with pytest.raises(UnreadableMedia):
        read_manifest(tmp_path / "missing.mp4", authority.root_pem)


def test_a_failed_signature_leaves_no_file(
    picture: Path, authority: Authority, tmp_path: Path
) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"what was there before")
    text = tmp_path / "text.mp4"
    text.write_text("not media")
    with pytest.raises(SealFailed, match="could not be signed"):
        sign(text, target, make_parts(), authority)
    assert target.read_bytes() == b"what was there before"
    with pytest.raises(SealFailed, match="cannot be signed"):
        sign(picture, tmp_path / "out.webm", make_parts(), authority)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("source_type", SourceType)
def test_stills_and_both_source_types(
    picture: Path, source_type: SourceType, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "signed.png"
    sign(picture, path, make_parts(source_type=source_type), authority)
    assert verify_signed(path, authority.root_pem).source_type == source_type.value
    data = bytearray(path.read_bytes())
    path.write_bytes(_flip(data, len(data) - 100))
    with pytest.raises(SealInvalid):
        verify_signed(path, authority.root_pem)


def test_the_prompt_is_published_only_when_asked() -> None:
    parts = make_parts()
    assert "prompt" not in record(parts)["recipe"]
    asked = replace(parts, recipe=replace(parts.recipe, prompt="a red square"))
    assert record(asked)["recipe"]["prompt"] == "a red square"
