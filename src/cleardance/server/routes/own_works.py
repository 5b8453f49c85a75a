"""A rights-holder's own works, and what touches them: nothing of anybody else's."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from cleardance.accounts.holdings import works_of
from cleardance.accounts.roles import Permission
from cleardance.clearance import touching
from cleardance.clearance.touching import Case, Touched
from cleardance.errors import NotFound
from cleardance.rights import registry
from cleardance.server.guard import Called, Guarded, needs

router = APIRouter(prefix="/api/clearance/my", route_class=Guarded, tags=["Rights"])


@router.get("/works")
@needs(Permission.READ_OWN_WORKS)
def list_own(here: Called) -> dict[str, Any]:
    """List the works that concern the account, and how many requests touch each."""
    with here.service.store.read() as session:
        mine = works_of(session, here.principal)
        touched = touching.touched(session, mine)
    works = [one for work_id in sorted(mine) if (one := _work(here, work_id)) is not None]
    for one in works:
        one["touched"] = asdict(touched.get(one["id"], Touched()))
    return {"works": works}


@router.get("/works/cases")
@needs(Permission.READ_OWN_WORKS)
def list_cases(
    here: Called, before: Annotated[str | None, Query(max_length=128)] = None
) -> dict[str, Any]:
    """List the requests that touch these works, newest first; ``next`` is where to go on before.

    The words and moments that matched are shown, prompts are not, and accounts by pseudonyms.
    """
    with here.service.store.read() as session:
        mine, viewer = works_of(session, here.principal), here.principal.account_id
        found, further = touching.cases(session, mine, viewer, before=before)
    return {"cases": [_case(one) for one in found], "next": further}


def _work(here: Called, work_id: str) -> dict[str, Any] | None:
    """Return a work as it is registered; None if it is not any more."""
    try:
        found = registry.show(here.service.store, work_id)
    except NotFound:
        return None
    return {"id": work_id, **found.model_dump(mode="json")}


def _case(one: Case) -> dict[str, Any]:
    return {
        "task": one.task_id,
        "status": one.status,
        "asked_at": one.asked_at,
        "account": one.account,
        "findings": [finding.model_dump(mode="json") for finding in one.findings],
    }
