"""Decides the one open review, and kills its process at a given moment."""

from datetime import UTC, datetime
from pathlib import Path

from cleardance.clearance import tasks
from cleardance.clearance.flow import resume_unfinished
from cleardance.clearance.review import listing
from cleardance.clearance.review_decision import release
from cleardance.clearance.service import open_service
from cleardance.clearance.tasks import Step
from tests.clearance.crash import die


def crash_review(home: Path, moment: str) -> None:
    """``moment`` is ``deciding`` (all is written, nothing committed), ``decided``, or STEP:FRACTION
    of the task as it goes on.
    """

    def at(step: Step, fraction: float) -> None:
        name, _, least = moment.partition(":")
        if step.name == name and fraction >= float(least):
            die()

    with open_service(home) as service:
        if moment == "deciding":
            tasks.requeue = die  # the last thing in the transaction
        (row,) = listing(service)
        release(service, row.id, "ana", "It is mine.", datetime.now(UTC))
        if moment == "decided":
            die()
        list(resume_unfinished(service, at))
