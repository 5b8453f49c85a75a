"""What a file claims to be, read from its header without decoding it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from cleardance.errors import MediaTooLarge, UnreadableMedia

from .limits import DEFAULT_LIMITS, Limits, check_duration, check_pixels
from .opening import opened
from .sniff import Format

Kind = Literal["image", "video", "audio"]


@dataclass(frozen=True)
class StreamInfo:
    """One stream: what it holds (video, audio, data, subtitle) and FFmpeg's name of the codec."""

    kind: str
    codec: str | None


@dataclass(frozen=True)
class Probe:
    """A file's header. Zero stands for what a kind does not have (an image's duration)."""

    kind: Kind
    container: str
    width_px: int
    height_px: int
    fps: float
    frame_count: int | None  # None when the header does not say
    duration_s: float
    audio_sample_rate_hz: int
    audio_channels: int
    streams: tuple[StreamInfo, ...]

    @property
    def has_audio(self) -> bool:
        """Whether there is a sound track."""
        return self.audio_channels > 0


def probe(path: Path, limits: Limits = DEFAULT_LIMITS) -> Probe:
    """Read a file's header.

    Raises UnreadableMedia when it is not media we read, when it is cut short, or when it has
    several picture or sound tracks (we would look at one and a player might show another);
    MediaTooLarge when the header claims more than the limits.
    """
    with opened(path, limits) as (container, found):
        return probe_container(container, found, path, limits)


def probe_container(container: InputContainer, found: Format, path: Path, limits: Limits) -> Probe:
    """As `probe`, for a file already open."""
    video = picture_track(container, path.name)
    audio = sound_track(container, path.name)
    if video is None and audio is None:
        raise UnreadableMedia(f"{path.name} has neither picture nor sound")
    _check_complete(container, path)
    result = _describe(container, found, video, audio)
    check_pixels(path.name, result.width_px, result.height_px, limits)
    check_duration(path.name, result.duration_s, limits)
    if result.frame_count is not None and result.frame_count > limits.max_frames:
        raise MediaTooLarge(
            f"{path.name} has {result.frame_count} frames; the limit is {limits.max_frames}"
        )
    return result


def picture_track(container: InputContainer, name: str) -> VideoStream | None:
    """Return the one moving or still picture (cover art of a song does not count)."""
    tracks = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    _check_track(tracks, "picture", name)
    return tracks[0] if tracks else None


def sound_track(container: InputContainer, name: str) -> AudioStream | None:
    """Return the one sound track."""
    tracks = list(container.streams.audio)
    _check_track(tracks, "sound", name)
    return tracks[0] if tracks else None


def rate_of(stream: VideoStream) -> Fraction:
    """Return frames per second as the container states them, or 0."""
    return stream.average_rate or stream.guessed_rate or Fraction(0)


def _check_track(tracks: Sequence[Stream], what: str, name: str) -> None:
    if len(tracks) > 1:
        raise UnreadableMedia(
            f"{name} has {len(tracks)} {what} tracks; only one can be checked and shown",
            hint=f"Export it with one {what} track.",
        )
    if tracks and getattr(tracks[0], "codec_context", None) is None:
        raise UnreadableMedia(
            f"{name} has a {what} track in a codec we do not read",
            hint="Export it as H.264 with AAC.",
        )


def _check_complete(container: InputContainer, path: Path) -> None:
    """Raise when the index points past the end of the file: it was cut short."""
    size = path.stat().st_size
    for stream in container.streams:
        entries = stream.index_entries
        if len(entries) and entries[-1].pos + entries[-1].size > size:
            raise UnreadableMedia(
                f"{path.name} is truncated: its index reaches past the end of the file",
                hint="Copy or download it again.",
            )


def _describe(
    container: InputContainer,
    found: Format,
    video: VideoStream | None,
    audio: AudioStream | None,
) -> Probe:
    kind: Kind = "image" if found.image else "video" if video else "audio"
    fps = float(rate_of(video)) if video and kind == "video" else 0.0
    return Probe(
        kind=kind,
        container=found.name,
        width_px=video.codec_context.width if video else 0,
        height_px=video.codec_context.height if video else 0,
        fps=fps,
        frame_count=(video.frames or None) if video and kind == "video" else None,
        duration_s=0.0 if kind == "image" else _duration_s(container),
        audio_sample_rate_hz=audio.codec_context.sample_rate if audio else 0,
        audio_channels=audio.codec_context.channels if audio else 0,
        streams=tuple(
            StreamInfo(stream.type, getattr(stream.codec_context, "name", None))  # data: no codec
            for stream in container.streams
        ),
    )


def _duration_s(container: InputContainer) -> float:
    claims = [container.duration / av.time_base] if container.duration else []
    claims += [
        float(stream.duration * stream.time_base)
        for stream in container.streams
        if stream.duration and stream.time_base and stream.type in ("video", "audio")
    ]
    return max(claims, default=0.0)
