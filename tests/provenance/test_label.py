"""Visible labels: as high and as long as the rules ask, recorded, and not there unless asked."""

import json
from pathlib import Path

import av
import numpy as np
import pytest

from cleardance.media import read_yuv, write_mezzanine
from cleardance.provenance import (
    Authority,
    Recipe,
    UnsealedParts,
    prove,
    read_manifest,
    seal,
)
from cleardance.provenance.label import Label, Overlay, aigc, tag_png
from cleardance.request import Ratio, Resolution, frame_size
from tests.media import clips
from tests.provenance.conftest import make_parts

WIDTH, HEIGHT, FPS = 320, 240, 24
SIZES = sorted({frame_size(ratio, size) for ratio in Ratio for size in Resolution})


def _grey(width: int, height: int) -> np.ndarray:
    return np.full((height * 3 // 2, width), 100, np.uint8)


def _ink_rows(planes: np.ndarray, height: int) -> int:
    rows = (planes[:height] > 180).any(axis=1)
    return int(rows.sum())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_chinas_label_is_high_enough_at_every_size(size: tuple[int, int]) -> None:
    width, height = size
    planes = _grey(width, height)
    Overlay(Label.CN, width, height, FPS).draw(planes, 0)
    assert _ink_rows(planes, height) >= 0.05 * min(size)


@pytest.mark.parametrize("label", Label)
@pytest.mark.parametrize("size", [*SIZES, (64, 36), (36, 64), (2, 2)])
def test_it_fits_every_frame_and_touches_only_its_corner(
    label: Label, size: tuple[int, int]
) -> None:
    width, height = size
    planes = _grey(width, height)
    Overlay(label, width, height, FPS).draw(planes, 0)
    assert planes.shape == (height * 3 // 2, width)
    still = Overlay(label, width, height, FPS).draw_still(np.full((height, width, 3), 100, "u1"))
    assert still.shape == (height, width, 3)
    if min(size) >= 400:
        changed = float((planes[:height] != 100).mean())
        assert 0.001 < changed < 0.05
        assert (still != 100).any(axis=2).mean() == pytest.approx(changed, abs=0.002)


def test_it_is_legible_on_black_and_on_white() -> None:
    for under in (16, 235):
        planes = np.full((540, 640), under, np.uint8)
        Overlay(Label.CN, 640, 360, FPS).draw(planes, 0)
        box = planes[14:48, 14:110]
        assert int(box.max()) - int(np.percentile(box, 20)) > 100


def test_how_long_it_is_shown() -> None:
    cn, eu = (Overlay(label, 640, 360, FPS) for label in (Label.CN, Label.EU))
    assert cn.is_shown(2 * FPS)
    assert not cn.is_shown(10 * FPS)
    assert eu.is_shown(10 * FPS)
    planes = _grey(640, 360)
    cn.draw(planes, 10 * FPS)
    assert (planes == 100).all()


def _recipe(duration_s: float) -> Recipe:
    return Recipe("draft", "1", 5, WIDTH, HEIGHT, FPS, duration_s, "cd" * 32)


@pytest.fixture(scope="module")
def long_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "raw.mkv"
    write_mezzanine(path, clips.moving(96, WIDTH, HEIGHT), None)
    return path


def test_a_sealed_video_with_chinas_label(
    long_raw: Path, authority: Authority, tmp_path: Path
) -> None:
    said = make_parts(label=Label.CN, producer="example.org/films", recipe=_recipe(4.0))
    parts = UnsealedParts(long_raw, said)
    sealed = seal(parts, tmp_path, authority)
    facts = read_manifest(sealed.path, authority.root_pem).facts
    assert facts is not None
    assert facts.record is not None
    assert facts.record.label is Label.CN
    assert prove(sealed.path, parts, authority).sha256 == sealed.sha256
    shown = [_ink_rows(frame.to_ndarray()[:40, :120], 40) for frame in read_yuv(sealed.path)]
    labelled_s = sum(rows >= 0.05 * HEIGHT for rows in shown) / FPS
    assert labelled_s == pytest.approx(3.0, abs=0.1)  # at least the 2 s that are asked for
    with av.open(str(sealed.path)) as container:
        tags = json.loads(container.metadata["AIGC"])
    assert tags["Label"] == "1"
    assert (tags["ContentProducer"], tags["ProduceID"]) == ("example.org/films", "out_1")


def test_a_sealed_still_with_chinas_label(
    picture: Path, authority: Authority, tmp_path: Path
) -> None:
    said = make_parts(label=Label.CN, producer="例.org")
    sealed = seal(UnsealedParts(picture, said, ".png"), tmp_path, authority)
    data = sealed.path.read_bytes()
    at = data.index(b"iTXtAIGC\0\0\0\0\0")
    length = int.from_bytes(data[at - 4 : at], "big")
    assert json.loads(data[at + 13 : at + 4 + length])["ContentProducer"] == "例.org"


def test_none_unless_asked(long_raw: Path, authority: Authority, tmp_path: Path) -> None:
    sealed = seal(UnsealedParts(long_raw, make_parts(recipe=_recipe(4.0))), tmp_path, authority)
    assert b"AIGC" not in sealed.path.read_bytes()
    facts = read_manifest(sealed.path, authority.root_pem).facts
    assert facts is not None
    assert facts.record is not None
    assert facts.record.label is None
    first = next(iter(read_yuv(sealed.path))).to_ndarray()
    assert _ink_rows(first[:40, :120], 40) == 0


def test_hostile_text_stays_inside_the_json() -> None:
    text = aigc('a","Label":"0', "x\n")
    assert json.loads(text)["Label"] == "1"


def test_a_tagged_png_is_still_the_same_picture(picture: Path) -> None:
    from cleardance.media import read_image

    before = read_image(picture)
    tag_png(picture, "AIGC", aigc("p", "o"))
    assert np.array_equal(read_image(picture), before)
