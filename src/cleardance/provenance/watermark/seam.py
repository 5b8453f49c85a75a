"""The seam for an imperceptible mark in pictures and sound, and the honest absence of one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cleardance.media import Frame, Samples
from cleardance.media.final import Luma


@dataclass(frozen=True)
class Detection:
    """What a detector found. The payload is a ledger index.

    ``confidence`` is 1 less the chance that material without a mark would have been taken for
    this one. ``also`` are the entries of further marks in the same file, ``where`` says
    whether picture or sound carry it, ``deployment`` names the deployment whose mark it is when
    that is not this one (its index means nothing here), and ``problem`` says why not everything
    could be looked at.
    """

    found: bool
    ledger_index: int | None
    confidence: float
    also: tuple[int, ...] = ()
    where: tuple[str, ...] = ()
    deployment: str | None = None
    problem: str | None = None


NOTHING = Detection(found=False, ledger_index=None, confidence=0.0)


class Watermark(Protocol):
    """A mark that carries a ledger index in the luma of every frame, and in the sound."""

    @property
    def name(self) -> str:
        """Name and version, as the manifest records it; ``none`` when nothing is embedded."""
        ...

    def embed(self, luma: Luma, frame_index: int, payload: int) -> Luma:
        """Return the marked plane, uint8 [H, W], of the same shape."""
        ...

    def embed_sound(self, blocks: Iterator[Samples], payload: int) -> Iterator[Samples]:
        """Yield marked sound, of the same length; blocks are [N, 2] at 48 kHz in -1..1."""
        ...

    def detect(self, frames: Iterable[Frame], issued: Sequence[int] = ()) -> Detection:
        """Look for a mark in RGB frames [H, W, 3], in constant memory.

        ``issued`` are the ledger indices that outputs carry, oldest first: fainter marks can be
        recognised among them than can be read without.
        """
        ...

    def detect_sound(
        self, sound: Callable[[], Iterable[Samples]], issued: Sequence[int] = ()
    ) -> Detection:
        """Look for a mark in sound, in constant memory.

        ``sound`` gives it from the start, as often as it is called: blocks [N, C] at 48 kHz in
        -1..1.
        """
        ...


class NoWatermark:
    """Embeds nothing, finds nothing, and is recorded as ``none``."""

    name = "none"

    def embed(self, luma: Luma, frame_index: int, payload: int) -> Luma:
        """Return the plane as it is."""
        return luma

    def embed_sound(self, blocks: Iterator[Samples], payload: int) -> Iterator[Samples]:
        """Yield the blocks as they are."""
        return blocks

    def detect(self, frames: Iterable[Frame], issued: Sequence[int] = ()) -> Detection:
        """Find nothing, without decoding a frame."""
        return NOTHING

    def detect_sound(
        self, sound: Callable[[], Iterable[Samples]], issued: Sequence[int] = ()
    ) -> Detection:
        """Find nothing."""
        return NOTHING
