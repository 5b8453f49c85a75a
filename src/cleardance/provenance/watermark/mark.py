"""The watermark of a deployment, as sealing and inspection use it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cleardance.media import Frame, Samples
from cleardance.media.final import Luma

from . import embed
from .hearing import Heard, hear
from .reading import Reading, read
from .residual import Residuals
from .seam import NOTHING, Detection
from .sounding import embed_sound


@dataclass(frozen=True)
class KeyedWatermark:
    """Keyed waves in luma, keyed chips in sound. ``others``: keys of other deployments, by name."""

    key: bytes = field(repr=False)
    others: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    name = "org.cleardance.mark.2"

    @property
    def key_id(self) -> str:
        """Which key this is, in 16 hex digits that say nothing about it."""
        return hashlib.sha256(b"cleardance watermark key\0" + self.key).hexdigest()[:16]

    def embed(self, luma: Luma, frame_index: int, payload: int) -> Luma:
        """Return the plane with the tile added, stronger where the picture hides more.

        PSNR-Y is 42 dB or more for every frame. Raises ValueError for a payload past 30 bits.
        """
        height, width = luma.shape
        return embed.embed(luma, embed.pattern(self.key, payload, width, height))

    def embed_sound(self, blocks: Iterator[Samples], payload: int) -> Iterator[Samples]:
        """Yield the sound with the payload in it, least where it would be heard."""
        return embed_sound(blocks, self.key, payload)

    def detect(self, frames: Iterable[Frame], issued: Sequence[int] = ()) -> Detection:
        """Look for marks in the mean of all frames: one plane of memory, however many."""
        residuals = Residuals()
        for frame in frames:
            residuals.add(frame)
        mean = residuals.mean
        if mean is None:
            return NOTHING
        tiles = residuals.tiles_px
        ours = _detection(read(mean, self.key, tiles, issued))
        if ours.found:
            return ours
        for name, key in self.others.items():
            theirs = _detection(read(mean, key, tiles))
            if theirs.found:
                return replace(theirs, deployment=name)
        return NOTHING

    def detect_sound(
        self, samples: Samples, sample_rate_hz: int, issued: Sequence[int] = ()
    ) -> Detection:
        """Look for marks in sound [N, C], played at 0.8 to 1.25 of its speed."""
        ours = _detection(hear(samples, sample_rate_hz, self.key, issued))
        if ours.found:
            return ours
        for name, key in self.others.items():
            theirs = _detection(hear(samples, sample_rate_hz, key))
            if theirs.found:
                return replace(theirs, deployment=name)
        return NOTHING


def _detection(readings: Sequence[Reading | Heard]) -> Detection:
    if not readings:
        return NOTHING
    first = readings[0]
    also = tuple(reading.ledger_index for reading in readings[1:])
    return Detection(True, first.ledger_index, 1.0 - first.chance, also)
