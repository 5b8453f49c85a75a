"""The queue and its workers, and the callbacks that tell of tasks."""

from typing import Annotated, Final

from fastapi import Form
from fastapi.responses import Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.jobs import board, deliveries, webhooks
from cleardance.clearance.jobs.ending import cancel
from cleardance.clearance.readiness import readiness
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import attempt, needing
from cleardance.server.pages.visit import Visit
from cleardance.store.tables import DeliveryStatus

router = page_router("/operate")
_QUEUE: Final = "/operate/queue"
_WEBHOOKS: Final = "/operate/webhooks"
Watcher = Annotated[Visit, needing(Permission.READ_ALL_TASKS)]
Operator = Annotated[Visit, needing(Permission.OPERATE)]


@router.get("/queue")
def queue(seen: Watcher) -> Response:
    """Show what waits, who works on what, and whether this process is well."""
    return _queue(seen)


@router.get("/queue/board")
def queue_board(seen: Watcher) -> Response:
    """Return the lists alone, which the page asks for again and again."""
    return seen.part("operate/board.html", board=board.board(seen.service), csrf=seen.csrf)


@router.post("/queue/{task_id}/cancel")
def stop(seen: Operator, task_id: str) -> Response:
    """End a task, whoever asked for it."""
    return attempt(
        seen,
        lambda: cancel(seen.service, task_id, "Cancelled by an operator."),
        _QUEUE,
        lambda problem, status: _queue(seen, problem, status),
    )


@router.get("/webhooks")
def told(seen: Operator, status: DeliveryStatus | None = None) -> Response:
    """List the newest callbacks and what came of them."""
    with seen.service.store.read() as session:
        values = {
            "rows": deliveries.listing(session, status),
            "counts": deliveries.count_by_status(session),
            "status": status,
        }
    return seen.html("operate/webhooks.html", "Webhooks", values, here=_WEBHOOKS)


@router.post("/webhooks/replay")
def tell_again(seen: Operator, task_id: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Tell again what was told of a task, or all that failed."""
    webhooks.replay(seen.service, task_id=task_id or None)
    return seen.go(_WEBHOOKS)


def _queue(seen: Visit, problem: str | None = None, status: int = 200) -> Response:
    service = seen.service
    values = {
        "board": board.board(service),
        "ready": readiness(service),
        "limits": service.settings.max_running,
        "problem": problem,
    }
    return seen.html("operate/queue.html", "Queue and workers", values, here=_QUEUE, status=status)
