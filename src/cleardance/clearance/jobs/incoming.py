"""A request on its way in: how it is to be made, what was judged of it, what became of it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from cleardance.accounts.roles import Principal
from cleardance.clearance.screening import JudgedAsk
from cleardance.errors import UsageError
from cleardance.request import Request
from cleardance.store.tables import Stage, TaskStatus, Tier
from cleardance.verdict import Verdict

MIN_EXPIRY_S, MAX_EXPIRY_S = 3_600, 259_200


class KnownBy(NamedTuple):
    """By what a create is known if it comes again; the parts of ``JobOptions`` that say so."""

    key: str
    body: str | None
    within_s: float


@dataclass(frozen=True)
class JobOptions:
    """How urgent a task is, and who is told.

    ``priority`` orders an account's own tasks, 0 to 9, the higher first. ``expires_after_s`` is how
    long it may take, 3,600 to 259,200 s. Creates with the same ``dedupe_key`` within
    ``dedupe_within_s`` are one: a client that got no answer tries again. With a ``dedupe_body`` the
    key is a name that its client gave, which must not come again with another body.
    """

    priority: int = 0
    tier: Tier = Tier.DEFAULT
    expires_after_s: float = 172_800
    callback_url: str | None = None
    dedupe_key: str | None = None
    dedupe_body: str | None = None
    dedupe_within_s: float = 60.0

    def __post_init__(self) -> None:
        """Raise UsageError for what is out of range."""
        if not 0 <= self.priority <= 9:
            raise UsageError("priority is 0 to 9.")
        if not MIN_EXPIRY_S <= self.expires_after_s <= MAX_EXPIRY_S:
            raise UsageError(
                f"A task expires {MIN_EXPIRY_S} to {MAX_EXPIRY_S} s after it was made."
            )


@dataclass(frozen=True)
class Incoming:
    """A request without references that was checked and judged, and is not yet stored."""

    task_id: str
    request: Request
    options: JobOptions
    principal: Principal | None
    cost_micros: int
    judged: JudgedAsk
    times_judged: int = 1

    def judged_again(self, judged: JudgedAsk) -> "Incoming":
        """Return it with a judgement by a newer registry."""
        return replace(self, judged=judged, times_judged=self.times_judged + 1)


@dataclass(frozen=True)
class Submitted:
    """What became of a request: queued, or refused by this verdict; or known already."""

    task_id: str
    request: Request
    status: TaskStatus
    verdict: Verdict | None
    stage: Stage | None = None  # what the verdict is about
    joined: bool = False
