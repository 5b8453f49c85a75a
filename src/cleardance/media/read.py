"""Decoding files from outside to pixels and samples."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from cleardance.errors import UnreadableMedia

from .limits import DEFAULT_LIMITS, Limits, Meter
from .opening import opened
from .probe import Probe, picture_track, probe, probe_container, sound_track
from .shots import Shots
from .values import Audio, Frame, Samples, Video

_WHOLE = 0.9  # of what the header promises must be there
_PAPER = 255  # what shows through transparent pixels: a page's white


def read_image(path: Path, limits: Limits = DEFAULT_LIMITS) -> Frame:
    """Return a picture, or the first frame of an animation or a video, as RGB uint8 [H, W, 3].

    Upright (EXIF orientation applied), transparent parts on white. Raises UnreadableMedia,
    MediaTooLarge.
    """
    for _, frame in _frames(path, limits, step_s=0.0):
        return frame
    raise UnreadableMedia(f"{path.name} holds no picture")


def read_video(path: Path, limits: Limits = DEFAULT_LIMITS) -> Video:
    """Return a video whose frames are decoded as they are read.

    ``fps`` is rounded to a whole number and ``frame_count`` is the header's (or follows from the
    duration). Raises UnreadableMedia, MediaTooLarge: for the header at once, for the rest while
    reading.
    """
    header = probe(path, limits)
    if header.kind != "video":
        raise UnreadableMedia(f"{path.name} is {header.kind}, not video")
    fps = max(1, round(header.fps))
    frames = (frame for _, frame in _frames(path, limits, step_s=0.0))
    first = next(frames, None)  # the size as shown, after rotation
    if first is None:
        raise UnreadableMedia(f"{path.name} holds no frames")
    count = header.frame_count or max(1, round(header.duration_s * fps))
    return Video(first.shape[1], first.shape[0], fps, count, _chain(first, frames))


def sample_frames(
    path: Path, limits: Limits = DEFAULT_LIMITS, per_second: float = 2.0, *, shots: bool = False
) -> Iterator[tuple[float, Frame]]:
    """Yield (time in seconds, RGB frame [H, W, 3]) about ``per_second`` times a second.

    The first frame is always among them; a still picture yields itself at 0. Every frame is
    decoded, only the sampled ones are converted. With ``shots``, also every frame that shows
    something new, however short it is. Raises UnreadableMedia, MediaTooLarge.
    """
    yield from _frames(path, limits, 1.0 / per_second, Shots() if shots else None)


def read_audio(path: Path, limits: Limits = DEFAULT_LIMITS, sample_rate_hz: int = 48_000) -> Audio:
    """Return the whole sound track, resampled, mono or stereo (more channels are mixed down).

    Raises UnreadableMedia when there is no sound, MediaTooLarge.
    """
    blocks = list(read_sound(path, limits, sample_rate_hz))
    return Audio(np.concatenate(blocks), sample_rate_hz)


def read_sound(
    path: Path, limits: Limits = DEFAULT_LIMITS, sample_rate_hz: int = 48_000
) -> Iterator[Samples]:
    """Yield the sound track in blocks [N, C] as it is decoded, one or two channels, in -1..1.

    Raises, before the first block or after some, UnreadableMedia and MediaTooLarge.
    """
    meter = Meter(path.name, limits)
    with opened(path, limits) as (container, found):
        probe_container(container, found, path, limits)
        stream = sound_track(container, path.name)
        if stream is None:
            raise UnreadableMedia(f"{path.name} has no sound")
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=sample_rate_hz)
        total = 0
        for frame in _then_flush(container.decode(stream)):
            for piece in resampler.resample(frame):
                total += piece.samples
                meter.moment(total / sample_rate_hz)
                yield np.clip(np.asarray(piece.to_ndarray(), np.float32).T, -1.0, 1.0)
    if not total:
        raise UnreadableMedia(f"{path.name} has a sound track without sound")


def decoder(stream: VideoStream, limits: Limits, threads: int = 2) -> VideoStream:
    """Set a stream up for decoding within ``limits.max_pixels``; returns it."""
    stream.codec_context.thread_count = threads
    stream.codec_context.options = {"max_pixels": str(limits.max_pixels)}
    stream.thread_type = "AUTO"
    return stream


def to_rgb(frame: VideoFrame) -> Frame:
    """Return a decoded frame as RGB uint8 [H, W, 3], upright, transparent parts on white."""
    if any(component.is_alpha for component in frame.format.components):
        pixels = _on_paper(np.asarray(frame.to_ndarray(format="rgba"), np.uint8))
    else:
        pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


@dataclass
class _Clock:
    """Decides which frames are sampled: the first at or after each multiple of the step."""

    step_s: float
    next_s: float = 0.0

    def due(self, time_s: float) -> bool:
        if time_s + 1e-6 < self.next_s:
            return False
        while self.step_s and self.next_s <= time_s + 1e-6:
            self.next_s += self.step_s
        return True


def _frames(
    path: Path, limits: Limits, step_s: float, shots: Shots | None = None
) -> Iterator[tuple[float, Frame]]:
    meter = Meter(path.name, limits)
    clock = _Clock(step_s)
    with opened(path, limits, every_frame=True) as (container, found):
        header = probe_container(container, found, path, limits)
        stream = picture_track(container, path.name)
        if stream is None:
            raise UnreadableMedia(f"{path.name} is sound only")
        start_s, time_s = None, 0.0
        for frame in container.decode(decoder(stream, limits)):
            start_s = _time_s(frame) if start_s is None else start_s
            time_s = max(0.0, _time_s(frame) - start_s)
            meter.frame(frame.width, frame.height, time_s)
            due = clock.due(time_s)
            if shots.is_new(frame, due=due) if shots else due:
                yield time_s, to_rgb(frame)
        _check_whole(path.name, header, meter.frames, time_s)


def _check_whole(name: str, header: Probe, frames: int, last_s: float) -> None:
    """Raise when much less came out than the header promised."""
    promised = header.frame_count or 0
    missing_s = header.duration_s - last_s
    if frames < _WHOLE * promised:
        lack = f"{promised} frames promised, {frames} could be decoded"
    elif header.kind == "video" and missing_s > max(1.0, (1 - _WHOLE) * header.duration_s):
        lack = f"{header.duration_s:.1f} s promised, pictures end at {last_s:.1f} s"
    else:
        return
    raise UnreadableMedia(
        f"{name} is truncated or damaged: {lack}", hint="Copy or download it again."
    )


def _time_s(frame: VideoFrame) -> float:
    return float(frame.time) if frame.pts is not None else 0.0


def _on_paper(rgba: Frame) -> Frame:
    alpha = rgba[..., 3:].astype(np.uint16)
    mixed = rgba[..., :3] * alpha + _PAPER * (255 - alpha) + 127
    return (mixed // 255).astype(np.uint8)


def _chain(first: Frame, rest: Iterator[Frame]) -> Iterator[Frame]:
    yield first
    yield from rest


def _then_flush(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame | None]:
    yield from frames
    yield None
