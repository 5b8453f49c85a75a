"""What the tests of the one path share: small requests, and looking at what became of them."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cleardance.clearance.flow import clear
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service
from cleardance.ledger.verify import verify
from cleardance.request import Ratio, Request, Resolution
from cleardance.store.tables import ledger_entry

PROMPT = "a red ball bounces in a meadow"
SMALL: dict[str, Any] = {"resolution": Resolution.P480, "ratio": Ratio.R21_9, "duration_s": 4.0}


def request(prompt: str = PROMPT, *, still: bool = True, seed: int = 7, **values: Any) -> Request:
    """A request that is quick to serve: a still, unless a video is needed."""
    return Request(prompt=prompt, seed=seed, still=still, **(SMALL | values))


def make(service: Service, destination: Path, asked: Request | None = None) -> Record:
    return clear(service, asked or request(), destination)


def kinds(service: Service, task_id: str) -> list[str]:
    """The kinds of a task's ledger entries, in order; the whole ledger holds."""
    verify(service.store, [service.ledger_keys.public])
    at = ledger_entry.c
    with service.store.read() as session:
        return list(
            session.scalars(select(at.kind).where(at.task_id == task_id).order_by(at.index))
        )


def bodies(service: Service, task_id: str | None, kind: str) -> list[dict[str, Any]]:
    at = ledger_entry.c
    query = select(at.body).where(at.task_id == task_id, at.kind == kind).order_by(at.index)
    with service.store.read() as session:
        return [json.loads(b) if isinstance(b, str) else b for b in session.scalars(query)]


RELEASED = ["asked", "verdict", "generated", "verdict", "sealing", "sealed", "released"]
