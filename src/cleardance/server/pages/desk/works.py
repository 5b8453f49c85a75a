"""Works at the desk: registered, changed, shown with their references and history, removed."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from cleardance.accounts.roles import Permission
from cleardance.clearance.garbage import discard
from cleardance.clearance.service import Service
from cleardance.clearance.touching import Touched, touched
from cleardance.errors import CleardanceError, NotFound, RegistryError
from cleardance.rights import granting, registry
from cleardance.rights.person_links import links_of
from cleardance.rights.registry import RegisteredWork
from cleardance.rights.row import Policy, ReferenceRole, WorkKind, parse_row
from cleardance.rights.trying import Tried, costs_of, try_files, try_row
from cleardance.server.pages.desk.fields import EMPTY, fields_of, row_of
from cleardance.server.pages.desk.holder import Holder, holder_of
from cleardance.server.pages.desk.home import HERE
from cleardance.server.pages.desk.pictures import picture_of
from cleardance.server.pages.desk.uploads import passing_folder, write_files
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit

router = page_router("/rights/works")
Reader = Annotated[Visit, needing(Permission.READ_OWN_WORKS)]
Writer = Annotated[Visit, needing(Permission.CHANGE_OWN_WORKS)]
_ROLES: Final = (("", "What the file is"), *((one.value, f"A {one}") for one in ReferenceRole))


@router.get("/new")
def new(seen: Writer, of: str = "") -> Response:
    """Show the form; ``of`` is the work that the new one belongs to."""
    holder = holder_of(seen)
    filled = {"owner": holder.owners[0] if holder.owners else "", "policy": "deny"}
    if of:
        whole = holder.work(of)
        filled |= {"belongs_to": whole.work_id, "owner": whole.owner or "", "kind": "character"}
    return _form(seen, holder, filled)


@router.post("")
async def register(seen: Writer) -> Response:
    """Register a work, or say what is wrong with it."""
    fields = await seen.request.form()
    holder = await run_in_threadpool(holder_of, seen)
    return await _save(seen, holder, fields, None)


@router.post("/check")
async def check_names(seen: Writer) -> Response:
    """Say what registering it would mean: what is wrong, and whom its names would harm."""
    fields = await seen.request.form()
    if not str(fields.get("name") or "").strip():
        return seen.part("desk/checked.html", report=None, costs=(), problem=None)
    try:
        row = row_of(fields)
        report = await run_in_threadpool(try_row, seen.service.store, row, Path())
        costs = [] if report.errors else await run_in_threadpool(costs_of, parse_row(row))
    except CleardanceError as error:
        return seen.part("desk/checked.html", report=None, costs=(), problem=error.diagnostics())
    return seen.part("desk/checked.html", report=report, costs=costs, problem=None)


@router.post("/check-files")
async def check_files(seen: Writer) -> Response:
    """Say of each file how good a reference it is."""
    fields = await seen.request.form()
    with passing_folder(seen) as folder:
        try:
            files = await write_files(fields, "files", folder)
            row = {"name": "Untitled", "kind": "film"} | row_of(fields)
            role = str(fields.get("role") or "")
            found = await seen.state.aside.run(_who(seen), tried, row, folder, files, role)
        except CleardanceError as error:
            return seen.part("desk/tried.html", tried=(), problem=error.diagnostics())
    return seen.part("desk/tried.html", tried=found, problem=None)


@router.get("/{work_id}")
def one(seen: Reader, work_id: str) -> Response:
    """Show a work."""
    holder = holder_of(seen)
    found = holder.work(work_id)
    with seen.service.store.read() as session:
        count = touched(session, [work_id]).get(work_id, Touched())
        links = links_of(session, work_id) if found.kind is WorkKind.PERSON else []
    held = [one for one in granting.listing(seen.service.store, work_id) if holder.may_see(one)]
    told = {
        "work": found,
        "parts": [registry.show(seen.service.store, part) for part in found.parts[:50]],
        "whole": _whole(holder, found),
        "touched": count,
        "licences": held,
        "links": links,
        "history": list(reversed(registry.history(seen.service.store, work_id)))[:20],
        "now": seen.now,
    }
    return seen.html("desk/work.html", found.name, told, here=HERE)


@router.get("/{work_id}/edit")
def edit(seen: Writer, work_id: str) -> Response:
    """Show the form, filled."""
    holder = holder_of(seen)
    found = holder.work(work_id)
    return _form(seen, holder, fields_of(found), work=found)


@router.post("/{work_id}/edit")
async def change(seen: Writer, work_id: str) -> Response:
    """Change a work, or say what is wrong."""
    fields = await seen.request.form()
    holder = await run_in_threadpool(holder_of, seen)
    known = await run_in_threadpool(holder.work, work_id)
    return await _save(seen, holder, fields, known)


@router.post("/{work_id}/remove")
def remove(seen: Writer, work_id: str) -> Response:
    """Remove a work: it stops counting from the next request on."""
    holder = holder_of(seen)
    holder.check(work_id)
    by = holder.who.account_name
    _, files = registry.remove(seen.service.store, work_id, account=by)
    for blob in files:
        discard(seen.service, blob)
    return seen.go(HERE)


@router.get("/{work_id}/references/{digest}.jpg")
def reference(seen: Reader, work_id: str, digest: str) -> Response:
    """Return a small picture of a reference."""
    found = holder_of(seen).work(work_id)
    if digest not in {one.path for one in found.references}:
        raise NotFound("This work has no such reference.")
    headers = {"Cache-Control": "private, max-age=300"}
    return FileResponse(picture_of(seen.service, digest), 200, headers, "image/jpeg")


def tried(
    service: Service,
    row: Mapping[str, Any],
    folder: Path,
    files: list[tuple[str, str]],
    role: str,
) -> list[Tried]:
    """Return how good each file is, and which of them others have registered too."""
    kind = WorkKind(row["kind"]) if row.get("kind") in set(WorkKind) else WorkKind.FILM
    as_role = ReferenceRole(role) if role in set(ReferenceRole) else None
    found = try_files(folder, files, kind, as_role)
    good = [ours for (ours, _), one in zip(files, found, strict=True) if one.problem is None]
    references = [{"path": ours, "role": as_role} for ours in good]
    report = try_row(service.store, dict(row) | {"references": references}, folder)
    said = [text for _, text in (*report.warnings, *report.errors)]
    return [
        dataclasses.replace(one, shared=_said_of(ours, said))
        for (ours, _), one in zip(files, found, strict=True)
    ]


def _said_of(file: str, said: list[str]) -> str | None:
    about = f"reference {file} "
    return next((text.partition(about)[2] for text in said if about in text), None)


def saved(service: Service, row: Mapping[str, Any], folder: Path, by: str) -> str:
    """Register a row; return the work's id."""
    parsed = parse_row(dict(row))
    registry.register(service.store, [parsed], folder, account=by)
    return parsed.id


async def _save(seen: Visit, holder: Holder, fields: Any, known: RegisteredWork | None) -> Response:
    shown = {name: value for name, value in fields.items() if isinstance(value, str)}
    with passing_folder(seen) as folder:
        try:
            row = row_of(fields, known)
            await run_in_threadpool(_check_theirs, holder, row, known)
            files = await write_files(fields, "files", folder)
            role = str(fields.get("role") or "") or None
            row["references"] = [
                *_kept(seen, known, fields.getlist("drop")),
                *({"path": ours, "role": role} for ours, _ in files),
            ]
            by = holder.who.account_name
            work_id = await seen.state.aside.run(_who(seen), saved, row, folder, by)
        except CleardanceError as error:
            problem, status = error.diagnostics(), error.http_status
            return await run_in_threadpool(
                _form, seen, holder, shown, work=known, problem=problem, status=status
            )
    return seen.go(f"/rights/works/{work_id}")


def _check_theirs(holder: Holder, row: Mapping[str, Any], known: RegisteredWork | None) -> None:
    """Raise unless they may register it: their owner, belonging to nothing of others, not there."""
    if whole := row.get("belongs_to"):
        with holder.service.store.read() as session:
            holder.check(registry.find_work(session, whole))
    if known is not None:
        return
    holder.check_owner(row.get("owner"))
    try:
        registry.show(holder.service.store, parse_row(dict(row)).id)
    except NotFound:
        return
    raise RegistryError("This work is registered already; open it and change it there.")


def _kept(seen: Visit, known: RegisteredWork | None, dropped: list[Any]) -> list[dict[str, Any]]:
    """Return the references that the work keeps, as files to be read again."""
    kept = [one for one in known.references if one.path not in dropped] if known else []
    blobs = seen.service.store.blobs
    return [{"path": str(blobs.path(one.path)), "role": one.role} for one in kept]


def _form(
    seen: Visit,
    holder: Holder,
    filled: Mapping[str, str],
    *,
    work: RegisteredWork | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    told = {
        "filled": EMPTY | dict(filled),
        "work": work,
        "holder": holder,
        "problem": problem,
        "kinds": list(WorkKind),
        "policies": list(Policy),
        "roles": _ROLES,
    }
    title = f"Change {work.name}" if work else "Register a work"
    return seen.html("desk/work_form.html", title, told, here=HERE, status=status)


def _whole(holder: Holder, work: RegisteredWork) -> RegisteredWork | None:
    return registry.show(holder.service.store, work.belongs_to) if work.belongs_to else None


def _who(seen: Visit) -> str:
    assert seen.principal is not None
    return seen.principal.account_id
