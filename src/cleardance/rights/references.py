"""Reference files: what identifies a work by sight or sound, read when it is registered."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cleardance.errors import MediaError, RegistryError, SignalUnavailable
from cleardance.match.faces import FACE_SIGNAL, faces_in
from cleardance.match.faces import is_installed as faces_installed
from cleardance.match.pdq import MIN_QUALITY, PDQ_SIGNAL
from cleardance.match.sound import SOUND_SIGNAL
from cleardance.match.voice import VOICE_SIGNAL, pack_times
from cleardance.rights.row import ReferenceRole, ReferenceRow, WorkKind

if TYPE_CHECKING:
    from cleardance.media import Frame

_FRAMES_PER_SECOND: Final = 1.0
_SAME: Final = 10  # bits: a frame so near to one before shows the same
_KINDS: Final = {"image": "image", "video": "clip", "audio": "sound"}  # of file, of reference
_FITTING: Final = {
    ReferenceRole.IMAGE: {"image"},
    ReferenceRole.CLIP: {"video"},
    ReferenceRole.SOUND: {"audio", "video"},
    ReferenceRole.FACE: {"image", "video"},
    ReferenceRole.VOICE: {"audio", "video"},
}

ReferenceSignal = tuple[str, bytes]  # kind, value


@dataclass(frozen=True)
class Reference:
    """A readable reference file: its SHA-256, and its distinct signals, at least one.

    ``signals`` is None for a file that the same work had before in the same role. ``flag`` says
    why people should look at what it matches.
    """

    path: Path
    origin: str
    digest: str
    role: ReferenceRole
    media: str
    signals: tuple[ReferenceSignal, ...] | None
    flag: str | None = None


def read_reference(
    given: ReferenceRow,
    folder: Path,
    known: Mapping[str, tuple[ReferenceRole, str]] | None = None,
    kind: WorkKind | None = None,
) -> Reference:
    """Read one reference, relative to ``folder``; ``known`` files (digest: role, media) are not.

    Raises RegistryError, saying why, for an address, a missing or unreadable file, a role that
    does not fit it, sound with nothing to hear, and pictures so blank or blurred that they would
    match anything.
    """
    path = _path_of(given.path, folder)
    digest = _digest_of(path)
    role, media = (known or {}).get(digest, (None, ""))
    if role is not None and given.role in (None, role):
        return Reference(path, given.path, digest, role, media, None)
    try:
        media, role = _role_of(path, given)
        signals = tuple(dict.fromkeys(_MAKERS[role](path, media)))
        if kind is WorkKind.PERSON and role is ReferenceRole.IMAGE and faces_installed():
            signals += tuple(_only_face(path, media))
    except SignalUnavailable as error:
        raise RegistryError(
            f"reference {given.path} cannot be used: {error.message} {error.hint}"
        ) from error
    except MediaError as error:
        raise RegistryError(f"reference {given.path} cannot be used: {error.message}") from error
    if not signals:
        raise _nothing_to_compare(role, given.path)
    return Reference(path, given.path, digest, role, media, signals)


def _nothing_to_compare(role: ReferenceRole, origin: str) -> RegistryError:
    if role in (ReferenceRole.SOUND, ReferenceRole.VOICE):
        return RegistryError(
            f"reference {origin} is silent, steady or too short: nothing in it can be recognised",
            hint="Use a few seconds with music, speech or noises.",
        )
    if role is ReferenceRole.FACE:
        return RegistryError(
            f"reference {origin} shows no face that can be made out",
            hint="Use a picture from the front, in which the face is 100 pixels wide or more.",
        )
    return RegistryError(
        f"reference {origin} is blank, or nearly: its PDQ quality is below {MIN_QUALITY} "
        "of 100, and it would match any other blank picture",
        hint="Use a picture with visible detail.",
    )


def _path_of(origin: str, folder: Path) -> Path:
    if "://" in origin:
        raise RegistryError(
            f"reference {origin} is an address; nothing is fetched from the network",
            hint="Download it and give the file's path.",
        )
    path = folder / origin
    if not path.is_file():
        raise RegistryError(f"reference {origin} is not a file")
    return path


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RegistryError(f"reference {path.name} cannot be read: {error.strerror}") from error


def _role_of(path: Path, given: ReferenceRow) -> tuple[str, ReferenceRole]:
    """Return what the file holds, and the role asked for or the one that follows from it."""
    # Decoders take long to import, and most rows have no reference.
    from cleardance.media import probe

    media = probe(path).kind
    role = given.role or ReferenceRole(_KINDS[media])
    if media not in _FITTING[role]:
        raise RegistryError(f"reference {given.path} holds {media} and cannot be a {role}")
    return media, role


Maker = Callable[[Path, str], Iterator[ReferenceSignal]]


def _pictures(path: Path, media: str) -> Iterator[ReferenceSignal]:
    """Yield the PDQ hash and the look of each frame that differs from those before it."""
    from cleardance.match.picture import KIND, look_at_reference

    kept: list[bytes] = []
    for time_s, frame in picture_frames(path, media):
        value = PDQ_SIGNAL.compute(frame)
        if value is None or any(PDQ_SIGNAL.distance(value, one) <= _SAME for one in kept):
            continue
        kept.append(value)
        yield PDQ_SIGNAL.name, value
        yield KIND, look_at_reference(frame, time_s).pack()


def picture_frames(path: Path, media: str) -> Iterator[tuple[float, "Frame"]]:
    """Yield (time in s, RGB frame) of a file of ``media``, as they are looked at."""
    from cleardance.media import read_image, sample_frames

    if media == "image":
        yield 0.0, read_image(path)
    else:
        yield from sample_frames(path, per_second=_FRAMES_PER_SECOND, shots=True)


def _only_face(path: Path, media: str) -> Iterator[ReferenceSignal]:
    """Yield the face in a person's picture, if there is exactly one."""
    for _, frame in picture_frames(path, media):
        faces = faces_in(frame)
        if len(faces) == 1:
            yield FACE_SIGNAL.name, faces[0].value


def _faces(path: Path, media: str) -> Iterator[ReferenceSignal]:
    """Yield the one face of each frame that shows any; two would leave open whose it is."""
    for _, frame in picture_frames(path, media):
        faces = faces_in(frame)
        if len(faces) > 1:
            raise RegistryError(
                f"reference {path.name} shows {len(faces)} faces, and only one can be meant",
                hint="Crop it to the face of the person.",
            )
        yield from ((FACE_SIGNAL.name, face.value) for face in faces)


def _sounds(path: Path, media: str) -> Iterator[ReferenceSignal]:
    from cleardance.media import read_audio

    value = SOUND_SIGNAL.compute(read_audio(path))
    if value is not None:
        yield SOUND_SIGNAL.name, value


def _voices(path: Path, media: str) -> Iterator[ReferenceSignal]:
    """Yield where there is something to hear; what it is like depends on the operator's model."""
    from cleardance.match.voice_descriptor import windows_of
    from cleardance.media import read_audio

    windows = windows_of(read_audio(path))
    if windows:
        yield VOICE_SIGNAL.name, pack_times([window.time_s for window in windows])


_MAKERS: Final[dict[ReferenceRole, Maker]] = {
    ReferenceRole.IMAGE: _pictures,
    ReferenceRole.CLIP: _pictures,
    ReferenceRole.SOUND: _sounds,
    ReferenceRole.FACE: _faces,
    ReferenceRole.VOICE: _voices,
}
