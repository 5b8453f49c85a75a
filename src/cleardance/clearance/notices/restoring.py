"""Undoing what a notice did to outputs, and with it what was said and counted because of it."""

from collections.abc import Sequence
from datetime import datetime

from cleardance.clearance.notices import statements, strikes
from cleardance.clearance.notices.removing import lift_removals
from cleardance.clearance.service import Service


def restore_outputs(
    service: Service,
    notice_id: str,
    task_ids: Sequence[str] | None,
    *,
    by: str,
    why: str,
    at: datetime,
) -> list[str]:
    """Serve outputs again that a notice removed, or all that it did; return their tasks' ids.

    They come back byte for byte. Strikes fall of accounts that the notice keeps nothing from.
    What another notice removed too stays removed by that one. Does no harm when done again.
    """
    lifted = lift_removals(service, notice_id, task_ids, by=by, why=why)
    with service.store.begin() as session:
        statements.lift(session, notice_id, lifted, at)
    strikes.take_back(service, notice_id, by=by, at=at)
    return lifted
