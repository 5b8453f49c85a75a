"""The rules as data: which signal, at which distance, on which policy, leads to what."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cleardance.errors import UsageError
from cleardance.match.descriptor import DESCRIPTOR_SIGNAL
from cleardance.match.names import NAME_SIGNAL
from cleardance.match.pdq import PDQ_SIGNAL
from cleardance.rights.snapshot import WorkFacts
from cleardance.verdict import Decision

_SIGNALS = (NAME_SIGNAL, DESCRIPTOR_SIGNAL, PDQ_SIGNAL)
_LADDERS = {signal.name: signal.ladder for signal in _SIGNALS}
Manner = Literal["plain", "style"]
_POLICIES = ("deny", "review", "allow")


class _Checked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Checked):
    """One row of the table; without ``max_distance`` or ``manner`` any match fits.

    ``manner`` "style" speaks of names after "in the style of" and the like.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    signal: str
    policy: Literal["deny", "review", "allow", "public_domain"]
    max_distance: float | None = Field(default=None, ge=0)
    manner: Manner | None = None
    decision: Decision

    def fits(self, signal: str, distance: float, work: WorkFacts, manner: Manner) -> bool:
        """Tell whether the rule speaks of this match."""
        policy = "public_domain" if work.public_domain else work.policy
        near = self.max_distance is None or distance <= self.max_distance
        asked = self.manner in (None, manner)
        return self.signal in ("*", signal) and self.policy == policy and near and asked


class _Unknown(_Checked):
    decision: Literal[Decision.HOLD, Decision.DENY]


class Rules(_Checked):
    """The whole table. Every signal must be decided, at its loosest rung, for every policy."""

    rule: tuple[Rule, ...]
    unknown: _Unknown

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        ids = [rule.id for rule in self.rule]
        if len(ids) != len(set(ids)):
            raise ValueError("two rules have the same id")
        for rule in self.rule:
            if rule.signal != "*" and rule.signal not in _LADDERS:
                raise ValueError(f"rule {rule.id} names an unknown signal {rule.signal}")
        for signal, ladder in _LADDERS.items():
            for policy in _POLICIES:
                work = WorkFacts("", "", "", None, policy, False, None)
                # Raises where a match of this signal would be left without a decision.
                self.decide(signal, ladder.rungs[-1].max_distance, work)
        return self

    def decide(
        self, signal: str, distance: float, work: WorkFacts, manner: Manner = "plain"
    ) -> Rule:
        """Return the rule that decides a match; ValueError if none does."""
        for rule in self.rule:
            if rule.fits(signal, distance, work, manner):
                return rule
        raise ValueError(f"no rule decides {signal} at {distance} for policy {work.policy}")


def parse_rules(text: str) -> Rules:
    """Read a table of rules from TOML; raise UsageError naming what is wrong with it."""
    try:
        return Rules.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise UsageError(f"The rules cannot be used: {error}.") from error


@cache
def default_rules() -> Rules:
    """Return the rules we ship."""
    return parse_rules((files("cleardance.screen") / "data" / "rules.toml").read_text("utf-8"))
