"""The mark in pictures: unseen, found again after each treatment, and only where it is."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cleardance.media import read_video
from cleardance.media.final import encode_final
from cleardance.media.mezzanine import write_mezzanine
from cleardance.media.values import Video
from cleardance.provenance.watermark import NOTHING, KeyedWatermark
from cleardance.provenance.watermark.residual import _MADE_PX
from cleardance.request import Ratio, Resolution, frame_size
from tests.provenance.watermark.scenes import HEIGHT, INDEX, OURS, THEIRS, WIDTH, marked, plain


def _turned(frame: np.ndarray, degrees: float) -> np.ndarray:
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), degrees, 1.1)
    return cv2.warpAffine(frame, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)


TREATMENTS = {
    "as it is": lambda frame: frame,
    "mirrored": lambda frame: np.ascontiguousarray(frame[:, ::-1]),
    "cut": lambda frame: frame[30:-25, 60:-21],
    "cut and filled": lambda frame: cv2.resize(frame[40:-40, 70:-72], (WIDTH, HEIGHT)),
    "smaller": lambda frame: cv2.resize(frame, (480, 270), interpolation=cv2.INTER_AREA),
    "larger": lambda frame: cv2.resize(frame, (1024, 576), interpolation=cv2.INTER_CUBIC),
    "squeezed": lambda frame: cv2.resize(frame, (480, 360), interpolation=cv2.INTER_AREA),
    "turned": lambda frame: _turned(frame, 2.0),
    "blurred": lambda frame: cv2.GaussianBlur(frame, (0, 0), 1.0),
    "brighter": lambda frame: np.clip(frame * 1.2 + 9, 0, 255).astype(np.uint8),
    "half covered": lambda frame: np.where(np.arange(WIDTH)[:, None] < WIDTH // 2, frame, 40),
}


@pytest.mark.parametrize("treatment", TREATMENTS.values(), ids=TREATMENTS.keys())
def test_the_mark_survives(treatment) -> None:
    found = OURS.detect(treatment(frame).astype(np.uint8) for frame in marked())
    assert (found.found, found.ledger_index, found.also) == (True, INDEX, ())
    assert found.confidence > 1 - 1e-8


def test_one_frame_as_a_jpeg_is_enough() -> None:
    _, data = cv2.imencode(".jpg", marked()[2], [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert OURS.detect([cv2.imdecode(data, cv2.IMREAD_COLOR)]).ledger_index == INDEX


def test_it_survives_the_encoder_of_the_product(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw.mkv", tmp_path / "out.mp4"
    write_mezzanine(raw, Video(WIDTH, HEIGHT, 24, 6, iter(plain())), None)
    encode_final(raw, out, lambda luma, n: OURS.embed(luma, n, INDEX))
    assert OURS.detect(read_video(out).frames).ledger_index == INDEX


def _faint() -> list[np.ndarray]:
    random = np.random.default_rng(3)
    return [
        np.clip(frame + random.normal(0, 20, frame.shape[:2])[..., None], 0, 255).astype(np.uint8)
        for frame in marked()[:1]
    ]


def test_a_mark_too_faint_to_be_read_is_recognised_among_the_issued() -> None:
    assert OURS.detect(_faint()) == NOTHING
    issued = [*range(100, 1100), INDEX]
    assert OURS.detect(_faint(), issued).ledger_index == INDEX
    assert OURS.detect(_faint(), issued[:-1]) == NOTHING


@pytest.mark.parametrize("frames", [plain(), marked(watermark=THEIRS)], ids=["none", "theirs"])
def test_nothing_is_found_where_there_is_nothing(frames) -> None:
    assert OURS.detect(iter(frames), range(2000)) == NOTHING


def test_another_deployments_mark_is_named_for_it() -> None:
    both = KeyedWatermark(OURS.key, {"Harbour Films": THEIRS.key})
    found = both.detect(marked(watermark=THEIRS))
    assert (found.ledger_index, found.deployment) == (INDEX, "Harbour Films")


def test_two_marks_are_both_named() -> None:
    found = OURS.detect(marked(99, frames=tuple(marked())))
    assert {found.ledger_index, *found.also} == {INDEX, 99}


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (17, 5), (64, 64)])
def test_tiny_pictures_are_marked_and_searched_without_complaint(shape: tuple[int, int]) -> None:
    luma = np.full(shape, 128, np.uint8)
    assert OURS.embed(luma, 0, INDEX).shape == shape
    assert not OURS.detect([np.repeat(luma[..., None], 3, axis=2)]).found


def test_no_frames_no_mark() -> None:
    assert OURS.detect(iter(())) == NOTHING


def test_frames_that_change_size_are_taken_as_the_first() -> None:
    frames = marked()
    frames[3] = cv2.resize(frames[3], (320, 180))
    assert OURS.detect(frames).ledger_index == INDEX


@pytest.mark.parametrize("level", [16, 60, 128, 235])
def test_flat_areas_change_by_one_level_at_most(level: int) -> None:
    flat = np.full((720, 1280), level, np.uint8)
    change = OURS.embed(flat, 0, INDEX).astype(int) - flat
    assert abs(change).max() == 1
    assert (change != 0).mean() < 0.55


def test_it_stays_above_42_db_even_on_noise() -> None:
    noise = np.random.default_rng(2).integers(16, 236, (HEIGHT, WIDTH)).astype(np.uint8)
    for luma in (noise, plain()[0][..., 0]):
        error = np.mean((OURS.embed(luma, 0, INDEX).astype(float) - luma) ** 2)
        assert 10 * np.log10(255**2 / error) > 42


def test_beside_a_lone_edge_it_is_no_stronger_than_on_flat_areas() -> None:
    luma = np.full((360, 640), 40, np.uint8)
    luma[:, 320:] = 210
    assert abs(OURS.embed(luma, 0, INDEX).astype(int) - luma).max() == 1


def test_the_same_payload_gives_the_same_pixels() -> None:
    again = KeyedWatermark(bytes(range(32)))
    frame = plain()[0][..., 0]
    assert np.array_equal(OURS.embed(frame, 0, 5), again.embed(frame, 7, 5))
    assert not np.array_equal(OURS.embed(frame, 0, 5), OURS.embed(frame, 0, 6))


def test_a_cut_from_any_size_that_we_make_is_looked_for_without_a_search() -> None:
    sides = {min(frame_size(ratio, size)) for ratio in Ratio for size in Resolution}
    assert sides == set(_MADE_PX)
