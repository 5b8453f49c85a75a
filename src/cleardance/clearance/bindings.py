"""Finding the credentials of a copy that lost them: what the server will expose to anybody.

The functions are those of the C2PA Soft Binding Resolution API 2.2 (``/matches/byBinding``,
``/matches/byContent``, ``/manifests/{id}``, ``/services/supportedAlgorithms``), and return its
JSON objects.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.service import Service
from cleardance.clearance.serving import refuse_removed
from cleardance.errors import NotFound
from cleardance.provenance.extract import manifest_store
from cleardance.provenance.identifiers import index_of_manifest, manifest_id, payload_of_binding
from cleardance.store.tables import TaskStatus, task

MAX_RESULTS = 10


def supported_algorithms(algorithm: str) -> dict[str, Any]:
    """Return ``/services/supportedAlgorithms``; ``algorithm`` is the name of the mark in use."""
    marks = [] if algorithm == "none" else [{"alg": algorithm}]
    return {"watermarks": marks, "fingerprints": []}


def matches_by_binding(service: Service, value: str) -> dict[str, Any]:
    """Return the manifests whose soft binding has this value (base64); NotFound for rubbish."""
    payload = payload_of_binding(value)
    return {"matches": _matches(service, payload, 100)}


def matches_by_content(service: Service, path: Path) -> dict[str, Any]:
    """Return the manifests of the output that a file is, or is a copy of.

    Raises UnreadableMedia when there is no such file.
    """
    found = inspect_file(service, path)
    if found.ledger is None:
        return {"matches": []}
    sure = found.ledger.sha256 == found.sha256
    score = 100 if sure else round(100 * found.watermark.confidence)
    return {"matches": _matches(service, found.ledger.index, score)}


def manifest_by_id(service: Service, name: str) -> bytes:
    """Return the manifest store (JUMBF, ``application/c2pa``) of that name. Raises NotFound.

    Only of outputs that were released and are still here. Raises BlobDamaged; Removed for what a
    notice took down, as pictures that were handed in may be in their own credentials.
    """
    index = index_of_manifest(name)
    with service.store.read() as session:
        row = session.execute(
            select(task.c.id, task.c.sealed_blob).where(
                task.c.ledger_index == index, task.c.status == TaskStatus.RELEASED
            )
        ).one_or_none()
        if row is not None and manifest_id(row.id, index) == name:
            refuse_removed(session, row.id)
    if row is None or row.sealed_blob is None or manifest_id(row.id, index) != name:
        raise NotFound(f"There is no manifest {name[:80]} here.")
    service.store.blobs.verify(row.sealed_blob)
    return manifest_store(service.store.blobs.path(row.sealed_blob))


def _matches(service: Service, index: int, score: int) -> list[dict[str, Any]]:
    query = select(task.c.id).where(
        task.c.ledger_index == index, task.c.status == TaskStatus.RELEASED
    )
    with service.store.read() as session:
        outputs = list(session.scalars(query.limit(MAX_RESULTS)))
    return [
        {"manifestId": manifest_id(output, index), "similarityScore": score} for output in outputs
    ]
