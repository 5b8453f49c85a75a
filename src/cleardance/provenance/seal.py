"""Sealing: the only way an output becomes a file that may be served.

Encode from the mezzanine with the mark, sign, then forget all of that and look at what is on the
disk. Only if it says what we meant does a `Sealed` exist, and nothing but `seal` can make one.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import InitVar, dataclass, fields, replace
from pathlib import Path

import numpy as np

from cleardance.errors import CleardanceError, SealFailed, SealInvalid
from cleardance.media import (
    MEZZANINE_LIMITS,
    Frame,
    Mark,
    Probe,
    Progress,
    SoundMark,
    encode_final,
    probe,
    read_image,
    sample_frames,
    write_png,
)

from .authority import Authority
from .label import Label, Overlay, aigc, tag_png
from .manifest import Ingredient, ManifestParts, Recipe, SourceType, record
from .sign import sign
from .verify import ManifestFacts, State, verify_signed
from .watermark import NoWatermark, Watermark

_LUMA_709 = np.array([0.2126, 0.7152, 0.0722])
_KEY = object()  # known to this module only


@dataclass(frozen=True)
class UnsealedParts:
    """What sealing starts from: a mezzanine, or the PNG of a still, and what to say of it."""

    source: Path
    manifest: ManifestParts  # its watermark field is filled in by sealing
    suffix: str = ".mp4"  # or .mov; .png of a still

    @property
    def still(self) -> bool:
        """Whether one picture is sealed, not a video."""
        return self.suffix == ".png"


@dataclass(frozen=True)
class Sealed:
    """A file that was marked, signed, re-read and verified. Only this module constructs one."""

    path: Path
    sha256: str  # hex, of the whole file
    ledger_index: int
    c2pa_state: State
    watermark: str
    key: InitVar[object]

    def __post_init__(self, key: object) -> None:
        if key is not _KEY:
            raise TypeError("Sealed is made by cleardance.provenance.seal only")


def seal(
    parts: UnsealedParts,
    work_dir: Path,
    authority: Authority,
    watermark: Watermark | None = None,
    progress: Progress | None = None,
    part: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> Sealed:
    """Make ``work_dir/sealed.mp4`` (or .mov, or .png) and return it once it has proved itself.

    ``part`` is entered around "encode" (marking included) and "sign" (reading back included).

    Raises SealFailed when marking or signing fails, SealInvalid when the result does not read back
    as intended, EncodingFailed, DiskFull, UnreadableMedia for a damaged source. After an error no
    file of ours is left in ``work_dir``.
    """
    mark = watermark or NoWatermark()
    unsigned, sealed = (work_dir / f"{name}{parts.suffix}" for name in ("unsigned", "sealed"))
    manifest = replace(parts.manifest, watermark=mark.name)
    with _nothing_else_left(unsigned, sealed):
        with part("encode"):
            _encode(parts.source, unsigned, manifest, mark, progress)
        with part("sign"):
            return _signed(unsigned, sealed, replace(parts, manifest=manifest), authority)


@contextmanager
def _nothing_else_left(unsigned: Path, sealed: Path) -> Iterator[None]:
    """Delete the unsigned file, and the sealed one too unless all goes well."""
    try:
        yield
    except BaseException:
        sealed.unlink(missing_ok=True)
        raise
    finally:
        unsigned.unlink(missing_ok=True)


def _signed(unsigned: Path, sealed: Path, parts: UnsealedParts, authority: Authority) -> Sealed:
    manifest = sign(unsigned, sealed, parts.manifest, authority)
    facts = verify_signed(sealed, authority.root_pem)
    return _proved(sealed, replace(parts, manifest=manifest), facts)


def prove(
    path: Path, parts: UnsealedParts, authority: Authority, watermark: Watermark | None = None
) -> Sealed:
    """Return the `Sealed` of a file that was sealed earlier, after reading it back again.

    Raises SealInvalid unless it says exactly what sealing these parts would have made it say.
    """
    facts = verify_signed(path, authority.root_pem)
    manifest = replace(parts.manifest, watermark=(watermark or NoWatermark()).name)
    if facts.record:  # whether there was a time stamp was only known when it was signed
        manifest = replace(manifest, time_stamp=facts.record.time_stamp)
    return _proved(path, replace(parts, manifest=manifest), facts)


def seal_picture(
    video: Path, picture: Frame, target: Path, authority: Authority, producer: str
) -> Sealed:
    """Make ``target`` (.png) of a picture [H, W, 3] of a sealed video, and return it once proved.

    It says what the video says, and names the video as what it was made from; the video's own mark
    is in it. Raises SealInvalid if the video is not sealed or the picture is not its size, and as
    ``seal``.
    """
    facts = verify_signed(video, authority.root_pem)
    parts = UnsealedParts(video, _said_by(facts, video, target.name, producer), ".png")
    unsigned = target.with_suffix(".unsigned.png")
    with _nothing_else_left(unsigned, target):
        write_png(unsigned, picture)
        for key, text in _tags(parts.manifest).items():
            tag_png(unsigned, key, text)
        return _signed(unsigned, target, parts, authority)


def _said_by(facts: ManifestFacts, video: Path, title: str, producer: str) -> ManifestParts:
    said = facts.record
    assert said is not None  # verify_signed saw it
    names = {one.name for one in fields(Recipe)} - {"extra"}
    known = {name: value for name, value in said.recipe.items() if name in names}
    extra = {name: str(value) for name, value in said.recipe.items() if name not in names}
    return ManifestParts(
        title=title,
        output_id=said.output,
        ledger_index=said.ledger_index,
        verdict_digest=said.verdict_sha256,
        registry_revision=said.registry_revision,
        source_type=SourceType(str(facts.source_type)),
        recipe=Recipe(**known, extra=extra),  # type: ignore[arg-type]
        watermark=said.watermark,
        label=said.label,
        reviews=said.reviews,
        producer=producer,
        ingredients=(Ingredient(video, "the video that it is a picture of", "video/mp4"),),
        is_copy=True,
    )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _encode(
    source: Path,
    target: Path,
    manifest: ManifestParts,
    mark: Watermark,
    progress: Progress | None,
) -> None:
    payload, label, tags = manifest.ledger_index, _overlay(manifest), _tags(manifest)
    try:
        if target.suffix == ".png":
            still = read_image(source)
            write_png(
                target, _marked_still(label.draw_still(still) if label else still, payload, mark)
            )
            for key, text in tags.items():
                tag_png(target, key, text)
        else:
            picture, sound = _marks_of(mark, payload)
            draw = label.draw if label else None
            encode_final(
                source, target, picture, progress, sound_mark=sound, overlay=draw, tags=tags
            )
    except CleardanceError:
        raise
    except Exception as error:
        raise SealFailed(f"watermark {mark.name} failed: {error}") from error


def _overlay(manifest: ManifestParts) -> Overlay | None:
    recipe = manifest.recipe
    if manifest.label is None:
        return None
    return Overlay(manifest.label, recipe.width_px, recipe.height_px, recipe.fps)


def _tags(manifest: ManifestParts) -> dict[str, str]:
    if manifest.label is not Label.CN:
        return {}
    return {"AIGC": aigc(manifest.producer, manifest.output_id)}


def _marks_of(mark: Watermark, payload: int) -> tuple[Mark | None, SoundMark | None]:
    if type(mark) is NoWatermark:
        return None, None  # nothing need be copied for it
    return (
        lambda luma, index: mark.embed(luma, index, payload),
        lambda blocks: mark.embed_sound(blocks, payload),
    )


def _marked_still(frame: Frame, payload: int, mark: Watermark) -> Frame:
    """Add to R, G and B what the mark changes in luma, which leaves the hue alone."""
    luma = np.round(frame @ _LUMA_709).astype(np.uint8)
    change = mark.embed(luma, 0, payload).astype(np.int16) - luma
    marked: Frame = np.clip(frame + change[..., None], 0, 255).astype(np.uint8)
    return marked


def _proved(sealed: Path, parts: UnsealedParts, facts: ManifestFacts) -> Sealed:
    """Compare what was read back with what was meant; raises SealInvalid."""
    manifest = parts.manifest
    found = facts.record.model_dump() if facts.record else None
    if found != record(manifest):
        raise SealInvalid(f"{sealed.name} does not say what was signed: {found}")
    if facts.source_type != manifest.source_type:
        raise SealInvalid(
            f"{sealed.name} discloses {facts.source_type}, not {manifest.source_type}"
        )
    _check_media(sealed, parts)
    return Sealed(
        path=sealed,
        sha256=file_sha256(sealed),
        ledger_index=manifest.ledger_index,
        c2pa_state="Trusted",
        watermark=manifest.watermark,
        key=_KEY,
    )


def _check_media(sealed: Path, parts: UnsealedParts) -> None:
    header = probe(sealed)
    wrong = [
        f"{what} is {found}, not {meant}"
        for what, found, meant in _media_facts(header, parts)
        if found != meant
    ]
    if wrong:
        raise SealInvalid(f"{sealed.name}: {'; '.join(wrong)}")
    next(iter(sample_frames(sealed)))  # the first picture really decodes


def _media_facts(header: Probe, parts: UnsealedParts) -> Iterator[tuple[str, object, object]]:
    """Yield (what, as found, as meant)."""
    recipe = parts.manifest.recipe
    yield "kind", header.kind, "image" if parts.still else "video"
    yield "size", (header.width_px, header.height_px), (recipe.width_px, recipe.height_px)
    if not parts.still:
        sound = ("aac",) if probe(parts.source, MEZZANINE_LIMITS).has_audio else ()
        yield "codecs", tuple(stream.codec for stream in header.streams), ("h264", *sound)
        yield "frame rate", header.fps, float(recipe.fps)
        yield "frame count", header.frame_count, round(recipe.duration_s * recipe.fps)
