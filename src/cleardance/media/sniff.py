"""What a file is, by its first bytes: never by its name, and never by trying every demuxer.

FFmpeg ships demuxers that are programs in disguise (HLS, DASH, concat, subtitles with
scripts, `lavfi`): a "video" that makes the host read its own files. We name the demuxer ourselves,
from this short list, and FFmpeg guesses nothing.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

HEAD_BYTES = 256 * 1024  # a JPEG's frame header may follow large metadata
_MAX_PNG_CHUNKS = 1_000


@dataclass(frozen=True)
class Format:
    """A container we read: FFmpeg's demuxer, and whether it holds a picture."""

    name: str
    demuxer: str
    image: bool = False


PNG = Format("png", "png_pipe", image=True)
JPEG = Format("jpeg", "jpeg_pipe", image=True)
GIF = Format("gif", "gif", image=True)
BMP = Format("bmp", "bmp_pipe", image=True)
WEBP = Format("webp", "webp_pipe", image=True)
TIFF = Format("tiff", "tiff_pipe", image=True)
MP4 = Format("mp4", "mov")
MATROSKA = Format("matroska", "matroska")
AVI = Format("avi", "avi")
WAV = Format("wav", "wav")
FLAC = Format("flac", "flac")
OGG = Format("ogg", "ogg")
MP3 = Format("mp3", "mp3")

_PREFIXES: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"\x1aE\xdf\xa3", MATROSKA),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
    (b"\xff\xf3", MP3),
    (b"\xff\xf2", MP3),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": WAV, b"AVI ": AVI}
_MP4_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")

READABLE = "PNG, JPEG, WebP, BMP, TIFF, GIF, MP4, MOV, Matroska, WebM, AVI, WAV, FLAC, Ogg, MP3"


def sniff(head: bytes) -> Format | None:
    """Return the format that ``head`` (the first bytes of a file) proves, or None."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] in _MP4_FIRST_BOXES:
        return MP4
    return next((found for prefix, found in _PREFIXES if head.startswith(prefix)), None)


def is_moving_png(file: BinaryIO) -> bool:
    """Whether a PNG says, before its picture begins, that it has several (an ``acTL`` chunk).

    Browsers show them all and its decoder the first. So it is with very many chunks, too, as
    nobody makes.
    """
    file.seek(8)
    for _ in range(_MAX_PNG_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IDAT":
            return False
        if head[4:] == b"acTL":
            return True
        file.seek(int.from_bytes(head[:4], "big") + 4, 1)
    return True


def image_size(found: Format, head: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels as an image's header claims, or None when it is not there.

    Read by hand, before any decoder sees the file and allocates what the header asks for.
    """
    try:
        return _SIZES[found.name](head)
    except (KeyError, struct.error, IndexError):
        return None


def _png(head: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _gif(head: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", head, 6)
    return width, height


def _bmp(head: bytes) -> tuple[int, int]:
    if struct.unpack_from("<I", head, 14)[0] == 12:  # OS/2 1.x: 16-bit sides
        width, height = struct.unpack_from("<HH", head, 18)
    else:
        width, height = struct.unpack_from("<ii", head, 18)
    return abs(width), abs(height)  # a negative height means top-down


def _jpeg(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # SOF0 to SOF15
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        at += 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None


def _webp(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(head[24:27], "little"),
            1 + int.from_bytes(head[27:30], "little"),
        )
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", head, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _tiff(head: bytes) -> tuple[int, int] | None:
    order = "<" if head[:2] == b"II" else ">"
    start = struct.unpack_from(order + "I", head, 4)[0]
    count = struct.unpack_from(order + "H", head, start)[0]
    sizes: dict[int, int] = {}
    for entry in range(count):
        tag, kind = struct.unpack_from(order + "HH", head, start + 2 + 12 * entry)
        if tag in (256, 257):  # ImageWidth, ImageLength; SHORT or LONG
            code = "H" if kind == 3 else "I"
            sizes[tag] = struct.unpack_from(order + code, head, start + 10 + 12 * entry)[0]
    return (sizes[256], sizes[257]) if len(sizes) == 2 else None


_SIZES = {"png": _png, "gif": _gif, "bmp": _bmp, "jpeg": _jpeg, "webp": _webp, "tiff": _tiff}
