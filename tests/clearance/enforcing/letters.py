"""A home with a past that a letter touches, and the letter."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update

from cleardance.accounts.accounts import create_account
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service
from cleardance.rights.notices import filing
from cleardance.rights.notices.form import Demand
from cleardance.store.tables import TaskStatus, task
from tests.clearance.asking import make, request
from tests.rights.notices.forms import copyright_form


def make_past(service: Service, folder: Path) -> dict[str, Record]:
    """Stills made before anybody registered Lantern Street: two touch it, one does not."""
    create_account(service.store, "studio", partner="Example Partner")
    named = request("a cat runs along Lantern Street at night", seed=1, account="studio")
    tagged = request("a dog runs on a beach #LanternStreet", seed=2)
    waiting = request("a bird flies over Lantern Street", seed=3)
    records = {
        "named": make(service, folder / "named.png", named),
        "tagged": make(service, folder / "tagged.png", tagged),
        "other": make(service, folder / "other.png", request()),
        "waiting": make(service, folder / "waiting.png", waiting),
    }
    with service.store.begin() as session:  # as if it had only just been queued
        back = {"status": TaskStatus.QUEUED, "step": 2, "sealed_blob": None, "raw_blob": None}
        one = update(task).where(task.c.id == records["waiting"].task.id)
        session.execute(one.values(back))
    return records


def file(service: Service, folder: Path = Path(), **changed: Any) -> str:
    form = copyright_form(**{"demands": [one.value for one in Demand]} | changed)
    return filing.file_notice(service.store, form, folder, datetime.now(UTC)).id
