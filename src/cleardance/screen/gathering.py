"""What frame after frame shows, said once: one match for each stretch of time and work.

Frames are counted on the side of what is screened, so that a second cut out of a film is found: the
share of the *film* that is seen, by which vPDQ decides, would be next to nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from cleardance.screen.deciding import Match

_GAP_S: Final = 1.05  # frames are looked at twice a second; one may have been missed


def gathered(matches: Iterable[Match]) -> list[Match]:
    """Return one match for each signal, work and manner, and stretch of frames without a gap.

    It is the nearest of them, with the time of the first and last and their number. Matches
    without a time stay as they are.
    """
    timed: dict[tuple[str, str, str], list[Match]] = defaultdict(list)
    rest = []
    for match in matches:
        if match.evidence.time_s is None or match.evidence.until_s is not None:
            rest.append(match)
        else:
            timed[match.signal, match.work.id, match.manner].append(match)
    return rest + [_one(stretch) for group in timed.values() for stretch in _stretches(group)]


def _stretches(group: list[Match]) -> Iterator[list[Match]]:
    stretch: list[Match] = []
    for match in sorted(group, key=_time_s):
        if stretch and _time_s(match) - _time_s(stretch[-1]) > _GAP_S:
            yield stretch
            stretch = []
        stretch.append(match)
    yield stretch


def _one(stretch: list[Match]) -> Match:
    best = min(stretch, key=lambda match: (match.distance, _time_s(match)))
    evidence = best.evidence.model_copy(
        update={
            "time_s": _time_s(stretch[0]),
            "until_s": _time_s(stretch[-1]),
            "frames": len({_time_s(match) for match in stretch}),
        }
    )
    return replace(best, evidence=evidence)


def _time_s(match: Match) -> float:
    return match.evidence.time_s or 0.0
