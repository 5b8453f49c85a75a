"""Key frames to video tokens and back: a frame alone, then pairs of frames.

A moment is the tokens of one picture. The first holds one frame; each later one holds a frame and,
in channels of their own, how the next frame differs from it: twice the frames for the same tokens.
A still is a clip of one moment, and its tokens mean the same.
"""

import numpy as np
from numpy.typing import NDArray

from cleardance.pocket.codec import Codec, Pixels, frames_of, patches, to_pixels
from cleardance.pocket.config import Config
from cleardance.pocket.positions import Grid

Floats = NDArray[np.float32]


def paired(patched: Floats) -> Floats:
    """Return patches [..., T, N, P] of an odd number of frames as moments [..., M, N, 2 P].

    M is 1 + (T - 1) / 2; the first moment's difference is zero.
    """
    first, ones, others = patched[..., :1, :, :], patched[..., 1::2, :, :], patched[..., 2::2, :, :]
    before = np.concatenate((first, ones), axis=-3)  # [..., M, N, P]
    change = np.concatenate((np.zeros_like(first), others - ones), axis=-3)  # [..., M, N, P]
    return np.concatenate((before, change), axis=-1)


def unpaired(moments: Floats) -> Floats:
    """Return moments [..., M, N, 2 P] as patches [..., T, N, P]."""
    before, change = np.split(moments, 2, axis=-1)  # [..., M, N, P] each
    *lead, count, tokens, values = before.shape
    pairs = np.stack((before, before + change), axis=-3)  # [..., M, 2, N, P]
    frames = pairs.reshape(*lead, 2 * count, tokens, values)
    return np.delete(frames, 1, axis=-3)  # the first has no second frame


def tokens_of(codec: Codec, frames: Pixels, config: Config) -> Floats:
    """Return key frames [..., T, H, W, 3] as tokens [..., Nv, C]."""
    patched = patches(frames, config.patch_px)  # [..., T, N, P]
    tokens = codec.encode(paired(patched) if config.motion_dims else patched)  # [..., M, N, C]
    return tokens.reshape(*frames.shape[:-4], -1, codec.dims)


def frames_from(codec: Codec, tokens: Floats, config: Config, grid: Grid | None = None) -> Pixels:
    """Return tokens [..., Nv, C] as key frames [..., T, H, W, 3].

    ``grid`` is that of the frame, if it is not the size's own.
    """
    rows, columns = grid or (config.rows, config.columns)
    shape = (*tokens.shape[:-2], -1, rows * columns, codec.dims)
    patched = codec.decode(tokens.reshape(shape))  # [..., M, N, P or 2 P]
    shown = unpaired(patched) if config.motion_dims else patched  # [..., T, N, P]
    return to_pixels(frames_of(shown, rows, config.patch_px))
