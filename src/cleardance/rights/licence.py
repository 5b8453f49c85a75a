"""One licence or consent, who asks, and whether the one covers the other: values and one rule.

A **licence** lets somebody use works; a **consent** is the same for a person's own likeness, voice,
name or style, and only the person, or somebody for them, can give it. Nothing here reads a clock or
a database: the moment is part of who asks, so the same asker at the same registry revision always
gets the same answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cleardance.store.tables import GranteeKind, LicenceKind, utc_text


class Use(StrEnum):
    """What somebody wants to do with a work; a finding asks for exactly one of these."""

    PROMPT = "prompt"  # naming or describing it in a prompt
    STYLE = "style"  # asking for its style
    REFERENCE = "reference"  # handing in media that show or sound like it
    OUTPUT = "output"  # making media that show or sound like it
    LIKENESS = "likeness"  # a person's name, face or figure
    VOICE = "voice"
    POST = "post"  # naming or showing it in a post or in marketing


@dataclass(frozen=True)
class Grantee:
    """One account (by id), all accounts of one partner (by name), or everyone (then no name)."""

    kind: GranteeKind
    name: str = ""


@dataclass(frozen=True)
class Asker:
    """On whose behalf, where, when and for what something is screened.

    ``account`` is an account's id. ``territories`` are the ISO 3166-1 codes of where outputs are
    offered; none means everywhere, so that only licences for everywhere count. ``use`` is what the
    screened thing is; people, styles and voices found in it ask for uses of their own. ``moment``
    needs a time zone.
    """

    moment: datetime
    account: str | None = None
    partner: str | None = None
    territories: frozenset[str] = frozenset()
    use: Use = Use.PROMPT

    def asking(self, use: Use) -> "Asker":
        """Return the same asker, for another use."""
        return replace(self, use=use)

    def grantees(self) -> tuple[Grantee, ...]:
        """Return everybody that a licence can be granted to for this asker to hold it."""
        found = [Grantee(GranteeKind.EVERYONE)]
        if self.partner is not None:
            found.insert(0, Grantee(GranteeKind.PARTNER, self.partner))
        if self.account is not None:
            found.insert(0, Grantee(GranteeKind.ACCOUNT, self.account))
        return tuple(found)


class Failing(StrEnum):
    """Why a licence for the work does not count for this asker and use."""

    GRANTEE = "grantee"
    REVOKED = "revoked"
    NOT_YET = "not yet valid"
    EXPIRED = "expired"
    TERRITORY = "territory"
    USE = "use"


_STATES = (Failing.REVOKED, Failing.NOT_YET, Failing.EXPIRED)


@dataclass(frozen=True)
class Licence:
    """A grant as stored. Times are text as the store writes it; None is without limit.

    It holds from ``valid_from`` up to, but not at, ``valid_until``, in ``territories`` (none:
    everywhere). With ``with_parts`` it also covers what belongs to its works, people excepted.
    """

    id: str
    kind: LicenceKind
    grantee: Grantee
    grantor: str
    works: tuple[str, ...]
    uses: frozenset[Use]
    with_parts: bool = False
    territories: frozenset[str] = frozenset()
    valid_from: str | None = None
    valid_until: str | None = None
    conditions: tuple[str, ...] = ()
    revoked_at: str | None = None


def failings(licence: Licence, asker: Asker, use: Use | None) -> tuple[Failing, ...]:
    """Return every reason why ``licence`` does not count; none means that it does.

    Whether it speaks of the work is for the caller. A revoked licence counts at no moment, so that
    no clock which is late revives it. Without ``use``, any will do.
    """
    moment = utc_text(asker.moment)
    territories = licence.territories
    checks = (
        (Failing.GRANTEE, licence.grantee not in asker.grantees()),
        (Failing.REVOKED, licence.revoked_at is not None),
        (Failing.NOT_YET, licence.valid_from is not None and moment < licence.valid_from),
        (Failing.EXPIRED, licence.valid_until is not None and moment >= licence.valid_until),
        (Failing.TERRITORY, bool(territories) and not _within(asker.territories, territories)),
        (Failing.USE, use is not None and use not in licence.uses),
    )
    return tuple(failing for failing, applies in checks if applies)


def state(licence: Licence, moment: datetime) -> str:
    """Return "revoked", "not yet valid", "expired" or "in force"."""
    anybody = Asker(moment)
    ended = [f for f in failings(licence, anybody, None) if f in _STATES]
    return ended[0].value if ended else "in force"


def _within(offered: frozenset[str], licensed: frozenset[str]) -> bool:
    return bool(offered) and offered <= licensed
