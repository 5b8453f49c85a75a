"""Whether the service is well: for load balancers, monitoring, and whoever reads the OpenAPI."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse

from cleardance.accounts.roles import Permission
from cleardance.clearance import viewing
from cleardance.clearance.jobs import deliveries
from cleardance.clearance.jobs.queue import standing
from cleardance.clearance.readiness import readiness
from cleardance.server.guard import Called, Guarded, needs, public
from cleardance.server.metrics import Now

router = APIRouter(route_class=Guarded, tags=["Operations"])


@router.get("/healthz")
@public
async def healthz() -> dict[str, str]:
    """Answer, as long as the process can: whether it should be restarted, not whether it works."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Not ready; the body says why."}})
@public
def readyz(here: Called) -> JSONResponse:
    """Say whether requests should be sent here: database, blobs, and an index that is current."""
    found = readiness(here.service)
    return JSONResponse(found.to_json(), 200 if found.is_ready else 503)


@router.get("/metrics", response_class=PlainTextResponse)
@needs(Permission.OPERATE)
def metrics(here: Called) -> PlainTextResponse:
    """Return the counts in Prometheus' exposition format."""
    service = here.service
    with service.store.read() as session:
        webhooks = deliveries.count_by_status(session)
    now = Now(
        tasks=viewing.count_by_status(service),
        webhooks=webhooks,
        queue=standing(service.store),
        readiness=readiness(service),
        creates_waiting=here.state.together.waiting,
    )
    text = here.state.metrics.text(now)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")
