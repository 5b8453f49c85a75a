"""Putting requests and outputs before the judge, where one is named in the settings."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select

from cleardance.clearance.references import located
from cleardance.clearance.service import Service
from cleardance.errors import MediaError
from cleardance.request import Request
from cleardance.rights.licence import Asker
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.judge import Candidate, Case, no_opinion, screen_by
from cleardance.screen.matching import SampledFrame
from cleardance.store.tables import work
from cleardance.verdict import Decision, Verdict, worst_of

if TYPE_CHECKING:
    from cleardance.media import Frame

MAX_CANDIDATES = 16
MAX_FRAMES = 4


def with_opinion(
    service: Service,
    verdict: Verdict,
    text: str,
    frames: Iterable[tuple[float, "Frame"]],
    registry: RegistrySnapshot,
    asker: Asker,
) -> Verdict:
    """Return a verdict with the judge's opinion beside it; without a judge, as it is.

    What is denied already is not put before anybody. ``frames`` (time in s, RGB uint8 [H, W, 3])
    are read only if there is a judge.
    """
    if service.judge is None or verdict.decision is Decision.DENY:
        return verdict
    try:
        shown = tuple(spread(frames))
    except MediaError as error:
        return worst_of([verdict, no_opinion(error.message, registry)])
    case = Case(text, _candidates(service, verdict, text, registry), shown)
    return worst_of([verdict, screen_by(service.judge, case, registry, asker=asker)])


def reference_frames(service: Service, request: Request) -> Iterator[tuple[float, "Frame"]]:
    """Yield the pictures that were handed in, of clips one a second."""
    for reference in located(service, request).references:
        from cleardance.media import probe, sample_frames  # slow to import

        if probe(reference.path).kind != "audio":
            yield from sample_frames(reference.path, per_second=1.0)


def _candidates(
    service: Service, verdict: Verdict, text: str, registry: RegistrySnapshot
) -> tuple[Candidate, ...]:
    """Return the works that a finding points at, then those described most alike."""
    found = [finding.work.id for finding in verdict.findings]
    near = registry.descriptors.nearest(text, MAX_CANDIDATES)
    chosen = list(dict.fromkeys([*found, *near]))[:MAX_CANDIDATES]
    described = select(work.c.id, work.c.descriptors).where(work.c.id.in_(chosen))
    with service.store.read() as session:
        texts = {row.id: tuple(row.descriptors or ()) for row in session.execute(described)}
    return tuple(Candidate(registry.works[one], texts.get(one, ())) for one in chosen)


def spread(frames: Iterable[tuple[float, "Frame"]]) -> list[SampledFrame]:
    """Return up to four frames, spread over all of them, holding few in memory at a time."""
    kept: list[SampledFrame] = []
    step = 1
    for number, (time_s, pixels) in enumerate(frames):
        if number % step:
            continue
        kept.append(SampledFrame(time_s, pixels))
        if len(kept) == 2 * MAX_FRAMES:  # every other one, from here on and so far
            kept, step = kept[::2], 2 * step
    last = len(kept) - 1
    places = dict.fromkeys(round(last * n / max(MAX_FRAMES - 1, 1)) for n in range(MAX_FRAMES))
    return [kept[place] for place in places] if kept else []
