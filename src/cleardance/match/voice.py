"""The voice signal: is this a registered voice? Its name, scale and threshold, and what is stored.

Apart from what computes it, because rules are read where nothing heavy may be imported.
"""

import struct
from collections.abc import Sequence
from typing import Final, Literal

from cleardance.match.signal import Ladder, Rung


class VoiceSignal:
    """One minus the cosine of two of an operator's speaker embeddings, 0 to 1.

    The threshold is a cautious one: of published embeddings, two recordings of one speaker mostly
    lie nearer, and so do some of two speakers. That is why the shipped rules only hold.
    """

    name: Final = "voice"
    computed_from: Final[Literal["sound"]] = "sound"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("alike", 0.5),))


VOICE_SIGNAL: Final = VoiceSignal()


def pack_times(times_s: Sequence[float]) -> bytes:
    """Return what is stored of a registered recording: where its windows with sound begin, in s."""
    return struct.pack(f"<{len(times_s)}d", *times_s)


def unpack_times(value: bytes) -> tuple[float, ...]:
    """Read what ``pack_times`` wrote; struct.error for anything else."""
    return struct.unpack(f"<{len(value) // 8}d", value)
