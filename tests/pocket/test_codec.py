from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import GenerationFailed
from cleardance.pocket.codec import Codec, frames_of, patches, psnr_db, to_pixels

RNG = np.random.default_rng(0)
# Smooth pictures, so that few directions hold most of them.
PICTURES = np.clip(
    128 + 60 * RNG.standard_normal((40, 1, 1, 3)) + 10 * RNG.standard_normal((40, 16, 24, 3)),
    0,
    255,
).astype(np.uint8)


def fitted(dims: int, temper: float = 0.5) -> Codec:
    patched = patches(PICTURES, 8)
    return Codec.fit(patched.reshape(-1, patched.shape[-1]), dims, temper)


@settings(deadline=None)  # a busy machine is not a failure
@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from([2, 4, 8]))
def test_patches_and_back_are_the_same_pixels(rows: int, columns: int, patch: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (2, rows * patch, columns * patch, 3))
    pixels = pixels.astype(np.uint8)
    patched = patches(pixels, patch)
    assert patched.shape == (2, rows * columns, patch * patch * 3)
    np.testing.assert_array_equal(to_pixels(frames_of(patched, rows, patch)), pixels)


def test_patches_run_row_by_row() -> None:
    pixels = np.zeros((16, 24, 3), np.uint8)
    pixels[8:, 8:16] = 255  # second row, second column
    assert patches(pixels, 8).mean(axis=-1).tolist() == [-1, -1, -1, -1, 1, -1]


def test_all_dimensions_lose_nothing_and_fewer_lose_more() -> None:
    errors = []
    for dims in (192, 96, 24, 3):
        codec, patched = fitted(dims), patches(PICTURES, 8)
        back = to_pixels(frames_of(codec.decode(codec.encode(patched)), 2, 8))
        errors.append(psnr_db(PICTURES, back))
    assert errors[0] == float("inf")
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("temper", [0.0, 0.5, 1.0])
def test_tokens_have_unit_variance_all_in_all(temper: float) -> None:
    codec = fitted(24, temper)
    tokens = codec.encode(patches(PICTURES, 8)).reshape(-1, 24)
    np.testing.assert_allclose(tokens.std(axis=0), codec.sd, rtol=1e-3)
    assert np.mean(codec.sd**2) == pytest.approx(1, rel=1e-4)


def test_full_whitening_makes_all_channels_equal() -> None:
    np.testing.assert_allclose(fitted(24, 1.0).sd, 1, rtol=1e-4)


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    codec = fitted(16)
    codec.save(tmp_path / "codec.npz")
    assert Codec.load(tmp_path / "codec.npz").digest == codec.digest
    assert fitted(15).digest != codec.digest


@pytest.mark.parametrize("content", [b"", b"not a codec", b"PK\x03\x04broken"])
def test_what_is_not_a_codec_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "codec.npz").write_bytes(content)
    with pytest.raises(GenerationFailed, match="not a codec"):
        Codec.load(tmp_path / "codec.npz")


def test_psnr_looks_where_it_is_told() -> None:
    one, other = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    other[0, 0] = 255
    where = np.zeros((4, 4), bool)
    where[0, 0] = True
    assert psnr_db(one, other, where) == 0
    assert psnr_db(one, other, ~where) == float("inf")
    assert psnr_db(one, other) == pytest.approx(10 * np.log10(16))
    assert np.isnan(psnr_db(one, other, np.zeros((4, 4), bool)))
