"""The model card: what the model is, read from what its training left behind.

Everything in it is computed from the model's own card, the manifests, the runs' metrics and the
results of benchmarks; nothing is typed in but whose it is.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cleardance.dataset.manifest import Manifest
from cleardance.errors import VerificationError
from cleardance.pocket.config import config_named
from cleardance.pocket.runtime import Card, read_card
from cleardance.train.runs import RUNS

__all__ = ["Card", "model_card", "read_card"]

CORE_WATTS = 12.0
"""Taken for one core with its share of memory and cooling; nobody measured it."""

_LAST = ("validation_velocity", "validation_subject", "validation_audio", "validation_named")

Row = Mapping[str, float]
Metrics = tuple[str, Sequence[Row]]
"""A run's name, and the lines of its metrics file."""

LIMITS = (
    "It draws its world's subjects alone, in flat art; every other word is reported as ignored.",
    "Thin and jointed parts (legs, wheels' spokes, wings) are often wrong; parts may be doubled.",
    "Snow, rain and fog are rare in what it was taught, and turn to grain.",
    "Its own size is 96 x 64 pixels at 8 frames a second: what is larger or between is enlarged.",
    "It can say nothing about people, places or events of the real world.",
)


def model_card(
    card: Card,
    manifests: Sequence[Manifest],
    metrics: Sequence[Metrics],
    evaluation: Mapping[str, object],
) -> str:
    """Return the card in Markdown.

    ``metrics`` are the runs that taught it, in order, ``evaluation`` is what benchmarks found,
    by name. Raises VerificationError if a manifest that the weights were taught is not among
    ``manifests``.
    """
    by_digest = {manifest.digest: manifest for manifest in manifests}
    taught = card.manifests
    missing = [digest for digest in taught if digest not in by_digest]
    if missing:
        raise VerificationError(
            f"The manifest {missing[0]} that the weights were taught is missing."
        )
    config = config_named(card.size)
    hours = sum(hours_of(rows, RUNS[run].batch) for run, rows in metrics)
    parts = [
        f"# Model card: pocket, run {card.run}, step {card.steps:,}",
        "Generated from the model's metadata. A joint audio-video rectified-flow transformer, "
        f"{config.parameters / 1e6:.1f} million parameters, trained from random weights. "
        + _networks(card),
        "## Data",
        *(_data(by_digest[digest]) for digest in taught),
        "## Licences",
        _licences([by_digest[digest] for digest in taught]),
        "## Training",
        f"{card.samples:,} samples in the last run. {hours:.1f} h of one processor thread in all, "
        "reckoned from the speeds that were logged; about "
        f"{hours * CORE_WATTS / 1000:.2f} kWh at {CORE_WATTS:g} W a thread, which is assumed.",
        _curves(metrics),
        "## Evaluation",
        "\n".join(f"- {name}: {_said(found)}" for name, found in evaluation.items())
        or "None was given to whoever generated this card.",
        "## Limits",
        "\n".join(f"- {limit}" for limit in LIMITS),
        "## Files",
        f"Weights are stored in {card.precision} precision.\n\n"
        + "\n".join(f"- {name}: {digest}" for name, digest in card.files.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _networks(card: Card) -> str:
    """Say which network draws what."""
    if card.stills is None:
        return "One network draws everything."
    return (
        "Two such networks: one draws single frames, first ones above all (run "
        f"{card.stills.run}, step {card.stills.steps:,}), the other moves them."
    )


def hours_of(rows: Sequence[Row], batch: int) -> float:
    """Return how long a run took by its metrics, which say samples a second since each start."""
    told = [row for row in rows if row.get("samples_per_s", 0) > 0]
    seconds = (
        (after["step"] - before["step"]) * batch / after["samples_per_s"]
        for before, after in pairwise([{"step": 0}, *told])
    )
    return sum(seconds) / 3600


def _data(manifest: Manifest) -> str:
    header = manifest.header
    taught = len(manifest.indices("train"))
    return (
        f"- {taught:,} {header.kind} of {header.width_px} x {header.height_px} pixels, "
        f"{len(header.cast)} subjects; {len(manifest.rows) - taught:,} more held out by their "
        f"captions. Registry revision {header.exclusion.registry_revision}: "
        f"{len(header.exclusion.excluded_seeds)} left out. Manifest {manifest.digest}"
    )


def _licences(manifests: Sequence[Manifest]) -> str:
    found = {
        f"- {asset.licence}: {asset.copyright}, {asset.source}"
        for manifest in manifests
        for asset in manifest.header.assets.values()
    }
    return "\n".join(sorted(found))


def _curves(metrics: Sequence[Metrics]) -> str:
    """Return a table of each run's validation at its beginning, middle and end."""
    lines = ["| run | step | " + " | ".join(_LAST) + " |", "|" + "---|" * (2 + len(_LAST))]
    for number, (run, rows) in enumerate(metrics, 1):
        told = [row for row in rows if "validation_velocity" in row]
        for row in (told[i] for i in sorted({0, len(told) // 2, len(told) - 1}) if told):
            values = " | ".join(f"{row.get(name, 0):.3f}" for name in _LAST)
            lines.append(f"| {number} {run} | {row['step']:,.0f} | {values} |")
    return "\n".join(lines)


def _said(found: object) -> str:
    if isinstance(found, Mapping):
        return ", ".join(f"{key} {_said(value)}" for key, value in found.items())
    return f"{found:.3g}" if isinstance(found, float) else str(found)
