"""Files that are uploaded once and named in many requests: ``asset://ID``."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, UploadFile

from cleardance.accounts.roles import Permission
from cleardance.clearance import assets
from cleardance.clearance.service import Service
from cleardance.server.guard import Called, Guarded, needs
from cleardance.server.uploads import on_disk

router = APIRouter(prefix="/api/clearance/assets", route_class=Guarded, tags=["Assets"])


@router.post("")
@needs(Permission.CREATE_TASKS)
async def upload(here: Called, file: UploadFile) -> dict[str, Any]:
    """Keep a file; it is screened with every request that names it."""
    account_id = here.principal.account_id
    async with on_disk(here.service, file) as path:
        return await here.state.aside.run(account_id, _keep, account_id, path)


def _keep(service: Service, account_id: str, path: Path) -> dict[str, Any]:
    return assets.keep(service, account_id, path).to_json()


@router.get("")
@needs(Permission.READ_TASKS)
def list_assets(here: Called) -> dict[str, Any]:
    """List one's files, the newest first."""
    found = assets.listing(here.service, here.principal.account_id)
    return {"assets": [one.to_json() for one in found]}


@router.delete("/{asset_id}")
@needs(Permission.DELETE_TASKS)
def remove(here: Called, asset_id: str) -> dict[str, Any]:
    """Delete one of one's files; what was made with it keeps its own."""
    assets.remove(here.service, here.principal.account_id, asset_id)
    return {"id": asset_id, "deleted": True}
