"""What was handed in with a request: kept as private blobs from the moment it is queued.

What is screened is what the model sees and what the credentials cite, whatever becomes of the
files that were handed in.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from cleardance.clearance.service import Service
from cleardance.errors import InvalidCredentials
from cleardance.ledger.entry import personal
from cleardance.request import ReferenceInput, Request
from cleardance.store.blobs import Draft
from cleardance.store.failures import os_failures
from cleardance.store.tables import task_reference

if TYPE_CHECKING:  # brings in the C2PA library, which a request without references never needs
    from cleardance.provenance.manifest import Ingredient


@contextmanager
def kept(service: Service, request: Request) -> Iterator[tuple[Connection, Request]]:
    """Give a write transaction, and the request with a blob behind each of its references.

    The blobs and the caller's rows come to be together. Raises UnreadableMedia, MediaTooLarge,
    InvalidCredentials naming the reference and what is wrong with it, DiskFull, StoreError.
    """
    with ExitStack() as transaction:
        with ExitStack() as stack:
            drafts = [_copied(service, one, stack) for one in request.references]
            # Opened before blobs are in place: whoever deletes an equal one waits for our rows.
            session = transaction.enter_context(service.store.begin())
        references = tuple(
            one.model_copy(update={"path": one.path.name, "sha256": draft.digest})
            for one, draft in zip(request.references, drafts, strict=True)
        )
        yield session, request.model_copy(update={"references": references})


def name_blobs(session: Connection, task_id: str, request: Request) -> None:
    """Store which blobs a queued task needs, so that nobody deletes them."""
    digests = {one.sha256 for one in request.references}
    if digests:
        rows = [{"task_id": task_id, "blob": digest} for digest in sorted(filter(None, digests))]
        session.execute(insert(task_reference), rows)


def forget_blobs(session: Connection, task_id: str) -> list[str]:
    """Let go of a task's references; return the digests, to be discarded after the commit."""
    of_task = task_reference.c.task_id == task_id
    digests = list(session.scalars(select(task_reference.c.blob).where(of_task)))
    session.execute(delete(task_reference).where(of_task))
    return digests


def located(service: Service, request: Request) -> Request:
    """Return a queued request with the paths of its references' blobs; BlobDamaged."""
    return request.model_copy(
        update={"references": tuple(_located(service, one) for one in request.references)}
    )


def ingredients(service: Service, request: Request) -> "tuple[Ingredient, ...]":
    """Return what the credentials cite: each reference by its role, never by its file's name."""
    from cleardance.provenance.manifest import Ingredient
    from cleardance.provenance.verify import media_type

    paths = [one.path for one in located(service, request).references]
    return tuple(
        Ingredient(path, title, media_type(path))
        for path, title in zip(paths, titles(request), strict=True)
    )


def titles(request: Request) -> list[str]:
    """Return what each reference is called in public: ``first frame``, ``reference image 2``."""
    roles = [one.role for one in request.references]
    return [
        f"{role.replace('_', ' ')} {roles[: n + 1].count(role)}"
        if roles.count(role) > 1
        else role.replace("_", " ")
        for n, role in enumerate(roles)
    ]


def commitments(request: Request, salt: bytes) -> dict[str, str]:
    """Return what a recipe says of the references: commitments to their digests, by title."""
    return {
        title.replace(" ", "_"): personal(one.sha256 or "", salt)
        for one, title in zip(request.references, titles(request), strict=True)
    }


def _copied(service: Service, reference: ReferenceInput, stack: ExitStack) -> Draft:
    from cleardance.media import probe  # slow to import, and most requests have no reference

    probe(reference.path)  # its size, before it is copied
    draft = stack.enter_context(service.store.blobs.writer())
    with os_failures(reference.path), reference.path.open("rb") as source:
        shutil.copyfileobj(source, draft.file, 1 << 20)
    draft.file.flush()
    probe(draft.path)  # the file may have changed: what is kept is what counts
    _check_credentials(service, draft, reference)
    return draft


def _check_credentials(service: Service, draft: Draft, reference: ReferenceInput) -> None:
    """A file changed after it was signed is refused: we would vouch for it by citing it."""
    from cleardance.provenance.verify import carried_pictures, read_manifest

    report = read_manifest(draft.path, service.authority.root_pem)
    if report.state == "Invalid":
        raise InvalidCredentials(
            f"{reference.path.name} carries credentials that do not hold: "
            f"{'; '.join(report.problems)}.",
            hint="Hand in the file as it was signed, or without its credentials.",
        )
    carried_pictures(draft.path)  # they are screened with it


def _located(service: Service, reference: ReferenceInput) -> ReferenceInput:
    assert reference.sha256 is not None  # set when it was queued
    service.store.blobs.verify(reference.sha256)
    return reference.model_copy(update={"path": service.store.blobs.path(reference.sha256)})
