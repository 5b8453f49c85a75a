"""Finding credentials that a copy lost (C2PA Soft Binding Resolution API 2.2), and the ledger."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, UploadFile
from fastapi import Path as PathParam

from cleardance.accounts.roles import Permission
from cleardance.clearance import bindings
from cleardance.clearance.proving import proved
from cleardance.clearance.service import Service
from cleardance.server.guard import Called, Guarded, needs, public, visited
from cleardance.server.uploads import on_disk
from cleardance.server.visitors import FILES, LOOKS

router = APIRouter(prefix="/api/clearance", route_class=Guarded, tags=["Provenance"])


@router.get("/services/supportedAlgorithms")
@public
@visited(LOOKS)
def algorithms(here: Called) -> dict[str, Any]:
    """Return which soft bindings can be looked up here."""
    return bindings.supported_algorithms(here.service.watermark.name)


@router.get("/matches/byBinding")
@public
@visited(LOOKS)
def by_binding(
    here: Called,
    value: Annotated[str, Query(max_length=4_096)],
    alg: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Return the manifests that have a soft binding."""
    if alg is not None and alg != here.service.watermark.name:
        return {"matches": []}
    return bindings.matches_by_binding(here.service, value)


@router.post("/matches/byContent")
@public
@visited(FILES)
async def by_content(here: Called, file: UploadFile) -> dict[str, Any]:
    """Return the manifests of the output that a file is, or is a copy of."""
    client = here.request.client
    who = f"public {client.host if client else ''}"
    async with on_disk(here.service, file) as path:
        return await here.state.aside.run(who, _matches, path)


def _matches(service: Service, path: Path) -> dict[str, Any]:
    return bindings.matches_by_content(service, path)


@router.get("/manifests/{manifest_id:path}", response_class=Response)
@public
@visited(LOOKS)
def manifest(here: Called, manifest_id: str) -> Response:
    """Return a manifest store (JUMBF)."""
    return Response(
        bindings.manifest_by_id(here.service, manifest_id), media_type="application/c2pa"
    )


@router.get("/ledger/checkpoint", response_class=Response)
@public
@visited(LOOKS)
def checkpoint(here: Called) -> Response:
    """Return the newest signed checkpoint (C2SP tlog-checkpoint)."""
    return Response(here.service.newest_checkpoint(), media_type="text/plain; charset=utf-8")


@router.get("/ledger/entries/{index}")
@needs(Permission.READ_LEDGER)
def entry(
    here: Called,
    index: Annotated[int, PathParam(ge=0, le=2**53)],
    since: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> dict[str, Any]:
    """Return an entry with the proof that it is in the ledger."""
    return proved(here.service, index, since).model_dump(exclude_none=True)
