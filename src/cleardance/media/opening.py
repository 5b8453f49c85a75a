"""Opening a file from outside: sniffed, limited, and with every failure turned into ours."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer

from cleardance.errors import MediaTooLarge, UnreadableMedia

from .limits import Limits, check_pixels
from .sniff import HEAD_BYTES, PNG, READABLE, Format, image_size, is_moving_png, sniff

# What we let FFmpeg decode. Old and exotic decoders are where its memory bugs live.
_DECODERS = ",".join(
    (
        "h264,hevc,vp8,vp9,libvpx-vp9,av1,libdav1d,mpeg4,mjpeg,prores",
        "png,apng,gif,bmp,webp,tiff",
        "aac,mp3,mp3float,flac,opus,libopus,vorbis,alac",
        "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_f64le,pcm_u8,pcm_alaw,pcm_mulaw",
    )
)


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn whatever FFmpeg or the system raises within into UnreadableMedia or MediaTooLarge."""
    try:
        yield
    except MemoryError as error:
        raise MediaTooLarge(f"{name} asks for more memory or streams than allowed") from error
    except (av.FFmpegError, OSError, ValueError, EOFError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableMedia(
            f"{name} cannot be read: {why}", hint="The file may be truncated or damaged."
        ) from error


@contextmanager
def opened(
    path: Path, limits: Limits, *, every_frame: bool = False
) -> Iterator[tuple[InputContainer, Format]]:
    """Open ``path`` for demuxing with the demuxer its first bytes call for.

    ``every_frame`` ignores an MP4's edit list, so that frames it hides are seen too.

    Raises UnreadableMedia when it is not a regular file or not media we read, MediaTooLarge when
    its size, pixels or streams are past the limits. Errors raised within the block are translated
    too.
    """
    name = path.name
    with translated(name):
        found = _admit(path, limits)
        with av.open(
            f"file:{path.resolve()}",  # explicit, so that a name like "concat:a|b" is only a name
            format=found.demuxer,
            options={
                "ignore_editlist": str(int(every_frame)),
                "protocol_whitelist": "file",
                "codec_whitelist": _DECODERS,
                "max_pixels": str(limits.max_pixels),
            },
            timeout=limits.max_decode_s,
        ) as container:
            if len(container.streams) > limits.max_streams:
                raise MediaTooLarge(
                    f"{name} has {len(container.streams)} streams; the limit is "
                    f"{limits.max_streams}"
                )
            yield container, found


def _admit(path: Path, limits: Limits) -> Format:
    """Check what can be checked without a decoder, and return the format."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableMedia(f"{path.name} is not a regular file")
    if status.st_size > limits.max_bytes:
        raise MediaTooLarge(
            f"{path.name} is {status.st_size} bytes; the limit is {limits.max_bytes}",
            hint="Cut it, or compress it more.",
        )
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        found = sniff(head)
        moves = found is PNG and is_moving_png(file)
    if found is None:
        what = "empty" if not head else "not media of a kind we read"
        raise UnreadableMedia(f"{path.name} is {what}", hint=f"We read {READABLE}.")
    if moves:
        raise UnreadableMedia(
            f"{path.name} is a moving PNG, of which only the first picture would be seen",
            hint="Hand it in as GIF, or as a video.",
        )
    if found.image:
        size = image_size(found, head)
        if size is None:
            raise UnreadableMedia(f"{path.name} has no readable {found.name} header")
        check_pixels(path.name, *size, limits)
    return found
