"""Writing media: to a temporary name, complete or not at all, the same bytes every time."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.stream import VideoStream

from cleardance.errors import CleardanceError, DiskFull, EncodingFailed

from .values import Samples

Progress = Callable[[float], None]
"""Called with the fraction done, 0 to 1."""

SAMPLE_RATE_HZ = 48_000
BT709 = 1  # ITU-T H.273: the same number names BT.709 primaries, transfer and matrix
LIMITED_RANGE = 1  # AVCOL_RANGE_MPEG: luma 16..235
ENCODER_THREADS = 2  # x264's output depends on it, so it is fixed rather than the host's count

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""Error numbers that mean no more can be written: device, quota or file size limit."""


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``, renamed to it when the block ends well.

    Whatever happens, no partial file stays. Raises DiskFull when the device, quota or file size
    limit is reached, EncodingFailed for every other failure to write.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        yield temporary
        temporary.replace(path)
    except CleardanceError:
        raise
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _failure(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def muxer(path: Path, container_format: str, **options: str) -> Iterator[OutputContainer]:
    """Open a container for writing without dates, random ids or version strings in it."""
    settings = {"fflags": "+bitexact", **options}
    with av.open(str(path), "w", format=container_format, container_options=settings) as container:
        yield container


def add_h264(
    container: OutputContainer, width: int, height: int, fps: int, options: dict[str, str]
) -> VideoStream:
    """Add an H.264 stream, yuv420p, tagged as BT.709 limited range."""
    stream = container.add_stream("libx264", rate=fps, options={"flags": "+bitexact", **options})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, fps)
    context.thread_count = ENCODER_THREADS
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED_RANGE
    return stream


def audio_frame(samples: Samples, start: int) -> AudioFrame:
    """Return stereo samples [N, 2] in -1..1 as a 16-bit frame that starts at sample ``start``."""
    quantised = np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype(np.int16)
    frame = AudioFrame.from_ndarray(quantised.reshape(1, -1), format="s16", layout="stereo")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
    frame.pts = start
    return frame


def _failure(path: Path, error: Exception) -> CleardanceError:
    if getattr(error, "errno", None) in FULL:
        return DiskFull(
            f"no space left to write {path.name}",
            hint=f"Free some space on the disk that holds {path.parent}, then try again.",
        )
    return EncodingFailed(f"{path.name} could not be written: {error}")
