"""What was made that touches one's works: case by case, with the evidence; and the whole past."""

from datetime import datetime
from typing import Annotated, Final

from fastapi.responses import FileResponse, Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.notices.accounting import Accounting, account_for
from cleardance.clearance.service import Service
from cleardance.clearance.touching import cases, check_cited
from cleardance.server.pages.desk.holder import holder_of
from cleardance.server.pages.desk.home import HERE
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit
from cleardance.store.tables import TaskStatus

router = page_router("/rights/works/{work_id}/cases")
Reader = Annotated[Visit, needing(Permission.READ_OWN_WORKS)]
_COUNTED: Final = (TaskStatus.RELEASED, TaskStatus.DENIED, TaskStatus.HELD)


@router.get("")
def listing(seen: Reader, work_id: str, before: str | None = None) -> Response:
    """Show the cases that touch a work and its parts, the newest first."""
    work = holder_of(seen).work(work_id)
    with seen.service.store.read() as session:
        own = {work_id, *work.parts}
        viewer = seen.principal.account_id if seen.principal else ""
        page, more = cases(session, own, viewer, before=before)
    told = {"work": work, "cases": page, "more": more, "before": before}
    return seen.html("desk/cases.html", f"Cases of {work.name}", told, here=HERE)


@router.get("/{task_id}/evidence/{digest}")
def evidence(seen: Reader, work_id: str, task_id: str, digest: str) -> Response:
    """Return a picture that a finding of the work cites."""
    work = holder_of(seen).work(work_id)
    with seen.service.store.read() as session:
        check_cited(session, task_id, digest, {work_id, *work.parts})
    return FileResponse(seen.service.store.blobs.path(digest), media_type="image/jpeg")


@router.post("/past")
async def past(seen: Reader, work_id: str) -> Response:
    """Look through everything ever made, for works registered since; return what was found."""
    work = holder_of(seen).work(work_id)
    assert seen.principal is not None
    own = (work_id, *work.parts)
    found = await seen.state.aside.run(seen.principal.account_id, looked_through, own)
    return seen.part("desk/past.html", **told_of(found))


def looked_through(service: Service, works: tuple[str, ...]) -> Accounting:
    """Return every past request that touches works, as they are registered now."""
    return account_for(service, works)


def told_of(found: Accounting) -> dict[str, object]:
    """Return what the page says of a search: numbers, and since when."""
    status = [one.status for one in found.instances]
    first = min((one.asked_at for one in found.instances), default=None)
    return {
        "searched": found.searched,
        "instances": len(status),
        "licensed": sum(one.is_licensed for one in found.instances),
        "counts": {one.value: status.count(one) for one in _COUNTED},
        "since": first and datetime.fromisoformat(first).date().isoformat(),
    }
