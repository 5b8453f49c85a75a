"""A person's own page: who may use their likeness and voice, granted and withdrawn by them.

They come by a link with a secret, which is exchanged for a cookie at once so that it stays in no
address bar; or by their account, if it is tied to the person.
"""

from typing import Annotated, Any, Final

from fastapi import Form
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from cleardance.accounts.roles import Permission
from cleardance.clearance.touching import Touched, touched
from cleardance.errors import CleardanceError, NotFound
from cleardance.rights import granting, person_links, registry
from cleardance.rights.grant import parse_grant
from cleardance.rights.licence import Use, state
from cleardance.rights.registry import RegisteredWork
from cleardance.rights.row import WorkKind
from cleardance.server.pages.desk.fields import lines
from cleardance.server.pages.desk.holder import Holder, holder_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit, Visiting

router = page_router("/person")
desk_router = page_router("/rights/works/{work_id}/links")
COOKIE: Final = "cleardance_person"
USES: Final = {
    Use.LIKENESS: "My name, face and figure",
    Use.VOICE: "My voice",
    Use.STYLE: "My style",
    Use.POST: "Naming or showing me in posts and marketing",
}
Text = Annotated[str, Form(max_length=4_000)]
Licenser = Annotated[Visit, needing(Permission.LICENSE_OWN_WORKS)]


@router.get("")
def mine(seen: Visiting, key: str = "") -> Response:
    """Let a person in by their link, and show their page."""
    if key:
        with seen.service.store.read() as session:
            person_links.person_of(session, key)
        answer = seen.go("/person")
        secure = seen.request.url.scheme == "https"
        answer.set_cookie(
            COOKIE, key, max_age=43_200, path="/person", httponly=True, samesite="lax",
            secure=secure,
        )  # fmt: skip
        return answer
    return _page(seen, person_of(seen))


@router.post("/leave")
def leave(seen: Visiting, csrf: Text) -> Response:
    """Forget the link in this browser."""
    seen.check_form({"csrf": csrf})
    answer = seen.go("/")
    answer.delete_cookie(COOKIE, path="/person")
    return answer


@router.post("/consents")
async def consent(seen: Visiting) -> Response:
    """Give a consent."""
    fields = await seen.request.form()
    seen.check_form(fields)
    person = await run_in_threadpool(person_of, seen)
    try:
        await run_in_threadpool(_consent, seen, person, fields)
    except CleardanceError as error:
        problem, status = error.diagnostics(), error.http_status
        return await run_in_threadpool(_page, seen, person, problem, status)
    return seen.go("/person")


@router.post("/consents/{licence_id}/withdraw")
def withdraw(seen: Visiting, licence_id: str, csrf: Text, why: Text = "") -> Response:
    """Withdraw a consent: it counts for nothing from now on."""
    seen.check_form({"csrf": csrf})
    person = person_of(seen)
    held = {one.licence.id for one in granting.listing(seen.service.store, person.work_id)}
    if licence_id not in held:
        raise NotFound(f"There is no consent {licence_id}.")
    reason = why.strip() or "Withdrawn on the person's own page."
    granting.revoke(seen.service.store, licence_id, by=person.name, why=reason, at=seen.now)
    return seen.go("/person")


@desk_router.post("")
def make_link(seen: Licenser, work_id: str) -> Response:
    """Make a link to a person's own page; it is shown once."""
    holder = holder_of(seen)
    holder.check(work_id)
    store, by = seen.service.store, holder.who.account_name
    secret = person_links.make_link(store, work_id, by=by, now=seen.now)
    base = seen.service.settings.public_url or str(seen.request.base_url).rstrip("/")
    told = {"work": holder.work(work_id), "link": f"{base}/person?key={secret}"}
    return seen.html("desk/link.html", "A link for them", told, here="/rights", shape="narrow")


@desk_router.post("/{link_id}/end")
def end_link(seen: Licenser, work_id: str, link_id: str) -> Response:
    """End a link: nobody comes in by it any more."""
    holder = holder_of(seen)
    holder.check(work_id)
    with seen.service.store.read() as session:
        if link_id not in {one.id for one in person_links.links_of(session, work_id)}:
            raise NotFound(f"There is no link {link_id!r}.")
    person_links.end_link(seen.service.store, link_id, by=holder.who.account_name, now=seen.now)
    return seen.go(f"/rights/works/{work_id}")


def person_of(seen: Visit) -> RegisteredWork:
    """Return whose page it is: by the link's cookie, or by the account. Raises NotFound."""
    if key := seen.request.cookies.get(COOKIE):
        with seen.service.store.read() as session:
            return registry.show(seen.service.store, person_links.person_of(session, key))
    seen.require(Permission.READ_OWN_WORKS)
    people = _people(holder_of(seen))
    if len(people) != 1:
        raise NotFound(
            "Your account is not that of one registered person.",
            hint="Open the link that you were sent, or the person's page at the Rights desk.",
        )
    return people[0]


def _people(holder: Holder) -> list[RegisteredWork]:
    if holder.works is None:
        return []
    kind = WorkKind.PERSON
    store = holder.service.store
    found = registry.listing(store, kind=kind, limit=2, among=holder.works)
    return [registry.show(store, one.id) for one in found]


def _consent(seen: Visit, person: RegisteredWork, fields: Any) -> None:
    name = " ".join(str(fields.get("signature") or "").split())
    to, kind = str(fields.get("to_name") or "").strip(), str(fields.get("to_kind") or "")
    values: dict[str, Any] = {
        "works": [person.work_id],
        "to": kind if kind == "everyone" else f"{kind}:{to}",
        "uses": fields.getlist("uses"),
        "conditions": lines(fields, "conditions"),
        "grantor": person.name,
    }
    if until := str(fields.get("valid_until") or "").strip():
        values["valid_until"] = until
    if name:
        at = f"{seen.now:%Y-%m-%d %H:%M} UTC"
        values["statement"] = f"Given by {name} on the page of {person.name}, {at}."
    granting.grant(seen.service.store, parse_grant(values), seen.now)


def _page(
    seen: Visit, person: RegisteredWork, problem: str | None = None, status: int = 200
) -> Response:
    held = granting.listing(seen.service.store, person.work_id)
    with seen.service.store.read() as session:
        count = touched(session, [person.work_id]).get(person.work_id, Touched())
    told = {
        "person": person,
        "consents": [(one, state(one.licence, seen.now)) for one in reversed(held)],
        "touched": count,
        "uses": USES,
        "by_link": COOKIE in seen.request.cookies,
        "problem": problem,
    }
    return seen.html("desk/person.html", person.name, told, status=status)
