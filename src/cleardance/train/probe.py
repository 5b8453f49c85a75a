"""How well others understand what the model draws: a classifier of real pictures looks at its own.

The probe is kinder than the eye (colour and surroundings give much away), so its accuracy is said
beside that on real pictures, and never stands in for looking at the sheets. Of clips it also names
what happens, and contacts are timed against what is heard (``sync``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cleardance.dataset.shelf import Shelf
from cleardance.generate.backends.pocket import PLAN
from cleardance.pocket import audio
from cleardance.pocket.film import Ask, Film, film, still
from cleardance.pocket.runtime import CARD, Model, sha256
from cleardance.pocket.text import Vocabulary
from cleardance.train.sync import Sync, contacts, measured, onsets, shuffled
from cleardance.world.language import reading

ASPECTS = ("subject", "place", "time", "heading", "action")

_WIDTHS = (6, 32, 64, 128, 128)  # channels: a frame, how the next differs from it, and on
_BATCH = 64
_CLIPS = 16  # of a batch
_STEPS = 500
_ROWS = 8_000
_BOUNCE = " bounces "

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Judgement:
    """Shares of pictures or clips whose aspects the probe names as their captions do.

    ``sync`` says of what bounces in clips how contacts lie to onsets: made, real, and both with
    another's sound.
    """

    made: dict[str, float]
    real: dict[str, float]
    pictures: int
    sync: dict[str, Sync]


class Probe(nn.Module):
    """A small convolutional network over space, then over time, with a head for each aspect."""

    def __init__(self, classes: dict[str, list[str]]) -> None:
        super().__init__()
        self.classes = classes
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2, padding=1) for before, after in pairwise(_WIDTHS)
        )
        wide = 2 * _WIDTHS[-1]
        self.course = nn.Conv1d(wide, wide, 5, padding=2)
        self.heads = nn.ModuleDict({k: nn.Linear(2 * wide, len(v)) for k, v in classes.items()})

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Return scores [B, classes] by aspect of frames uint8 [B, T, H, W, 3]."""
        batch, count = pixels.shape[:2]
        x = pixels.permute(0, 1, 4, 2, 3).float() / 127.5 - 1  # [B, T, 3, H, W]
        change = torch.cat((x[:, 1:] - x[:, :-1], torch.zeros_like(x[:, :1])), dim=1)
        x = torch.cat((x, change), dim=2).flatten(0, 1)  # [B T, 6, H, W]
        for layer in self.layers:
            x = functional.gelu(layer(x))  # [B T, C, H / 2, W / 2]
        seen = torch.cat((x.mean((2, 3)), x.amax((2, 3))), dim=1)  # [B T, 2 C]
        told = seen.view(batch, count, -1).mT  # [B, 2 C, T]
        told = told + functional.gelu(self.course(told))  # [B, 2 C, T]
        whole = torch.cat((told.mean(2), told.amax(2)), dim=1)  # [B, 4 C]
        return {aspect: head(whole) for aspect, head in self.heads.items()}


def truth(caption: str) -> dict[str, str]:
    """Return what a caption says of each aspect."""
    shot = reading.read(caption, 3.0, 0).scene.shots[0]
    actor = shot.actors[0]
    place, time, action = shot.place.value, shot.time.value, actor.action.value
    return dict(
        zip(ASPECTS, (actor.subject, place, time, actor.heading.value, action), strict=True)
    )


def aspects_of(shelf: Shelf) -> tuple[str, ...]:
    """Return what can be asked of a data set: of stills, not what happens."""
    return ASPECTS if shelf.manifest.header.kind == "clips" else ASPECTS[:-1]


def trained(shelf: Shelf, frames: int, seed: int = 0, steps: int = _STEPS) -> Probe:
    """Return a probe that has learnt from the first ``frames`` of training rows of a data set."""
    rows = shelf.manifest.indices("train")[:_ROWS]
    said = [truth(shelf.manifest.rows[row].caption) for row in rows]
    asked = aspects_of(shelf)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        probe = Probe({aspect: sorted({one[aspect] for one in said}) for aspect in asked})
    optimiser = torch.optim.AdamW(probe.parameters(), lr=2e-3)
    rng = np.random.default_rng(seed)
    for step in range(steps):
        batch = rng.integers(len(rows), size=_BATCH if frames == 1 else _CLIPS)
        optimiser.param_groups[0]["lr"] = 2e-3 * (1 - step / steps)
        pixels = shelf.read([rows[i] for i in batch]).pixels[:, :frames]
        scores = probe(torch.from_numpy(pixels))
        wanted = {k: [v.index(said[i][k]) for i in batch] for k, v in probe.classes.items()}
        losses = [functional.cross_entropy(scores[k], torch.tensor(wanted[k])) for k in asked]
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()
        optimiser.step()
    return probe.eval()


@torch.inference_mode()
def accuracies(probe: Probe, pixels: Pixels, captions: Sequence[str]) -> dict[str, float]:
    """Return the share of clips [B, T, H, W, 3] that the probe names as their captions do."""
    parts = [
        probe(torch.from_numpy(some)) for some in np.array_split(pixels, len(pixels) // 10 + 1)
    ]
    said = [truth(caption) for caption in captions]
    shares = {}
    for aspect, classes in probe.classes.items():
        names = [classes[i] for i in torch.cat([part[aspect] for part in parts]).argmax(1).tolist()]
        right = [name == one[aspect] for name, one in zip(names, said, strict=True)]
        shares[aspect] = float(np.mean(right))
    return shares


def judge(
    exported: Path, shelf: Shelf, out: Path, count: int, seed: int = 0, steps: int = _STEPS
) -> Judgement:
    """Return how the probe names pictures or clips of ``count`` held-out prompts, made and real.

    Captions come in the order of their digests, so that every run is asked the same. What the
    ``exported`` model draws stays in a folder of its own in ``out``: asked again, it goes on where
    it stopped. Raises VerificationError if the model is harmed.
    """
    model = Model.load(exported, threads=torch.get_num_threads())
    folder = out / sha256((exported / CARD).read_bytes())[:12]
    manifest, frames = shelf.manifest, model.card.frames
    by_caption = {manifest.rows[i].caption: i for i in manifest.indices("held_out")}
    rows = sorted(by_caption.values(), key=lambda i: manifest.rows[i].sha256)[:count]
    captions = [manifest.rows[row].caption for row in rows]
    films = [
        _drawn(model, caption, folder / f"{n:04}.npz", n) for n, caption in enumerate(captions)
    ]
    made, real = np.stack([one.frames for one in films]), shelf.read(rows)
    fps, sync = model.config.key_fps, dict[str, Sync]()
    if model.sound_codec is not None:
        heard = [audio.patches(one.sound) for one in films if one.sound is not None]
        sync |= _in_time("made", made, heard, captions, fps)
        own = list(real.sound[:, : model.card.audio_tokens].astype(np.float32))
        sync |= _in_time("real", real.pixels[:, :frames], own, captions, fps)
    probe = trained(shelf, frames, seed, steps)
    named = [accuracies(probe, one, captions) for one in (made, real.pixels[:, :frames])]
    return Judgement(named[0], named[1], len(rows), sync)


def _in_time(
    name: str,
    pixels: Pixels,
    heard: Sequence[NDArray[np.float32]],
    captions: Sequence[str],
    fps: float,
) -> dict[str, Sync]:
    """Return how contacts of what bounces lie to onsets, its own and another's."""
    rows = [row for row, caption in enumerate(captions) if _BOUNCE in caption]
    seen = [contacts(pixels[row], fps) for row in rows]
    begun = [onsets(heard[row]) for row in rows]
    return {
        name: measured(seen, begun),
        f"{name}, another's sound": measured(seen, shuffled(begun)),
    }


def _drawn(model: Model, caption: str, path: Path, seed: int) -> Film:
    """Return what the product makes of a caption: one window with its sound, or a still.

    What is at ``path`` is taken from there, and put there if nothing is.
    """
    if not path.exists():
        words = Vocabulary(model.card.words).ids(caption, model.card.text_tokens)[0]
        if model.card.frames == 1:
            made = Film(still(model, words, seed, PLAN)[None], None)
        else:
            made = film(model, Ask(words, model.card.frames, seed), PLAN)
        sound = np.zeros(0, np.float32) if made.sound is None else made.sound
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez(part, frames=made.frames, sound=sound)
        part.replace(path)
    with np.load(path) as kept:
        return Film(kept["frames"], kept["sound"] if kept["sound"].size else None)
