"""The mezzanine: what a model made, kept losslessly in a private blob until it is sealed.

Matroska with H.264 at quantiser 0 (exact in YUV 4:2:0) and 16-bit FLAC at 48 kHz stereo. A
keyframe every half second, and wherever something new is shown, lets screening sample it by
decoding one frame in twelve.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from cleardance.errors import EncodingFailed, UnreadableMedia

from .limits import Limits, Meter
from .opening import opened
from .output import (
    BT709,
    ENCODER_THREADS,
    LIMITED_RANGE,
    SAMPLE_RATE_HZ,
    Progress,
    add_h264,
    audio_frame,
    muxer,
    written,
)
from .probe import picture_track
from .read import decoder, to_rgb
from .shots import Shots
from .values import Audio, Frame, Samples, Video

MEZZANINE_LIMITS = Limits(max_bytes=8 * 2**30)  # lossless noise at 1080p is about 3 MB a frame
KEYFRAMES_PER_SECOND = 2


def write_mezzanine(
    path: Path, video: Video, audio: Audio | None, progress: Progress | None = None
) -> None:
    """Write a video, frame by frame as it is made, with its sound cut or padded to its length.

    Memory does not grow with duration except for the sound. The same values give the same bytes.
    Raises EncodingFailed when frames do not match the video's own size or count, DiskFull.
    """
    if video.width % 2 or video.height % 2:
        raise EncodingFailed(f"{video.width} x {video.height}: both sides must be even (4:2:0)")
    with written(path) as temporary, muxer(temporary, "matroska") as container:
        options = {
            "preset": "ultrafast",
            "qp": "0",
            "g": str(max(1, video.fps // KEYFRAMES_PER_SECOND)),
        }
        picture = add_h264(container, video.width, video.height, video.fps, options)
        sound = _Sound(container, audio, video) if audio else None
        for index, frame in enumerate(_converted(video)):
            container.mux(picture.encode(frame))
            if sound:
                sound.write_until((index + 1) / video.fps)
            if progress:
                progress((index + 1) / video.frame_count)
        container.mux(picture.encode(None))
        if sound:
            sound.finish()


def sample_keyframes(
    path: Path, limits: Limits = MEZZANINE_LIMITS
) -> Iterator[tuple[float, Frame]]:
    """Yield (time in seconds, RGB frame [H, W, 3]) for the keyframes only: two a second, and
    the first of everything new.

    Raises UnreadableMedia, MediaTooLarge.
    """
    meter = Meter(path.name, limits)
    for frame in _decoded(path, limits, keyframes_only=True):
        meter.frame(frame.width, frame.height, float(frame.time))
        yield float(frame.time), to_rgb(frame)


def read_yuv(path: Path, limits: Limits = MEZZANINE_LIMITS) -> Iterator[VideoFrame]:
    """Yield every frame as yuv420p planes, bit for bit as they were encoded.

    Raises UnreadableMedia, MediaTooLarge.
    """
    meter = Meter(path.name, limits)
    for frame in _decoded(path, limits, keyframes_only=False):
        meter.frame(frame.width, frame.height, float(frame.time))
        yield frame


def stereo_48k(audio: Audio, duration_s: float) -> Samples:
    """Return samples [N, 2] at 48 kHz, cut or padded with silence to ``duration_s``."""
    if audio.channels not in (1, 2):
        raise EncodingFailed(f"{audio.channels} channels of sound; 1 or 2 can be written")
    samples = np.repeat(audio.samples, 2, axis=1) if audio.channels == 1 else audio.samples
    if audio.sample_rate_hz != SAMPLE_RATE_HZ:
        samples = _resampled(samples, audio.sample_rate_hz)
    length = round(duration_s * SAMPLE_RATE_HZ)
    padding = np.zeros((max(0, length - len(samples)), 2), np.float32)
    return np.concatenate([samples[:length], padding])


class _Sound:
    """The sound track, written in step with the pictures so that both interleave."""

    def __init__(self, container: OutputContainer, audio: Audio, video: Video) -> None:
        self._container = container
        self._stream: AudioStream = container.add_stream("flac", rate=SAMPLE_RATE_HZ)
        self._stream.codec_context.format = "s16"
        self._stream.codec_context.layout = "stereo"
        self._stream.codec_context.options = {"flags": "+bitexact"}
        self._samples = stereo_48k(audio, video.duration_s)
        self._done = 0

    def write_until(self, time_s: float) -> None:
        end = min(len(self._samples), round(time_s * SAMPLE_RATE_HZ))
        if end > self._done:
            frame = audio_frame(self._samples[self._done : end], self._done)
            self._container.mux(self._stream.encode(frame))
            self._done = end

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


def _converted(video: Video) -> Iterator[VideoFrame]:
    """Yield the frames as BT.709 limited-range yuv420p, numbered; checks size and count."""
    reformatter = VideoReformatter()  # keeps the scaler's tables from frame to frame
    shots = Shots()
    count = 0
    for pixels in video.frames:
        if pixels.shape != (video.height, video.width, 3) or pixels.dtype != np.uint8:
            raise EncodingFailed(f"frame {count} is {pixels.dtype} {pixels.shape}, not the video's")
        frame = reformatter.reformat(
            VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=ENCODER_THREADS,
        )
        frame.colorspace, frame.color_range = BT709, LIMITED_RANGE
        frame.pts, frame.time_base = count, Fraction(1, video.fps)
        if shots.is_new(frame, due=count % (video.fps // KEYFRAMES_PER_SECOND or 1) == 0):
            frame.pict_type = PictureType.I
        count += 1
        yield frame
    if count != video.frame_count:
        raise EncodingFailed(f"{count} frames came, {video.frame_count} were promised")


def _decoded(path: Path, limits: Limits, *, keyframes_only: bool) -> Iterator[VideoFrame]:
    with opened(path, limits) as (container, _):
        stream = picture_track(container, path.name)
        if stream is None:
            raise UnreadableMedia(f"{path.name} holds no pictures")
        if keyframes_only:
            stream.codec_context.skip_frame = "NONKEY"
        yield from container.decode(decoder(stream, limits, threads=1 if keyframes_only else 2))


def _resampled(samples: Samples, sample_rate_hz: int) -> Samples:
    source = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples.T), format="fltp", layout="stereo"
    )
    source.sample_rate = sample_rate_hz
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE_HZ)
    pieces = [*resampler.resample(source), *resampler.resample(None)]
    return np.concatenate([np.asarray(piece.to_ndarray(), np.float32).T for piece in pieces])
