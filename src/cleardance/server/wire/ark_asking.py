"""From the body of an Ark create to what it asks for."""

from cleardance.clearance.asking import Asked
from cleardance.clearance.handed_in import Given, Media
from cleardance.clearance.jobs.incoming import JobOptions, KnownBy
from cleardance.errors import UnsupportedByModel, UsageError
from cleardance.request import FPS
from cleardance.server.errors import Missing
from cleardance.server.wire import flags
from cleardance.server.wire.ark import (
    AudioItem,
    CreateTask,
    DraftItem,
    ImageItem,
    TextItem,
    VideoItem,
)
from cleardance.store.tables import Tier


def asked_by(body: CreateTask, known: KnownBy) -> Asked:
    """Return what a create asks for.

    A field of the body wins over a parameter at the end of the prompt. Raises UsageError for
    parameters that cannot be meant, UnsupportedByModel for what no model here can do.
    """
    texts = [item.text for item in body.content if isinstance(item, TextItem)]
    drafts = [item.draft_task.id for item in body.content if isinstance(item, DraftItem)]
    prompt, flagged = flags.split(texts[0]) if texts else ("", {})
    if not prompt.strip() and not drafts:
        raise Missing("content: there is no text; a prompt is needed.")
    _check_supported(body, flagged.pop("framespersecond", FPS))
    whole = _with_flags(body, flagged)
    return Asked(
        model=whole.model,
        prompt=prompt,
        given=_given(whole),
        draft_of=drafts[0] if drafts else None,
        resolution=whole.resolution,
        ratio=whole.ratio,
        duration_s=_duration(whole),
        frames=whole.frames,
        seed=-1 if whole.seed is None else whole.seed,
        audio=whole.generate_audio,
        visible_label=bool(whole.watermark),
        camera_fixed=bool(whole.camera_fixed),
        draft=bool(whole.draft),
        container=whole.output_format,
        return_last_frame=bool(whole.return_last_frame),
        end_user=whole.safety_identifier,
        options=JobOptions(
            priority=whole.priority,
            tier=Tier(whole.service_tier),
            expires_after_s=whole.execution_expires_after,
            callback_url=whole.callback_url,
            dedupe_key=known.key,
            dedupe_body=known.body,
            dedupe_within_s=known.within_s,
        ),
    )


def _with_flags(body: CreateTask, flagged: dict[str, str | int | bool]) -> CreateTask:
    """Return the body with what the prompt's end says, where the body says nothing."""
    if not flagged:
        return body
    own = body.model_dump(exclude_unset=True)
    return CreateTask.model_validate({**flagged, **own})


def _duration(body: CreateTask) -> int | None:
    if body.duration in (0,):
        raise UsageError("duration is -1, or at least 1 s.")
    return body.duration


def _check_supported(body: CreateTask, fps: object) -> None:
    if fps != FPS:
        raise UnsupportedByModel(f"No model here makes {fps} frames a second, only {FPS}.")
    if body.tools:
        raise UnsupportedByModel("No model here uses tools.")
    if body.omni_reference_task_type in ("edit", "extend"):
        raise UnsupportedByModel(f"No model here can {body.omni_reference_task_type} a video.")


def _given(body: CreateTask) -> tuple[Given, ...]:
    found: list[Given] = []
    counts: dict[Media, int] = {"image": 0, "video": 0, "audio": 0}
    for item in body.content:
        if isinstance(item, TextItem | DraftItem):
            continue
        media, url = _file(item)
        counts[media] += 1
        found.append(Given(url, media, item.role, f"@{media.capitalize()}{counts[media]}"))
    return tuple(found)


def _file(item: ImageItem | VideoItem | AudioItem) -> tuple[Media, str]:
    match item:
        case ImageItem():
            return "image", item.image_url.url
        case VideoItem():
            return "video", item.video_url.url
        case AudioItem():
            return "audio", item.audio_url.url
