"""Decides the one open review in a process of its own, and kills it at a given moment.

Usage: python crash_review.py HOME MOMENT, where MOMENT is ``deciding`` (all is written, nothing
committed), ``decided``, or STEP:FRACTION of the task as it goes on.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from cleardance.clearance import tasks
from cleardance.clearance.flow import resume_unfinished
from cleardance.clearance.review import listing
from cleardance.clearance.review_decision import release
from cleardance.clearance.service import open_service
from cleardance.clearance.tasks import Step
from tests.clearance.crash import die


def main() -> None:
    home, moment = sys.argv[1:]

    def at(step: Step, fraction: float) -> None:
        name, _, least = moment.partition(":")
        if step.name == name and fraction >= float(least):
            die()

    with open_service(Path(home)) as service:
        if moment == "deciding":
            tasks.requeue = die  # the last thing in the transaction
        (row,) = listing(service)
        release(service, row.id, "ana", "It is mine.", datetime.now(UTC))
        if moment == "decided":
            die()
        list(resume_unfinished(service, at))


if __name__ == "__main__":
    main()
