"""PDQ, the perceptual hash of frames (Facebook 2019, "The TMK+PDQF Video-Hashing Algorithm and
the PDQ Image-Hashing Algorithm"), and an exact index over its 256 bits.

A frame matches a reference at 31 differing bits or fewer, the field's threshold. It finds copies
that were re-encoded, scaled, recoloured a little; it does not find crops, flips, rotations or
pictures in pictures, and it never finds a new drawing of the same character.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from cleardance.errors import UnreadableMedia
from cleardance.match.signal import Ladder, Rung

if TYPE_CHECKING:  # a refused prompt should not wait for numpy
    import numpy as np
    from numpy.typing import NDArray

    from cleardance.media import Frame

BITS: Final = 256
MAX_DISTANCE: Final = 31
MIN_QUALITY: Final = 50
"""Below this gradient score (0 to 100) a frame is too flat to tell apart from any other: PDQ's
authors discard such hashes."""

_SIDE_PX: Final = 512
_SEARCH_BLOCK: Final = 1 << 20  # distances held in memory at once


@dataclass(frozen=True)
class PdqHash:
    """256 bits as 32 bytes, most significant bit first, and how much structure the frame has."""

    value: bytes
    quality: int


class PdqSignal:
    """The frame signal: differing bits of 256."""

    name: Final = "pdq"
    computed_from: Final[Literal["frame"]] = "frame"
    max_distance: Final = float(BITS)
    ladder: Final = Ladder((Rung("copy", float(MAX_DISTANCE)),))

    def compute(self, item: "Frame") -> bytes | None:
        """Return the 32-byte hash of an RGB frame, or None if the frame is too flat to compare.

        Raises UnreadableMedia if ``item`` is not uint8 [H, W, 3] with H and W of at least 1.
        """
        found = hash_frame(item)
        return found.value if found.quality >= MIN_QUALITY else None

    def distance(self, left: bytes, right: bytes) -> float:
        """Return the number of differing bits, 0 to 256."""
        return float((int.from_bytes(left) ^ int.from_bytes(right)).bit_count())


PDQ_SIGNAL: Final = PdqSignal()


def hash_frame(frame: "Frame") -> PdqHash:
    """Hash an RGB frame, uint8 [H, W, 3]; it is scaled to 512 pixels at most first.

    Raises UnreadableMedia if it is anything else.
    """
    import numpy as np

    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or 0 in frame.shape:
        raise UnreadableMedia(f"an RGB frame is uint8 [H, W, 3], not {frame.dtype} {frame.shape}")
    # Not needed to refuse a prompt, and a quarter of a second to import.
    import pdqhash

    bits, quality = pdqhash.compute(scaled(frame))
    return PdqHash(np.packbits(np.asarray(bits, dtype=np.uint8)).tobytes(), int(quality))


def scaled(frame: "Frame") -> "Frame":
    """Return an RGB frame with 512 pixels on its longest side at most."""
    import cv2  # as above
    import numpy as np

    height, width = frame.shape[:2]
    longest = max(height, width)
    if longest <= _SIDE_PX:
        return np.ascontiguousarray(frame)
    size = tuple(max(1, round(side * _SIDE_PX / longest)) for side in (width, height))
    if min(width, height) > 1 and longest >= 2 * _SIDE_PX:  # halving first takes half the time
        frame = np.asarray(
            cv2.resize(frame, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        )
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@dataclass(frozen=True)
class PdqMatch:
    """Query ``query`` lies ``distance`` bits from reference ``reference`` (positions in both)."""

    query: int
    reference: int
    distance: int


class PdqIndex:
    """All reference hashes of a registry revision, compared exhaustively and exactly.

    4 words of 64 bits a reference; a search of q hashes in n costs 4·q·n popcounts.
    """

    def __init__(self, hashes: Sequence[bytes]) -> None:
        if any(len(value) != BITS // 8 for value in hashes):
            raise ValueError("a PDQ hash has 32 bytes")
        self._hashes = tuple(hashes)

    def __len__(self) -> int:
        """Return the number of references."""
        return len(self._hashes)

    @cached_property
    def _words(self) -> "NDArray[np.uint64]":
        return _packed(self._hashes)  # [references, 4]

    def search(self, hashes: Sequence[bytes], max_distance: int = MAX_DISTANCE) -> list[PdqMatch]:
        """Return every pair within ``max_distance`` bits, by query, then by distance.

        ``hashes`` are 32 bytes each; ValueError otherwise.
        """
        if not len(self) or not hashes:
            return []
        import numpy as np

        queries, found = _packed(hashes), []
        step = max(1, _SEARCH_BLOCK // len(self))
        for start in range(0, len(queries), step):
            distances = _distances(queries[start : start + step], self._words)
            for row, column in np.argwhere(distances <= max_distance):
                found.append(PdqMatch(start + int(row), int(column), int(distances[row, column])))
        return sorted(found, key=lambda m: (m.query, m.distance, m.reference))


def _packed(hashes: Sequence[bytes]) -> "NDArray[np.uint64]":
    """Return hashes of 32 bytes as [n, 4] words."""
    import numpy as np

    if any(len(value) != BITS // 8 for value in hashes):
        raise ValueError("a PDQ hash has 32 bytes")
    return np.frombuffer(b"".join(hashes), dtype=np.uint64).reshape(-1, 4)


def _distances(
    queries: "NDArray[np.uint64]", references: "NDArray[np.uint64]"
) -> "NDArray[np.uint16]":
    """Return the differing bits of every pair, [queries, references]."""
    import numpy as np

    total = np.zeros((len(queries), len(references)), dtype=np.uint16)
    for word in range(4):
        total += np.bitwise_count(queries[:, word, None] ^ references[None, :, word])
    return total
