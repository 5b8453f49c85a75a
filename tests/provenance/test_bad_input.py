"""Bad files, by name: each is called what it is; none raises, none is ever called trusted.

Looked at as ``inspect`` does it, with the mark's detector at work.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from cleardance.provenance.watermark.keys import load_or_make
from tests import hostile
from tests.provenance.conftest import make_parts


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
def mark(tmp_path_factory: pytest.TempPathFactory) -> KeyedWatermark:
    return KeyedWatermark(load_or_make(tmp_path_factory.mktemp("mark")))


def _inspected(path: Path, given: Given, mark: KeyedWatermark) -> Inspection:
    facts = LedgerFacts(7, True, "out_1", "clear", given.sealed.sha256)
    known = {7: facts}
    keys = given.folder / "keys"
    signer = open_authority(keys, "Harbour Films") if keys.exists() else given.authority
    return inspect(path, signer.root_pem, lambda index, _: known.get(index or 0), mark)


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_it_is_called_what_it_is(make: Make, given: Given, mark: KeyedWatermark) -> None:
    state, called = CASES[make]
    path = make(given)
    found = _inspected(path, given, mark)
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
