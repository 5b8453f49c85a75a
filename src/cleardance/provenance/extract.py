"""Taking the manifest store out of a file, byte for byte: what a look-up hands to a client.

The places are those of C2PA 2.2, appendix A: in BMFF a ``uuid`` box, in PNG a ``caBX`` chunk.
"""

import os
import struct
from pathlib import Path
from typing import BinaryIO

from cleardance.errors import UnreadableMedia

MIME = "application/c2pa"
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_STORE_BYTES = 64 * 2**20


def manifest_store(path: Path) -> bytes:
    """Return the JUMBF of a signed mp4, mov or png. Raises UnreadableMedia if there is none."""
    try:
        with path.open("rb") as file:
            found = _from_png(file) if file.read(len(_PNG)) == _PNG else _from_bmff(file)
    except OSError as error:
        raise UnreadableMedia(f"{path.name} cannot be read: {error.strerror}") from error
    if found is None:
        raise UnreadableMedia(f"{path.name} carries no manifest")
    return found


def _from_png(file: BinaryIO) -> bytes | None:
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"caBX":
            return _read(file, length)
        file.seek(length + 4, 1)  # and its checksum
    return None


def _from_bmff(file: BinaryIO) -> bytes | None:
    start, end = 0, file.seek(0, os.SEEK_END)
    while start < end:
        file.seek(start)
        head = file.read(16)
        if len(head) < 8:
            return None
        size, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if size == 1 and len(head) == 16:
            size, header = int.from_bytes(head[8:], "big"), 16
        if kind == b"uuid":
            file.seek(start + header)
            body = _read(file, size - header)
            if body is not None and (store := _store_in(body)) is not None:
                return store
        if size < header:  # 0: up to the end of the file
            return None
        start += size
    return None


def _store_in(body: bytes) -> bytes | None:
    """A C2PA box: its id, version and flags, the purpose, the offset of a Merkle tree, JUMBF."""
    if not body.startswith(_C2PA_BOX):
        return None
    purpose, _, rest = body[len(_C2PA_BOX) + 4 :].partition(b"\0")
    return rest[8:] if purpose == b"manifest" else None


def _read(file: BinaryIO, length: int) -> bytes | None:
    if not 0 <= length <= _MAX_STORE_BYTES:
        return None
    data = file.read(length)
    return data if len(data) == length else None
