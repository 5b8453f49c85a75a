"""Looking at frames through the operator's copy descriptor, if the settings name one."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from cleardance.match.copies import COPY_SIGNAL
from cleardance.match.copy_descriptor import CopyDescriptor, Vectors, normalised, stacked
from cleardance.rights.pictures import PictureOwner
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.described import Described, digest_of, read_described, write_described
from cleardance.screen.matching import Found, KeptSignal, SampledFrame
from cleardance.verdict import Evidence


def copy_matcher(path: Path, home: Path) -> "CopyMatcher":
    """Return the matcher of a model; what it made of references is kept in the home's cache."""
    name = digest_of(path)
    if name is None:
        return CopyMatcher(CopyDescriptor(path))  # which then says what is wrong with it
    return CopyMatcher(CopyDescriptor(path), home / "cache" / f"copy-{name}.npz")


class CopyMatcher:
    """Compares each frame's descriptor with those of all registered pictures.

    References are described when they are first needed, and what was described is kept in a file
    that can be deleted at any time: ``cache`` should be named for the model.
    """

    signal: Final = COPY_SIGNAL.name

    def __init__(self, model: CopyDescriptor, cache: Path | None = None) -> None:
        self._model = model
        self._cache = cache
        self._known: Described = read_described(cache)

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Always: who names a model wants it asked."""
        return True

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return, for each work that a frame is like, its most similar picture in that frame."""
        seen = stacked([self._model.describe(frame.pixels) for frame in frames])
        kept = [
            KeptSignal(self.signal, round(frame.time_s, 3), vector.astype("<f2").tobytes())
            for frame, vector in zip(frames, seen, strict=True)
        ]
        owners, references = self._references(registry)
        if not owners:
            return Found(signals=tuple(kept))
        matches: dict[tuple[int, str], Match] = {}
        likeness = normalised(seen, references)
        for query, picture in np.argwhere(likeness >= 1 - _LOOSEST):
            match = _match(
                frames[query], float(likeness[query, picture]), owners[picture], registry
            )
            place = int(query), match.work.id
            if place not in matches or match.distance < matches[place].distance:
                matches[place] = match
        return Found(tuple(matches.values()), tuple(kept))

    def _references(self, registry: RegistrySnapshot) -> tuple[list[PictureOwner], Vectors]:
        owners = [one for one in registry.pictures.owners() if one.work_id in registry.works]
        missing: dict[str, set[float]] = defaultdict(set)
        for owner in owners:
            if (owner.reference, owner.time_s) not in self._known:
                missing[owner.reference].add(owner.time_s)
        for reference, times in missing.items():
            for time_s, frame in registry.pictures.frames_of(reference, times):
                self._known[reference, time_s] = self._model.describe(frame)
        if missing:
            write_described(self._cache, self._known)
        owners = [one for one in owners if (one.reference, one.time_s) in self._known]
        if not owners:
            return [], np.zeros((0, 0), np.float32)
        return owners, stacked([self._known[one.reference, one.time_s] for one in owners])


_LOOSEST: Final = COPY_SIGNAL.ladder.rungs[-1].max_distance


def _match(
    frame: SampledFrame, likeness: float, owner: PictureOwner, registry: RegistrySnapshot
) -> Match:
    return Match(
        signal=COPY_SIGNAL.name,
        work=registry.works[owner.work_id],
        distance=round(min(1.0, max(0.0, 1 - likeness)), 4),
        threshold=_LOOSEST,
        scale=COPY_SIGNAL.max_distance,
        evidence=Evidence(
            time_s=round(frame.time_s, 3),
            reference=owner.reference,
            reference_time_s=owner.time_s,
        ),
    )
