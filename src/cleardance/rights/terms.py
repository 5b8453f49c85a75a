"""Where and when a work is protected, and what its owner then wants: the policy in force.

A deployment says in which territories its outputs are offered; none named means everywhere. A
right counts if it is in force in any of them on the day of the request, so that an unknown place
or day never clears.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any, Final

from cleardance.rights.licence import Asker
from cleardance.verdict import Force

ELSEWHERE: Final = "*"
"""In ``public_domain_from``: every territory that is not listed."""
NOT_IN_FORCE: Final = "not_in_force"
PUBLIC_DOMAIN: Final = "public_domain"


@dataclass(frozen=True)
class Terms:
    """Where (empty: everywhere) and when a work is protected; days are inclusive.

    ``public_domain_from`` maps territories, or ``ELSEWHERE``, to the first day the work is free
    there. The policy "allow" holds only in ``allowed_in``, until ``allowed_until``, with
    ``no_persons`` only without a registered person, and asks for ``credit``; where that is not
    met the policy is ``otherwise``.
    """

    territories: tuple[str, ...] = ()
    protected_from: date | None = None
    protected_until: date | None = None
    public_domain_from: Mapping[str, date] = field(default_factory=dict)
    allowed_in: tuple[str, ...] = ()
    allowed_until: date | None = None
    no_persons: bool = False
    credit: str | None = None
    otherwise: str = "deny"

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> "Terms":
        """Return the terms in the columns of a work."""
        conditions = columns["conditions"] or {}
        free = (columns["public_domain_from"] or {}).items()
        return cls(
            territories=tuple(columns["territories"] or ()),
            protected_from=_day(columns["protected_from"]),
            protected_until=_day(columns["protected_until"]),
            public_domain_from={place: date.fromisoformat(first) for place, first in free},
            allowed_in=tuple(conditions.get("territories", ())),
            allowed_until=_day(conditions.get("until")),
            no_persons=conditions.get("no_persons", False),
            credit=conditions.get("credit"),
            otherwise=conditions.get("otherwise", "deny"),
        )

    def policy_in_force(
        self, policy: str, asker: Asker | None, *, with_person: bool
    ) -> tuple[str, Force | None]:
        """Return the policy that counts for ``asker``, and why, if that depends on the terms.

        It is ``policy``, ``otherwise``, NOT_IN_FORCE or PUBLIC_DOMAIN. ``with_person`` tells that
        a registered person was found beside the work.
        """
        on = asker.moment.astimezone(UTC).date() if asker else None
        offered = tuple(sorted(asker.territories)) if asker else ()
        state, because = self._state_in(offered, on)
        if state is None and policy == "allow":
            unmet = self._unmet(offered, on, with_person=with_person)
            if unmet:
                policy, because = self.otherwise, unmet
            elif self.credit:
                because = f'allowed with the credit "{self.credit}"'
        if not because:
            return state or policy, None
        in_force = Force(in_force=state is None, on=on, territories=offered, because=because)
        return state or policy, in_force

    def _state_in(self, offered: Sequence[str], on: date | None) -> tuple[str | None, str]:
        """Return NOT_IN_FORCE, PUBLIC_DOMAIN or None (protected), and why if that depended."""
        days = (self.protected_from, self.protected_until)
        if not (self.territories or self.public_domain_from or any(days)):
            return None, ""
        states = {place: self._state_at(place, on) for place in self._places(offered)}
        protecting = [place for place, (state, _) in states.items() if state is None]
        if protecting:
            return None, f"protected {_listed(protecting)}"
        why = "; ".join(dict.fromkeys(why for _, why in states.values()))
        # Free somewhere and not protected elsewhere: public domain is the better reason.
        return max(state for state, _ in states.values() if state), why

    def _places(self, offered: Sequence[str]) -> Iterator[str]:
        """Yield the territories that count; everywhere is all that are listed, and the rest."""
        if offered:
            yield from offered
        else:
            listed = sorted({*self.public_domain_from} - {ELSEWHERE})
            yield from self.territories or [ELSEWHERE, *listed]

    def _state_at(self, place: str, on: date | None) -> tuple[str | None, str]:
        if self.territories and place not in self.territories:
            return NOT_IN_FORCE, f"protected only {_listed(self.territories)}"
        if on is None:
            return None, ""
        free = self.public_domain_from.get(place, self.public_domain_from.get(ELSEWHERE))
        if free is not None and free <= on:
            return PUBLIC_DOMAIN, f"in the public domain {_listed([place])} since {free}"
        if self.protected_from is not None and on < self.protected_from:
            return NOT_IN_FORCE, f"protected from {self.protected_from} on"
        if self.protected_until is not None and on > self.protected_until:
            return NOT_IN_FORCE, f"protected until {self.protected_until}"
        return None, ""

    def _unmet(self, offered: Sequence[str], on: date | None, *, with_person: bool) -> str | None:
        if self.no_persons and with_person:
            return "allowed only without registered persons"
        if self.allowed_in and not set(offered or [ELSEWHERE]) <= set(self.allowed_in):
            return f"allowed only {_listed(self.allowed_in)}"
        if self.allowed_until and (on is None or on > self.allowed_until):
            return f"allowed until {self.allowed_until}"
        return None


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _listed(places: Sequence[str]) -> str:
    named = [place for place in places if place != ELSEWHERE]
    if not named:
        return "everywhere"
    return f"in {', '.join(named)}{' and elsewhere' if len(named) < len(places) else ''}"
