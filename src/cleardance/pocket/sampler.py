"""Noise to tokens, in NumPy: one loop, whatever evaluates the network."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import GenerationFailed
from cleardance.pocket import flow
from cleardance.pocket.positions import Layout
from cleardance.pocket.text import nothing

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Tokens:
    """Both streams: video [B, Nv, C] and audio [B, Na, A] (Na may be 0), float32."""

    video: Floats
    audio: Floats

    def __add__(self, other: "Tokens") -> "Tokens":
        """Return the sum, stream by stream."""
        return Tokens(self.video + other.video, self.audio + other.audio)

    def __sub__(self, other: "Tokens") -> "Tokens":
        """Return the difference, stream by stream."""
        return Tokens(self.video - other.video, self.audio - other.audio)

    def __rmul__(self, factor: float) -> "Tokens":
        """Return both streams times a number."""
        single = np.float32(factor)
        return Tokens(single * self.video, single * self.audio)


@dataclass(frozen=True)
class Given:
    """What is known beforehand: clean tokens, and where they are, bool [B, Nv] and [B, Na]."""

    tokens: Tokens
    video: NDArray[np.bool_]
    audio: NDArray[np.bool_]

    def first(self, layout: Layout) -> Floats:
        """Return for each video token the first frame's at its place, if given, [B, Nv, C].

        It is 0 for those of a picture of the subject, and where nothing is given.
        """
        first = np.where(self.video[..., None], self.tokens.video, 0)[:, : layout.frame]
        shown = np.tile(first, (1, layout.moments, 1))  # [B, M x N, C]
        more = layout.video - shown.shape[1]
        return np.pad(shown, ((0, 0), (0, more), (0, 0))).astype(np.float32, copy=False)

    def put(self, onto: Tokens) -> Tokens:
        """Return tokens with the known ones in their places."""
        return Tokens(
            np.where(self.video[..., None], self.tokens.video, onto.video),  # [B, Nv, C]
            np.where(self.audio[..., None], self.tokens.audio, onto.audio),  # [B, Na, A]
        )


Predict = Callable[[Tokens, Floats, Ids, Given], Tokens]
"""x_t, t [B], word ids [B, T] and what is given, to the velocity of x_t."""

Progress = Callable[[int, Tokens], None]
"""Called after each step with its number, from 1, and the clean tokens expected by now."""


@dataclass(frozen=True)
class Plan:
    """How to sample: Euler steps, guidance (1 is none), shift of the times.

    ``motion_noise`` is the spread of the noise that motion channels begin from: with less, what the
    network cannot tell of a change comes out as its mean instead of as grain (docs/pocket.md).

    Guidance is at work from the first to the second time of ``guided`` alone: elsewhere it does
    little and costs as much (Kynkaanniemi et al. 2024, https://arxiv.org/abs/2404.07724).
    """

    steps: int = 10
    guidance: float = 3.0
    shift: float = 3.0
    guided: tuple[float, float] = (0.0, 1.0)
    motion_noise: float = 0.25


def noise(video: tuple[int, ...], audio: tuple[int, ...], seed: int | list[int]) -> Tokens:
    """Return unit noise of two shapes, fixed by the seed."""
    rng = np.random.default_rng(seed)
    return Tokens(
        rng.standard_normal(video, dtype=np.float32), rng.standard_normal(audio, dtype=np.float32)
    )


def quieted(start: Tokens, motion_dims: int, plan: Plan) -> Tokens:
    """Return noise whose last ``motion_dims`` channels of video are as loud as a plan has them."""
    loud = np.ones(start.video.shape[-1], np.float32)  # [C]
    loud[len(loud) - motion_dims :] = plan.motion_noise
    return Tokens(start.video * loud, start.audio)


def unknown(like: Tokens) -> Given:
    """Return the condition that nothing is given."""
    empty = Tokens(np.zeros_like(like.video), np.zeros_like(like.audio))
    return Given(empty, np.zeros(like.video.shape[:2], bool), np.zeros(like.audio.shape[:2], bool))


def sample(
    predict: Predict,
    start: Tokens,
    words: Ids,
    plan: Plan,
    given: Given | None = None,
    progress: Progress | None = None,
) -> Tokens:
    """Return clean tokens for prompts ``words`` [B, T], from noise ``start``.

    The same arguments give the same tokens on one machine. Raises GenerationFailed, naming the
    step and the stream, if anything is not finite.
    """
    known = given or unknown(start)
    empty = np.tile(nothing(words.shape[1]), (len(words), 1))  # [B, T]
    visited = flow.times(plan.steps, plan.shift)
    x = start
    for step, (t, after) in enumerate(pairwise(visited), 1):
        x = known.put(x)
        at = np.full(len(words), t, np.float32)  # [B]
        v = _checked(predict(x, at, words, known), step)
        if plan.guidance != 1.0 and plan.guided[0] <= t <= plan.guided[1]:
            unasked = _checked(predict(x, at, empty, known), step)
            v = flow.guided(v, unasked, plan.guidance)
        if progress is not None:
            progress(step, known.put(x - t * v))
        x = x + (after - t) * v
    return known.put(x)


def _checked(v: Tokens, step: int) -> Tokens:
    for stream, values in (("video", v.video), ("audio", v.audio)):
        if not np.isfinite(values).all():
            raise GenerationFailed(f"The model's {stream} velocity is not finite at step {step}.")
    return v
