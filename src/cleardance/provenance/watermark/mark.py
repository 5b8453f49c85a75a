"""The watermark of a deployment, as sealing and inspection use it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from cleardance.media import Frame, Samples
from cleardance.media.final import Luma

from . import embed
from .folding import folded_sound
from .hearing import SPEEDS, Heard, hear
from .reading import Reading, read
from .residual import Residuals
from .seam import NOTHING, Detection
from .sounding import embed_sound

_Marks = Callable[[bytes, Sequence[int]], Sequence[Reading | Heard]]
"""Given a key and what was issued under it, the marks of one file."""


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
        return self._first(lambda key, known: read(mean, key, tiles, known), issued)

    def detect_sound(
        self, sound: Callable[[], Iterable[Samples]], issued: Sequence[int] = ()
    ) -> Detection:
        """Look for marks in sound played at 0.8 to 1.25 of its speed, its pitch kept or not.

        If nothing is found at its own speed, the first two minutes are searched for others.
        """
        for speeds, longest_s in SPEEDS:
            folds = folded_sound(sound(), speeds, longest_s)
            found = self._first(partial(hear, folds), issued)
            if found.found:
                return found
        return NOTHING

    def _first(self, marks: _Marks, issued: Sequence[int]) -> Detection:
        """Return our own marks, else those of the first other deployment that has any."""
        ours = _detection(marks(self.key, issued))
        if ours.found:
            return ours
        for name, key in self.others.items():
            theirs = _detection(marks(key, ()))
            if theirs.found:
                return replace(theirs, deployment=name)
        return NOTHING


def _detection(readings: Sequence[Reading | Heard]) -> Detection:
    if not readings:
        return NOTHING
    first = readings[0]
    also = tuple(reading.ledger_index for reading in readings[1:])
    return Detection(True, first.ledger_index, 1.0 - first.chance, also)
