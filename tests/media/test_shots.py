"""Flashes: what is shown for a moment must be looked at."""

from pathlib import Path

import numpy as np
import pytest

from cleardance.media import Video, sample_frames, sample_keyframes, write_mezzanine
from tests.match.pictures import Picture, picture

FPS = 24
FLASH_AT = 31  # between two samples, and gone again before the second


def film(flash_frames: int, other: Picture) -> Video:
    calm = picture(1, 320, 180)
    frames = [calm] * 60
    frames[FLASH_AT : FLASH_AT + flash_frames] = [other] * flash_frames
    return Video(320, 180, FPS, len(frames), iter(frames))


def times(found: list[tuple[float, Picture]], other: Picture) -> list[float]:
    return [time_s for time_s, frame in found if np.abs(frame - other.astype(int)).mean() < 5]


@pytest.mark.parametrize("flash_frames", [1, 3])
def test_a_flash_between_two_samples_is_seen(tmp_path: Path, flash_frames: int) -> None:
    other = picture(2, 320, 180)
    path = tmp_path / "raw.mkv"
    write_mezzanine(path, film(flash_frames, other), None)
    for found in (list(sample_keyframes(path)), list(sample_frames(path, shots=True))):
        assert times(found, other) == [pytest.approx(FLASH_AT / FPS, abs=0.002)]
    assert times(list(sample_frames(path)), other) == []


def test_a_calm_film_is_looked_at_no_oftener(tmp_path: Path) -> None:
    path = tmp_path / "raw.mkv"
    write_mezzanine(path, film(0, picture(2, 320, 180)), None)
    assert len(list(sample_keyframes(path))) == 5
    assert len(list(sample_frames(path, shots=True))) == 5


def test_a_strobe_of_two_pictures_is_looked_at_once(tmp_path: Path) -> None:
    pair = [picture(1, 320, 180), picture(2, 320, 180)]
    frames = [pair[n % 2] for n in range(48)]
    path = tmp_path / "raw.mkv"
    write_mezzanine(path, Video(320, 180, FPS, 48, iter(frames)), None)
    assert len(list(sample_frames(path, shots=True))) <= 6
