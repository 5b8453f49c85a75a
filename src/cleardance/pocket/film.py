"""A shot longer than the model's own clip: windows, each begun from the end of the one before.

A window is given the last three key frames of the one before it and the sound beside them, as
training gave them, so that motion and sound go on; the rest of it is new.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import UsageError
from cleardance.pocket import audio
from cleardance.pocket.codec import Pixels
from cleardance.pocket.moments import tokens_of
from cleardance.pocket.runtime import Model
from cleardance.pocket.sampler import Floats, Given, Plan, Progress

OVERLAP = 3
"""Key frames that a window has from the one before it: two moments."""


@dataclass(frozen=True, eq=False)
class Ask:
    """One shot: its words [T], how many key frames, and what is known of it beforehand."""

    words: NDArray[np.int64]
    frames: int
    seed: int
    first: Pixels | None = None  # [H, W, 3], of the model's size
    sound: Floats | None = None  # mono samples [S], 16 kHz, as long as the shot or longer


class Film(NamedTuple):
    """Key frames [F, H, W, 3], and mono sound [S] at 16 kHz if the model makes any."""

    frames: Pixels
    sound: Floats | None


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
    frames, heard, patched = None, None, _patches(model, ask)
    for number in range(windows(ask.frames, length)):
        start = number * (length - OVERLAP)
        known = _known(
            model, ask.first, frames, heard, None if patched is None else patched[start:]
        )
        tokens = model.sample(ask.words, [ask.seed, number], plan, known, progress)
        shown = model.pixels(tokens)  # [T, H, W, 3]
        new = tokens.audio[0] if heard is None else tokens.audio[0][OVERLAP - 1 :]  # [n, A]
        frames = shown if frames is None else np.concatenate((frames, shown[OVERLAP:]))
        heard = new if heard is None else np.concatenate((heard, new))
    assert frames is not None
    assert heard is not None
    return Film(frames[: ask.frames], model.sound(heard))


def windows(frames: int, length: int) -> int:
    """Return how many windows of ``length`` key frames a shot of so many takes."""
    return max(1, -(-(frames - OVERLAP) // (length - OVERLAP)))


def _patches(model: Model, ask: Ask) -> Floats | None:
    """Return the given sound as tokens [n, A], with silence after its end."""
    if ask.sound is None or model.sound_codec is None:
        return None
    length = model.card.frames
    count = OVERLAP + windows(ask.frames, length) * (length - OVERLAP)
    samples = np.zeros(count * audio.HOP * audio.FRAMES_A_TOKEN, np.float32)
    kept = ask.sound[: len(samples)]
    samples[: len(kept)] = kept
    return model.sound_codec.encode(audio.patches(samples))


def _known(
    model: Model,
    first: Pixels | None,
    frames: Pixels | None,
    heard: Floats | None,
    sound: Floats | None,
) -> Given:
    """Return what a window is given: an end, or a first picture; and a sound, or an end of one."""
    known = model.unknown()
    put, tokens = known.tokens, model.config.video_tokens(1)
    begin = frames[-OVERLAP:] if frames is not None else None if first is None else first[None]
    if begin is not None:
        encoded = tokens_of(model.codec, begin, model.config)  # [n, C]
        put.video[0, : len(encoded)] = encoded
        known.video[0, : len(encoded)] = True
        assert len(encoded) % tokens == 0
    if sound is not None:
        put.audio[0] = sound[: put.audio.shape[1]]
        known.audio[0] = True
    elif heard is not None:
        put.audio[0, : OVERLAP - 1] = heard[1 - OVERLAP :]
        known.audio[0, : OVERLAP - 1] = True
    return known
