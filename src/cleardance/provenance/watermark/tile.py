"""The tile: a sum of waves that repeats over every picture.

A few strong waves are always the same and show a reader how the picture was scaled, squeezed,
turned and cut; each of the others carries two coded bits, in its cosine and in its sine. Where the
tile starts depends on the payload, so that two marks in one picture do not cover each other.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from .code import coded_length, encode
from .layout import stream
from .payload import PAYLOAD_BITS, payload_bits

SIDE = 256  # samples of a tile that is read
SHORT_SIDES = 0.8  # of a picture: the mark scales with it
MIN_TILE_PX = 282.0  # in small pictures, or nothing would be left after compression
CODED_BITS = coded_length(PAYLOAD_BITS)
STARTS_EACH_WAY = 8

_OCTAVES = ((8, 16), (16, 32), (32, 64))  # cycles a tile: waves of 72 to 9 pixels at 720 lines
# Long waves outlast coarse quantisation and a quarter of the size, short ones single frames of
# film; the shortest cost the most bits.
_ENERGY = (1.4, 1.0, 0.3)
_SYNC_SHARE = 0.16  # of the energy
_SYNC_RINGS = ((11, 15), (13, 18), (15, 21), (17, 24), (19, 26), (21, 28), (23, 30), (25, 32))
_PEAK = 2.0  # standard deviations
_MADE_SIDE = 2 * SIDE  # finer than it is read, for linear interpolation

Plane = NDArray[np.float32]  # [H, W]
Spectrum = NDArray[np.complex64]  # [n] or [m, n] waves
Place = tuple[float, float]  # down, across in tiles
PROFILES = ((1.0, 1.0, 1.0), (1.0, 0.4, 0.1))
"""What each octave is trusted: alike, or the long waves that coarse quantisation leaves."""


@dataclass(frozen=True)
class Waves:
    """The waves of a key, in cycles a tile; those across are positive."""

    down: NDArray[np.intp]  # [n]
    across: NDArray[np.intp]
    octave: NDArray[np.intp]
    signs: Plane  # [n, 2] by which cosine and sine are multiplied
    role: NDArray[np.intp]  # [n, 2] the coded bit that each carries
    sync_down: NDArray[np.intp]  # [16], in pairs that mirror each other
    sync_across: NDArray[np.intp]
    sync_phases: Spectrum  # [16]

    @cached_property
    def by_bit(self) -> NDArray[np.intp]:
        """All cosines and sines, those of one coded bit after those of another."""
        return self.role.ravel().argsort(kind="stable")

    @cached_property
    def first_of_bit(self) -> NDArray[np.intp]:
        """Where each coded bit begins among them."""
        return np.searchsorted(self.role.ravel()[self.by_bit], np.arange(CODED_BITS))

    def soft(self, waves: Spectrum, profile: tuple[float, ...]) -> tuple[Plane, float]:
        """Return what unit waves [m, n] say of each coded bit [m, bits].

        Also the sum of the squares of what they say.
        """
        trust = np.asarray(profile, np.float32)[self.octave]
        parts = np.ascontiguousarray(waves).view(np.float32) * (self.signs * trust[:, None]).ravel()
        sums: Plane = np.add.reduceat(parts[:, self.by_bit], self.first_of_bit, axis=1)
        return sums, float(np.square(trust).sum())

    def from_starts(self, waves: Spectrum) -> Spectrum:
        """Return waves [n], seen from a picture's corner, as from each of the 64 starts [64, n]."""
        steps = np.arange(STARTS_EACH_WAY)
        eighths = steps[:, None, None] * self.down + steps[:, None] * self.across
        roots = np.exp(-2j * np.pi * steps / STARTS_EACH_WAY).astype(np.complex64)
        seen: Spectrum = waves * roots[eighths.reshape(-1, len(waves)) % STARTS_EACH_WAY]
        return seen


def tile_px(height: int, width: int) -> float:
    """Return the side of a tile in a picture that is marked at this size."""
    return max(SHORT_SIDES * min(height, width), MIN_TILE_PX)


def start(key: bytes, index: int) -> int:
    """Return which of 64 places of the tile, row by row, is a picture's top left corner."""
    return stream(key, f"tile start {index}", 1)[0] % STARTS_EACH_WAY**2


def tile(key: bytes, index: int) -> Plane:
    """Return the tile that carries a ledger index, [512, 512], with a mean square of 1."""
    known = waves_of(key)
    coded = encode(payload_bits(key, index)).astype(np.float32)
    parts = known.signs * coded[known.role]
    counts = np.bincount(known.octave)
    power = (np.array(_ENERGY) / sum(_ENERGY) / counts)[known.octave]
    spectrum = np.zeros((_MADE_SIDE, _MADE_SIDE // 2 + 1), np.complex64)
    spectrum[known.down, known.across] = (parts[:, 0] + 1j * parts[:, 1]) * np.sqrt(power / 2)
    sync = np.sqrt(_SYNC_SHARE / (1 - _SYNC_SHARE) / len(known.sync_down))
    spectrum[known.sync_down, known.sync_across] = known.sync_phases * sync
    plane = np.fft.irfft2(spectrum)
    even = np.clip(plane / plane.std(), -_PEAK, _PEAK)
    return np.asarray(even / even.std(), np.float32)


@lru_cache(maxsize=16)
def waves_of(key: bytes) -> Waves:
    """Return the waves of a key. From SHAKE-256, so that no library's version changes them."""
    sync_down, sync_across, phases = _sync(key)
    reach = _OCTAVES[-1][1]
    down, across = (
        side.ravel() for side in np.mgrid[-reach : reach + 1, 1 : reach + 1].astype(np.intp)
    )
    taken = {*zip(sync_down.tolist(), sync_across.tolist(), strict=True)}
    free = [place not in taken for place in zip(down.tolist(), across.tolist(), strict=True)]
    octave = np.full(len(down), -1, np.intp)
    for number, (low, high) in enumerate(_OCTAVES):
        octave[(np.hypot(down, across) >= low) & (np.hypot(down, across) < high)] = number
    kept = (octave >= 0) & np.array(free)
    down, across, octave = down[kept], across[kept], octave[kept]
    order = _shuffled(key, 2 * len(down))
    order = order[np.argsort(octave.repeat(2)[order], kind="stable")]  # each octave carries all
    role = np.empty(2 * len(down), np.intp)
    role[order] = np.arange(len(order)) % CODED_BITS
    bits = np.frombuffer(stream(key, "wave signs", 2 * len(down)), np.uint8) & 1
    signs = (1.0 - 2.0 * bits).astype(np.float32)
    shape = -1, 2
    return Waves(
        down, across, octave, signs.reshape(shape), role.reshape(shape),
        sync_down, sync_across, phases,
    )  # fmt: skip


def _shuffled(key: bytes, count: int) -> NDArray[np.intp]:
    return np.frombuffer(stream(key, "wave roles", 8 * count), ">u8").argsort(kind="stable")


def _sync(key: bytes) -> tuple[NDArray[np.intp], NDArray[np.intp], Spectrum]:
    """One wave of each ring at an angle of chance, and its mirror image, so that a mirrored
    picture is found by the same search."""
    chance = np.frombuffer(stream(key, "sync waves", 32), ">u2") / 65536
    down, across = [], []
    for number, (low, high) in enumerate(_SYNC_RINGS):
        size = low + (high - 1 - low) * chance[2 * number]
        slot = (number * 3) % len(_SYNC_RINGS)  # angles of their own, away from both axes
        angle = np.radians(10 + 70 * (slot + chance[2 * number + 1]) / len(_SYNC_RINGS))
        down += [round(size * np.sin(angle)), -round(size * np.sin(angle))]
        across += [round(size * np.cos(angle))] * 2
    turns = np.frombuffer(stream(key, "sync phases", 2 * len(down)), ">u2") / 65536
    phases = np.exp(2j * np.pi * turns).astype(np.complex64)
    return np.array(down, np.intp), np.array(across, np.intp), phases
