"""Builds files that attack a media reader, by the name of the attack. Nothing here is checked in
as a binary: each is made from scratch, or from a small real clip, when the test runs."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np


def empty(folder: Path) -> Path:
    return _write(folder / "empty.mp4", b"")


def text_named_mp4(folder: Path) -> Path:
    return _write(folder / "text.mp4", b"This is not a video.\n" * 100)


def huge_png(folder: Path, side: int = 60_000) -> Path:
    """A valid 60000 x 60000 header: 10.8 GB of pixels in 70 bytes."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(b"\0" * 64)),
        (b"IEND", b""),
    )
    return _write(folder / "huge.png", b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*c) for c in chunks))


def huge_gif(folder: Path) -> Path:
    return _write(folder / "huge.gif", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0))


def huge_bmp(folder: Path) -> Path:
    info = struct.pack("<IiiHHIIiiII", 40, 60_000, -60_000, 1, 24, 0, 0, 0, 0, 0, 0)
    return _write(folder / "huge.bmp", b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info)


def huge_jpeg(folder: Path) -> Path:
    sof = struct.pack(">HBHHB", 17, 8, 65_000, 65_000, 3) + b"\x01\x11\0\x02\x11\0\x03\x11\0"
    return _write(folder / "huge.jpg", b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0" + sof + b"\xff\xd9")


def huge_webp(folder: Path) -> Path:
    body = b"VP8X" + struct.pack("<IB", 10, 0) + b"\0\0\0" + (16_000_000).to_bytes(3, "little") * 2
    return _write(folder / "huge.webp", b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


def huge_tiff(folder: Path) -> Path:
    entries = struct.pack("<HHII", 256, 4, 1, 60_000) + struct.pack("<HHII", 257, 4, 1, 60_000)
    return _write(
        folder / "huge.tiff", b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0)
    )


def huge_sample_entry(clip: Path) -> Path:
    """The MP4 sample description says 60000 x 60000; the pictures themselves do not."""
    data = bytearray(clip.read_bytes())
    at = data.index(b"avc1", data.index(b"stsd")) + 4 + 24
    struct.pack_into(">HH", data, at, 60_000, 60_000)
    return _write(clip.with_name("huge-entry.mp4"), bytes(data))


def huge_sequence_header(clip: Path) -> Path:
    """The H.264 parameter set inside avcC says 60000 x 60000."""
    sps = _sps(3750, 3750)
    pps = b"\x68\xce\x38\x80"
    body = b"\x01" + sps[1:4] + b"\xff\xe1" + struct.pack(">H", len(sps)) + sps
    body += b"\x01" + struct.pack(">H", len(pps)) + pps
    path = ("moov", "trak", "mdia", "minf", "stbl", "stsd", "avc1", "avcC")
    data = _replace_box(clip.read_bytes(), path, body)
    return _write(clip.with_name("huge-sps.mp4"), data)


def endless(clip: Path) -> Path:
    """Every duration in the headers is the largest there is: 2,800 years."""
    data = bytearray(clip.read_bytes())
    for box, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16)):
        at = data.find(box)
        while at >= 0:
            struct.pack_into(">I", data, at + 4 + offset, 0xFFFFFFFE)
            at = data.find(box, at + 4)
    return _write(clip.with_name("endless.mp4"), bytes(data))


def slow_samples(clip: Path) -> Path:
    """The durations look harmless, but the time table puts every frame 5 hours after the last."""
    data = bytearray(clip.read_bytes())
    at = data.index(b"stts")
    struct.pack_into(">I", data, at + 4 + 12, 0x0FFFFFFF)
    return _write(clip.with_name("slow.mp4"), bytes(data))


def hidden_frames(clip: Path) -> Path:
    """The edit list shows a player the first twelfth of a second; the rest is still there."""
    data = bytearray(clip.read_bytes())
    at = data.index(b"elst") + 4
    struct.pack_into(">I", data, at + 8, 83)  # segment duration, in ms
    return _write(clip.with_name("hidden.mp4"), bytes(data))


def unknown_codec(clip: Path) -> Path:
    data = clip.read_bytes().replace(b"avc1\0\0\0\0", b"zzz9\0\0\0\0")
    return _write(clip.with_name("unknown.mp4"), data)


def truncated(clip: Path) -> Path:
    """The index is there, half of what it points at is not."""
    data = clip.read_bytes()
    return _write(clip.with_name("truncated" + clip.suffix), data[: len(data) * 6 // 10])


def beheaded(clip: Path) -> Path:
    """Only the first 40 bytes: the right magic and nothing else."""
    return _write(clip.with_name("beheaded" + clip.suffix), clip.read_bytes()[:40])


def many_streams(folder: Path, count: int = 1000) -> Path:
    path = folder / "streams.mov"
    with av.open(str(path), "w", format="mov") as container:
        streams = [container.add_stream("pcm_s16le", rate=8000) for _ in range(count)]
        for stream in streams:
            stream.codec_context.layout = "mono"
        samples = av.AudioFrame.from_ndarray(np.zeros((1, 8), np.int16), "s16", "mono")
        samples.sample_rate = 8000
        for stream in streams:
            samples.pts = 0
            container.mux(stream.encode(samples))
    return path


def two_pictures(folder: Path) -> Path:
    """Two video tracks: a checker may look at one, a player show the other."""
    path = folder / "two.mp4"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=24) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for stream, value in zip(streams, (0, 255), strict=True):
            picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), value, np.uint8), "rgb24")
            container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
    return path


def hls_playlist(folder: Path) -> Path:
    """A playlist that reads a local file, named like a video."""
    secret = _secret(folder)
    lines = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    return _write(folder / "playlist.mp4", lines.encode())


def concat_script(folder: Path) -> Path:
    secret = _secret(folder)
    return _write(folder / "concat.mp4", f"ffconcat version 1.0\nfile {secret}\n".encode())


def subtitle_script(folder: Path) -> Path:
    return _write(folder / "subtitle.avi", b"[Script Info]\nScriptType: v4.00+\n[Events]\n")


def dash_manifest(folder: Path) -> Path:
    body = '<?xml version="1.0"?><MPD><Period><BaseURL>file:///etc/</BaseURL></Period></MPD>'
    return _write(folder / "dash.mp4", body.encode())


NOT_MEDIA: tuple[Callable[[Path], Path], ...] = (
    empty,
    text_named_mp4,
    hls_playlist,
    concat_script,
    subtitle_script,
    dash_manifest,
)
HUGE_IMAGES: tuple[Callable[[Path], Path], ...] = (
    huge_png,
    huge_gif,
    huge_bmp,
    huge_jpeg,
    huge_webp,
    huge_tiff,
)


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _secret(folder: Path) -> Path:
    """A file that would decode if it were followed."""
    path = folder / "secret.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 200, np.uint8), "rgb24")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _replace_box(data: bytes, path: tuple[str, ...], body: bytes) -> bytes:
    """Replace the body of the box at ``path``, correcting the sizes of all that hold it.

    The boxes inside stsd start 8 bytes in, those inside avc1 78 bytes in.
    """
    at, ancestors = 0, []
    for name in path:
        at = data.index(name.encode(), at) - 4
        ancestors.append(at)
        at += 8
    box = ancestors[-1]
    old = struct.unpack_from(">I", data, box)[0]
    growth = 8 + len(body) - old
    result = bytearray(data[: box + 8] + body + data[box + old :])
    for start in ancestors:
        size = struct.unpack_from(">I", data, start)[0]
        struct.pack_into(">I", result, start, size + growth)
    return bytes(result)


def _sps(width_mbs: int, height_mbs: int) -> bytes:
    """A baseline-profile sequence parameter set (ITU-T H.264, 7.3.2.1.1), in macroblocks."""
    bits = "".join(
        (
            _ue(0),  # seq_parameter_set_id
            _ue(0),  # log2_max_frame_num_minus4
            _ue(2),  # pic_order_cnt_type
            _ue(1),  # max_num_ref_frames
            "0",
            _ue(width_mbs - 1),
            _ue(height_mbs - 1),
            "1100",  # frame_mbs_only, direct_8x8, no cropping, no VUI
            "1",  # stop bit
        )
    )
    bits += "0" * (-len(bits) % 8)
    return b"\x67\x42\xc0\x3e" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _ue(value: int) -> str:
    """Exp-Golomb code of an unsigned number."""
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits
