"""Looking at frames for registered pictures: by hashes of the whole, and by features of parts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cleardance.match.copies import LOCAL_SIGNAL
from cleardance.match.pdq import BITS, MAX_DISTANCE, PDQ_SIGNAL
from cleardance.rights.pictures import PictureOwner
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptSignal, SampledFrame
from cleardance.screen.rules import Manner
from cleardance.verdict import Evidence

if TYPE_CHECKING:
    from cleardance.match.picture import Look
    from cleardance.match.picture_index import PictureHit, PictureIndex

STOCK_OWNERS: Final = 6
"""A picture that so many different owners registered is nobody's in particular."""

_CODE_BYTES: Final = 32
_KIND: Final = "picture"  # cleardance.match.picture.KIND, which is slow to import


class PdqMatcher:
    """Compares the PDQ hashes of each frame, turned and mirrored, with the registry's."""

    signal: Final = PDQ_SIGNAL.name

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Always: pictures that nobody can look at are held, whatever is registered."""
        return True

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return, for each work that a frame shows, its nearest reference in that frame.

        Flat frames carry nothing to compare: they match nothing and leave no signal.
        """
        looks = [frame.look for frame in frames]
        kept = [
            KeptSignal(self.signal, look.time_s, look.codes.tobytes()[:_CODE_BYTES])
            for look in looks
            if len(look.codes)
        ]
        return Found(tuple(hash_matches(looks, registry)), tuple(kept))


class LocalMatcher:
    """Compares the local features of each frame with the registry's."""

    signal: Final = LOCAL_SIGNAL.name

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """If any picture is registered."""
        return len(registry.pictures) > 0

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return, for each work of which a frame shows a part, the reference that agrees best.

        What is kept of frames, for works registered later, is kept once of frames that look alike.
        """
        looks = [frame.look for frame in frames]
        kept = [KeptSignal(_KIND, look.time_s, look.pack()) for look in _distinct(looks)]
        return Found(tuple(local_matches(looks, registry)), tuple(kept))


def hash_matches(looks: Sequence["Look"], registry: RegistrySnapshot) -> list[Match]:
    """Return the works whose pictures have a view within 31 bits of a view of a frame."""
    found = _owned(registry, lambda index: index.find_hashes(looks))

    def match(hit: "PictureHit", owner: PictureOwner, manner: Manner) -> Match:
        return Match(
            signal=PDQ_SIGNAL.name,
            work=registry.works[owner.work_id],
            distance=hit.distance,
            threshold=float(MAX_DISTANCE),
            scale=float(BITS),
            evidence=_evidence(looks[hit.query], hit, owner),
            manner=manner,
        )

    return [match(*one) for one in _nearest(found, registry)]


def local_matches(looks: Sequence["Look"], registry: RegistrySnapshot) -> list[Match]:
    """Return the works of whose pictures a frame shows a part."""
    found = _owned(registry, lambda index: index.find_local(looks))

    def match(hit: "PictureHit", owner: PictureOwner, manner: Manner) -> Match:
        return Match(
            signal=LOCAL_SIGNAL.name,
            work=registry.works[owner.work_id],
            distance=hit.distance,
            threshold=LOCAL_SIGNAL.ladder.rungs[-1].max_distance,
            scale=LOCAL_SIGNAL.max_distance,
            evidence=_evidence(looks[hit.query], hit, owner),
            manner=manner,
        )

    return [match(*one) for one in _nearest(found, registry)]


def matches_in_kept(signals: Iterable[KeptSignal], registry: RegistrySnapshot) -> list[Match]:
    """Return what an output of the past shows, by the signals that were kept of it."""
    from cleardance.match.picture import Look

    looks = [Look.unpack(signal.value) for signal in signals if signal.kind == _KIND]
    return [*hash_matches(looks, registry), *local_matches(looks, registry)]


_Owned = tuple["PictureHit", PictureOwner]


def _owned(
    registry: RegistrySnapshot, find: "Callable[[PictureIndex], list[PictureHit]]"
) -> list[_Owned]:
    """Return the hits whose works the snapshot knows: pictures may be newer than it."""
    return [one for one in registry.pictures.find(find) if one[1].work_id in registry.works]


def _nearest(
    found: Iterable[_Owned], registry: RegistrySnapshot
) -> Iterator[tuple["PictureHit", PictureOwner, Manner]]:
    """Yield, for each frame and work, the nearest hit, and whether the picture is stock."""
    best: dict[tuple[int, str], _Owned] = {}
    owners: dict[int, set[str]] = defaultdict(set)
    for hit, owner in found:
        work = registry.works[owner.work_id]
        owners[hit.query].add(work.owner or work.id)
        place = hit.query, work.id
        if place not in best or _order(hit, owner) < _order(*best[place]):
            best[place] = hit, owner
    for (query, _), (hit, owner) in best.items():
        yield hit, owner, "stock" if len(owners[query]) >= STOCK_OWNERS else "plain"


def _order(hit: "PictureHit", owner: PictureOwner) -> tuple[float, str, float]:
    return hit.distance, owner.reference, owner.time_s


def _evidence(look: "Look", hit: "PictureHit", owner: PictureOwner) -> Evidence:
    return Evidence(
        time_s=look.time_s,
        box=hit.box,
        reference=owner.reference,
        reference_time_s=owner.time_s,
    )


def _distinct(looks: Sequence["Look"]) -> Iterator["Look"]:
    """Yield the looks that are not blank and differ from the one kept before."""
    last: bytes | None = None
    for look in looks:
        code = look.codes.tobytes()[:_CODE_BYTES]
        alike = last and code and PDQ_SIGNAL.distance(last, code) <= _ALIKE
        if not look.is_blank and not alike:
            last = code
            yield look


_ALIKE: Final = 16  # bits
