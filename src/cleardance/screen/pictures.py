"""Looking at frames for registered pictures: by hashes of the whole, and by features of parts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cleardance.match.copies import LOCAL_SIGNAL
from cleardance.match.pdq import BITS, MAX_DISTANCE, PDQ_SIGNAL
from cleardance.rights.pictures import PictureOwner
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptOutputs, KeptSignal, SampledFrame
from cleardance.screen.rules import Manner
from cleardance.verdict import Evidence

if TYPE_CHECKING:
    from cleardance.match.picture import Glance, Look
    from cleardance.match.picture_index import PictureHit, PictureIndex
    from cleardance.match.sketch import Sketch

STOCK_OWNERS: Final = 6
"""A picture that so many different owners registered is nobody's in particular."""

_CODE_BYTES: Final = 32
_KIND: Final = "picture"  # cleardance.match.picture's KIND and GLANCE, which is slow to import
_GLANCE: Final = "glance"
_VOTES: Final = 7  # of a glance's features; 4 suspect a third of unrelated ones, 7 one in twenty


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
        return Found(tuple(match for _, match in hash_matches(looks, registry)), tuple(kept))

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterator[tuple[str, Match]]:
        """Compare all views of the distinct frames, and the upright one of every frame."""
        glances = [glance for _, glance in kept.glances]
        for query, match in hash_matches(glances, registry):
            yield kept.glances[query][0], match
        upright = kept.of(self.signal)
        for query, match in _code_matches([one for _, one in upright], registry):
            yield upright[query][0], match


class LocalMatcher:
    """Compares the local features of each frame with the registry's."""

    signal: Final = LOCAL_SIGNAL.name

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """If any picture is registered."""
        return len(registry.pictures) > 0

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return, for each work of which a frame shows a part, the reference that agrees best.

        What is kept of frames, for works registered later, is kept once of frames that look alike:
        a glance to search by, and the whole look, which proves.
        """
        looks = [frame.look for frame in frames]
        kept = [
            signal
            for look in _distinct(looks)
            for signal in (
                KeptSignal(_GLANCE, look.time_s, look.glance.pack()),
                KeptSignal(_KIND, look.time_s, look.pack()),
            )
        ]
        return Found(tuple(match for _, match in local_matches(looks, registry)), tuple(kept))

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterator[tuple[str, Match]]:
        """Search by glances; read the looks of the outputs suspected, and prove it on those."""
        from cleardance.match.picture import Look

        sketches = [glance.sketch for _, glance in kept.glances]
        suspected = {
            (task, glance.time_s): glance.sketch
            for task, glance in (kept.glances[n] for n in _suspected(sketches, registry))
        }
        if not suspected:
            return
        looks = [
            (task, Look.unpack(one.value).sketched(suspected[task, round(one.time_s, 3)]))
            for task, one in kept.read_pictures({task for task, _ in suspected})
            if (task, round(one.time_s, 3)) in suspected
        ]
        for query, match in local_matches([look for _, look in looks], registry, _VOTES):
            yield looks[query][0], match


def _suspected(sketches: Sequence["Sketch"], registry: RegistrySnapshot) -> set[int]:
    """Return which sketches seem to share features with a registered picture."""
    found: set[int] = set()
    for index in registry.pictures.indexes():
        found |= {n for n, some in enumerate(index.suspects(sketches, _VOTES)) if some}
    return found


def hash_matches(
    looks: Sequence["Look | Glance"], registry: RegistrySnapshot
) -> Iterator[tuple[int, Match]]:
    """Yield which look is within 31 bits of a work's picture, and the work."""
    found = _owned(registry, lambda index: index.find_hashes(looks))
    return _hash_matches(found, [look.time_s for look in looks], registry)


def _code_matches(
    kept: Sequence[KeptSignal], registry: RegistrySnapshot
) -> Iterator[tuple[int, Match]]:
    """Yield what ``hash_matches`` does, of frames of which one code each was kept."""
    import numpy as np

    from cleardance.match.hamming import packed

    if any(len(one.value) != _CODE_BYTES for one in kept):
        raise ValueError(f"a code has {_CODE_BYTES} bytes")
    codes, frames = packed(b"".join(one.value for one in kept)), np.arange(len(kept))
    found = _owned(registry, lambda index: index.find_codes(codes, frames))
    return _hash_matches(found, [round(one.time_s, 3) for one in kept], registry)


def _hash_matches(
    found: Iterable["_Owned"], times_s: Sequence[float], registry: RegistrySnapshot
) -> Iterator[tuple[int, Match]]:
    for hit, owner, manner in _nearest(found, registry):
        match = Match(
            signal=PDQ_SIGNAL.name,
            work=registry.works[owner.work_id],
            distance=hit.distance,
            threshold=float(MAX_DISTANCE),
            scale=float(BITS),
            evidence=_evidence(times_s[hit.query], hit, owner),
            manner=manner,
        )
        yield hit.query, match


def local_matches(
    looks: Sequence["Look"], registry: RegistrySnapshot, votes: int | None = None
) -> Iterator[tuple[int, Match]]:
    """Yield which look shows a part of a work's picture, and the work."""
    least = {} if votes is None else {"votes": votes}
    found = _owned(registry, lambda index: index.find_local(looks, **least))
    for hit, owner, manner in _nearest(found, registry):
        match = Match(
            signal=LOCAL_SIGNAL.name,
            work=registry.works[owner.work_id],
            distance=hit.distance,
            threshold=LOCAL_SIGNAL.ladder.rungs[-1].max_distance,
            scale=LOCAL_SIGNAL.max_distance,
            evidence=_evidence(looks[hit.query].time_s, hit, owner),
            manner=manner,
        )
        yield hit.query, match


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


def _evidence(time_s: float, hit: "PictureHit", owner: PictureOwner) -> Evidence:
    return Evidence(
        time_s=time_s,
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
