"""The rules as data: which signal, at which distance, on which policy, leads to what.

``rules.toml`` beside this module is what we ship; an operator puts others into force
(:mod:`cleardance.screen.rulebook`). The rules of a registry revision come with its snapshot, so
that whoever screens against one uses the rules that belong to it.
"""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Literal, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cleardance.errors import RulesError
from cleardance.match.copies import COPY_SIGNAL, LOCAL_SIGNAL
from cleardance.match.descriptor import DESCRIPTOR_SIGNAL
from cleardance.match.faces import FACE_SIGNAL
from cleardance.match.frame_text import FRAME_TEXT_SIGNAL
from cleardance.match.names import NAME_SIGNAL
from cleardance.match.opinion import OPINION_SIGNAL
from cleardance.match.pdq import PDQ_SIGNAL
from cleardance.match.removed import REMOVED_SIGNAL
from cleardance.match.signal import Ladder, Source
from cleardance.match.sound import SOUND_SIGNAL
from cleardance.match.voice import VOICE_SIGNAL
from cleardance.rights.snapshot import RegistrySnapshot, WorkFacts
from cleardance.verdict import Decision


class RuledSignal(Protocol):
    """What rules need to know of a signal."""

    @property
    def name(self) -> str:
        """Return what rules call it."""
        ...

    @property
    def computed_from(self) -> Source:
        """Return what it reads."""
        ...

    @property
    def ladder(self) -> Ladder:
        """Return its thresholds; no match is farther than the loosest."""
        ...


SIGNALS: Final[tuple[RuledSignal, ...]] = (
    NAME_SIGNAL,
    DESCRIPTOR_SIGNAL,
    PDQ_SIGNAL,
    LOCAL_SIGNAL,
    COPY_SIGNAL,
    SOUND_SIGNAL,
    OPINION_SIGNAL,
    FACE_SIGNAL,
    FRAME_TEXT_SIGNAL,
    VOICE_SIGNAL,
    REMOVED_SIGNAL,
)
"""Every signal that rules can speak of: one more here needs rules for it in ``rules.toml``."""

Manner = Literal["plain", "style", "stock"]
WorkPolicy = Literal["deny", "review", "allow", "public_domain", "not_in_force"]


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Checked):
    """One row of the table; without ``max_distance`` or ``manner`` any match fits.

    ``manner`` "style" speaks of names after "in the style of" and the like, "stock" of
    pictures that many owners have registered. ``max_distance`` is in
    the signal's own units.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)
    signal: str
    policy: WorkPolicy
    max_distance: float | None = Field(default=None, allow_inf_nan=False)
    manner: Manner | None = None
    decision: Decision

    def fits(self, signal: str, distance: float, policy: str, manner: Manner) -> bool:
        """Tell whether the rule speaks of this match."""
        near = self.max_distance is None or distance <= self.max_distance
        asked = self.manner in (None, manner)
        return self.signal in ("*", signal) and self.policy == policy and near and asked


class UnknownSignals(_Checked):
    """What follows from a signal that could not be computed.

    One that a registered work needs gets ``decision``, and so does any in ``always``.
    """

    decision: Literal[Decision.HOLD, Decision.DENY]
    always: tuple[str, ...] = ()


# A table in force may be older than the newest signals: a person looks at what those match.
_UNDECIDED: Final = {
    policy: Rule(id="undecided", signal="*", policy=policy, decision=Decision.HOLD)
    for policy in get_args(WorkPolicy)
}


class Rules(_Checked):
    """The whole table: the first rule that fits a match decides it.

    ``revision`` is its number in the history of a home; 0 is the table as shipped, in no home.
    """

    rule: tuple[Rule, ...] = Field(min_length=1)
    unknown: UnknownSignals
    revision: int = Field(default=0, ge=0)

    def decide(
        self, signal: str, distance: float, work: WorkFacts, manner: Manner = "plain"
    ) -> Rule:
        """Return the rule that decides a match; one that holds it if none does.

        The policy of ``work`` must be the one in force: see ``WorkFacts.in_force``.
        """
        return self.decide_for(signal, distance, policy_of(work), manner)

    def decide_for(self, signal: str, distance: float, policy: str, manner: Manner) -> Rule:
        """Return what ``decide`` does, of a match whose policy is known."""
        for rule in self.rule:
            if rule.fits(signal, distance, policy, manner):
                return rule
        return _UNDECIDED[policy]


def policy_of(work: WorkFacts) -> str:
    """Return what rules call the policy of a work."""
    return "public_domain" if work.public_domain else work.policy


def read_rules(text: str) -> Rules:
    """Read a table from TOML; raise RulesError naming what is wrong with its form."""
    try:
        rules = Rules.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RulesError(f"The rules cannot be used: {place}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise RulesError(f"The rules are not TOML: {error}.") from error
    if rules.revision:
        raise RulesError("A table does not number itself: leave out revision.")
    return rules


def shipped_text() -> str:
    """Return the table we ship, as TOML."""
    return (files("cleardance.screen") / "data" / "rules.toml").read_text("utf-8")


@cache
def default_rules() -> Rules:
    """Return the rules we ship."""
    return read_rules(shipped_text())


def rules_of(registry: RegistrySnapshot) -> Rules:
    """Return the rules in force at a snapshot's revision: the shipped ones before any were kept."""
    if registry.rules is None:
        return default_rules()
    return _kept(registry.rules.number, registry.rules.text)


@lru_cache(maxsize=8)
def _kept(number: int, text: str) -> Rules:
    return read_rules(text).model_copy(update={"revision": number})
