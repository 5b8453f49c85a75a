"""Looking at frames for the faces of registered persons."""

from collections.abc import Iterator, Sequence
from typing import Final

from cleardance.match.faces import FACE_SIGNAL, Box, FaceIndex, faces_in
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptOutputs, KeptSignal, SampledFrame
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
            (round(frame.time_s, 3), face.value, face.box)
            for frame in frames
            for face in faces_in(frame.pixels)
        ]
        kept = tuple(KeptSignal(self.signal, time_s, value) for time_s, value, _ in seen)
        return Found(tuple(match for _, match in self._nearest(seen, registry)), kept)

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterator[tuple[str, Match]]:
        """Return what ``find`` does, by the faces kept; where in the frame they were was not."""
        rows = kept.of(self.signal)
        seen = [(one.time_s, one.value, None) for _, one in rows]
        for face, match in self._nearest(seen, registry):
            yield rows[face][0], match

    def _nearest(
        self, seen: Sequence[tuple[float, bytes, Box | None]], registry: RegistrySnapshot
    ) -> Iterator[tuple[int, Match]]:
        """Yield which face is near a person's, and the nearest person."""
        done: set[int] = set()
        index, owners = registry.known.index(self.signal, FaceIndex)
        for hit in index.search([value for _, value, _ in seen]):  # by face, nearest first
            work_id, blob = owners[hit.reference]
            if hit.query in done or work_id not in registry.works:
                continue
            done.add(hit.query)
            time_s, _, box = seen[hit.query]
            yield (
                hit.query,
                Match(
                    signal=self.signal,
                    work=registry.works[work_id],
                    distance=hit.distance,
                    threshold=FACE_SIGNAL.ladder.rungs[-1].max_distance,
                    scale=FACE_SIGNAL.max_distance,
                    evidence=Evidence(time_s=time_s, box=box, reference=blob),
                ),
            )
