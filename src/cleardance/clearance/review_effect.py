"""What a person's decision does to a verdict, then and when it is given again.

A release covers what was looked at and nothing else: each finding as it stood, to the byte, and
each unknown signal. Once everything that stands against a verdict is covered, it is clear. Screened
again at another revision, findings that are still the same stay covered; one that is new, or whose
work, owner or rule has changed, is not.
"""

import hashlib
from collections.abc import Sequence

from cleardance.ledger.entry import canonical
from cleardance.verdict import Decision, Finding, Redress, Review, Verdict


def points_of(verdict: Verdict) -> tuple[str, ...]:
    """Return names for everything that stands against a verdict, in its order."""
    return tuple(name for name, _ in _against(verdict))


def with_reviews(verdict: Verdict, reviews: Sequence[Review]) -> Verdict:
    """Return a verdict as it is after what persons decided before it was given (again)."""
    if not reviews:
        return verdict
    covered = {
        point for review in reviews if review.decision == "release" for point in review.covers
    }
    left = [decision for name, decision in _against(verdict) if name not in covered]
    kept = verdict.model_copy(update={"reviews": tuple(reviews)})
    if not left:
        return kept if verdict.decision is Decision.CLEAR else _cleared(kept)
    # What is left may be less grave than what a person has released.
    return kept.model_copy(update={"decision": max(left, key=lambda one: one.gravity)})


def refused(verdict: Verdict, review: Review) -> Verdict:
    """Return a verdict as a reviewer's denial makes it; the redress stays."""
    reason = f"{verdict.reason} A reviewer refused it: {review.reason}"
    changed = {"decision": Decision.DENY, "reason": reason, "reviews": (*verdict.reviews, review)}
    return verdict.model_copy(update=changed)


def _cleared(verdict: Verdict) -> Verdict:
    releases = [review for review in verdict.reviews if review.decision == "release"]
    last = releases[-1]
    how = "On appeal a reviewer released it" if last.appeal else "A reviewer released it"
    reason = f"{verdict.reason} {how}: {last.reason}"
    return verdict.model_copy(
        update={"decision": Decision.CLEAR, "reason": reason, "redress": Redress()}
    )


def _against(verdict: Verdict) -> list[tuple[str, Decision]]:
    """Return a name for, and what follows from, everything that keeps a verdict from being clear.

    A decision that nothing of it explains stands for itself, with the reason it gives.
    """
    if verdict.decision is Decision.CLEAR:
        return []
    found = [(_name(one), one.decision) for one in verdict.findings]
    points = [point for point in found if point[1] is not Decision.CLEAR]
    points += [(f"unknown:{signal}", Decision.HOLD) for signal in verdict.needed]
    if verdict.omitted is not None:
        points.append((f"omitted:{verdict.omitted.sha256}", Decision.HOLD))
    if all(decision.gravity < verdict.decision.gravity for _, decision in points):
        points.append((f"reason:{_digest(verdict.reason)}", verdict.decision))
    return points


def _name(finding: Finding) -> str:
    return _digest(finding.model_dump(mode="json"))


def _digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()
