"""Listening for registered sounds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from cleardance.match.sound import SOUND_SIGNAL
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptOutputs, KeptSignal
from cleardance.verdict import Evidence

if TYPE_CHECKING:
    from cleardance.media import Audio


class SoundMatcher:
    """Compares the peaks of a sound track with all registered recordings."""

    signal: Final = SOUND_SIGNAL.name

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Tell whether any sound is registered."""
        return registry.known.count(self.signal) > 0

    def find(self, sound: "Audio", registry: RegistrySnapshot) -> Found:
        """Return, for each work that is heard, its nearest recording, and the peaks to keep."""
        peaks = SOUND_SIGNAL.compute(sound)
        if peaks is None:
            return Found()
        kept = (KeptSignal(self.signal, 0.0, peaks),)
        return Found(tuple(self._nearest(peaks, registry)), kept)

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterator[tuple[str, Match]]:
        """Return what ``find`` does, by the peaks that were kept."""
        from cleardance.match.sound_index import SoundIndex  # slow to import

        rows = kept.of(self.signal)
        if rows and self.is_needed(registry):
            index, _ = registry.known.index(self.signal, SoundIndex)
            for number in index.suspects([one.value for _, one in rows]):
                task, one = rows[number]
                for match in self._nearest(one.value, registry):
                    yield task, match

    def _nearest(self, peaks: bytes, registry: RegistrySnapshot) -> list[Match]:
        """Return, for each work that is heard, its nearest recording."""
        from cleardance.match.sound_index import SoundIndex  # slow to import

        nearest: dict[str, Match] = {}
        index, owners = registry.known.index(self.signal, SoundIndex)
        for hit in index.search(peaks):  # nearest first
            work_id, blob = owners[hit.reference]
            if work_id in registry.works and work_id not in nearest:
                nearest[work_id] = Match(
                    signal=self.signal,
                    work=registry.works[work_id],
                    distance=hit.distance,
                    threshold=SOUND_SIGNAL.ladder.rungs[-1].max_distance,
                    scale=SOUND_SIGNAL.max_distance,
                    evidence=Evidence(time_s=hit.time_s, reference=blob),
                )
        return list(nearest.values())
