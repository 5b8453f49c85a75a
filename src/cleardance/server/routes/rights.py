"""The registry and the licences, for operators; what is registered, for whoever may see it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from pydantic import Field

from cleardance.accounts.roles import Permission
from cleardance.clearance.garbage import discard
from cleardance.rights import granting, registry
from cleardance.rights.grant import parse_grant
from cleardance.rights.licence import state
from cleardance.rights.licence_rows import LicenceRecord
from cleardance.rights.row import WorkKind, parse_row
from cleardance.server.guard import Called, Guarded, needs
from cleardance.server.wire.base import Wire
from cleardance.server.wire.remote import refuse_paths

router = APIRouter(prefix="/api/clearance", route_class=Guarded, tags=["Rights"])

Text = Annotated[str | None, Query(max_length=200)]


class Why(Wire):
    """Why it is revoked."""

    why: str = Field(min_length=1, max_length=4_000)


@router.get("/works")
@needs(Permission.READ_REGISTRY)
def list_works(here: Called, query: Text = None, kind: WorkKind | None = None) -> dict[str, Any]:
    """List registered works, all or those with ``query`` in one of their names."""
    found = registry.listing(here.service.store, query, kind)
    return {"works": [work.model_dump(mode="json") for work in found]}


@router.get("/works/{work_id}")
@needs(Permission.READ_REGISTRY)
def get_work(here: Called, work_id: str) -> dict[str, Any]:
    """Return a registered work."""
    return registry.show(here.service.store, work_id).model_dump(mode="json")


@router.post("/works")
@needs(Permission.CHANGE_REGISTRY)
def add_work(here: Called, body: Annotated[dict[str, Any], Body()]) -> dict[str, str]:
    """Register a work: a row as ``cleardance registry import`` takes it, references by URL."""
    refuse_paths(body)
    name = here.principal.account_name
    return {"id": registry.add(here.service.store, parse_row(body), account=name)}


@router.delete("/works/{work_id}")
@needs(Permission.CHANGE_REGISTRY)
def remove_work(here: Called, work_id: str) -> dict[str, str]:
    """Remove a work; it stops counting from the next request on."""
    name = here.principal.account_name
    removed, files = registry.remove(here.service.store, work_id, account=name)
    for blob in files:
        discard(here.service, blob)
    return {"id": removed}


@router.get("/licences")
@needs(Permission.READ_LICENCES)
def list_licences(here: Called, work: Text = None, to: Text = None) -> dict[str, Any]:
    """List licences and consents, ended and revoked ones too."""
    now = datetime.now(UTC)
    found = granting.listing(here.service.store, work, to)
    return {"licences": [_facts(one, now) for one in found]}


@router.get("/licences/{licence_id}")
@needs(Permission.READ_LICENCES)
def get_licence(here: Called, licence_id: str) -> dict[str, Any]:
    """Return a licence or a consent."""
    return _facts(granting.show(here.service.store, licence_id), datetime.now(UTC))


@router.post("/licences")
@needs(Permission.CHANGE_LICENCES)
def grant(here: Called, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    """Grant a licence or a consent, with a ``statement`` as proof."""
    refuse_paths(body)
    now = datetime.now(UTC)
    wanted = parse_grant({name: value for name, value in body.items() if name != "evidence"})
    return _facts(granting.grant(here.service.store, wanted, now), now)


@router.post("/licences/{licence_id}/revoke")
@needs(Permission.CHANGE_LICENCES)
def revoke(here: Called, licence_id: str, body: Why) -> dict[str, Any]:
    """Revoke a licence: from now on it counts for nothing."""
    now, name = datetime.now(UTC), here.principal.account_name
    found = granting.revoke(here.service.store, licence_id, by=name, why=body.why, at=now)
    return _facts(found, now)


def _facts(one: LicenceRecord, at: datetime) -> dict[str, Any]:
    return {**one.to_json(), "state": state(one.licence, at)}
