"""Signing a file: a C2PA manifest embedded in a copy, whole or not at all."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from c2pa import (  # type: ignore[import-untyped]
    Builder,
    C2paError,
    C2paSignerInfo,
    Context,
    Settings,
    Signer,
)

from cleardance.errors import DiskFull, SealFailed
from cleardance.media.output import FULL

from .authority import Authority
from .manifest import Ingredient, ManifestParts, build_manifest, ingredient_label
from .profile import check_profile

MIME = {".mp4": "video/mp4", ".mov": "video/quicktime", ".png": "image/png"}

_SETTINGS: dict[str, Any] = {
    "verify": {"verify_after_sign": False},  # we verify ourselves, strictly, from the disk
    # Or data could be hidden in free boxes appended to a signed file.
    "builder": {"bmff_hash_exclude_free_and_skip_boxes": False},
}


def sign(src: Path, dst: Path, parts: ManifestParts, authority: Authority) -> None:
    """Write ``dst``: ``src`` (mp4, mov or png) with a signed manifest.

    Raises SealFailed with the reason named; then ``dst`` does not exist or is what it was before.
    DiskFull when there is no space.
    """
    check_profile(authority.chain_pem, authority.key_pem, datetime.now(UTC))
    mime = mime_of(dst)
    temporary = dst.with_name(f".{dst.name}.part")
    try:
        with _builder(parts, mime, authority) as builder:
            for index, ingredient in enumerate(parts.ingredients):
                _add(builder, index, ingredient)
            with src.open("rb") as source, temporary.open("w+b") as target:
                builder.sign(mime, source, target)
                target.flush()
                os.fsync(target.fileno())
        temporary.replace(dst)
    except C2paError as error:
        raise SealFailed(f"{dst.name} could not be signed: {error}") from error
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(f"no space left to write {dst.name}") from error
        raise SealFailed(f"{dst.name} could not be signed: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def mime_of(path: Path) -> str:
    """Return the media type of a file we sign, by its suffix. Raises SealFailed for others."""
    try:
        return MIME[path.suffix.lower()]
    except KeyError:
        raise SealFailed(
            f"{path.suffix or 'no suffix'} cannot be signed; {sorted(MIME)} can"
        ) from None


def _builder(parts: ManifestParts, mime: str, authority: Authority) -> Builder:
    info = C2paSignerInfo(
        b"es256", authority.chain_pem.encode(), authority.key_pem.encode(), authority.tsa_url
    )
    context = Context(settings=Settings.from_dict(_SETTINGS), signer=Signer.from_info(info))
    return Builder(build_manifest(parts, mime), context=context)


def _add(builder: Builder, index: int, ingredient: Ingredient) -> None:
    facts = {
        "title": ingredient.title,
        "relationship": "inputTo",
        "label": ingredient_label(index),
    }
    with ingredient.path.open("rb") as file:
        builder.add_ingredient(facts, ingredient.mime, file)
