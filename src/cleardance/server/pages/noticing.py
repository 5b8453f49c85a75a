"""The public notice form: what the law asks of each kind, a receipt at once, its status later."""

import re
from pathlib import Path
from typing import Any, Final

from fastapi.responses import Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from cleardance.accounts.roles import Permission
from cleardance.clearance.notices.accepting import from_anybody
from cleardance.errors import CleardanceError, UsageError
from cleardance.rights.notices.deadlines import due_at
from cleardance.rights.notices.filing import Receipt, file_notice
from cleardance.rights.notices.form import Demand, NoticeForm, NoticeKind
from cleardance.rights.notices.requirements import missing, requirements
from cleardance.rights.row import WorkKind
from cleardance.server.errors import from_validation
from cleardance.server.guard import client_of
from cleardance.server.pages.desk.uploads import MAX_FILES, passing_folder, write_files
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.visit import Visit, Visiting
from cleardance.server.visitors import FILES

router = page_router("/notices")
_SENDER: Final = ("name", "role", "email", "address", "phone", "on_behalf_of")
_STATEMENTS: Final = ("good_faith", "accurate_under_penalty_of_perjury", "no_consent")
_MAX_LINES: Final = 500
_MAX_NAMED: Final = 2_000


@router.get("/new")
def form(seen: Visiting, works: str = "", located: str = "") -> Response:
    """Show the form, with the works and places that a link names."""
    return _page(seen, {"works": works[:_MAX_NAMED], "located": located[:_MAX_NAMED]})


@router.post("/new/check")
async def check(seen: Visiting) -> Response:
    """Say what the law asks of such a notice, and what of it is given, while it is filled in."""
    fields = await seen.request.form()
    seen.check_form(fields)
    try:
        notice = NoticeForm.model_validate(_notice(fields, []))
        lacking = missing(notice)
        told = {
            "asked": [(one, one not in lacking) for one in requirements(notice.applied_law)],
            "left": len(lacking),
            "due": due_at(notice, seen.now),
        }
    except ValidationError as error:
        return seen.part("notice_asked.html", problem=from_validation(error).message)
    except CleardanceError as error:
        return seen.part("notice_asked.html", problem=error.diagnostics())
    return seen.part("notice_asked.html", problem=None, **told)


@router.post("/new")
async def send(seen: Visiting) -> Response:
    """File a notice; show the receipt, or what is wrong with the form."""
    seen.state.visitors.take(FILES, client_of(seen.request))  # as over the API: they are kept
    fields = await seen.request.form(max_files=MAX_FILES)
    seen.check_form(fields)
    with passing_folder(seen) as folder:
        try:
            names = [ours for ours, _ in await write_files(fields, "files", folder)]
            notice = NoticeForm.model_validate(_notice(fields, names))
            receipt = await run_in_threadpool(_file, seen, notice, folder)
        except ValidationError as error:
            return _page(seen, fields, from_validation(error).message)
        except CleardanceError as error:
            return _page(seen, fields, error.diagnostics())
    who = seen.principal
    at_desk = who is not None and who.may(Permission.READ_OWN_NOTICES)
    told = {"receipt": receipt, "at_desk": at_desk}
    return seen.html("receipt.html", "Your notice was received", told, shape="narrow")


def _file(seen: Visit, notice: NoticeForm, folder: Path) -> Receipt:
    sent_by = seen.principal.account_id if seen.principal else None
    intake = from_anybody(seen.service)
    return file_notice(seen.service.store, notice, folder, seen.now, intake, sent_by=sent_by)


def _page(seen: Visit, filled: Any, problem: str | None = None) -> Response:
    told: dict[str, Any] = {"filled": filled, "problem": problem, "kinds": list(NoticeKind)}
    choices = {"demands": list(Demand), "work_kinds": list(WorkKind)}
    status = 400 if problem else 200
    return seen.html("notice_new.html", "Send a notice", told | choices, status=status)


def _notice(fields: Any, references: list[str]) -> dict[str, Any]:
    """Return the form's fields as a notice is written in a file; what is empty is left out."""
    sender = {name: fields[f"sender_{name}"] for name in _SENDER if fields.get(f"sender_{name}")}
    works: list[dict[str, Any]] = [
        {"name": name, "kind": fields.get("work_kind", "")} for name in _lines(fields, "works")
    ]
    if owner := fields.get("sender_on_behalf_of") or fields.get("sender_name"):
        works = [work | {"owner": owner} for work in works]
    if works:
        works[0]["references"] = references
        works[0]["hashtags"] = _lines(fields, "hashtags")
    notice: dict[str, Any] = {
        "kind": fields.get("kind", ""),
        "sender": sender,
        "works": works,
        "located": [_located(line) for line in _lines(fields, "located")],
        "demands": fields.getlist("demands"),
        "statements": {name: bool(fields.get(name)) for name in _STATEMENTS},
    }
    optional = {name: fields.get(name, "").strip() for name in ("signature", "reason")}
    return notice | {name: text for name, text in optional.items() if text}


def _located(line: str) -> dict[str, str]:
    if line.startswith("#"):
        return {"hashtag": line}
    account = re.fullmatch(r"account:\s*(.+)", line)
    return {"account": account[1]} if account else {"output": line}


def _lines(fields: Any, name: str) -> list[str]:
    lines = [line.strip() for line in str(fields.get(name, "")).splitlines() if line.strip()]
    if len(lines) > _MAX_LINES:
        raise UsageError(f"At most {_MAX_LINES} lines are taken here; send a longer one as a file.")
    return lines
