"""Steps 7 and 8: only what is sealed is released, and only while its verdict still stands."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from cleardance.accounts.usage import count_usage
from cleardance.clearance import serving, tasks
from cleardance.clearance.delivery import check_destination, deliver
from cleardance.clearance.garbage import discard
from cleardance.clearance.progress import Watch
from cleardance.clearance.references import commitments, ingredients
from cleardance.clearance.screening import stands
from cleardance.clearance.service import Service
from cleardance.clearance.stages import OutputCleared, Released, SealedOutput
from cleardance.clearance.tasks import Step, TaskRow
from cleardance.errors import SealInvalid
from cleardance.generate.models import model_named
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.provenance.label import Label
from cleardance.provenance.manifest import ManifestParts, Recipe, SourceType
from cleardance.provenance.seal import Sealed, UnsealedParts, prove, seal
from cleardance.request import FPS, Request
from cleardance.rights.registry import hold_still
from cleardance.store.failures import os_failures
from cleardance.store.tables import TaskStatus, ledger_entry


def seal_output(service: Service, cleared: OutputCleared, watch: Watch) -> SealedOutput:
    """Step 7: mark, encode, sign, log, re-read; or re-read what was sealed before.

    Raises SealFailed, SealInvalid, EncodingFailed, BlobDamaged, DiskFull.
    """
    with watch.step(Step.SEAL) as progress:
        index = _sealing_index(service, cleared)
        task = service.task(cleared.task_id)
        parts = _unsealed(service, task, cleared, index)
        if task.sealed_blob is not None:
            service.store.blobs.verify(task.sealed_blob)
            path = service.store.blobs.path(task.sealed_blob)
            sealed = prove(path, parts, service.authority, service.watermark)
            return SealedOutput(cleared, sealed, task.sealed_blob)
        service.store.blobs.verify(cleared.generated.raw_digest)  # the bytes that were screened
        with _work_dir(service, task.id) as work_dir:
            mark, part = service.watermark, watch.part
            sealed = seal(parts, work_dir, service.authority, mark, progress, part)
            return SealedOutput(cleared, sealed, _keep(service, task, sealed))


@contextmanager
def _work_dir(service: Service, name: str) -> Iterator[Path]:
    """Give an empty private folder, whatever a killed predecessor left in it."""
    path = service.store.home.work / name
    with service.store.lock(name):  # whoever collects garbage leaves it alone, unless we die
        shutil.rmtree(path, ignore_errors=True)
        with os_failures(path):
            path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def _sealing_index(service: Service, cleared: OutputCleared) -> int:
    """Return the ledger index that the output carries: one for all that it will say.

    An output that was sealed under earlier verdicts, or before the operator changed what outputs
    say or who signs them, is sealed anew, under an index of its own.
    """
    manner = _manner(service, cleared.generated.ask.queued.request)
    with service.store.begin() as session:
        task = tasks.load(session, cleared.task_id)
        body = {
            "raw": personal(cleared.generated.raw_digest, task.salt),
            "ask_verdict": tasks.verdict_commitment(cleared.ask_verdict, task.salt),
            "output_verdict": tasks.verdict_commitment(cleared.output_verdict, task.salt),
            **manner,
        }
        known = select(ledger_entry.c.body).where(ledger_entry.c.index == task.ledger_index)
        if task.ledger_index is not None and session.scalar(known) == body:
            return task.ledger_index
        index = append(session, EntryKind.SEALING, task.id, body).index
        done = {"ledger_index": index, "sealed_blob": None}
        tasks.advance(session, task.id, Step.SCREEN_AGAIN, **done)
    discard(service, task.sealed_blob)
    return index


def _manner(service: Service, request: Request) -> dict[str, str | bool]:
    """Return what the operator's settings and keys make of a sealed file; nothing personal."""
    label, root_pem = _label(service, request), service.authority.root_pem
    return {
        "label": "none" if label is None else label.value,
        "prompt_published": service.settings.publish_prompt,
        "roots": hashlib.sha256(root_pem.encode()).hexdigest(),
        "watermark": f"{service.watermark.name} {service.watermark.key_id}",
    }


def _unsealed(service: Service, task: TaskRow, cleared: OutputCleared, index: int) -> UnsealedParts:
    request, model = task.request, model_named(task.request.model, service.settings)
    width_px, height_px = request.size
    recipe = Recipe(
        model=model.name,
        model_version=task.model_version or model.version,
        seed=request.seed,
        width_px=width_px,
        height_px=height_px,
        fps=FPS,
        duration_s=request.duration_s,
        prompt_commitment=personal(request.prompt, task.salt),
        audio=request.audio,
        still=request.still,
        prompt=request.prompt if service.settings.publish_prompt else None,
        extra=cleared.generated.recipe | commitments(request, task.salt),
    )
    parts = ManifestParts(
        title=serving.name_of(task),
        output_id=task.id,
        ledger_index=index,
        verdict_digest=tasks.verdict_digest(cleared.output_verdict),
        registry_revision=cleared.output_verdict.registry_revision,
        reviews=cleared.released_by,
        source_type=SourceType(model.source_type),
        label=_label(service, request),
        producer=service.settings.origin,
        recipe=recipe,
        ingredients=ingredients(service, request),
    )
    source = service.store.blobs.path(cleared.generated.raw_digest)
    return UnsealedParts(source, parts, request.suffix)


def _label(service: Service, request: Request) -> Label | None:
    asked = request.label or service.settings.label
    return None if asked == "none" else Label(asked)


def _keep(service: Service, task: TaskRow, sealed: Sealed) -> str:
    digest = service.store.blobs.put_file(sealed.path)
    if digest != sealed.sha256:
        service.store.blobs.delete(digest)
        raise SealInvalid(f"The sealed file of task {task.id} changed after it was read back.")
    with service.store.begin() as session:
        tasks.advance(session, task.id, Step.SEAL, sealed_blob=digest)
        body = {"sealing": sealed.ledger_index, "sha256": digest, "watermark": sealed.watermark}
        append(session, EntryKind.SEALED, task.id, body)
    return digest


def release(service: Service, output: SealedOutput, watch: Watch) -> Released | None:
    """Step 8: log it, then put the file in place. None if a verdict does not stand any more.

    The registry has moved, a licence has ended, or the account has left the partner who holds it.
    Raises Removed if a notice has stopped the task.
    """
    cleared = output.cleared
    with watch.step(Step.RELEASE):
        with service.store.begin() as session:
            hold_still(session)  # works, licences and removals: what is looked at now stays so
            serving.refuse_removed(session, cleared.task_id)
            account = cleared.generated.ask.queued.request.account
            asker = service.asker(session, account, datetime.now(UTC))
            if not all(stands(session, v, asker) for v in cleared.verdicts):
                return None
            _log_release(session, output)
            count_usage(session, cleared.task_id, datetime.now(UTC))
        hand_over(service, cleared.task_id)
    return Released(output)


def hand_over(service: Service, task_id: str) -> None:
    """Put a released file where it was asked for; again, if a crash came in between.

    Raises DiskFull, StoreError, and as ``serving.open_output``.
    """
    task = service.task(task_id)
    file = serving.released_file(service, task_id)
    if task.destination is not None:
        deliver(file.path, Path(task.destination))
    with service.store.begin() as session:
        tasks.advance(session, task_id, Step.RELEASE)
        if task.destination is not None:
            serving.count(session, task_id)
    discard(service, task.raw_blob)


def fetch(service: Service, task_id: str, destination: Path) -> None:
    """Put a released file at another place, as often as it is wanted.

    Raises UsageError if nothing can be written there, and as ``serving.open_output``.
    """
    check_destination(destination, service.task(task_id).request.suffix)
    deliver(serving.open_output(service, task_id).path, destination)


def _log_release(session: Connection, output: SealedOutput) -> None:
    task_id = output.cleared.task_id
    tasks.advance(session, task_id, Step.SEAL, status=TaskStatus.RELEASED)
    body = {"sealing": output.sealed.ledger_index, "sha256": output.blob_digest}
    append(session, EntryKind.RELEASED, task_id, body)
