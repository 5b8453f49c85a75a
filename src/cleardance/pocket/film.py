"""A shot: a still that then moves, in windows, each begun from the end of the one before.

The first frame is given, or drawn as a still, which is what the model knows best. A later window is
given three key frames of the one before it and the sound beside them, as training gave them, so
that motion and sound go on; the rest of it is new. The last window ends with the shot, so that a
given last frame is its own last.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from cleardance.errors import UsageError
from cleardance.pocket import audio
from cleardance.pocket.codec import Pixels
from cleardance.pocket.moments import tokens_of
from cleardance.pocket.playback import steadied
from cleardance.pocket.positions import Grid, Layout
from cleardance.pocket.runtime import Model
from cleardance.pocket.sampler import Floats, Given, Ids, Plan, Progress, Tokens

OVERLAP = 3
"""Key frames that a window has from the one before it: two moments."""


@dataclass(frozen=True, eq=False)
class Ask:
    """One shot: its words [T], how many key frames, and what is known of it beforehand."""

    words: Ids
    frames: int
    seed: int
    first: Pixels | None = None  # [H, W, 3], of the model's size
    last: Pixels | None = None  # [H, W, 3]
    sound: Floats | None = None  # mono samples [S], 16 kHz, as long as the shot or longer
    picture: Pixels | None = None  # [H, W, 3], of the subject
    grid: Grid | None = None  # tokens of a frame, if they are not the model's own


class Film(NamedTuple):
    """Key frames [F, H, W, 3], and mono sound [S] at 16 kHz if the model makes any."""

    frames: Pixels
    sound: Floats | None


def still(
    model: Model,
    words: Ids,
    seed: int | list[int],
    plan: Plan,
    picture: Pixels | None = None,
    grid: Grid | None = None,
    progress: Progress | None = None,
) -> Pixels:
    """Return one frame [H, W, 3] of words [T], of the subject of a ``picture`` [H, W, 3] if given.

    ``grid`` is its tokens' rows and columns. Raises GenerationFailed for what is not finite.
    """
    layout = replace(model.layout(1, grid), pictured=picture is not None)
    known = model.unknown(layout)
    if picture is not None:
        tokens = tokens_of(model.codec, picture[None], model.config)  # [N, C]
        known.tokens.video[0, -len(tokens) :] = tokens
        known.video[0, -len(tokens) :] = True

    def frame_alone(tokens: Tokens) -> Tokens:
        return Tokens(tokens.video[:, : layout.frame], tokens.audio)

    def told(step: int, expected: Tokens) -> None:
        if progress is not None:
            progress(step, frame_alone(expected))

    made = model.sample(words, seed, plan, layout, known, told)
    frame: Pixels = model.pixels(frame_alone(made), grid)[0]
    return frame


def film(model: Model, ask: Ask, plan: Plan, progress: Progress | None = None) -> Film:
    """Return the shot.

    Raises UsageError if the model makes no clips, or is given sound and makes none, and
    GenerationFailed for what is not finite.
    """
    length = model.card.frames
    if length <= OVERLAP:
        raise UsageError("This model makes stills only.", hint="Ask for a .png.")
    if ask.sound is not None and model.sound_codec is None:
        raise UsageError("This model knows no sound.")
    layout = model.layout(grid=ask.grid)
    frames = _first(model, ask, plan, progress)[None]  # [1, H, W, 3]
    heard = np.zeros((0, model.config.audio_dims), np.float32)
    sound = _tokens(model, ask)
    starts = windows(ask.frames, length)
    for number, start in enumerate(starts):
        known = model.unknown(layout)
        _put_frames(model, known, frames[start : start + OVERLAP])  # of the first there is one
        _put_sound(known, heard[start : start + OVERLAP - 1])
        if start == starts[-1] and ask.last is not None:
            _put_last(model, known, layout, ask.last, ask.frames - start)
        if sound is not None:
            _put_sound(known, sound[start : start + model.card.audio_tokens])
        tokens = model.sample(ask.words, [ask.seed, number + 1], plan, layout, known, progress)
        kept = len(frames[start : start + OVERLAP])  # what was given is as it was
        made = model.pixels(tokens, ask.grid)
        made[:kept] = frames[start : start + kept]
        if model.config.motion_dims:
            ended = start == starts[-1] and ask.last is not None
            made = steadied(made[: _paired(ask.frames - start)], ended=ended)
        frames = np.concatenate((frames[: start + kept], made[kept:]))
        heard = np.concatenate((heard[:start], tokens.audio[0]))
    return Film(frames[: ask.frames], model.sound(heard))


def _first(model: Model, ask: Ask, plan: Plan, progress: Progress | None) -> Pixels:
    """Return the first frame [H, W, 3]: the one that was given, or a still."""
    if ask.first is not None:
        return ask.first
    return still(model, ask.words, [ask.seed, 0], plan, ask.picture, ask.grid, progress)


def windows(frames: int, length: int) -> list[int]:
    """Return the key frames that windows of ``length`` begin with in a shot of so many.

    Each overlaps the next by ``OVERLAP`` frames, the last but one by as many as it takes to end
    with the shot.
    """
    last = max(frames - length, 0)
    return [*range(0, last, length - OVERLAP), last]


def _tokens(model: Model, ask: Ask) -> Floats | None:
    """Return the given sound as tokens [n, A], with silence after its end."""
    if ask.sound is None or model.sound_codec is None:
        return None
    count = max(ask.frames, model.card.frames)
    samples = np.zeros(count * audio.HOP * audio.FRAMES_A_TOKEN, np.float32)
    kept = ask.sound[: len(samples)]
    samples[: len(kept)] = kept
    return model.sound_codec.encode(audio.patches(samples))


def _put_frames(model: Model, known: Given, frames: Pixels) -> None:
    """Give a window's first key frames [n, H, W, 3]."""
    tokens = tokens_of(model.codec, frames, model.config)  # [n moments, C]
    known.tokens.video[0, : len(tokens)] = tokens
    known.video[0, : len(tokens)] = True


def _put_last(model: Model, known: Given, layout: Layout, frame: Pixels, frames: int) -> None:
    """Give the frame [H, W, 3] that a window of so many key frames ends with, as a still."""
    config = model.config
    tokens = tokens_of(model.codec, frame[None], config)  # [N, C]
    whole = _paired(frames) if config.motion_dims else frames
    end = config.moments(whole) * layout.frame
    known.tokens.video[0, end - len(tokens) : end] = tokens
    known.video[0, end - len(tokens) : end] = True


def _paired(frames: int) -> int:
    """Return how many frames so many are when their last pair is whole: a frame and pairs."""
    return frames + 1 - frames % 2


def _put_sound(known: Given, sound: Floats) -> None:
    """Give a window's first tokens of sound [n, A]."""
    known.tokens.audio[0, : len(sound)] = sound
    known.audio[0, : len(sound)] = True
