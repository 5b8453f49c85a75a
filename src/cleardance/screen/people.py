"""Looking at frames for the faces of registered persons."""

from collections.abc import Sequence
from typing import Final

from cleardance.match.faces import FACE_SIGNAL, Face, FaceIndex, faces_in
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptSignal, SampledFrame
from cleardance.verdict import Evidence


class FaceMatcher:
    """Compares each face in each frame with all registered ones."""

    signal: Final = FACE_SIGNAL.name

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Tell whether any face is registered."""
        return registry.known.count(self.signal) > 0

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return for each face the person it is nearest to; one signal is kept of every face."""
        seen = [
            (round(frame.time_s, 3), face) for frame in frames for face in faces_in(frame.pixels)
        ]
        kept = tuple(KeptSignal(self.signal, time_s, face.value) for time_s, face in seen)
        return Found(tuple(self._nearest(seen, registry)), kept)

    def _nearest(
        self, seen: Sequence[tuple[float, Face]], registry: RegistrySnapshot
    ) -> list[Match]:
        nearest: dict[int, Match] = {}
        index, owners = registry.known.index(self.signal, FaceIndex)
        for hit in index.search([face.value for _, face in seen]):  # by face, nearest first
            work_id, blob = owners[hit.reference]
            if hit.query in nearest or work_id not in registry.works:
                continue
            time_s, face = seen[hit.query]
            nearest[hit.query] = Match(
                signal=self.signal,
                work=registry.works[work_id],
                distance=hit.distance,
                threshold=FACE_SIGNAL.ladder.rungs[-1].max_distance,
                scale=FACE_SIGNAL.max_distance,
                evidence=Evidence(time_s=time_s, box=face.box, reference=blob),
            )
        return list(nearest.values())
