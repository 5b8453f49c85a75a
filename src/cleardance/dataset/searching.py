"""Which samples of a training set show some works: by caption, by provenance, by the picture."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cleardance.dataset.manifest import Manifest
from cleardance.dataset.shelf import open_shelf
from cleardance.errors import VerificationError
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.ask import screen_ask
from cleardance.screen.matching import SampledFrame
from cleardance.screen.pictures import hash_matches, local_matches

_LEAST_SIDE_PX = 128
"""Smaller pictures are enlarged to it first: features of parts need room."""


def samples_of(manifest: Manifest, folder: Path, registry: RegistrySnapshot) -> dict[str, str]:
    """Return the samples, by digest, that touch the registry's works, and why.

    The pictures are looked at only where ``folder`` still holds them as they are listed, and only
    if a work of the registry has pictures.
    """
    captions = _touching({row.caption for row in manifest.rows}, registry)
    words = {name: _words(name, manifest) for name in manifest.header.assets}
    assets = {name for name, text in words.items() if _touching({text}, registry)}
    found: dict[str, str] = {}
    for row in manifest.rows:
        if row.caption in captions:
            found[row.sha256] = f"caption: {captions[row.caption]}"
        elif touched := sorted(assets & set(row.assets)):
            found[row.sha256] = f"provenance: {touched[0]}"
    if any(owner.work_id in registry.works for owner in registry.pictures.owners()):
        found |= {key: why for key, why in _shown(manifest, folder, registry) if key not in found}
    return found


def _touching(texts: set[str], registry: RegistrySnapshot) -> dict[str, str]:
    """Return the texts that name or describe a work, and which."""
    verdicts = ((text, screen_ask(text, registry)) for text in sorted(texts))
    return {text: one.findings[0].work.name for text, one in verdicts if one.findings}


def _words(name: str, manifest: Manifest) -> str:
    asset = manifest.header.assets[name]
    return ". ".join((name.replace("/", " ").replace("-", " "), asset.source, asset.copyright))


def _shown(
    manifest: Manifest, folder: Path, registry: RegistrySnapshot
) -> Iterator[tuple[str, str]]:
    try:
        shelf = open_shelf(folder)
    except VerificationError:  # gone, or drawn anew: the manifest is what is known
        return
    if shelf.manifest.digest != manifest.digest:
        return
    for row, pixels in zip(manifest.rows, shelf.pixels, strict=True):
        looks = [SampledFrame(float(n), _enlarged(one)).look for n, one in enumerate(pixels)]
        for _, match in (*hash_matches(looks, registry), *local_matches(looks, registry)):
            yield row.sha256, f"picture: {match.work.name}"
            break


def _enlarged(
    frame: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    times = -(-_LEAST_SIDE_PX // min(frame.shape[:2]))
    return np.ascontiguousarray(frame.repeat(times, 0).repeat(times, 1))
