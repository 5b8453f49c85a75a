"""The watermark of a deployment, as sealing and inspection use it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleardance.media import Frame
from cleardance.media.final import Luma

from . import embed
from .reading import Reading, read
from .residual import Plane, Residuals
from .seam import NOTHING, Detection
from .tile import CHIPS_PER_SHORT_SIDE


@dataclass(frozen=True)
class TileWatermark:
    """A tile of keyed chips in luma. ``others`` are keys of other deployments, by their names."""

    key: bytes = field(repr=False)
    others: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    name = "cleardance-tile-1"

    def embed(self, luma: Luma, frame_index: int, payload: int) -> Luma:
        """Return the plane with the tile added, stronger where the picture hides more.

        PSNR-Y is 42 dB or more for every frame. Raises ValueError for a payload past 30 bits.
        """
        height, width = luma.shape
        return embed.embed(luma, embed.pattern(self.key, payload, width, height))

    def detect(self, frames: Iterable[Frame], issued: Sequence[int] = ()) -> Detection:
        """Look for marks in the mean of all frames: one plane of memory, however many."""
        residuals = Residuals()
        for frame in frames:
            residuals.add(frame)
        mean = residuals.mean
        if mean is None or residuals.marked_px is None:
            return NOTHING
        pitches = _pitches(mean, residuals.marked_px)
        ours = _detection(read(mean, self.key, pitches, issued))
        if ours.found:
            return ours
        for name, key in self.others.items():
            theirs = _detection(read(mean, key, pitches))
            if theirs.found:
                return replace(theirs, deployment=name)
        return NOTHING


def _pitches(residual: Plane, marked_px: float) -> tuple[float, ...]:
    """Return the pitches at which a picture of this size is marked, or was before scaling."""
    relative = min(residual.shape) / CHIPS_PER_SHORT_SIDE
    return (relative,) if abs(marked_px - relative) < 1e-3 * relative else (relative, marked_px)


def _detection(readings: tuple[Reading, ...]) -> Detection:
    if not readings:
        return NOTHING
    first = readings[0]
    also = tuple(reading.ledger_index for reading in readings[1:])
    return Detection(True, first.ledger_index, 1.0 - first.chance, also)
