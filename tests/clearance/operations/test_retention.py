"""What is personal goes when its time is over; outputs, their signals and every proof stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.operations.retention import retain
from cleardance.clearance.service import Service
from cleardance.errors import NotFound
from cleardance.ledger.verify import verify
from cleardance.store.tables import output_signal
from tests.clearance.asking import make, request


def test_old_tasks_are_erased_and_their_proofs_stay(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "out.png")
    waiting = submit(service, request(seed=8))
    kept = service.checkpoint()
    now = datetime.now(UTC)
    assert retain(service, 1, now) == []
    later = now + timedelta(days=1, seconds=1)
    assert retain(service, 1, later) == [made.task.id]
    assert retain(service, 1, later) == []
    with pytest.raises(NotFound, match="erased"):
        service.task(made.task.id)
    assert service.task(waiting.task_id).request.prompt
    verify(service.store, service.ledger_keys.publics, [kept])
    assert dossier_of(service, tmp_path / "out.png").as_json()["c2pa"]["state"] == "Trusted"
    with service.store.read() as session:
        assert session.scalar(select(func.count()).select_from(output_signal))
