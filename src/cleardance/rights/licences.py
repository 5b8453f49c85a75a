"""All licences of one registry revision, found by work and by who holds them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cleardance.rights.licence import Asker, Failing, Grantee, Licence, Use, failings
from cleardance.store.tables import LicenceKind


@dataclass(frozen=True)
class Standing:
    """Where an asker stands with one work and ``use``.

    ``licence`` counts, and is the one to cite; else ``nearest`` is theirs but does not count, for
    the reasons ``failings``; else they hold none. Licences of others are never told of.
    """

    licence: Licence | None = None
    nearest: Licence | None = None
    failings: tuple[Failing, ...] = ()
    use: Use = Use.PROMPT


class LicenceBook:
    """Licences by (work, holder), so that what one asker holds is found among any number."""

    def __init__(self, licences: Iterable[Licence] = ()) -> None:
        self.by_id: Mapping[str, Licence] = {licence.id: licence for licence in licences}
        self._held: dict[tuple[str, Grantee], list[Licence]] = {}
        for licence in self.by_id.values():
            for work in licence.works:
                self._held.setdefault((work, licence.grantee), []).append(licence)

    def __len__(self) -> int:
        return len(self.by_id)

    def standing(
        self, work: str, wholes: Sequence[str], person: bool, use: Use, asker: Asker
    ) -> Standing:
        """Return which licence, if any, lets ``asker`` use a work.

        ``wholes`` are the works it belongs to, directly or not. A ``person`` is covered by consents
        that name them alone; nothing else is covered by a consent.
        """
        held = self._holdings(work, wholes, person, asker)
        judged = [(licence, failings(licence, asker, use)) for licence in held]
        counting = [licence for licence, why in judged if not why]
        if counting:
            return Standing(licence=max(counting, key=_preference), use=use)
        if not judged:
            return Standing(use=use)
        nearest, why = min(judged, key=lambda pair: (len(pair[1]), pair[0].id))
        return Standing(nearest=nearest, failings=why, use=use)

    def about(self, work: str, wholes: Sequence[str], person: bool) -> Iterator[Licence]:
        """Yield every licence that speaks of a work, whoever holds it."""
        for licence in self.by_id.values():
            if _speaks_of(licence, work, wholes, person):
                yield licence

    def _holdings(
        self, work: str, wholes: Sequence[str], person: bool, asker: Asker
    ) -> Iterator[Licence]:
        for grantee in asker.grantees():
            for one in (work, *wholes):
                for licence in self._held.get((one, grantee), ()):
                    if _speaks_of(licence, work, wholes, person):
                        yield licence


def _speaks_of(licence: Licence, work: str, wholes: Sequence[str], person: bool) -> bool:
    if person:
        return licence.kind is LicenceKind.CONSENT and work in licence.works
    inside = licence.with_parts and not set(wholes).isdisjoint(licence.works)
    return licence.kind is LicenceKind.LICENCE and (work in licence.works or inside)


def _preference(licence: Licence) -> tuple[bool, str, str]:
    """The longest-lived is cited, so that what rests on it stands longest."""
    return licence.valid_until is None, licence.valid_until or "", licence.id
