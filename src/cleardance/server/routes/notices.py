"""Notices: anybody may submit one; who has its secret sees what became of it."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header

from cleardance.accounts.roles import Permission
from cleardance.clearance.notices.accepting import from_anybody
from cleardance.clearance.notices.executing import execute
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import parse_notice
from cleardance.server.guard import Called, Guarded, needs, public, visited
from cleardance.server.visitors import FILES, LOOKS
from cleardance.server.wire.remote import refuse_paths

router = APIRouter(prefix="/api/clearance/notices", route_class=Guarded, tags=["Notices"])


@router.post("")
@public
@visited(FILES)
def submit(here: Called, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    """Submit a notice (docs/how-to/file-a-notice.md); references are addresses on the web.

    The answer has a secret, shown once, by which its status is asked. A notice that names works
    waits for a person (``held`` says why): it registers and removes nothing before.
    """
    refuse_paths(body)
    service = here.service
    form, work = parse_notice(body), service.store.home.work
    now = datetime.now(UTC)
    receipt = filing.file_notice(service.store, form, work, now, from_anybody(service))
    return {
        "id": receipt.id,
        "valid": receipt.valid,
        "missing": list(receipt.missing),
        "deadline": receipt.deadline.isoformat().replace("+00:00", "Z"),
        "cure_request": receipt.cure_request,
        "secret": receipt.secret,
        "joined": receipt.joined,
        "held": [one["to_sender"] for one in receipt.concerns],
    }


@router.get("/{notice_id}/status")
@public
@visited(LOOKS)
def status(
    here: Called, notice_id: str, x_notice_secret: Annotated[str, Header(max_length=128)]
) -> dict[str, Any]:
    """Return what became of a notice, for whoever has its secret."""
    filing.check_secret(here.service.store, notice_id, x_notice_secret)
    return _facts(filing.find(here.service.store, notice_id))


@router.get("")
@needs(Permission.READ_NOTICES)
def list_notices(here: Called) -> dict[str, Any]:
    """List all notices, the soonest deadline first."""
    return {"notices": [_facts(one) for one in filing.listing(here.service.store)]}


@router.get("/{notice_id}")
@needs(Permission.READ_NOTICES)
def get(here: Called, notice_id: str) -> dict[str, Any]:
    """Return a notice with its form."""
    found = filing.find(here.service.store, notice_id)
    return {**_facts(found), "form": found.form.model_dump(mode="json")}


@router.post("/{notice_id}/execute")
@needs(Permission.EXECUTE_NOTICES)
def carry_out(here: Called, notice_id: str) -> dict[str, Any]:
    """Do what a notice demands; what was done before is not done again."""
    filing.find(here.service.store, notice_id)
    done = execute(here.service, notice_id, by=here.principal.account_name)
    return {"id": done.notice_id, "status": done.status.value, "done": done.done}


def _facts(one: FiledNotice) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": one.status.value,
        "kind": one.form.kind.value,
        "missing": list(one.missing),
        "works": list(one.works),
        "received": one.received_at,
        "deadline": one.deadline_at,
    }
