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


def stamp(
    captions: dict[int, str], registry: RegistrySnapshot, taken_out: frozenset[int] = frozenset()
) -> Exclusion:
    """Return the stamp of captions by seed: which seeds are out, at the registry's revision.

    ``taken_out`` are seeds that are out whatever their captions say.
    """
    out = forbidden(captions.values(), registry)
    return Exclusion(
        registry_revision=registry.revision,
        works=len(registry.works),
        captions_checked=len(set(captions.values())),
        excluded_seeds=tuple(
            seed for seed, caption in captions.items() if caption in out or seed in taken_out
        ),
    )


def check(manifest: Manifest, registry: RegistrySnapshot, excluded: frozenset[str]) -> None:
    """Raise VerificationError if the manifest lists an excluded sample, or a forbidden caption.

    ``excluded`` are the digests of samples that notices took out (``kept.excluded``).

    The revision of the stamp answers for itself; any other means that all captions are asked
    about again.
    """
    taken_out = [row for row in manifest.rows if row.sha256 in excluded]
    if taken_out:
        raise VerificationError(
            f"Notices took {len(taken_out)} samples of the training set out of training, first "
            f"that of seed {taken_out[0].seed}.",
            hint="Build the data set again: it will leave them out.",
        )
    if manifest.header.exclusion.registry_revision == registry.revision:
        return
    out = forbidden((row.caption for row in manifest.rows), registry)
    if out:
        raise VerificationError(
            f"The registry at revision {registry.revision} forbids {len(out)} captions of the "
            f"training set, first {min(out)!r}.",
            hint="Build the data set again: it will leave them out.",
        )
