"""The sound signal: do two sounds share a stretch, however it was encoded, sped up or pitched?

A sound is reduced to its loudest moments in time and pitch (Wang 2003, "An industrial-strength
audio search algorithm"). Two sounds are compared by laying the peaks of one over those of the
other: every peak met within a thirtieth of a second and a third of a semitone speaks for a copy.
How loudly is counted in bits: the chance that unrelated sounds meet so often is at most
2 to the power of minus that many (Chernoff's bound on the binomial tail). The rate at which they
would meet anyway is measured on the same two sounds, laid over each other at wrong offsets, so
ticking and merely similar sounds earn little.
"""

from typing import TYPE_CHECKING, Final, Literal

from cleardance.match.signal import Ladder, Rung

if TYPE_CHECKING:  # rules are read where nothing heavy may be imported
    from cleardance.media import Audio

FULL_EVIDENCE_BITS: Final = 128
"""This much evidence is distance 0; none is distance 1."""

MIN_PEAKS: Final = 12
"""A sound with fewer peaks is as good as silent."""


class SoundSignal:
    """The sound signal: evidence of a shared stretch, as a distance from 0 (128 bits) to 1."""

    name: Final = "sound"
    computed_from: Final[Literal["sound"]] = "sound"
    max_distance: Final = 1.0
    # On 51 pieces of music other pieces reached 36 bits, a 3 s excerpt of the same at least 116.
    ladder: Final = Ladder((Rung("copy", 0.5), Rung("resembling", 0.625)))

    def compute(self, item: "Audio") -> bytes | None:
        """Return the peaks of a sound, or None if it has too few to compare.

        Raises UnreadableMedia for samples that are not finite, or more than 1,000 s of them.
        """
        from cleardance.match.sound_peaks import peaks_of

        peaks = peaks_of(item)
        return peaks.to_bytes() if len(peaks) >= MIN_PEAKS else None

    def distance(self, left: bytes, right: bytes) -> float:
        """Return the distance of the stretch of ``left`` that is most like one of ``right``."""
        from cleardance.match.sound_index import SoundIndex

        found = SoundIndex([right]).search(left, self.max_distance)
        return found[0].distance if found else self.max_distance


SOUND_SIGNAL: Final = SoundSignal()
