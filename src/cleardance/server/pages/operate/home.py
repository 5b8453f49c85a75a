"""The console's first page: what needs a person now, and how the service does."""

from typing import Annotated, Final

from fastapi.responses import Response

from cleardance.accounts.roles import Permission
from cleardance.clearance import viewing
from cleardance.clearance.notices.due import due
from cleardance.clearance.operations import statistics
from cleardance.clearance.operations.standing import Matter, needs
from cleardance.clearance.readiness import readiness
from cleardance.ledger.log import count as ledger_size
from cleardance.server.pages import charts
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit

router = page_router("/operate")
HERE: Final = "/operate"
_DAYS: Final = 14
_HOURS: Final = 24
_SHOWN: Final = 12
PLACES: Final = {
    Matter.REVIEWS: "/operate/review",
    Matter.APPEALS: "/operate/review",
    Matter.NOTICES: "/operate/notices",
    Matter.REDRESS: "/operate/notices",
    Matter.WEBHOOKS: "/operate/webhooks?status=failed",
    Matter.INDEX: "/operate/queue",
    Matter.WORKERS: "/operate/queue",
}
"""Where each matter is looked after."""
Operator = Annotated[Visit, needing(Permission.OPERATE)]


@router.get("")
def home(seen: Operator) -> Response:
    """Show what waits for a person, the clocks of notices, and the charts."""
    service = seen.service
    with service.store.read() as session:
        entries = ledger_size(session)
    counts = viewing.count_by_status(service)
    told = {
        "needs": needs(service, seen.now),
        "places": PLACES,
        "due": due(service, seen.now)[:_SHOWN],
        "counts": counts,
        "under_way": counts["queued"] + counts["running"],
        "total": sum(counts.values()),
        "revision": readiness(service).revision_stored,
        "entries": entries,
        "now": seen.now,
    }
    return seen.html("operate/home.html", "Overview", told, here=HERE)


@router.get("/charts")
def drawn(seen: Operator) -> Response:
    """Return the charts, which the page asks for once it is there."""
    with seen.service.store.read() as session:
        drawings = (
            charts.of_verdicts(statistics.per_day(session, seen.now, _DAYS)),
            charts.of_depth(statistics.under_way(session, seen.now, _HOURS)),
            charts.of_release_times(statistics.release_times(session, seen.now, _DAYS)),
        )
    return seen.part("operate/charts.html", charts=drawings)
