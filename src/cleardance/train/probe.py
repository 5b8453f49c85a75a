"""How well others understand what the model draws: a classifier of real pictures looks at its own.

The probe is kinder than the eye (colour and surroundings give much away), so its accuracy is said
beside that on real pictures, and never stands in for looking at the sheets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cleardance.dataset.shelf import Shelf
from cleardance.pocket.moments import frames_from
from cleardance.pocket.sampler import Plan
from cleardance.train import sheets
from cleardance.train.trainer import Trainer
from cleardance.world.language import reading

ASPECTS = ("subject", "place", "time", "heading")

_WIDTHS = (3, 32, 64, 128, 128)
_BATCH = 64
_STEPS = 500
_ROWS = 8_000
_TOGETHER = 50  # pictures drawn at a time

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Judgement:
    """Shares of pictures whose aspects the probe names as their captions do."""

    made: dict[str, float]
    real: dict[str, float]
    pictures: int


class Probe(nn.Module):
    """A small convolutional network with a head for each aspect of a caption."""

    def __init__(self, classes: dict[str, list[str]]) -> None:
        super().__init__()
        self.classes = classes
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2, padding=1) for before, after in pairwise(_WIDTHS)
        )
        wide = 2 * _WIDTHS[-1]
        self.heads = nn.ModuleDict({k: nn.Linear(wide, len(v)) for k, v in classes.items()})

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Return scores [B, classes] by aspect of pictures uint8 [B, H, W, 3]."""
        x = pixels.permute(0, 3, 1, 2).float() / 127.5 - 1  # [B, 3, H, W]
        for layer in self.layers:
            x = functional.gelu(layer(x))  # [B, C, H / 2, W / 2]
        seen = torch.cat((x.mean((2, 3)), x.amax((2, 3))), dim=1)  # [B, 2 C]
        return {aspect: head(seen) for aspect, head in self.heads.items()}


def truth(caption: str) -> dict[str, str]:
    """Return what a caption says of each aspect."""
    shot = reading.read(caption, 3.0, 0).scene.shots[0]
    actor = shot.actors[0]
    values = actor.subject, shot.place.value, shot.time.value, actor.heading.value
    return dict(zip(ASPECTS, values, strict=True))


def trained(shelf: Shelf, seed: int = 0, steps: int = _STEPS) -> Probe:
    """Return a probe that has learnt from training rows of a data set of stills."""
    rows = shelf.manifest.indices("train")[:_ROWS]
    said = [truth(shelf.manifest.rows[row].caption) for row in rows]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        probe = Probe({aspect: sorted({one[aspect] for one in said}) for aspect in ASPECTS})
    optimiser = torch.optim.AdamW(probe.parameters(), lr=2e-3)
    rng = np.random.default_rng(seed)
    for step in range(steps):
        batch = rng.integers(len(rows), size=_BATCH)
        optimiser.param_groups[0]["lr"] = 2e-3 * (1 - step / steps)
        pixels = shelf.read([rows[i] for i in batch]).pixels[:, 0]
        scores = probe(torch.from_numpy(pixels))
        wanted = {k: [v.index(said[i][k]) for i in batch] for k, v in probe.classes.items()}
        losses = [functional.cross_entropy(scores[k], torch.tensor(wanted[k])) for k in ASPECTS]
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()
        optimiser.step()
    return probe.eval()


@torch.inference_mode()
def accuracies(probe: Probe, pixels: Pixels, captions: Sequence[str]) -> dict[str, float]:
    """Return the share of pictures [B, H, W, 3] that the probe names as their captions do."""
    scores = probe(torch.from_numpy(pixels))
    said = [truth(caption) for caption in captions]
    named = {k: [probe.classes[k][i] for i in scores[k].argmax(1).tolist()] for k in ASPECTS}
    return {
        k: float(np.mean([name == one[k] for name, one in zip(named[k], said, strict=True)]))
        for k in ASPECTS
    }


def judge(trainer: Trainer, count: int, seed: int = 0, steps: int = _STEPS) -> Judgement:
    """Return how the probe names pictures of ``count`` held-out prompts, made and real.

    Captions come in the order of their digests, so that every run is asked the same.
    """
    shelf, manifest = trainer.shelf, trainer.shelf.manifest
    by_caption = {manifest.rows[i].caption: i for i in manifest.indices("held_out")}
    rows = sorted(by_caption.values(), key=lambda i: manifest.rows[i].sha256)[:count]
    captions = [manifest.rows[row].caption for row in rows]
    probe = trained(shelf, seed, steps)
    real = accuracies(probe, shelf.read(rows).pixels[:, 0], captions)
    made = accuracies(probe, _drawn(trainer, captions, seed), captions)
    return Judgement(made, real, len(rows))


def _drawn(trainer: Trainer, captions: Sequence[str], seed: int) -> Pixels:
    """Return what the averaged weights draw for captions, [B, H, W, 3]."""
    config, parts = trainer.run.config, []
    network = trainer.averaged()
    for first in range(0, len(captions), _TOGETHER):
        some = captions[first : first + _TOGETHER]
        made = sheets.tokens(network, trainer.teacher, some, Plan(), seed + first)
        parts.append(frames_from(trainer.codec, made.video, config)[:, 0])
    return np.concatenate(parts)
