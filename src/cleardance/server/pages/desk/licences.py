"""Licences and consents at the desk: asked for, granted with evidence, revoked, read as ODRL."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Form
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from cleardance.accounts.roles import Permission
from cleardance.errors import CleardanceError, LicenceError, NotFound
from cleardance.rights import granting, licence_requests, registry
from cleardance.rights.grant import Grant, parse_grant
from cleardance.rights.licence import Use, state
from cleardance.rights.licence_requests import LicenceRequest
from cleardance.rights.licence_rows import LicenceRecord
from cleardance.rights.odrl import to_odrl
from cleardance.rights.registry import find_work
from cleardance.rights.row import WorkKind
from cleardance.server.pages.desk.fields import lines
from cleardance.server.pages.desk.holder import Holder, holder_of
from cleardance.server.pages.desk.uploads import passing_folder, write_files
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit
from cleardance.verdict import WorkSummary

router = page_router("/rights/licences")
HERE: Final = "/rights/licences"
Reader = Annotated[Visit, needing(Permission.READ_OWN_WORKS)]
Licenser = Annotated[Visit, needing(Permission.LICENSE_OWN_WORKS)]
Text = Annotated[str, Form(max_length=4_000)]
USES: Final = {
    Use.PROMPT: "name or describe it in a prompt",
    Use.STYLE: "ask for its style",
    Use.REFERENCE: "hand in pictures or sounds of it",
    Use.OUTPUT: "make what shows or sounds like it",
    Use.LIKENESS: "their name, face and figure",
    Use.VOICE: "their voice",
    Use.POST: "name or show it in posts and marketing",
}
_OF_WORKS: Final = (Use.PROMPT, Use.REFERENCE, Use.OUTPUT, Use.STYLE, Use.POST)
_OF_PEOPLE: Final = (Use.LIKENESS, Use.VOICE, Use.STYLE, Use.POST)


@router.get("")
def listing(seen: Reader) -> Response:
    """List what was asked for, and every licence."""
    holder = holder_of(seen)
    with seen.service.store.read() as session:
        requests = licence_requests.open_requests(session, holder.works)
    held = [one for one in granting.listing(seen.service.store) if holder.may_see(one)]
    told = {
        "requests": requests,
        "licences": [(one, state(one.licence, seen.now)) for one in reversed(held)],
        "uses": USES,
    }
    return seen.html("desk/licences.html", "Licences and consents", told, here=HERE)


@router.get("/new")
def new(seen: Licenser, work: str, request: str = "") -> Response:
    """Show the form of a licence of a work, or of what was asked for."""
    holder = holder_of(seen)
    asked = _asked(holder, request) if request else None
    filled: dict[str, Any] = {}
    if asked:
        filled = {"to": f"account:{asked.account}", "uses": [asked.use.value]}
    return _form(seen, holder, work, asked, filled)


@router.post("/new")
async def grant(seen: Licenser) -> Response:
    """Grant it, or say what is wrong with it."""
    fields = await seen.request.form()
    holder = await run_in_threadpool(holder_of, seen)
    work, request = str(fields.get("work", "")), str(fields.get("request", ""))
    asked = await run_in_threadpool(_asked, holder, request) if request else None
    with passing_folder(seen) as folder:
        try:
            papers = await write_files(fields, "evidence", folder)
            wanted = wanted_of(fields, work, _renamed(folder, papers))
            made = await run_in_threadpool(_grant, seen, holder, wanted, asked)
        except CleardanceError as error:
            filled = dict(fields) | {"uses": fields.getlist("uses")}
            return await run_in_threadpool(
                _form, seen, holder, work, asked, filled, error.diagnostics(), error.http_status
            )
    return seen.go(f"{HERE}/{made}")


@router.get("/requests/{request_id}")
def request(seen: Licenser, request_id: str) -> Response:
    """Show what was asked for."""
    asked = _asked(holder_of(seen), request_id)
    told = {"asked": asked, "uses": USES, "problem": None}
    return seen.html("desk/request.html", f"{asked.account} asks", told, here=HERE)


@router.post("/requests/{request_id}/decline")
def decline(seen: Licenser, request_id: str, words: Text = "") -> Response:
    """Decline it, in words that whoever asked reads."""
    holder = holder_of(seen)
    asked = _asked(holder, request_id)
    try:
        licence_requests.decline(
            seen.service.store, request_id, words, by=holder.who.account_name, now=seen.now
        )
    except CleardanceError as error:
        told = {"asked": asked, "uses": USES, "problem": error.diagnostics()}
        status = error.http_status
        return seen.html("desk/request.html", "A request", told, here=HERE, status=status)
    return seen.go(HERE)


@router.get("/{licence_id}")
def one(seen: Reader, licence_id: str) -> Response:
    """Show a licence."""
    return _one(seen, licence_id)


@router.get("/{licence_id}/odrl.json")
def odrl(seen: Reader, licence_id: str) -> Response:
    """Return a licence as an Agreement of ODRL."""
    found = _theirs(holder_of(seen), licence_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.licence.id}-odrl.json"'}
    body = to_odrl(found, seen.service.settings.origin)
    return JSONResponse(body, headers=headers, media_type="application/ld+json")


@router.post("/{licence_id}/revoke")
def revoke(seen: Licenser, licence_id: str, why: Text = "") -> Response:
    """Revoke it: it counts for nothing from now on."""
    holder = holder_of(seen)
    _theirs(holder, licence_id)
    by = holder.who.account_name
    try:
        granting.revoke(seen.service.store, licence_id, by=by, why=why, at=seen.now)
    except LicenceError as error:
        return _one(seen, licence_id, error.diagnostics(), error.http_status)
    return seen.go(f"{HERE}/{licence_id}")


def wanted_of(fields: Any, work: str, evidence: list[str]) -> Grant:
    """Return the grant that a form describes. Raises LicenceError."""
    optional = ("valid_from", "valid_until", "statement", "grantor")
    values = {name: text for name in optional if (text := str(fields.get(name) or "").strip())}
    to = str(fields.get("to_name") or "").strip()
    kind = str(fields.get("to_kind") or "everyone")
    territories = str(fields.get("territories") or "").upper().replace(",", " ").split()
    plain: dict[str, Any] = {
        "works": [work],
        "to": kind if kind == "everyone" else f"{kind}:{to}",
        "uses": fields.getlist("uses"),
        "with_parts": bool(fields.get("with_parts")),
        "territories": territories,
        "conditions": lines(fields, "conditions"),
        "evidence": evidence,
    }
    return parse_grant(plain | values)


def _renamed(folder: Path, papers: list[tuple[str, str]]) -> list[str]:
    """Give papers the names that they came with, each in a folder of its own, where they are plain.

    The name is kept with the licence, for people to read.
    """
    kept = []
    for number, (ours, called) in enumerate(papers):
        plain = "".join(c for c in called if c.isprintable() and c not in '/\\:*?"<>|')[:100]
        place = folder / f"paper-{number}"
        place.mkdir()
        path = (folder / ours).rename(place / (plain.strip(". ") or ours))
        kept.append(str(path))
    return kept


def _grant(seen: Visit, holder: Holder, wanted: Grant, asked: LicenceRequest | None) -> str:
    store, by = seen.service.store, holder.who.account_name
    for one in wanted.works:
        holder.check(one)
    if asked is None:
        return granting.grant(store, wanted, seen.now).licence.id
    answered = licence_requests.accept(store, asked.id, wanted, by=by, now=seen.now)
    assert answered.licence_id is not None
    return answered.licence_id


def _asked(holder: Holder, request_id: str) -> LicenceRequest:
    with holder.service.store.read() as session:
        found = licence_requests.load(session, request_id)
    if holder.works is not None and found.work.id not in holder.works:
        raise NotFound(f"There is no request for a licence {request_id!r}.")
    return found


def _theirs(holder: Holder, licence_id: str) -> LicenceRecord:
    found = granting.show(holder.service.store, licence_id)
    if not holder.may_see(found):
        raise NotFound(f"There is no licence {licence_id}.")
    return found


def _one(seen: Visit, licence_id: str, problem: str | None = None, status: int = 200) -> Response:
    found = _theirs(holder_of(seen), licence_id)
    told = {
        "record": found,
        "state": state(found.licence, seen.now),
        "works": [_named(seen, work_id) for work_id in found.licence.works],
        "uses": USES,
        "problem": problem,
    }
    return seen.html("desk/licence.html", found.licence.id, told, here=HERE, status=status)


def _named(seen: Visit, work_id: str) -> WorkSummary:
    """Return a work by its name; by its id once it has left the registry."""
    try:
        found = registry.show(seen.service.store, work_id)
    except NotFound:
        return WorkSummary(id=work_id, name=work_id, kind="")
    return WorkSummary(id=found.work_id, name=found.name, kind=found.kind, owner=found.owner)


def _form(
    seen: Visit,
    holder: Holder,
    work: str,
    asked: LicenceRequest | None,
    filled: Mapping[str, Any],
    problem: str | None = None,
    status: int = 200,
) -> Response:
    with seen.service.store.read() as session:
        work_id = find_work(session, work)
    found = holder.work(work_id)
    person = found.kind is WorkKind.PERSON
    told = {
        "work": found,
        "asked": asked,
        "filled": filled,
        "offered": [(one, USES[one]) for one in (_OF_PEOPLE if person else _OF_WORKS)],
        "uses": USES,
        "person": person,
        "problem": problem,
    }
    title = "Record a consent" if person else "Grant a licence"
    return seen.html("desk/licence_form.html", title, told, here=HERE, status=status)
