"""What is learnt: batches of the data set, noised, and how far off the network's velocity is."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from cleardance.dataset.shelf import Shelf
from cleardance.pocket import flow
from cleardance.pocket.codec import Codec, patches
from cleardance.pocket.text import Vocabulary, nothing
from cleardance.pocket.transformer import Transformer
from cleardance.train.runs import Run

COVERED = 0.25
"""Share of a patch that a subject must cover for the patch to bear its label."""


class Lesson(NamedTuple):
    """A batch: clean tokens, noise, times, words, and each token's label."""

    clean: Tensor  # [B, N, C]
    noise: Tensor  # [B, N, C]
    t: Tensor  # [B]
    words: Tensor  # [B, T]
    labels: Tensor  # [B, N]


class Loss(NamedTuple):
    """Scalars: what is minimised, and what it is made of."""

    total: Tensor
    velocity: Tensor  # mean square error over all tokens
    subject: Tensor  # over those that show the subject
    labels: Tensor  # cross-entropy
    named: Tensor  # share of the subject's tokens that are named rightly


@dataclass(frozen=True, eq=False)
class Teacher:
    """Makes lessons from a data set: step and seed decide what is in each."""

    run: Run
    shelf: Shelf
    codec: Codec
    words: Vocabulary
    rows: list[int]  # of the split that is taught

    def rows_at(self, step: int) -> list[int]:
        """Return the rows of one step's batch: every row once an epoch, in a new order each."""
        first = step * self.run.batch
        return [self._row(number) for number in range(first, first + self.run.batch)]

    def lesson(self, step: int, rank: int = 0, ranks: int = 1) -> Lesson:
        """Return the batch of a step, or a rank's share of it."""
        rows = self.rows_at(step)[rank::ranks]
        rng = np.random.default_rng([self.run.seed, step, rank])
        return self.prepared(rows, rng, self.run.text_dropout)

    def prepared(self, rows: list[int], rng: Generator, dropout: float) -> Lesson:
        """Return rows as a lesson, with noise, times and dropped prompts of a generator."""
        config = self.run.config
        pixels, labels = self.shelf.read(rows)
        clean = self.codec.encode(patches(pixels, config.patch_px))  # [B, N, C]
        words = np.stack([self._ids(row) for row in rows])  # [B, T]
        words[rng.random(len(rows)) < dropout] = nothing(words.shape[1])
        t = 1 / (1 + np.exp(-rng.normal(self.run.time_mean, 1.0, len(rows))))  # [B]
        noise = rng.standard_normal(clean.shape, dtype=np.float32)  # [B, N, C]
        return Lesson(
            torch.from_numpy(clean),
            torch.from_numpy(noise),
            torch.from_numpy(t.astype(np.float32)),
            torch.from_numpy(words),
            torch.from_numpy(token_labels(labels, config.patch_px)),
        )

    def _ids(self, row: int) -> NDArray[np.int64]:
        caption = self.shelf.manifest.rows[row].caption
        return self.words.ids(caption, self.run.text_tokens)[0]

    def _row(self, number: int) -> int:
        epoch, place = divmod(number, len(self.rows))
        return self.rows[_order(self.run.seed, epoch, len(self.rows))[place]]


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, count: int) -> list[int]:
    """Return the order in which an epoch goes through so many rows."""
    return np.random.default_rng([seed, epoch, 1]).permutation(count).tolist()


def token_labels(labels: NDArray[np.uint8], patch_px: int) -> NDArray[np.int64]:
    """Return each patch's label [B, N] from those of pixels [B, H, W]: the subject's, or 0.

    A picture shows one subject, so its highest label is the one.
    """
    batch, height, width = labels.shape
    cut = labels.reshape(batch, height // patch_px, patch_px, width // patch_px, patch_px)
    share = (cut > 0).mean(axis=(2, 4)).reshape(batch, -1)  # [B, N]
    subject = labels.reshape(batch, -1).max(axis=1)[:, None]  # [B, 1]
    return np.where(share >= COVERED, subject, 0).astype(np.int64)


def loss_of(network: Transformer, lesson: Lesson, run: Run) -> Loss:
    """Return how far the network is off on a lesson."""
    clean, noise, t = lesson.clean, lesson.noise, lesson.t
    silent = clean.new_zeros(len(clean), 0, run.config.audio_dims)  # [B, 0, A]
    with torch.autocast(clean.device.type, torch.bfloat16):
        out = network(
            flow.mix(clean, noise, t[:, None, None]),
            silent,
            t,
            lesson.words,
            clean.new_zeros(clean.shape[:2]),
            silent[..., 0],
        )
    error = (out.video.float() - flow.velocity(clean, noise)).square().mean(-1)  # [B, N]
    shown = (lesson.labels > 0).float()  # [B, N]
    weight = 1 + (run.subject_weight - 1) * shown  # [B, N]
    velocity = (weight * error).sum() / weight.sum()
    scores = out.labels.float().flatten(0, 1)  # [B N, labels]
    labels = functional.cross_entropy(scores, lesson.labels.flatten())
    right = (scores.argmax(-1) == lesson.labels.flatten()).float() * shown.flatten()
    subject = (shown * error).sum() / shown.sum().clamp(min=1)
    named = right.sum() / shown.sum().clamp(min=1)
    return Loss(velocity + run.label_weight * labels, error.mean(), subject, labels, named)
