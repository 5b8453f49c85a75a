"""What waits for a person, and who decides."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field

from cleardance.accounts.roles import Permission
from cleardance.clearance import review, review_decision
from cleardance.server.guard import Called, Guarded, needs
from cleardance.server.wire.base import Wire

router = APIRouter(prefix="/api/clearance/reviews", route_class=Guarded, tags=["Reviews"])


class Reason(Wire):
    """Why; the requester reads it."""

    reason: str = Field(min_length=1, max_length=review.MAX_REASON_CHARS)


@router.get("")
@needs(Permission.READ_REVIEWS)
def list_reviews(here: Called, decided: bool = False) -> dict[str, Any]:
    """List what waits, the most urgent first; also what is decided, if asked."""
    now = datetime.now(UTC)
    rows = review.listing(here.service, decided=decided)
    return {"reviews": [row.to_json(now) for row in rows]}


@router.get("/{review_id}")
@needs(Permission.READ_REVIEWS)
def get(here: Called, review_id: str) -> dict[str, Any]:
    """Return a review with the prompt that it is about."""
    row, prompt = review.with_prompt(here.service, review_id)
    return {**row.to_json(datetime.now(UTC)), "prompt": prompt}


@router.post("/{review_id}/claim")
@needs(Permission.DECIDE_REVIEWS)
def claim(here: Called, review_id: str) -> dict[str, Any]:
    """Take a review to oneself for an hour."""
    now = datetime.now(UTC)
    return review.claim(here.service, review_id, here.principal.account_name, now).to_json(now)


@router.post("/{review_id}/release")
@needs(Permission.DECIDE_REVIEWS)
def release(here: Called, review_id: str, body: Reason) -> dict[str, Any]:
    """Release what was held, or overturn a denial."""
    now, name = datetime.now(UTC), here.principal.account_name
    row = review_decision.release(here.service, review_id, name, body.reason, now)
    return row.to_json(now)


@router.post("/{review_id}/deny")
@needs(Permission.DECIDE_REVIEWS)
def deny(here: Called, review_id: str, body: Reason) -> dict[str, Any]:
    """Deny what was held, or uphold a denial."""
    now, name = datetime.now(UTC), here.principal.account_name
    row = review_decision.deny(here.service, review_id, name, body.reason, now)
    return row.to_json(now)
