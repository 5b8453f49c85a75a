"""What a model of the operator's made of the references, kept in a file that can be deleted."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Moment = tuple[str, float]  # digest of a reference, time in s
Described = dict[Moment, NDArray[np.float32]]  # [1, D] each, of length 1


def digest_of(model: Path) -> str | None:
    """Return sixteen digits of a model's SHA-256, for the name of its cache; None if unreadable."""
    try:
        with model.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return None


def read_described(path: Path | None) -> Described:
    """Return what was kept; nothing if it is not there yet, or damaged."""
    if path is None:
        return {}
    try:
        with np.load(path, allow_pickle=False) as file:
            moments = zip(file["references"], file["times_s"], strict=True)
            places = [(str(reference), float(time_s)) for reference, time_s in moments]
            vectors = np.asarray(file["vectors"], np.float32)
        return {place: vectors[n : n + 1] for n, place in enumerate(places)}
    except (OSError, ValueError, KeyError, EOFError):
        return {}  # everything is described again


def write_described(path: Path | None, known: Described) -> None:
    """Keep what was described, at once or not at all."""
    if path is None or not known:
        return
    references, times_s = zip(*known, strict=True)
    temporary = path.with_suffix(f".{os.getpid()}.part.npz")
    with suppress(OSError):  # it is only a cache
        path.parent.mkdir(mode=0o700, exist_ok=True)
        np.savez(
            temporary,
            references=np.array(references),
            times_s=np.array(times_s),
            vectors=np.concatenate(list(known.values())),
        )
        temporary.replace(path)
