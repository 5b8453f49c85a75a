"""The codec of a data set: fitted on a sample of its pictures, and how much it loses."""

from typing import NamedTuple

import numpy as np

from cleardance.dataset.shelf import Shelf
from cleardance.pocket.codec import Codec, frames_of, patches, psnr_db, to_pixels
from cleardance.pocket.config import Config

SAMPLE = 2000
"""Pictures a codec is fitted on: as many patches as pictures times tokens."""


class Quality(NamedTuple):
    """Round trip of held-out pictures, in decibels: everything, and the subjects' pixels."""

    psnr_db: float
    subject_psnr_db: float


def fit(shelf: Shelf, config: Config) -> Codec:
    """Return the codec of a data set's training rows."""
    rows = shelf.manifest.indices("train")[:SAMPLE]
    patched = patches(shelf.read(rows).pixels, config.patch_px)  # [M, T, N, P]
    return Codec.fit(patched.reshape(-1, patched.shape[-1]), config.token_dims)


def fit_sound(shelf: Shelf, config: Config) -> Codec:
    """Return the codec of the sound of a data set's training rows."""
    rows = shelf.manifest.indices("train")[:SAMPLE]
    patched = shelf.read(rows).sound.astype(np.float32)  # [M, N, P]
    return Codec.fit(patched.reshape(-1, patched.shape[-1]), config.audio_dims)


def quality(codec: Codec, shelf: Shelf, config: Config, count: int = 500) -> Quality:
    """Return what the round trip through the codec costs held-out pictures."""
    rows = shelf.manifest.indices("held_out")[:count]
    pixels, labels, _ = shelf.read(rows)
    tokens = codec.encode(patches(pixels, config.patch_px))  # [M, T, N, C]
    back = to_pixels(frames_of(codec.decode(tokens), config.rows, config.patch_px))
    return Quality(psnr_db(pixels, back), psnr_db(pixels, back, np.asarray(labels > 0)))
