"""Looking at frames through the operator's copy descriptor, if the settings name one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from cleardance.match.copies import COPY_SIGNAL
from cleardance.match.copy_descriptor import CopyDescriptor, Vectors, normalised, stacked
from cleardance.rights.pictures import PictureOwner
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.described import Described, digest_of, read_described, write_described
from cleardance.screen.matching import Found, KeptOutputs, KeptSignal, SampledFrame
from cleardance.verdict import Evidence


def copy_matcher(path: Path, home: Path) -> "CopyMatcher":
    """Return the matcher of a model; what it made of references is kept in the home's cache."""
    name = digest_of(path)
    if name is None:
        return CopyMatcher(CopyDescriptor(path))  # which then says what is wrong with it
    cache = home / "cache" / f"copy-{name}.npz"
    return CopyMatcher(CopyDescriptor(path), cache, bytes.fromhex(name))


class CopyMatcher:
    """Compares each frame's descriptor with those of all registered pictures.

    References are described when they are first needed, and what was described is kept in a file
    that can be deleted at any time: ``cache`` should be named for the model.
    """

    signal: Final = COPY_SIGNAL.name

    def __init__(
        self, model: CopyDescriptor, cache: Path | None = None, mark: bytes = bytes(8)
    ) -> None:
        self._model = model
        self._mark = mark
        self._cache = cache
        self._known: Described = read_described(cache)

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Always: who names a model wants it asked."""
        return True

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return, for each work that a frame is like, its most similar picture in that frame.

        A kept signal is the first 8 bytes of the model's SHA-256, then its vector as float16:
        vectors of two models cannot be compared.
        """
        seen = stacked([self._model.describe(frame.pixels) for frame in frames])
        times_s = [round(frame.time_s, 3) for frame in frames]
        kept = tuple(
            KeptSignal(self.signal, time_s, self._mark + vector.astype("<f2").tobytes())
            for time_s, vector in zip(times_s, seen, strict=True)
        )
        found = self._nearest(seen, times_s, registry)
        return Found(tuple(match for _, match in found), kept)

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterator[tuple[str, Match]]:
        """Return what ``find`` does, by the signals that were kept; of other models', nothing."""
        rows = [one for one in kept.of(self.signal) if one[1].value.startswith(self._mark)]
        if rows:
            values = [np.frombuffer(one.value[len(self._mark) :], "<f2") for _, one in rows]
            times_s = [one.time_s for _, one in rows]
            for query, match in self._nearest(
                np.stack(values).astype(np.float32), times_s, registry
            ):
                yield rows[query][0], match

    def _nearest(
        self, seen: Vectors, times_s: Sequence[float], registry: RegistrySnapshot
    ) -> list[tuple[int, Match]]:
        owners, references = self._references(registry)
        if not owners:
            return []
        matches: dict[tuple[int, str], Match] = {}
        likeness = normalised(seen, references)
        for query, picture in np.argwhere(likeness >= 1 - _LOOSEST):
            alike = float(likeness[query, picture])
            match = _match(times_s[query], alike, owners[picture], registry)
            place = int(query), match.work.id
            if place not in matches or match.distance < matches[place].distance:
                matches[place] = match
        return [(query, match) for (query, _), match in matches.items()]

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
    time_s: float, likeness: float, owner: PictureOwner, registry: RegistrySnapshot
) -> Match:
    return Match(
        signal=COPY_SIGNAL.name,
        work=registry.works[owner.work_id],
        distance=round(min(1.0, max(0.0, 1 - likeness)), 4),
        threshold=_LOOSEST,
        scale=COPY_SIGNAL.max_distance,
        evidence=Evidence(
            time_s=time_s,
            reference=owner.reference,
            reference_time_s=owner.time_s,
        ),
    )
