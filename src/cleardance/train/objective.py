"""What is learnt: batches of the data set, noised, and how far off the network's velocity is."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cleardance.dataset.shelf import Samples, Shelf
from cleardance.pocket import audio as hearing
from cleardance.pocket import flow
from cleardance.pocket.codec import Codec
from cleardance.pocket.config import Config
from cleardance.pocket.moments import tokens_of
from cleardance.pocket.positions import Grid, Layout, geometry
from cleardance.pocket.sampler import Given, Tokens
from cleardance.pocket.text import PAD, Vocabulary, nothing
from cleardance.pocket.transformer import Transformer
from cleardance.train.picturing import cropped, cut_out
from cleardance.train.runs import Run

NOTHING, FRAME, ENDS, BEGINNING, BRIDGE, SOUND = range(6)
"""What a clip is given: nothing; its first frame; its first and last; what an earlier window ended
with (its first two moments and their sound); that and its last frame; its first frame and sound."""

ODDS = (0.05, 0.6, 0.07, 0.15, 0.05, 0.08)
"""Of each: nearly all begin from a picture that is there, since a clip is a still that moves."""


class Theme(Enum):
    """What a step on stills is about: whole frames, other shapes, subjects shown by a picture."""

    PLAIN = auto()
    SQUARE = auto()
    WIDE = auto()
    TALL = auto()
    PICTURED = auto()


THEMES = (
    *(Theme.PLAIN, Theme.PICTURED, Theme.PLAIN, Theme.SQUARE),
    *(Theme.PLAIN, Theme.PICTURED, Theme.WIDE, Theme.TALL),
)

UNNAMED = 0.5
"""Share of lessons with a picture of the subject whose words do not name it."""

OVERLAP = 2
"""Moments that a window shares with the one before it: three frames, a quarter of a second."""

COVERED = 0.25
"""Share of a patch that a subject must cover for the patch to bear its label."""

Floats = NDArray[np.float32]
Kinds = NDArray[np.int64]


class Lesson(NamedTuple):
    """A batch: clean tokens, noise, times, words, each token's label, and what is given clean."""

    layout: Layout
    video: Tensor  # [B, Nv, C]
    video_noise: Tensor  # [B, Nv, C]
    audio: Tensor  # [B, Na, A]
    audio_noise: Tensor  # [B, Na, A]
    t: Tensor  # [B]
    words: Tensor  # [B, T]
    labels: Tensor  # [B, Nv]
    given_video: Tensor  # [B, Nv], 1 or 0
    given_audio: Tensor  # [B, Na]
    first: Tensor  # [B, Nv, C], as ``Given.first``
    onsets: Tensor  # [B, Na], 0 to 1: how much of a beginning is in it


class Loss(NamedTuple):
    """Scalars: what is minimised, and what it is made of."""

    total: Tensor
    velocity: Tensor  # mean square error over all video tokens to be made
    subject: Tensor  # over those of them that show the subject
    labels: Tensor  # cross-entropy
    named: Tensor  # share of the subject's tokens that are named rightly
    audio: Tensor  # mean square error over all audio tokens to be made


@dataclass(frozen=True, eq=False)
class Teacher:
    """Makes lessons from a data set: step and seed decide what is in each."""

    run: Run
    shelf: Shelf
    codec: Codec
    sound_codec: Codec | None
    words: Vocabulary
    rows: list[int]  # of the split that is taught

    def rows_at(self, step: int) -> list[int]:
        """Return the rows of one step's batch: every row once an epoch, in a new order each."""
        size = self.run.still_batch if self.is_still(step) else self.run.batch
        return [self._row(number) for number in range(step * size, (step + 1) * size)]

    def is_still(self, step: int) -> bool:
        """Whether a step of a run on clips teaches one frame of each."""
        return self.run.frames is not None and step % self.run.still_every == 0

    def theme(self, step: int) -> Theme:
        """Return what a step that teaches stills is about, one after the other."""
        return THEMES[step // self.run.still_every % len(THEMES)]

    def lesson(self, step: int, rank: int = 0, ranks: int = 1) -> Lesson:
        """Return the batch of a step, or a rank's share of it."""
        rows = self.rows_at(step)[rank::ranks]
        rng = np.random.default_rng([self.run.seed, step, rank])
        dropout = self.run.text_dropout
        if self.is_still(step):
            return self.prepared(rows, rng, dropout, frames=1, theme=self.theme(step))
        kinds = None if self.run.frames is None else rng.choice(len(ODDS), len(rows), p=ODDS)
        return self.prepared(rows, rng, dropout, kinds=kinds)

    def prepared(
        self,
        rows: list[int],
        rng: Generator,
        dropout: float,
        *,
        frames: int | None = None,
        theme: Theme = Theme.PLAIN,
        kinds: Kinds | None = None,
    ) -> Lesson:
        """Return rows as a lesson, with noise, times and dropped prompts of a generator.

        Of each clip a part of ``frames`` is taken that begins anywhere; one frame has no sound.
        Each is given what its kind [B] says. ``theme`` may cut them to another shape, or add a
        picture of the subject, from another moment, and take its name out of some of the words.
        """
        config, frames = self.run.config, frames or self.run.frames or 1
        pixels, marks, sound = self._parts(rows, rng, frames)
        grid = _grid(config, theme)
        if grid != (config.rows, config.columns):
            size_px = grid[0] * config.patch_px, grid[1] * config.patch_px
            pixels, marks = cropped(pixels, marks, size_px, rng)
        video = tokens_of(self.codec, pixels, config)  # [B, Nv, C]
        audio = self._heard(sound)  # [B, Na, A]
        last = tokens_of(self.codec, pixels[:, -1:], config)  # [B, N, C]
        given_video, given_audio = _given(kinds, video, audio, last, self.run.audio_at(2))
        words = np.stack([self._ids(row) for row in rows])  # [B, T]
        labels = token_labels(_by_moment(marks, config.motion_dims > 0), config.patch_px)  # [B, Nv]
        if theme is Theme.PICTURED:
            shown = cut_out(*self._parts(rows, rng, 1)[:2], rng)  # [B, 1, H, W, 3]
            video = np.concatenate((video, tokens_of(self.codec, shown, config)), axis=1)
            given_video = np.concatenate((given_video, np.ones_like(given_video)), axis=1)
            labels = np.concatenate((labels, np.zeros_like(labels)), axis=1)
            words = self._unnamed(words, rows, rng)
        words[rng.random(len(rows)) < dropout] = nothing(words.shape[1])
        mean = self.run.time_mean if frames == 1 else self.run.clip_time_mean
        t = 1 / (1 + np.exp(-rng.normal(mean, 1.0, len(rows))))  # [B]
        noise = rng.standard_normal(video.shape, dtype=np.float32)  # [B, Nv, C]
        audio_noise = rng.standard_normal(audio.shape, dtype=np.float32)  # [B, Na, A]
        onsets = hearing.onsets(sound.astype(np.float32))  # [B, Na]
        moments = config.moments(frames)
        pictured = theme is Theme.PICTURED
        layout = Layout(*grid, moments, audio.shape[1], words.shape[1], pictured)
        known = Given(Tokens(video, audio), given_video > 0, given_audio > 0)
        arrays = (video, noise, audio, audio_noise, t.astype(np.float32), words, labels)
        more = given_video, given_audio, known.first(layout), onsets
        return Lesson(layout, *map(torch.from_numpy, (*arrays, *more)))

    def _parts(self, rows: list[int], rng: Generator, frames: int) -> Samples:
        """Return so many frames of each row, from anywhere, and the sound beside them."""
        pixels, marks, sound = self.shelf.read(rows)
        starts = rng.integers(pixels.shape[1] - frames + 1, size=len(rows))  # [B]
        shown = starts[:, None] + np.arange(frames)  # [B, T]
        heard = np.array([self.run.audio_at(int(start)) for start in starts])[:, None]
        heard = heard + np.arange(self.run.audio_at(frames - 1))  # [B, N]
        each = np.arange(len(rows))[:, None]
        return Samples(pixels[each, shown], marks[each, shown], sound[each, heard])

    def _heard(self, sound: NDArray[np.float16]) -> Floats:
        """Return patches of sound [B, N, P] as tokens [B, Na, A]; none for stills."""
        if self.sound_codec is None or sound.shape[1] == 0:
            return np.zeros((len(sound), 0, self.run.config.audio_dims), np.float32)
        return self.sound_codec.encode(sound.astype(np.float32))

    def _ids(self, row: int) -> NDArray[np.int64]:
        caption = self.shelf.manifest.rows[row].caption
        return self.words.ids(caption, self.run.text_tokens)[0]

    def _unnamed(
        self, words: NDArray[np.int64], rows: list[int], rng: Generator
    ) -> NDArray[np.int64]:
        """Return words [B, T], in some of them without those that name the row's subject."""
        kept = np.full_like(words, PAD)  # [B, T]
        for number, row in enumerate(rows):
            name = self.words.ids(self.shelf.manifest.rows[row].subject, words.shape[1])[0]
            without = words[number][~np.isin(words[number], name)]
            left = without if rng.random() < UNNAMED and len(without) else words[number]
            kept[number, : len(left)] = left
        return kept

    def _row(self, number: int) -> int:
        epoch, place = divmod(number, len(self.rows))
        return self.rows[_order(self.run.seed, epoch, len(self.rows))[place]]


def _given(
    kinds: Kinds | None, video: Floats, audio: Floats, last: Floats, overlap: int
) -> tuple[Floats, Floats]:
    """Return which tokens are given, [B, Nv] and [B, Na]; none without ``kinds`` [B].

    A last frame is given as a still, ``last`` [B, N, C], and is put in its place in ``video``:
    whoever has one picture knows nothing of what came just before it. ``overlap`` is how many
    tokens of sound an earlier window ended with.
    """
    tokens = last.shape[1]
    given = np.zeros((len(video), video.shape[1] // tokens, tokens), np.float32)  # [B, M, N]
    heard = np.zeros(audio.shape[:2], np.float32)  # [B, Na]
    if kinds is not None:
        given[np.isin(kinds, (FRAME, ENDS, BEGINNING, SOUND)), 0] = 1
        goes_on, ends = np.isin(kinds, (BEGINNING, BRIDGE)), np.isin(kinds, (ENDS, BRIDGE))
        given[goes_on, :OVERLAP] = 1
        heard[goes_on, :overlap] = 1
        given[ends, -1] = 1
        video[ends, -tokens:] = last[ends]
        heard[kinds == SOUND] = 1
    return given.reshape(len(video), -1), heard


def _by_moment(marks: NDArray[np.uint8], paired: bool) -> NDArray[np.uint8]:
    """Return the labels of frames [B, T, H, W] by moment [B, M, H, W]: those of either frame."""
    if not paired:
        return marks
    return np.concatenate((marks[:, :1], np.maximum(marks[:, 1::2], marks[:, 2::2])), axis=1)


def _grid(config: Config, theme: Theme) -> Grid:
    """Return rows and columns of a theme's frames: 1:1, about 21:9 and 9:16, or the size's own."""
    rows, columns = config.rows, config.columns
    shapes = {Theme.SQUARE: (rows, rows), Theme.WIDE: (rows * 5 // 8, columns)}
    return (shapes | {Theme.TALL: (rows, rows * 5 // 8)}).get(theme, (rows, columns))


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, count: int) -> list[int]:
    """Return the order in which an epoch goes through so many rows."""
    order: list[int] = np.random.default_rng([seed, epoch, 1]).permutation(count).tolist()
    return order


def token_labels(labels: NDArray[np.uint8], patch_px: int) -> NDArray[np.int64]:
    """Return each patch's label [B, T x N] from those of pixels [B, T, H, W]: the subject's, or 0.

    A row shows one subject, so its highest label is the one.
    """
    batch, frames, height, width = labels.shape
    cut = labels.reshape(batch, frames, height // patch_px, patch_px, width // patch_px, patch_px)
    share = (cut > 0).mean(axis=(3, 5)).reshape(batch, -1)  # [B, T x N]
    subject = labels.reshape(batch, -1).max(axis=1)[:, None]  # [B, 1]
    return np.where(share >= COVERED, subject, 0).astype(np.int64)


def loss_of(network: Transformer, lesson: Lesson, run: Run) -> Loss:
    """Return how far the network is off on a lesson."""
    at = lesson.t[:, None, None]  # [B, 1, 1]
    video = _shown(lesson.video, lesson.video_noise, at, lesson.given_video)  # [B, Nv, C]
    audio = _shown(lesson.audio, lesson.audio_noise, at, lesson.given_audio)  # [B, Na, A]
    told = map(torch.tensor, geometry(network.config, lesson.layout))
    given = lesson.given_video, lesson.given_audio, lesson.first
    with torch.autocast(video.device.type, torch.bfloat16):
        out = network(video, audio, lesson.t, lesson.words, *given, *told)
    wanted = flow.velocity(lesson.video, lesson.video_noise)
    error = (out.video.float() - wanted).square().mean(-1)  # [B, Nv]
    to_make, subject = 1 - lesson.given_video, (lesson.labels > 0).float()  # [B, Nv] each
    velocity = _mean(error, to_make * (1 + (run.subject_weight - 1) * subject))
    heard = (out.audio.float() - flow.velocity(lesson.audio, lesson.audio_noise)).square().mean(-1)
    to_hear = (1 - lesson.given_audio) * (1 + run.onset_weight * lesson.onsets)  # [B, Na]
    sound = _mean(heard, to_hear)
    scores = out.labels.float().flatten(0, 1)  # [B Nv, labels]
    labels = functional.cross_entropy(scores, lesson.labels.flatten())
    right = (scores.argmax(-1) == lesson.labels.flatten()).float().view_as(subject)
    return Loss(
        velocity + run.label_weight * labels + run.audio_weight * sound,
        _mean(error, to_make),
        _mean(error, to_make * subject),
        labels,
        _mean(right, subject),
        sound,
    )


def _shown(clean: Tensor, noise: Tensor, at: Tensor, given: Tensor) -> Tensor:
    """Return what the network sees: noised tokens, and clean ones where they are given."""
    return torch.where(given[..., None] > 0, clean, flow.mix(clean, noise, at))


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted mean; 0 where there is nothing to weigh."""
    return (values * weight).sum() / weight.sum().clamp(min=1)
