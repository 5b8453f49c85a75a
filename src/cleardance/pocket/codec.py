"""Frames to tokens and back: patches in the directions in which pictures vary most, tempered.

Principal components of a patch, each divided by a power of its own spread: whitening (power 1)
would make the network learn noise, none at all (power 0) would leave the details too faint to be
worth learning. Key frames are coded one by one, so a moving pixel costs what a still one does.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import GenerationFailed

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

TEMPER = 0.5
_ARRAYS = ("mean", "basis", "gain", "sd")


def patches(frames: Pixels, patch_px: int) -> Floats:
    """Return frames [..., H, W, 3] as patches [..., N, P]: row by row, values -1 to 1."""
    *lead, height, width, _ = frames.shape
    rows, columns = height // patch_px, width // patch_px
    cut = frames.reshape(*lead, rows, patch_px, columns, patch_px, 3)
    cut = np.moveaxis(cut, -3, -4)  # [..., rows, columns, patch, patch, 3]
    flat = cut.reshape(*lead, rows * columns, patch_px * patch_px * 3)  # [..., N, P]
    values: Floats = flat.astype(np.float32) / np.float32(127.5) - np.float32(1)
    return values


def frames_of(patched: Floats, rows: int, patch_px: int) -> Floats:
    """Return patches [..., N, P] as frames [..., H, W, 3], values about -1 to 1."""
    *lead, count, _ = patched.shape
    columns = count // rows
    cut = patched.reshape(*lead, rows, columns, patch_px, patch_px, 3)
    cut = np.moveaxis(cut, -3, -4)  # [..., rows, patch, columns, patch, 3]
    return cut.reshape(*lead, rows * patch_px, columns * patch_px, 3)


def to_pixels(frames: Floats) -> Pixels:
    """Return values of -1 to 1 as bytes; what lies outside is clipped."""
    pixels: Pixels = np.clip(np.rint((frames + 1) * 127.5), 0, 255).astype(np.uint8)
    return pixels


@dataclass(frozen=True, eq=False)
class Codec:
    """A linear codec: ``mean`` [P], orthonormal ``basis`` [P, C], ``gain`` [C].

    ``sd`` [C] is how much each channel of a token varies over the data; its mean square is 1.
    """

    mean: Floats
    basis: Floats
    gain: Floats
    sd: Floats

    @classmethod
    def fit(cls, samples: Floats, dims: int, temper: float = TEMPER) -> Self:
        """Return the codec of ``dims`` channels that loses least of the samples [M, P]."""
        mean = samples.mean(axis=0, dtype=np.float64)  # [P]
        centred = samples - mean  # [M, P]
        spread, basis = np.linalg.eigh(centred.T @ centred / len(samples))  # [P], [P, P]
        sd = np.sqrt(np.maximum(spread[::-1][:dims], 1e-10))  # [C], falling
        gain = sd ** (-temper)
        gain /= np.sqrt(np.mean((sd * gain) ** 2))  # tokens have unit variance, all in all
        kept = basis[:, ::-1][:, :dims]  # [P, C]
        kept = kept * np.sign(kept.sum(axis=0) + 1e-12)  # eigenvectors come with either sign
        arrays = (mean, np.ascontiguousarray(kept), gain, sd * gain)
        return cls(*(array.astype(np.float32) for array in arrays))

    def with_motion(self, motion: Self) -> Self:
        """Return the codec of moments [..., 2 P]: a frame by this one, its change by another."""
        across = np.zeros((len(self.mean), motion.dims), np.float32)
        down = np.zeros((len(motion.mean), self.dims), np.float32)
        ends = ((getattr(self, name), getattr(motion, name)) for name in ("mean", "gain", "sd"))
        mean, gain, sd = (np.concatenate(pair) for pair in ends)
        return type(self)(mean, np.block([[self.basis, across], [down, motion.basis]]), gain, sd)

    def of_frames(self, dims: int) -> Self:
        """Return the codec of frames that ``with_motion`` made this one from."""
        values = len(self.mean) // 2
        return type(self)(
            self.mean[:values], self.basis[:values, :dims], self.gain[:dims], self.sd[:dims]
        )

    @property
    def dims(self) -> int:
        """Channels of a token."""
        return len(self.gain)

    @property
    def digest(self) -> str:
        """SHA-256 of the arrays: tokens mean nothing to another codec."""
        digest = hashlib.sha256()
        for name in _ARRAYS:
            digest.update(np.ascontiguousarray(getattr(self, name)).tobytes())
        return digest.hexdigest()

    def encode(self, patched: Floats) -> Floats:
        """Return patches [..., P] as tokens [..., C]."""
        tokens = ((patched - self.mean) @ self.basis) * self.gain
        return tokens.astype(np.float32, copy=False)

    def decode(self, tokens: Floats) -> Floats:
        """Return tokens [..., C] as patches [..., P]."""
        patched = (tokens / self.gain) @ self.basis.T + self.mean
        return patched.astype(np.float32, copy=False)

    def save(self, path: Path) -> None:
        """Write the arrays as NumPy's own archive, without pickles, whole or not at all."""
        part = path.with_suffix(f".{os.getpid()}.part")  # several processes may write the same
        with part.open("wb") as file:
            np.savez(file, mean=self.mean, basis=self.basis, gain=self.gain, sd=self.sd)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a codec. Raises GenerationFailed if the file is not one."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                return cls(*(archive[name].astype(np.float32) for name in _ARRAYS))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise GenerationFailed(f"{path} is not a codec: {error}.") from error


def psnr_db(one: Pixels, other: Pixels, where: NDArray[np.bool_] | None = None) -> float:
    """Return the peak signal to noise ratio of pixels [..., H, W, 3], all or ``where`` [..., H, W].

    NaN if nothing is there, infinity if they are equal.
    """
    error = (one.astype(np.float64) - other) ** 2
    mean = error.mean() if where is None else error[where].mean() if where.any() else np.nan
    return float("inf") if mean == 0 else float(10 * np.log10(255**2 / mean))
