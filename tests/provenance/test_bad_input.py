"""Bad files, by name: each is called what it is; none raises, none is ever called trusted.

Looked at as ``inspect`` does it, with the mark's detector at work.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cleardance.media import write_png
from cleardance.provenance import (
    Authority,
    Ingredient,
    Inspection,
    LedgerFacts,
    Sealed,
    inspect,
    sign,
)
from cleardance.provenance.authority import Identity, _issue_leaf, _kept, open_authority
from cleardance.provenance.dossier import Dossier
from cleardance.provenance.page import page
from cleardance.provenance.watermark import KeyedWatermark
from tests import hostile
from tests.provenance.conftest import make_parts
from tests.provenance.watermark.scenes import OURS, THEIRS, marked


@dataclass(frozen=True)
class Given:
    """What the bad files are made from."""

    folder: Path
    authority: Authority
    stranger: Authority
    sealed: Sealed
    unsigned: Path


Make = Callable[[Given], Path]


def somebody_elses_manifest(given: Given) -> Path:
    sign(given.unsigned, given.folder / "theirs.mp4", make_parts(), given.stranger)
    return given.folder / "theirs.mp4"


def _signed_with_leaf_that_ended(given: Given, *, stamped: bool) -> Path:
    keys = given.folder / "keys"
    authority = open_authority(keys, "Harbour Films")
    middle = _kept(keys, "intermediate")
    assert isinstance(middle, Identity)
    leaf = _issue_leaf(middle, "Harbour Films", datetime.now(UTC), timedelta(seconds=2))
    chain_pem = leaf.certificate_pem + middle.certificate_pem
    short = replace(authority, chain_pem=chain_pem, key_pem=leaf.key_pem)
    short = short if stamped else replace(short, time_stamps=None)
    sign(given.unsigned, given.folder / "short.mp4", make_parts(), short)
    time.sleep(3.1)  # certificates end on whole seconds
    return given.folder / "short.mp4"


def expired_certificate(given: Given) -> Path:
    return _signed_with_leaf_that_ended(given, stamped=False)


def _tampered(given: Given) -> Path:
    data = bytearray(given.sealed.path.read_bytes())
    data[-50] ^= 1
    path = given.folder / "tampered.mp4"
    path.write_bytes(data)
    return path


def tampered_file(given: Given) -> Path:
    return _tampered(given)


def tampered_ingredient(given: Given) -> Path:
    broken = Ingredient(_tampered(given), "a clip", "video/mp4")
    parts = make_parts(ledger_index=9, ingredients=(broken,))
    sign(given.unsigned, given.folder / "made-from.mp4", parts, given.authority)
    return given.folder / "made-from.mp4"


def stripped_manifest(given: Given) -> Path:
    data = given.sealed.path.read_bytes()
    at = data.index(b"uuid\xd8\xfe\xc3\xd6") - 4
    path = given.folder / "stripped.mp4"  # the box stays, so that what is behind it does
    path.write_bytes(data[: at + 4] + b"free" + data[at + 8 :])
    return path


def transplanted_manifest(given: Given) -> Path:
    """The manifest of our file in front of another's pictures."""
    data = given.sealed.path.read_bytes()
    at = data.index(b"uuid\xd8\xfe\xc3\xd6") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    other = given.unsigned.read_bytes()
    head = int.from_bytes(other[:4], "big")
    path = given.folder / "transplanted.mp4"
    path.write_bytes(other[:head] + data[at : at + size] + other[head:])
    return path


def truncated_file(given: Given) -> Path:
    data = given.sealed.path.read_bytes()
    path = given.folder / "truncated.mp4"
    path.write_bytes(data[: len(data) * 6 // 10])
    return path


def ten_hour_file(given: Given) -> Path:
    """The time table of the pictures says that each of the 24 is seen for 25 minutes."""
    data = bytearray(given.sealed.path.read_bytes())
    media, table = data.index(b"mdhd"), data.index(b"stts")
    scale = int.from_bytes(data[media + 16 : media + 20], "big")
    data[table + 16 : table + 20] = (1500 * scale).to_bytes(4, "big")
    path = given.folder / "ten-hours.mp4"
    path.write_bytes(data)
    return path


def ten_real_hours(given: Given) -> Path:
    """One picture every 20 s, each of them there."""
    path = given.folder / "ten-real-hours.mp4"
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=1, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        stream.codec_context.time_base = Fraction(20)
        stream.codec_context.framerate = Fraction(1, 20)
        for number in range(1800):
            frame = av.VideoFrame.from_ndarray(np.full((36, 64, 3), number % 255, np.uint8))
            frame.pts, frame.time_base = number, Fraction(20)
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    signed = given.folder / "signed.mp4"
    sign(path, signed, make_parts(), given.stranger)
    return signed


def appended_box(given: Given) -> Path:
    path = given.folder / "appended.mp4"
    path.write_bytes(given.sealed.path.read_bytes() + b"\0\0\0\x28free" + bytes(32))
    return path


def remuxed(given: Given) -> Path:
    """As ``ffmpeg -c copy`` does it: the pictures are the same, the credentials are gone."""
    path = given.folder / "remuxed.mp4"
    with av.open(str(given.sealed.path)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return path


def two_marks(given: Given) -> Path:
    path = given.folder / "two.png"
    write_png(path, marked(99, frames=tuple(marked()[:1]))[0])
    return path


def another_deployments_mark(given: Given) -> Path:
    path = given.folder / "other.png"
    write_png(path, marked(watermark=THEIRS)[0])
    return path


def one_pixel_signed_by_a_stranger(given: Given) -> Path:
    sign(one_pixel(given), given.folder / "dot.png", make_parts(), given.stranger)
    return given.folder / "dot.png"


def one_pixel(given: Given) -> Path:
    path = given.folder / "pixel.png"
    write_png(path, np.zeros((1, 1, 3), np.uint8))
    return path


def empty_file(given: Given) -> Path:
    return hostile.empty(given.folder)


def text_named_mp4(given: Given) -> Path:
    return hostile.text_named_mp4(given.folder)


def decompression_bomb(given: Given) -> Path:
    return hostile.huge_png(given.folder)


# What is made, the state of its credentials, and how it is called in words.
CASES: dict[Make, tuple[str, str]] = {
    somebody_elses_manifest: ("Valid", "signed by Somebody Else, unknown here"),
    expired_certificate: ("Invalid", "expired"),
    tampered_file: ("Invalid", "assertion.bmffHash.mismatch"),
    tampered_ingredient: ("Invalid", "a clip: assertion.bmffHash.mismatch"),
    stripped_manifest: ("None", "no manifest"),
    transplanted_manifest: ("Invalid", "mismatch"),
    truncated_file: ("Invalid", "not all could be looked at: "),
    ten_hour_file: ("Invalid", "lasts more than"),
    ten_real_hours: ("Valid", "lasts more than"),
    appended_box: ("Invalid", "assertion.bmffHash.mismatch"),
    remuxed: ("None", "no manifest"),
    two_marks: ("None", "a second mark names entry"),
    another_deployments_mark: ("None", "of another deployment, Harbour Films"),
    one_pixel_signed_by_a_stranger: ("Valid", "signed by Somebody Else, unknown here"),
    one_pixel: ("None", "no manifest"),
    empty_file: ("None", "not a kind of file that carries a manifest"),
    text_named_mp4: ("None", "not a kind of file that carries a manifest"),
    decompression_bomb: ("None", "60000 x 60000"),
}


@pytest.fixture
def given(
    authority: Authority, stranger: Authority, sealed: Sealed, unsigned: Path, tmp_path: Path
) -> Given:
    return Given(tmp_path, authority, stranger, sealed, unsigned)


@pytest.fixture(scope="session")
def mark() -> KeyedWatermark:
    return KeyedWatermark(OURS.key, {"Harbour Films": THEIRS.key})


def _inspected(path: Path, given: Given, mark: KeyedWatermark) -> Inspection:
    facts = LedgerFacts(7, True, "out_1", "clear", given.sealed.sha256)
    keys = given.folder / "keys"
    signer = open_authority(keys, "Harbour Films") if keys.exists() else given.authority
    return inspect(
        path,
        signer.root_pem,
        lambda claims, _: facts if claims and claims[0].index == 7 else None,
        mark,
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_it_is_called_what_it_is(make: Make, given: Given, mark: KeyedWatermark) -> None:
    state, called = CASES[make]
    path = make(given)
    start = time.monotonic()
    found = _inspected(path, given, mark)
    assert time.monotonic() - start < 30.0  # on a busy machine; an idle one takes a second
    dossier = Dossier(path.name, found)
    assert found.c2pa.state == state
    assert called in dossier.words()
    assert "trusted here" not in dossier.words().replace("that is trusted here", "")
    assert "byte for byte" not in dossier.words()
    assert "byte for byte" not in page(dossier)
    assert found.as_json()["c2pa"]["state"] != "Trusted"


def test_a_certificate_that_ended_after_the_time_stamp_is_no_fault(
    given: Given, mark: KeyedWatermark
) -> None:
    path = _signed_with_leaf_that_ended(given, stamped=True)
    assert _inspected(path, given, mark).c2pa.state == "Trusted"
