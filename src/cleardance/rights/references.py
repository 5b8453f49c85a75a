"""Reference files: what identifies a work by sight, turned into signals when registered."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cleardance.errors import MediaError, RegistryError
from cleardance.match.pdq import MIN_QUALITY, PDQ_SIGNAL

if TYPE_CHECKING:
    from cleardance.media import Frame

_FRAMES_PER_SECOND = 1.0


@dataclass(frozen=True)
class Reference:
    """A readable reference file and its distinct PDQ hashes, at least one, 32 bytes each."""

    path: Path
    origin: str
    media: str
    hashes: tuple[bytes, ...]


def read_reference(origin: str, folder: Path) -> Reference:
    """Read one reference, ``origin`` as written in the row, relative to ``folder``.

    Raises RegistryError, saying why, for an address, a missing or unreadable file, sound, and
    pictures so blank or blurred that they would match anything.
    """
    if "://" in origin:
        raise RegistryError(
            f"reference {origin} is an address; nothing is fetched from the network",
            hint="Download it and give the file's path.",
        )
    path = folder / origin
    if not path.is_file():
        raise RegistryError(f"reference {origin} is not a file")
    try:
        media, frames = _frames(path)
        hashes = dict.fromkeys(map(PDQ_SIGNAL.compute, frames))
    except MediaError as error:
        raise RegistryError(f"reference {origin} cannot be used: {error.message}") from error
    usable = tuple(value for value in hashes if value is not None)
    if not usable:
        raise RegistryError(
            f"reference {origin} is blank, or nearly: its PDQ quality is below {MIN_QUALITY} of "
            "100, and it would match any other blank picture",
            hint="Use a picture with visible detail.",
        )
    return Reference(path, origin, media, usable)


def _frames(path: Path) -> tuple[str, Iterator["Frame"]]:
    # Decoders take long to import, and most rows have no reference.
    from cleardance.media import probe, read_image, sample_frames

    kind = probe(path).kind
    if kind == "audio":
        raise RegistryError(f"reference {path.name} is sound; only pictures can be compared yet")
    if kind == "image":
        return kind, iter([read_image(path)])
    return kind, (frame for _, frame in sample_frames(path, per_second=_FRAMES_PER_SECOND))
