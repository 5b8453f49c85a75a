"""Looking at frames for registered pictures."""

from collections.abc import Sequence
from typing import Final

from cleardance.match.pdq import BITS, MAX_DISTANCE, PDQ_SIGNAL
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptSignal, SampledFrame
from cleardance.verdict import Evidence


class PdqMatcher:
    """Compares each frame's PDQ hash with all of the registry's."""

    signal: Final = PDQ_SIGNAL.name

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Always: pictures that nobody can look at are held, whatever is registered."""
        return True

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return, for each work that a frame shows, its nearest reference in that frame.

        Flat frames carry nothing to compare: they match nothing and leave no signal.
        """
        hashes = [(frame.time_s, PDQ_SIGNAL.compute(frame.pixels)) for frame in frames]
        signals = tuple(
            KeptSignal(self.signal, round(time_s, 3), value) for time_s, value in hashes if value
        )
        return Found(tuple(_nearest(signals, registry)), signals)


def _nearest(signals: Sequence[KeptSignal], registry: RegistrySnapshot) -> list[Match]:
    nearest: dict[tuple[int, str], Match] = {}
    for hit in registry.pdq.search([signal.value for signal in signals], MAX_DISTANCE):
        work_id, blob = registry.references[hit.reference]
        if (hit.query, work_id) in nearest:  # hits come by distance
            continue
        nearest[hit.query, work_id] = Match(
            signal=PDQ_SIGNAL.name,
            work=registry.works[work_id],
            distance=float(hit.distance),
            threshold=float(MAX_DISTANCE),
            scale=float(BITS),
            evidence=Evidence(time_s=signals[hit.query].time_s, reference=blob),
        )
    return list(nearest.values())
