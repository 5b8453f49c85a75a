from dataclasses import replace

import numpy as np
import pytest

from cleardance.pocket.codec import Codec, patches
from cleardance.pocket.config import CONFIGS
from cleardance.pocket.moments import frames_from, paired, tokens_of, unpaired

CONFIG = CONFIGS["tiny-clips"]
RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (2, 5, 64, 96, 3)).astype(np.uint8)


@pytest.mark.parametrize("frames", [1, 3, 13])
def test_pairs_and_back_are_the_same_frames(frames: int) -> None:
    patched = RNG.standard_normal((2, frames, 4, 6)).astype(np.float32)
    moments = paired(patched)
    assert moments.shape == (2, 1 + (frames - 1) // 2, 4, 12)
    np.testing.assert_allclose(unpaired(moments), patched, atol=1e-5)


def test_what_stands_still_has_no_difference() -> None:
    patched = np.repeat(RNG.standard_normal((1, 1, 4, 6)), 5, axis=1).astype(np.float32)
    assert not paired(patched)[..., 6:].any()


def test_a_still_is_the_first_moment_of_any_clip() -> None:
    """So what a model learnt from stills holds for clips."""
    codec = codec_of(64)
    clip, still = (tokens_of(codec, frames, CONFIG) for frames in (PICTURES, PICTURES[:, :1]))
    np.testing.assert_array_equal(clip[:, :96], still)
    assert clip.shape == (2, 3 * 96, 128)
    assert not still[..., 64:].any()


def test_all_components_lose_nothing() -> None:
    codec = codec_of(192)
    np.testing.assert_array_equal(
        frames_from(codec, tokens_of(codec, PICTURES, CONFIG), CONFIG), PICTURES
    )


def test_the_codec_of_frames_is_found_again() -> None:
    patched = patches(PICTURES, 8).reshape(-1, 192)
    assert codec_of(64).of_frames(64).digest == Codec.fit(patched, 64).digest


def codec_of(dims: int) -> Codec:
    patched = patches(PICTURES, 8)
    change = paired(patched)[:, 1:, :, 192:].reshape(-1, 192)
    motion = Codec.fit(change, dims)
    motion = replace(motion, mean=np.zeros_like(motion.mean))
    return Codec.fit(patched.reshape(-1, 192), dims).with_motion(motion)
