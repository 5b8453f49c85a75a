"""The data set of a run: opened, or drawn first, and in either case cleared by the registry."""

from collections.abc import Callable
from pathlib import Path

from cleardance.dataset import exclusion
from cleardance.dataset.shelf import MANIFEST, Shelf, build, open_shelf
from cleardance.errors import VerificationError
from cleardance.pocket.text import NO_WORDS
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.train.runs import Run
from cleardance.train.state import words_of

_REPORTED = 0.1


def stamped_shelf(
    run: Run,
    folder: Path,
    registry: RegistrySnapshot,
    excluded: frozenset[str],
    start: Path | None,
    report: Callable[[str], None],
) -> Shelf:
    """Return the run's data set from ``folder``, drawn first if there is none.

    ``excluded`` are the samples that notices took out of training, which nobody trains without
    having asked for. ``start`` is the state that the run begins with, if any: its words keep their
    ids.

    Raises VerificationError if what is there is of another cast or size, is damaged, or lists what
    the registry now forbids or a notice took out.
    """
    config = run.config
    size_px = config.width_px, config.height_px
    if not (folder / MANIFEST).exists():
        known = words_of(start) if start else NO_WORDS
        report(f"Drawing {run.pictures} pictures into {folder} ...")
        return build(
            folder,
            run.cast,
            run.pictures,
            size_px,
            registry,
            excluded,
            known,
            run.drawn_frames,
            _tenths(report),
        )
    shelf = open_shelf(folder)
    header = shelf.manifest.header
    there = header.cast, header.frames, (header.width_px, header.height_px)
    if there != (run.cast, run.drawn_frames, size_px):
        raise VerificationError(f"{folder} holds the data set of another run than {run.name!r}.")
    exclusion.check(shelf.manifest, registry, excluded)
    return shelf


def _tenths(report: Callable[[str], None]) -> Callable[[float], None]:
    """Return a progress that reports every tenth."""
    told = 0.0

    def progress(done: float) -> None:
        nonlocal told
        if done >= told + _REPORTED or done == 1.0:
            told = done
            report(f"{done:.0%} drawn")

    return progress
