"""The desk itself: what waits, what was made that touches one's works, and the works."""

from typing import Annotated, Final

from fastapi.responses import Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.touching import Touched, touched, touched_in_all
from cleardance.rights.licence_requests import open_requests
from cleardance.server.pages.desk.holder import holder_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit

router = page_router("/rights")
HERE: Final = "/rights"
_LISTED: Final = 100


@router.get("")
def desk(seen: Annotated[Visit, needing(Permission.READ_OWN_WORKS)], q: str = "") -> Response:
    """Show the desk; ``q`` are words of a work's name."""
    holder, search = holder_of(seen), q.strip()[:200]
    works = holder.listing(search, _LISTED + 1)
    with seen.service.store.read() as session:
        of_work = touched(session, [one.id for one in works])
        total = touched_in_all(session, holder.works)
        requests = open_requests(session, holder.works)
    told = {
        "holder": holder,
        "works": works[:_LISTED],
        "more": len(works) > _LISTED,
        "search": search,
        "touched": of_work,
        "nothing": Touched(),
        "total": total,
        "requests": requests,
        "notices": [one for one in holder.notices() if not one.status.has_ended][:5],
        "now": seen.now,
    }
    return seen.html("desk/home.html", "Rights desk", told, here=HERE)
