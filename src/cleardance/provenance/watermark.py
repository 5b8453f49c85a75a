"""The seam for an imperceptible mark in the pictures, and the honest absence of one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cleardance.media import Frame
from cleardance.media.final import Luma


@dataclass(frozen=True)
class Detection:
    """What a detector found. ``confidence`` is 0 to 1; the payload is a ledger index."""

    found: bool
    ledger_index: int | None
    confidence: float


class Watermark(Protocol):
    """A mark that carries a ledger index in the luma of every frame."""

    @property
    def name(self) -> str:
        """Name and version, as the manifest records it; ``none`` when nothing is embedded."""
        ...

    def embed(self, luma: Luma, frame_index: int, payload: int) -> Luma:
        """Return the marked plane, uint8 [H, W], of the same shape."""
        ...

    def detect(self, frames: Iterable[Frame]) -> Detection:
        """Look for a mark in RGB frames [H, W, 3]; iterates only as far as it needs."""
        ...


class NoWatermark:
    """Embeds nothing, finds nothing, and is recorded as ``none``."""

    name = "none"

    def embed(self, luma: Luma, frame_index: int, payload: int) -> Luma:
        """Return the plane as it is."""
        return luma

    def detect(self, frames: Iterable[Frame]) -> Detection:
        """Find nothing, without decoding a frame."""
        return Detection(found=False, ledger_index=None, confidence=0.0)
