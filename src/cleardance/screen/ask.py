"""Screening what is asked: the text of a prompt, or of a post."""
# ruff: noqa: RUF001 - typographic quotes are meant

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cleardance.match.demand import is_title
from cleardance.match.descriptor import DESCRIPTOR_SIGNAL
from cleardance.match.names import NAME_SIGNAL, NameMatch
from cleardance.rights.licence import Asker
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.rights.terms import PUBLIC_DOMAIN
from cleardance.screen.deciding import Match, decide
from cleardance.screen.rules import Manner, Rules, rules_of
from cleardance.verdict import Evidence, Verdict

_BEFORE: Final = re.compile(
    r"(?:\b(?:styles?|manner|spirit|look|aesthetics?|vibes?) of|\bà la|\ba la|\binspired by)"
    r"[\s\"'“‘]{1,3}(?:(?:the|a|an)\s)?$",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(
    r"['’]?s?[\s\"'”’-]{0,2}(?:style|styled|inspired|esque|aesthetic)\b", re.I
)
_WINDOW: Final = 40


def screen_ask(
    text: str,
    registry: RegistrySnapshot,
    rules: Rules | None = None,
    asker: Asker | None = None,
) -> Verdict:
    """Return the verdict on a text, at the registry's revision. No text is an error.

    A finding's ``text_span`` is in characters of ``text`` as given. A wording that stands in
    several places is found once, at its first. Without an asker no licence counts.
    """
    matches = matches_in_text(text, registry, asker)
    return decide(matches, (), registry, rules or rules_of(registry), asker)


def matches_in_text(
    text: str, registry: RegistrySnapshot, asker: Asker | None = None
) -> list[Match]:
    """Return what of the registry a text names or describes, as yet undecided."""
    first: dict[tuple[str, str], NameMatch] = {}
    for found in _not_free(text, registry.names.find(text), registry, asker):
        wording = text[slice(*found.span)]
        first.setdefault((found.work_id, wording), found)
    matches = [_named(text, found, registry) for found in first.values()]
    return [*matches, *_described(text, registry)]


def _not_free(
    text: str, found: Sequence[NameMatch], registry: RegistrySnapshot, asker: Asker | None
) -> Iterator[NameMatch]:
    """Leave out works that share a name with a free one, unless the text speaks of a title.

    "Snow White" is the tale; "the film Snow White" is somebody's.
    """

    def is_free(match: NameMatch) -> bool:
        work, _ = registry.works[match.work_id].in_force(asker)
        return work.public_domain or work.policy == PUBLIC_DOMAIN

    free = {match.span for match in found if is_free(match)}
    for match in found:
        if match.span not in free or is_free(match) or is_title(text, *match.span):
            yield match


def manner_of(text: str, start: int, end: int) -> Manner:
    """Return "style" if the words around a span ask for the style of what it names."""
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    return "style" if _BEFORE.search(before) or _AFTER.match(after) else "plain"


def _named(text: str, found: NameMatch, registry: RegistrySnapshot) -> Match:
    return Match(
        signal=NAME_SIGNAL.name,
        work=registry.works[found.work_id],
        distance=found.distance,
        threshold=NAME_SIGNAL.ladder.rungs[-1].max_distance,
        scale=NAME_SIGNAL.max_distance,
        evidence=_evidence(text, found.span),
        manner=manner_of(text, *found.span),
    )


def _described(text: str, registry: RegistrySnapshot) -> Iterator[Match]:
    for found in registry.descriptors.find(text):
        yield Match(
            signal=DESCRIPTOR_SIGNAL.name,
            work=registry.works[found.work_id],
            distance=found.distance,
            threshold=DESCRIPTOR_SIGNAL.ladder.rungs[-1].max_distance,
            scale=DESCRIPTOR_SIGNAL.max_distance,
            evidence=_evidence(text, found.span),
        )


def _evidence(text: str, span: tuple[int, int]) -> Evidence:
    # Half a surrogate pair has no UTF-8: it is shown as the replacement character.
    wording = text[slice(*span)].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Evidence(text_span=span, text=wording)
