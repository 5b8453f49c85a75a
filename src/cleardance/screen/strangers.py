"""Faces that nobody registered has: counted before findings are gathered into stretches."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from cleardance.match.faces import FACE_SIGNAL
from cleardance.screen.deciding import Match
from cleardance.screen.matching import KeptSignal

FACE: Final = FACE_SIGNAL.name
"""Its matcher keeps one signal for each face that it sees, known or not."""
_SAME: Final = FACE_SIGNAL.ladder.rungs[0].max_distance  # merely near may be a look-alike


def has_strangers(matches: Sequence[Match], signals: Sequence[KeptSignal]) -> bool:
    """Tell whether at any time more faces were seen than people surely recognised by theirs."""
    seen = Counter(signal.time_s for signal in signals if signal.kind == FACE)
    known = {
        (match.evidence.time_s, match.evidence.box)
        for match in matches
        if match.signal == FACE and match.distance <= _SAME
    }
    recognised = Counter(time_s for time_s, _ in known)
    return any(faces > recognised[time_s] for time_s, faces in seen.items())
