"""What the registry forbids is taken out before anybody trains, and asked again before each run."""

from collections.abc import Iterable

from cleardance.dataset.manifest import Exclusion, Manifest
from cleardance.errors import VerificationError
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.ask import screen_ask
from cleardance.verdict import Decision


def forbidden(captions: Iterable[str], registry: RegistrySnapshot) -> frozenset[str]:
    """Return the captions that are not clear: held ones are as unfit for training as denied."""
    distinct = sorted(set(captions))
    return frozenset(
        caption
        for caption in distinct
        if screen_ask(caption, registry).decision is not Decision.CLEAR
    )


def stamp(captions: dict[int, str], registry: RegistrySnapshot) -> Exclusion:
    """Return the stamp of captions by seed: which seeds are out, at the registry's revision."""
    out = forbidden(captions.values(), registry)
    return Exclusion(
        registry_revision=registry.revision,
        works=len(registry.works),
        captions_checked=len(set(captions.values())),
        excluded_seeds=tuple(seed for seed, caption in captions.items() if caption in out),
    )


def check(manifest: Manifest, registry: RegistrySnapshot) -> None:
    """Raise VerificationError if the registry now forbids anything the manifest lists.

    The revision of the stamp answers for itself; any other means that all captions are asked
    about again.
    """
    if manifest.header.exclusion.registry_revision == registry.revision:
        return
    out = forbidden((row.caption for row in manifest.rows), registry)
    if out:
        raise VerificationError(
            f"The registry at revision {registry.revision} forbids {len(out)} captions of the "
            f"training set, first {min(out)!r}.",
            hint="Build the data set again: it will leave them out.",
        )
