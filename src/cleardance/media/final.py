"""The final file: H.264 and AAC that play everywhere, made once from the mezzanine."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from cleardance.errors import EncodingFailed

from .limits import Limits
from .mezzanine import MEZZANINE_LIMITS, read_yuv
from .opening import opened
from .output import (
    BT709,
    LIMITED_RANGE,
    SAMPLE_RATE_HZ,
    Progress,
    add_h264,
    audio_frame,
    muxer,
    written,
)
from .probe import Probe, probe
from .values import Frame, Samples

Luma = NDArray[np.uint8]  # [H, W], limited range 16..235
Mark = Callable[[Luma, int], Luma]
"""Given a frame's luma and its number, returns the luma to encode. Chroma is left alone."""
Overlay = Callable[[NDArray[np.uint8], int], None]
"""Draws into the planes of a frame, uint8 [H * 3 / 2, W] limited range, given its number."""
SoundMark = Callable[[Iterator[Samples]], Iterator[Samples]]
"""Given the sound in blocks [N, 2] at 48 kHz in -1..1, yields as many samples to encode."""

# Without mbtree: with it the bytes depend on what the heap held before (seen on AVX-512 at 160 x
# 96: 8 results in 40 runs; with asm=0 or mbtree=0, one).
_PICTURE = {
    "preset": "veryfast",
    "crf": "20",
    "profile": "high",
    "g": "48",
    "x264-params": "mbtree=0",
}
_SOUND_BIT_RATE = 192_000


def encode_final(
    mezzanine_path: Path,
    out_path: Path,
    mark: Mark | None = None,
    progress: Progress | None = None,
    limits: Limits = MEZZANINE_LIMITS,
    sound_mark: SoundMark | None = None,
    overlay: Overlay | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Encode a mezzanine to H.264 High, BT.709, and AAC 192 kbit/s stereo, index first.

    The name says in what: MP4 or MOV.

    What is seen (``overlay``) is drawn before the ``mark``; ``tags`` are metadata of the file.
    One pass in constant memory; the same mezzanine gives the same bytes. Raises EncodingFailed,
    DiskFull, UnreadableMedia when the mezzanine is damaged.
    """
    header, kind = probe(mezzanine_path, limits), out_path.suffix.removeprefix(".")
    fps = round(header.fps)
    if header.kind != "video" or fps < 1:
        raise EncodingFailed(f"{mezzanine_path.name} is not a mezzanine")
    with (
        written(out_path) as temporary,
        muxer(temporary, kind, movflags="+faststart+use_metadata_tags") as container,
    ):
        container.metadata.update(tags or {})
        picture = add_h264(container, header.width_px, header.height_px, fps, _PICTURE)
        frames = _sound(mezzanine_path, limits, sound_mark) if header.has_audio else None
        sound = _Sound(container, frames) if frames else None
        for index, decoded in enumerate(read_yuv(mezzanine_path, limits)):
            frame = _numbered(_marked(decoded, index, mark, overlay), index, fps)
            container.mux(picture.encode(frame))
            if sound:
                sound.write_until((index + 1) / fps)
            if progress:
                progress(_fraction(header, index + 1, fps))
        container.mux(picture.encode(None))
        if sound:
            sound.finish()


def write_png(path: Path, frame: Frame) -> None:
    """Write one RGB frame [H, W, 3] uint8 as PNG. Raises EncodingFailed, DiskFull."""
    height, width, _ = frame.shape
    with written(path) as temporary, muxer(temporary, "image2", update="1") as container:
        stream = container.add_stream("png", rate=1, options={"flags": "+bitexact"})
        stream.width, stream.height, stream.pix_fmt = width, height, "rgb24"
        container.mux(
            stream.encode(VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24"))
        )
        container.mux(stream.encode(None))


class _Sound:
    """Copies the mezzanine's sound into AAC in step with the pictures."""

    def __init__(self, container: OutputContainer, frames: Iterator[AudioFrame]) -> None:
        self._container = container
        self._stream = container.add_stream(
            "aac", rate=SAMPLE_RATE_HZ, options={"flags": "+bitexact"}
        )
        self._stream.codec_context.layout = "stereo"
        self._stream.codec_context.bit_rate = _SOUND_BIT_RATE
        self._frames = frames
        self._done = 0

    def write_until(self, time_s: float) -> None:
        while self._done < time_s * SAMPLE_RATE_HZ:
            frame = next(self._frames, None)
            if frame is None:
                return
            frame.pts, frame.time_base = self._done, Fraction(1, SAMPLE_RATE_HZ)
            self._done += frame.samples
            self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self.write_until(float("inf"))
        self._container.mux(self._stream.encode(None))


def _sound(source: Path, limits: Limits, mark: SoundMark | None) -> Iterator[AudioFrame]:
    frames = _sound_frames(source, limits)
    return frames if mark is None else _marked_sound(frames, mark)


def _sound_frames(source: Path, limits: Limits) -> Iterator[AudioFrame]:
    with opened(source, limits) as (container, _):
        yield from container.decode(audio=0)


def _marked_sound(frames: Iterator[AudioFrame], mark: SoundMark) -> Iterator[AudioFrame]:
    """Yield the sound as the mark changes it, in 16 bits as before."""
    taken = given = 0

    def blocks() -> Iterator[Samples]:
        nonlocal taken
        for frame in frames:
            taken += frame.samples
            yield np.asarray(frame.to_ndarray(), np.float32).reshape(-1, 2) / np.float32(32767.0)

    for block in mark(blocks()):
        yield audio_frame(block, given)
        given += len(block)
    if given != taken:
        raise EncodingFailed(f"the mark made {given} samples of {taken}")


def _marked(
    frame: VideoFrame, index: int, mark: Mark | None, overlay: Overlay | None
) -> VideoFrame:
    """Return the frame drawn over and marked, as a copy: the decoder still refers to the old."""
    if mark is None and overlay is None:
        return frame
    planes = np.asarray(frame.to_ndarray(), np.uint8)  # [H * 3 / 2, W]: luma, then chroma
    if overlay is not None:
        overlay(planes, index)
    if mark is None:
        return VideoFrame.from_ndarray(planes, format="yuv420p")
    luma = mark(planes[: frame.height].copy(), index)
    if luma.shape != (frame.height, frame.width) or luma.dtype != np.uint8:
        raise EncodingFailed(f"the mark of frame {index} changed the plane's shape or type")
    planes[: frame.height] = luma
    return VideoFrame.from_ndarray(planes, format="yuv420p")


def _numbered(frame: VideoFrame, index: int, fps: int) -> VideoFrame:
    frame.pts, frame.time_base = index, Fraction(1, fps)
    frame.pict_type = 0  # or the encoder would repeat the mezzanine's keyframes
    frame.colorspace = frame.color_primaries = frame.color_trc = BT709
    frame.color_range = LIMITED_RANGE
    return frame


def _fraction(header: Probe, done: int, fps: int) -> float:
    return min(1.0, done / max(1.0, header.duration_s * fps))
