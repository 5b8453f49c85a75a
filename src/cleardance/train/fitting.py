"""The codec of a data set: fitted on a sample of its pictures, and how much it loses."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from cleardance.dataset.shelf import Shelf
from cleardance.pocket.codec import Codec, patches, psnr_db
from cleardance.pocket.config import Config
from cleardance.pocket.moments import frames_from, paired, tokens_of

SAMPLE = 2000
"""Pictures a codec is fitted on: as many patches as pictures times tokens."""
CLIPS = 120
"""Clips a codec is fitted on."""


class Quality(NamedTuple):
    """Round trip of held-out pictures, in decibels: everything, and the subjects' pixels."""

    psnr_db: float
    subject_psnr_db: float


def fit(shelf: Shelf, config: Config) -> Codec:
    """Return the codec of frames of a data set's training rows."""
    rows = shelf.manifest.indices("train")[: SAMPLE if shelf.pixels.shape[1] == 1 else CLIPS]
    patched = patches(shelf.read(rows).pixels, config.patch_px)  # [M, T, N, P]
    still_dims = config.token_dims - config.motion_dims
    return Codec.fit(patched.reshape(-1, patched.shape[-1]), still_dims)


def fit_motion(shelf: Shelf, config: Config) -> Codec:
    """Return the codec of how frames of a data set's training rows change."""
    rows = shelf.manifest.indices("train")[:CLIPS]
    moments = paired(patches(shelf.read(rows).pixels, config.patch_px))[:, 1:]  # [B, M, N, 2 P]
    changes = moments[..., moments.shape[-1] // 2 :]  # [B, M, N, P]
    codec = Codec.fit(changes.reshape(-1, changes.shape[-1]), config.motion_dims)
    return replace(codec, mean=np.zeros_like(codec.mean))  # no change is zero in every channel


def fit_sound(shelf: Shelf, config: Config) -> Codec:
    """Return the codec of the sound of a data set's training rows."""
    rows = shelf.manifest.indices("train")[:SAMPLE]
    patched = shelf.read(rows).sound.astype(np.float32)  # [M, N, P]
    return Codec.fit(patched.reshape(-1, patched.shape[-1]), config.audio_dims)


def quality(codec: Codec, shelf: Shelf, config: Config, count: int = 500) -> Quality:
    """Return what the round trip through the codec costs held-out pictures."""
    rows = shelf.manifest.indices("held_out")[:count]
    pixels, labels, _ = shelf.read(rows)
    back = frames_from(codec, tokens_of(codec, pixels, config), config)
    return Quality(psnr_db(pixels, back), psnr_db(pixels, back, np.asarray(labels > 0)))
