"""A run's state on disk: weights, their average, both optimisers and the number of the next step.

There is no generator to keep: what is random follows from the seed and the step. The file is
written beside the old one and put in its place, so that a crash leaves one that is whole.
"""

import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from cleardance.errors import VerificationError
from cleardance.pocket.carried import weights_in
from cleardance.pocket.codec import Codec
from cleardance.pocket.config import config_named
from cleardance.pocket.runtime import CODEC, NETWORK, STILLS, verified
from cleardance.pocket.text import Vocabulary
from cleardance.pocket.transformer import Transformer

FILE_NAME = "state.pt"
_FORMAT = 2
_NEW = ("first_", "video_spread.", "audio_spread.", "label_head.")
"""What states of before, or exported models, may be without."""
_GROWING = (
    "video_in.weight",
    "video_out.",
    "video_sd",
    "video_spread.",
    "first_in.weight",
    "first_out.",
)


@dataclass(eq=False)
class Progress:
    """A network in training. ``average`` holds the averaged weights by name.

    ``lineage`` are the digests of what its weights were taught before this run, oldest first.
    """

    network: Transformer
    average: dict[str, Tensor]
    optimisers: Sequence[torch.optim.Optimizer]
    step: int = 0
    lineage: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """What a state belongs to: it is of no use with anything else."""

    run: str
    size: str
    manifest: str  # digest
    codec: str  # digest
    sound_codec: str  # digest; none for stills
    words: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Where weights are from: a run after so many steps, and all they were taught, oldest first."""

    run: str
    steps: int
    manifests: tuple[str, ...]


def save(path: Path, progress: Progress, origin: Origin) -> None:
    """Write the state, whole or not at all."""
    body = {
        "format": _FORMAT,
        "origin": _body(origin),
        "step": progress.step,
        "lineage": list(progress.lineage),
        "weights": progress.network.state_dict(),
        "average": progress.average,
        "optimisers": [optimiser.state_dict() for optimiser in progress.optimisers],
    }
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save(body, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def restore(path: Path, progress: Progress, origin: Origin) -> None:
    """Put a saved state into a fresh one. Raises VerificationError if it is of another run."""
    body = _read(path)
    if body["origin"] != _body(origin):
        other = sorted(k for k, v in _body(origin).items() if body["origin"].get(k) != v)
        raise VerificationError(
            f"{path} is of a run with another {', '.join(other)}.",
            hint="Train into another folder, or start from its weights with --from.",
        )
    _put(progress, body, path)
    for optimiser, state in zip(progress.optimisers, body["optimisers"], strict=True):
        optimiser.load_state_dict(state)
    progress.step, progress.lineage = body["step"], tuple(body.get("lineage", ()))


def start_from(
    path: Path, progress: Progress, origin: Origin, codecs: Sequence[str], *, stills: bool = False
) -> Source:
    """Begin with the averaged weights of another run, whose codec has one of these ``codecs``.

    ``path`` is a state, or the folder of an exported model, which has all but the head that names
    labels; of a model, ``stills`` takes the network that draws stills. The sound may be new, the
    words may have grown, and tokens may have more channels, which begin unheard and silent. Return
    where the weights are from. Raises VerificationError if they do not fit.
    """
    body, now = _start(path, stills=stills), _body(origin)
    then = body["origin"]
    now["words"] = now["words"][: len(then["words"])]
    fits = {
        "size": _inner(then["size"]) == _inner(now["size"]),
        "codec": then["codec"] in codecs,
        "words": then["words"] == now["words"],
    }
    for part in (part for part, is_so in fits.items() if not is_so):
        raise VerificationError(f"{path} is of a model with another {part}.")
    own = progress.network.state_dict()
    body["weights"] |= body["average"]
    new = {k: v for k, v in own.items() if k.startswith(_NEW) or k not in progress.average}
    body["weights"] = new | {k: _grown(k, v, own) for k, v in body["weights"].items()}
    body["average"] = {k: body["weights"].get(k, own[k]) for k in progress.average}
    _put(progress, body, path)
    progress.lineage = _lineage(body)
    return Source(then["run"], body["step"], progress.lineage)


def lineage_of(path: Path) -> tuple[str, ...]:
    """Return the digests of what a saved state's weights were taught. Raises VerificationError."""
    return _lineage(_start(path))


def words_of(path: Path) -> Vocabulary:
    """Return the words that a saved state's model knows. Raises VerificationError."""
    return Vocabulary(tuple(_start(path)["origin"]["words"]))


def _body(origin: Origin) -> dict[str, Any]:
    return vars(origin) | {"words": list(origin.words)}


def _lineage(body: dict[str, Any]) -> tuple[str, ...]:
    return *body.get("lineage", ()), body["origin"]["manifest"]


def _inner(size: str) -> tuple[int, int, int]:
    """Return what sizes must share for the weights of one to fit the other."""
    config = config_named(size)
    return config.width, config.depth, config.heads


def _grown(name: str, weight: Tensor, own: Mapping[str, Tensor]) -> Tensor:
    """Return a weight with room for channels that only the network at hand has, zero in them."""
    if not name.startswith(_GROWING) or name not in own:
        return weight
    room = [max(new - old, 0) for new, old in zip(own[name].shape, weight.shape, strict=True)]
    pads = [pad for extra in reversed(room) for pad in (0, extra)]
    return functional.pad(weight, pads)


def _put(progress: Progress, body: dict[str, Any], path: Path) -> None:
    try:
        progress.network.load_state_dict(body["weights"])
    except RuntimeError as error:
        raise VerificationError(f"The weights in {path} do not fit: {error}.") from error
    for name, kept in progress.average.items():
        kept.copy_(body["average"][name])


def _start(path: Path, *, stills: bool = False) -> dict[str, Any]:
    """Return a state to begin with; that of an exported model is made from what it carries."""
    if not path.is_dir():
        return _read(path)
    card = verified(path)
    name, taught = (STILLS, card.stills) if stills and card.stills else (NETWORK, card)
    origin = Origin(
        run=taught.run,
        size=card.size,
        manifest=taught.manifest_sha256,
        codec=Codec.load(path / CODEC).digest,
        sound_codec="",
        words=card.words,
    )
    return {
        "origin": _body(origin),
        "step": taught.steps,
        "lineage": list(taught.earlier_manifests),
        "weights": {k: torch.tensor(v) for k, v in weights_in(path / name).items()},
        "average": {},
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        body = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise VerificationError(f"{path} is not a training state: {error}.") from error
    if not isinstance(body, dict) or body.get("format") != _FORMAT:
        raise VerificationError(f"{path} is not a training state of format {_FORMAT}.")
    return body
