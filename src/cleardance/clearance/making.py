"""Step 4: the model makes raw media, into a private blob that nothing serves."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

from cleardance.clearance import tasks
from cleardance.clearance.fetching import private_folder
from cleardance.clearance.progress import Meter, Watch
from cleardance.clearance.references import located
from cleardance.clearance.remote_jobs import RemoteJob
from cleardance.clearance.service import Service
from cleardance.clearance.stages import AskCleared, Generated
from cleardance.clearance.tasks import Step, TaskRow
from cleardance.errors import CleardanceError, GenerationFailed, LedgerInvalid
from cleardance.generate.backend import Preview, Raw
from cleardance.generate.models import model_named
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.history import history_of
from cleardance.ledger.log import append
from cleardance.media import Frame, Video, write_mezzanine, write_png
from cleardance.request import Request


def generate(service: Service, ask: AskCleared, watch: Watch) -> Generated:
    """Step 4, or its committed result.

    Raises GenerationFailed, EncodingFailed, DiskFull, or LedgerInvalid if the task's row names
    other media than the ledger says were made.
    """
    task = service.task(ask.queued.task_id)
    if task.raw_blob is None:
        with watch.step(Step.GENERATE) as progress:
            _make(service, task, watch, progress)
        task = service.task(task.id)
    assert task.raw_blob is not None
    _check_logged(service, task, task.raw_blob)
    return Generated(ask, task.raw_blob, task.ignored, task.recipe)


def _check_logged(service: Service, task: TaskRow, raw_digest: str) -> None:
    """Refuse media that were put in the place of those that were made, and perhaps screened."""
    with service.store.read() as session:
        history = history_of(session, task.id, service.ledger_keys.public)
    made = [json.loads(one.body) for one in history.entries if one.kind == EntryKind.GENERATED]
    if [body["raw"] for body in made] != [personal(raw_digest, task.salt)]:
        raise LedgerInvalid(f"What was generated for {task.id} is not what the ledger says.")


def _make(service: Service, task: TaskRow, watch: Watch, progress: Meter) -> None:
    request = task.request
    with ExitStack() as transaction:
        with service.store.blobs.writer() as draft, _folder(service, request.model) as folder:
            with watch.part("render"):
                errand = RemoteJob(service, task.id, request.model, folder)
                raw = _run_model(
                    service, errand, located(service, request), watch.sampled(progress)
                )
            frames = watch.timed("render", _guarded(raw.video.frames, request.model))
            frames = watch.seen(frames, raw.video.frame_count)
            _write(draft.path, raw, frames, request, progress.rest())
            # Opened before the blob is in place: whoever deletes an equal blob waits for our row.
            session = transaction.enter_context(service.store.begin())
        made = {"raw_blob": draft.digest, "ignored": list(raw.ignored)}
        # An upgrade before sealing must not claim what the older version made.
        version = model_named(request.model, service.settings).version
        output = {"recipe": raw.recipe, "version": version}
        tasks.advance(session, task.id, Step.GENERATE, output=output, **made)
        # The raw digest is as good as the prompt to whoever can run the same model: committed to.
        body = {"model": request.model, "raw": personal(draft.digest, task.salt)}
        append(session, EntryKind.GENERATED, task.id, body)


def _folder(service: Service, name: str) -> AbstractContextManager[Path]:
    """Return a private folder for a model that needs one: those of the settings fetch files."""
    if model_named(name, service.settings).engine is None:
        return nullcontext(service.store.home.work)
    return private_folder(service)


def _run_model(service: Service, errand: RemoteJob, request: Request, preview: Preview) -> Raw:
    try:
        model = model_named(request.model, service.settings)
        return model.load(service.settings, errand).generate(request, preview)
    except CleardanceError:
        raise
    except Exception as error:
        raise GenerationFailed(f"The model {request.model!r} failed: {error!r}") from error


def _write(
    path: Path,
    raw: Raw,
    frames: Iterator[Frame],
    request: Request,
    progress: Callable[[float], None],
) -> None:
    made = raw.video
    if request.still:
        write_png(path, next(frames))
    else:
        video = Video(made.width, made.height, made.fps, made.frame_count, frames)
        write_mezzanine(path, video, raw.audio, progress)


def _guarded(frames: Iterator[Frame], model: str) -> Iterator[Frame]:
    """Yield the frames; what the model raises while drawing them is the model's failure."""
    try:
        yield from frames
    except Exception as error:
        raise GenerationFailed(f"The model {model!r} failed: {error!r}") from error
