"""Verify, for everybody: a file or a link, and what is known of it in plain words.

The proof is checked a second time by a script in the browser, and so are the Content Credentials,
by a reader that is not ours; they trust the server in nothing but whose keys are to be believed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, Literal

from fastapi import Form, UploadFile
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.fetching import local_file
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError, UsageError
from cleardance.provenance.dossier import Dossier, shown
from cleardance.provenance.page import answer_of, sections_of
from cleardance.provenance.verify import reader_settings
from cleardance.server.guard import client_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.visit import Visit, Visiting
from cleardance.server.visitors import FILES

router = page_router()
Kind = Literal["clear", "hold", "deny"]
_KINDS: Final[dict[str, Kind]] = {"good": "clear", "open": "hold", "bad": "deny"}


@dataclass(frozen=True)
class Section:
    """One part of a report: rows of (label, text)."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Report:
    """What is told of a file. ``proof`` is for reading, ``proof_json`` for the browser's check.

    ``credentials`` is the state of its manifest as read here, for the browser to compare with.
    """

    name: str
    sha256: str
    answer: str
    kind: Kind
    credentials: str
    sections: tuple[Section, ...]
    proof: str
    proof_json: str


@router.get("/verify")
def ask(seen: Visiting) -> Response:
    """Show the form."""
    return _page(seen)


@router.post("/verify")
async def verify_file(seen: Visiting, csrf: Annotated[str, Form()], file: UploadFile) -> Response:
    """Tell of an uploaded file, which is deleted at once."""
    seen.check_form({"csrf": csrf})
    with TemporaryDirectory(prefix="verify-", dir=seen.service.store.home.work) as folder:
        path = Path(folder) / "file"
        await run_in_threadpool(path.write_bytes, await file.read())
        name = Path(file.filename or "file").name[:120]
        return await _told(seen, dossier_of_upload, path, name)


@router.post("/verify/link")
async def verify_link(seen: Visiting, csrf: Annotated[str, Form()], url: str = Form()) -> Response:
    """Tell of a file on the web."""
    seen.check_form({"csrf": csrf})
    return await _told(seen, dossier_of_link, url)


@router.get("/verify/trust.json")
def trust(seen: Visiting) -> Response:
    """Return the settings of the reader in the browser: those that we read with ourselves."""
    return JSONResponse(reader_settings(seen.service.authority.root_pem))


def dossier_of_upload(service: Service, path: Path, name: str) -> Dossier:
    """Return what is told to the public of a file that was sent."""
    return dossier_of(service, path, name).for_the_public()


def dossier_of_link(service: Service, url: str) -> Dossier:
    """Return what is told to the public of a file behind an address; UsageError for others."""
    if not url.lower().startswith(("http://", "https://")):
        raise UsageError("An address starts with http:// or https://.")
    with local_file(service, url) as (path, name):
        return dossier_of(service, path, name).for_the_public()


async def _told(seen: Visit, work: Callable[..., Dossier], *args: Any) -> Response:
    client = client_of(seen.request)
    who = f"visitor {client}"
    try:
        seen.state.visitors.take(FILES, client)
        dossier = await seen.state.aside.run(who, work, *args)
    except CleardanceError as error:
        return _page(seen, problem=error.diagnostics(), status=error.http_status)
    return _page(seen, report=_report(seen, dossier))


def _page(
    seen: Visit, *, problem: str | None = None, report: Report | None = None, status: int = 200
) -> Response:
    told = {"problem": problem, "report": report}
    return seen.html("verify.html", "Verify", told, here="/verify", status=status)


def _report(seen: Visit, dossier: Dossier) -> Report:
    kind, answer = answer_of(dossier)
    sections = (
        Section(title, tuple((shown(label), shown(text)) for label, text in rows))
        for title, rows in sections_of(dossier)
    )
    proof = dossier.proof
    checked = {"proof": proof, "key": str(seen.service.ledger_keys.public)}
    return Report(
        name=shown(dossier.name),
        sha256=dossier.inspection.sha256,
        answer=answer,
        kind=_KINDS[kind],
        credentials=dossier.inspection.c2pa.state,
        sections=tuple(one for one in sections if one.rows),
        proof="" if proof is None else shown(json.dumps(proof, indent=1, ensure_ascii=False)),
        proof_json="" if proof is None else _for_script(checked),
    )


def _for_script(value: object) -> str:
    """Return JSON that nothing in it can end the script element early."""
    return json.dumps(value).replace("<", "\\u003c")
