"""Steps 3, 5 and 6: what was asked and what was made, against the registry as it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert

from cleardance.clearance import review, tasks
from cleardance.clearance.evidence import with_pictures
from cleardance.clearance.judging import reference_frames, with_opinion
from cleardance.clearance.notices.stay_down import verdict_on_mark
from cleardance.clearance.progress import Watch
from cleardance.clearance.references import located
from cleardance.clearance.review_effect import with_reviews
from cleardance.clearance.service import Service
from cleardance.clearance.stages import AskCleared, Generated, OutputCleared, Queued, Refused
from cleardance.clearance.tasks import Step
from cleardance.request import Request
from cleardance.rights.licence import Asker, Use, failings
from cleardance.rights.licence_rows import records
from cleardance.rights.registry import revision
from cleardance.rights.snapshot import RegistrySnapshot, current, in_memory
from cleardance.screen.ask import screen_ask as screen_text
from cleardance.screen.consent import check_faces
from cleardance.screen.matching import Footage, KeptSignal
from cleardance.screen.output import screen_media, screen_output
from cleardance.store.tables import Stage, licence, output_signal
from cleardance.verdict import Decision, Verdict, worst_of

if TYPE_CHECKING:
    from cleardance.media import Audio, Frame


def screen_ask(service: Service, queued: Queued, watch: Watch) -> AskCleared | Refused:
    """Step 3: the prompt and every reference; or the verdict that was committed before."""
    with watch.step(Step.SCREEN_ASK):
        with service.store.read() as session:
            verdict = tasks.latest_verdict(session, queued.task_id, Stage.ASK)
        if verdict is None:
            judged = judge_ask(service, queued.request)
            with service.store.begin() as session:
                verdict = commit_ask(session, service, queued.task_id, judged)
    if verdict.decision is Decision.CLEAR:
        return AskCleared(queued, verdict)
    return Refused(queued.task_id, Stage.ASK, verdict)


@dataclass(frozen=True)
class JudgedAsk:
    """What is to be said of what was asked, not yet committed."""

    verdict: Verdict
    asker: Asker


def judge_ask(
    service: Service, request: Request, asker: Asker | None = None, *, newest: bool = True
) -> JudgedAsk:
    """Screen the prompt and every reference as things stand. Raises NotFound for the account.

    Unless the ``newest`` registry is wanted, that in memory will do: whoever stores the verdict
    then looks whether it has moved.
    """
    asker = asker or _asker(service, request)
    registry = current(service.store) if newest else in_memory(service.store)
    return JudgedAsk(_verdict_on_ask(service, request, registry, asker), asker)


def commit_ask(session: Connection, service: Service, task_id: str, judged: JudgedAsk) -> Verdict:
    """Store and log the verdict on what was asked, with step 3; return it as it stands."""
    tasks.advance(session, task_id, Step.SCREEN_ASK)
    return _commit(session, service, task_id, Stage.ASK, judged.verdict, judged.asker)


def screen_generated(
    service: Service, generated: Generated, watch: Watch
) -> OutputCleared | Refused:
    """Steps 5 and 6: the output; and everything again until all of it stands.

    The registry may have moved meanwhile, or a licence ended.
    """
    task_id, ask = generated.task_id, generated.ask.verdict
    with watch.step(Step.SCREEN_OUTPUT):
        with service.store.read() as session:
            output = tasks.latest_verdict(session, task_id, Stage.OUTPUT)
            ask = tasks.latest_verdict(session, task_id, Stage.ASK) or ask
        output = output or _screen_frames(service, generated, current(service.store))
    with watch.step(Step.SCREEN_AGAIN):
        while output.decision is Decision.CLEAR and ask.decision is Decision.CLEAR:
            asker = _asker(service, generated.ask.queued.request)
            with service.store.read() as session:
                ask_stands, output_stands = (stands(session, v, asker) for v in (ask, output))
            if ask_stands and output_stands:
                return OutputCleared(generated, ask, output)
            registry = current(service.store)
            if not ask_stands:
                ask = _screen_ask_again(service, generated, registry)
            else:
                output = _screen_frames(service, generated, registry)
    if ask.decision is not Decision.CLEAR:
        return Refused(task_id, Stage.ASK, ask)
    return Refused(task_id, Stage.OUTPUT, output)


def _verdict_on_ask(
    service: Service, request: Request, registry: RegistrySnapshot, asker: Asker
) -> Verdict:
    handing_in, matchers = asker.asking(Use.REFERENCE), service.matchers
    given = located(service, request).references
    references = [screen_media(one.path, registry, matchers, asker=handing_in) for one in given]
    references += [
        screen_media(picture, registry, matchers, asker=handing_in)
        for one in given
        for picture in _carried(service, one.path)
    ]
    prompt = screen_text(request.prompt, registry, asker=asker)
    marked = [verdict_on_mark(service, one.path, registry, handing_in) for one in given]
    shown = (with_pictures(service, one, registry) for one in references)
    verdict = worst_of([prompt, *shown, *filter(None, marked)])
    verdict = check_faces(verdict, references, registry, matchers)
    frames = reference_frames(service, request)
    return with_opinion(service, verdict, request.prompt, frames, registry, asker)


def _carried(service: Service, path: Path) -> Iterator[Path]:
    """Yield the pictures in a reference's own credentials: our output's would carry them along."""
    from cleardance.provenance.verify import carried_pictures  # slow to import

    if pictures := carried_pictures(path):
        from cleardance.clearance.fetching import private_folder

        with private_folder(service) as folder:
            for number, picture in enumerate(pictures):
                place = folder / f"{number}"
                place.write_bytes(picture)
                yield place


def stands(session: Connection, verdict: Verdict, asker: Asker) -> bool:
    """Tell whether a verdict still holds for ``asker``: same registry, and its licences count."""
    if verdict.registry_revision != revision(session):
        return False
    if not verdict.licences:
        return True
    held = [one.licence for one in records(session, licence.c.id.in_(verdict.licences))]
    lapsed = any(failings(one, asker, None) for one in held)
    return not lapsed and len(held) == len(verdict.licences)


def _asker(service: Service, request: Request) -> Asker:
    with service.store.read() as session:
        return service.asker(session, request.account, datetime.now(UTC))


def _screen_ask_again(
    service: Service, generated: Generated, registry: RegistrySnapshot
) -> Verdict:
    asker = _asker(service, generated.ask.queued.request)
    verdict = _verdict_on_ask(service, generated.ask.queued.request, registry, asker)
    with service.store.begin() as session:
        return _commit(session, service, generated.task_id, Stage.ASK, verdict, asker)


def _screen_frames(service: Service, generated: Generated, registry: RegistrySnapshot) -> Verdict:
    asker = _asker(service, generated.ask.queued.request).asking(Use.OUTPUT)
    footage = _footage(service, generated)
    screened = screen_output(footage, registry, service.matchers, asker=asker)
    verdict = with_pictures(service, screened, registry)
    prompt, shown = generated.ask.queued.request.prompt, _footage(service, generated).frames
    verdict = with_opinion(service, verdict, prompt, shown, registry, asker)
    with service.store.begin() as session:
        _keep_signals(session, generated.task_id, screened.signals)
        tasks.advance(session, generated.task_id, Step.SCREEN_OUTPUT)
        return _commit(session, service, generated.task_id, Stage.OUTPUT, verdict, asker)


def _footage(service: Service, generated: Generated) -> Footage:
    path = service.store.blobs.path(generated.raw_digest)
    if generated.ask.queued.request.still:
        return Footage(_still(path))
    return Footage(_keyframes(path), lambda: _sound(path))


# A refused prompt gets to none of these, and should not wait for FFmpeg to load.
def _still(path: Path) -> Iterator[tuple[float, "Frame"]]:
    from cleardance.media import read_image

    yield 0.0, read_image(path)


def _keyframes(path: Path) -> Iterator[tuple[float, "Frame"]]:
    from cleardance.media import sample_keyframes

    yield from sample_keyframes(path)


def _sound(path: Path) -> "Audio | None":
    from cleardance.media import MEZZANINE_LIMITS, probe, read_audio

    found = probe(path, MEZZANINE_LIMITS)
    return read_audio(path, MEZZANINE_LIMITS) if found.has_audio else None


def _keep_signals(session: Connection, task_id: str, signals: Sequence[KeptSignal]) -> None:
    """Store what later works are compared with; screening again replaces it."""
    session.execute(delete(output_signal).where(output_signal.c.task_id == task_id))
    if signals:
        rows = [
            {
                "task_id": task_id,
                "kind": signal.kind,
                "time_s": signal.time_s,
                "value": signal.value,
            }
            for signal in signals
        ]
        session.execute(insert(output_signal), rows)


def _commit(
    session: Connection,
    service: Service,
    task_id: str,
    stage: Stage,
    verdict: Verdict,
    asker: Asker,
) -> Verdict:
    """Store and log the verdict, and end the task if it is not clear; return it as it stands.

    What a person has released before, and is still the same, stays released.
    """
    before = tasks.latest_verdict(session, task_id, stage)
    verdict = with_reviews(verdict, before.reviews if before else ())
    tasks.save_verdict(session, task_id, stage, verdict, asker.moment)
    if verdict.decision is not Decision.CLEAR:
        tasks.refuse(session, task_id, stage, verdict)
    if verdict.decision is Decision.HOLD:
        review.open_hold(session, service, task_id, stage, asker.moment)
    return verdict
