"""Steps 1 and 2: is it a request we can serve, and then it is stored and logged as asked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from cleardance.clearance import references, tasks
from cleardance.clearance.delivery import check_destination
from cleardance.clearance.progress import Watch
from cleardance.clearance.service import Service
from cleardance.clearance.stages import Queued
from cleardance.clearance.tasks import Step
from cleardance.generate.models import check_request, check_weights, model_named
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.ledger.log import append
from cleardance.request import Request
from cleardance.settings import Settings


def _anybody(session: Connection) -> None:
    """Keep nobody out."""


@dataclass(frozen=True)
class Checked:
    """Step 1 done; nothing is stored yet."""

    request: Request
    destination: Path | None  # none: it is served from here


def check(request: Request, destination: Path | None, watch: Watch, settings: Settings) -> Checked:
    """Step 1. Raise the error that names the first thing wrong.

    UsageError or MediaError for what is asked; VerificationError if the model's weights are not
    what they say.
    """
    with watch.step(Step.CHECK):
        model = model_named(request.model, settings)
        check_request(model, request)
        check_weights(model, request, settings)
        if destination is not None:
            check_destination(destination, request.suffix)
        _check_references(request)
    return Checked(request, None if destination is None else destination.absolute())


def enqueue(
    service: Service,
    task_id: str,
    checked: Checked,
    watch: Watch,
    columns: Mapping[str, object],
) -> Queued:
    """Step 2. Store the task and log that it was asked, in one transaction.

    ``columns`` say who works on it and how urgent it is. Raises NotFound for the account, and
    MediaError for a reference that cannot be used.
    """
    with enqueueing(service, task_id, checked, watch, columns) as (_, queued):
        return queued


@contextmanager
def enqueueing(
    service: Service,
    task_id: str,
    checked: Checked,
    watch: Watch,
    columns: Mapping[str, object],
    admit: Callable[[Connection], None] = _anybody,
) -> Iterator[tuple[Connection, Queued]]:
    """Step 2, as ``enqueue``; what the block writes is committed with it.

    ``admit`` raises to keep it out.
    """
    with (
        watch.step(Step.ENQUEUE),
        references.kept(service, checked.request) as (session, request),
    ):
        admit(session)
        salt = tasks.create(session, task_id, request, checked.destination, columns)
        references.name_blobs(session, task_id, request)
        body = asked_entry(request, request.model_dump(mode="json"), salt)
        append(session, EntryKind.ASKED, task_id, body)
        yield session, Queued(task_id, request)


def asked_entry(request: Request, as_json: dict[str, Any], salt: bytes) -> dict[str, object]:
    """Return what the ledger says of a request: its model, and commitments to the rest."""
    return {
        "model": request.model,
        "account": personal(request.account, salt),
        "request": personal(canonical(as_json).decode(), salt),
    }


def reload(service: Service, task_id: str) -> Queued:
    """Return a task that was queued before, to go on with it. Raises NotFound."""
    with service.store.read() as session:
        return Queued(task_id, tasks.load(session, task_id).request)


def _check_references(request: Request) -> None:
    if request.references:
        from cleardance.media import probe  # slow to import, and most requests have none

        for reference in request.references:
            probe(reference.path)
