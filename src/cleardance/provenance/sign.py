"""Signing a file: a C2PA manifest embedded in a copy, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from c2pa import (  # type: ignore[import-untyped]
    Builder,
    C2paError,
    C2paSignerInfo,
    C2paSigningAlg,
    Context,
    Settings,
    Signer,
)

from cleardance.errors import DiskFull, SealFailed, TimeStampUnavailable
from cleardance.media.output import FULL
from cleardance.request import MEDIA_TYPES

from .authority import Authority
from .manifest import Ingredient, ManifestParts, build_manifest, ingredient_label
from .profile import algorithm_of_chain, check_profile
from .tsa import TimeStamper, served
from .verify import reader_settings

_BUILDER: dict[str, Any] = {
    # Or data could be hidden in free boxes appended to a signed file.
    # And a reference that was handed in stays private: no thumbnail of it is shown around.
    "bmff_hash_exclude_free_and_skip_boxes": False,
    "thumbnail": {"enabled": False},
}


def sign(src: Path, dst: Path, parts: ManifestParts, authority: Authority) -> ManifestParts:
    """Write ``dst``: ``src`` (mp4, mov or png) with a signed manifest; return what it states.

    That is ``parts``, but for ``time_stamp``: whether the signature got one, and whose.
    Raises SealFailed with the reason named; TimeStampUnavailable when there is no time stamp and
    the authority requires one; DiskFull. Then ``dst`` does not exist or is what it was before.
    """
    check_profile(authority.chain_pem, authority.key_pem, datetime.now(UTC), authority.sign_with)
    match authority.time_stamps:
        case None:
            return _sign(src, dst, replace(parts, time_stamp="none"), authority, None)
        case TimeStamper() as ours:
            with _served(ours) as url:
                return _sign(src, dst, replace(parts, time_stamp="own"), authority, url)
        case url:
            return _sign_with_outside_stamp(src, dst, parts, authority, url)


def _sign_with_outside_stamp(
    src: Path, dst: Path, parts: ManifestParts, authority: Authority, url: str
) -> ManifestParts:
    try:
        return _sign(src, dst, replace(parts, time_stamp="outside"), authority, url)
    except SealFailed as error:
        # The library does not say which part failed: whatever works without a stamp failed by it.
        signed = _sign(src, dst, replace(parts, time_stamp="none"), authority, None)
        if authority.stamps_required:
            dst.unlink()
            raise TimeStampUnavailable(
                f"{dst.name} was not signed: {url} gave no time stamp: {error.message}",
                hint="The release waits: run `cleardance worker --once` when it answers again, "
                'or set tsa_policy = "skip".',
            ) from error
        return signed


@contextmanager
def _served(stamper: TimeStamper) -> Iterator[str]:
    try:
        with served(stamper) as url:
            yield url
    except OSError as error:
        raise SealFailed(f"no time stamp: the loopback cannot be used: {error}") from error


def _sign(
    src: Path, dst: Path, parts: ManifestParts, authority: Authority, tsa_url: str | None
) -> ManifestParts:
    mime = mime_of(dst)
    temporary = dst.with_name(f".{dst.name}.part")
    try:
        with _builder(parts, mime, _signer(authority, tsa_url), authority.root_pem) as builder:
            for index, ingredient in enumerate(parts.ingredients):
                _add(builder, index, ingredient)
            with src.open("rb") as source, temporary.open("w+b") as target:
                builder.sign(mime, source, target)  # made durable by whoever keeps it
        temporary.replace(dst)
    except C2paError as error:
        raise SealFailed(f"{dst.name} could not be signed: {error}") from error
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(f"no space left to write {dst.name}") from error
        raise SealFailed(f"{dst.name} could not be signed: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return parts


def mime_of(path: Path) -> str:
    """Return the media type of a file we sign, by its suffix. Raises SealFailed for others."""
    try:
        return MEDIA_TYPES[path.suffix.lower()]
    except KeyError:
        raise SealFailed(
            f"{path.suffix or 'no suffix'} cannot be signed; {sorted(MEDIA_TYPES)} can"
        ) from None


def _signer(authority: Authority, tsa_url: str | None) -> Signer:
    name = algorithm_of_chain(authority.chain_pem)
    if authority.sign_with is not None:
        algorithm = C2paSigningAlg[name.upper()]
        return Signer.from_callback(authority.sign_with, algorithm, authority.chain_pem, tsa_url)
    assert authority.key_pem is not None  # check_profile saw it
    info = C2paSignerInfo(
        name.encode(), authority.chain_pem.encode(), authority.key_pem.encode(), tsa_url
    )
    return Signer.from_info(info)


def _builder(parts: ManifestParts, mime: str, signer: Signer, root_pem: str) -> Builder:
    # What the manifest says of an ingredient's own credentials is what we make of them.
    settings = reader_settings(root_pem) | {"builder": _BUILDER}
    settings["verify"] |= {"verify_after_sign": False}  # we verify, strictly, from the disk
    context = Context(settings=Settings.from_dict(settings), signer=signer)
    return Builder(build_manifest(parts, mime), context=context)


def _add(builder: Builder, index: int, ingredient: Ingredient) -> None:
    facts = {
        "title": ingredient.title,
        "relationship": "inputTo",
        "label": ingredient_label(index),
    }
    with ingredient.path.open("rb") as file:
        builder.add_ingredient(facts, ingredient.mime, file)
