from pathlib import Path

import numpy as np
import pytest

from cleardance.dataset.clips import clip
from cleardance.dataset.shelf import SOUND, build, open_shelf
from cleardance.dataset.stills import still
from cleardance.errors import VerificationError
from cleardance.pocket.audio import TOKENS_PER_S
from cleardance.rights.snapshot import RegistrySnapshot

CAST = ("dog", "car")
MANY = [clip(seed, CAST, 96, 64, 6) for seed in range(24)]


def centre(labels: np.ndarray) -> float:
    return float(np.nonzero(labels)[1].mean())


def test_the_same_seed_is_the_same_clip() -> None:
    again = clip(3, CAST, 96, 64, 6)
    for name in ("pixels", "labels", "sound"):
        np.testing.assert_array_equal(getattr(again, name), getattr(MANY[3], name))


def test_three_seconds_are_six_frames_and_twenty_four_patches_of_sound() -> None:
    assert MANY[0].pixels.shape == (6, 64, 96, 3)
    assert MANY[0].labels.shape == (6, 64, 96)
    assert MANY[0].sound.shape == (3 * TOKENS_PER_S, 512)
    assert all(one.sound.any() for one in MANY)


def test_who_drives_right_goes_right() -> None:
    ways = {"left": -1, "right": 1}
    driving = [one for one in MANY if " drives " in one.caption]
    assert driving
    for one in driving:
        side = "left" if "facing left" in one.caption else "right"
        seen = [centre(frame) for frame in one.labels if frame.any()]
        assert np.sign(seen[-1] - seen[0]) == ways[side]


def test_clips_are_listed_kept_and_checked(tmp_path: Path, registry: RegistrySnapshot) -> None:
    shelf = build(tmp_path, CAST, 5, (96, 64), registry, frozenset(), frames=6)
    assert (shelf.manifest.header.kind, shelf.manifest.header.frames) == ("clips", 6)
    pixels, labels, sound = shelf.read([2])
    np.testing.assert_array_equal(pixels[0], MANY[2].pixels)
    np.testing.assert_array_equal(labels[0], MANY[2].labels)
    np.testing.assert_array_equal(sound[0], MANY[2].sound)
    heard = np.load(tmp_path / SOUND, mmap_mode="r+")
    heard[2, 0, 0] += 1
    heard.flush()
    with pytest.raises(VerificationError, match="seed 2"):
        open_shelf(tmp_path).read([2])


def test_a_still_has_no_field_of_frames(tmp_path: Path, registry: RegistrySnapshot) -> None:
    """Manifests of stills are as they were before there were clips, and so are their digests."""
    header = build(tmp_path, CAST, 2, (96, 64), registry, frozenset()).manifest.text.splitlines()[0]
    assert '"frames"' not in header
    assert still(0, CAST, 96, 64).pixels.shape == (64, 96, 3)


@pytest.mark.parametrize("cast", [(), ("dog",) * 256])
def test_no_cast_and_too_long_a_cast_are_refused(cast: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="cast"):
        clip(0, cast, 96, 64, 6)
