"""Where a published ledger keeps what: the paths and formats of C2SP ``tlog-tiles``.

    checkpoint                  the newest signed checkpoint
    tile/<level>/<n>[.p/<w>]    256 hashes (w in a partial tile) at height 8 * level
    tile/entries/<n>[.p/<w>]    256 entries (w), each after its length in two bytes, big-endian

n is written in groups of three digits, all but the last after an ``x``: 1234067 is x001/x234/067.
"""

from collections.abc import Iterable, Iterator

from cleardance.errors import LedgerInvalid
from cleardance.ledger.entry import MAX_LEAF_BYTES

WIDTH = 256
HEIGHT = 8  # levels of the tree in a tile
ENTRIES = "entries"
CHECKPOINT = "checkpoint"


def path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return the path of a tile; ``level`` is a number, or ``entries`` for a bundle of entries."""
    if not 1 <= width <= WIDTH or number < 0:
        raise ValueError(f"no tile {number} of {width}")
    groups = [number % 1000]
    while number := number // 1000:
        groups.insert(0, number % 1000)
    name = "/".join([*(f"x{group:03}" for group in groups[:-1]), f"{groups[-1]:03}"])
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{name}{partial}"


def spans(count: int) -> Iterator[tuple[int, int]]:
    """Yield (number, width) of the tiles that hold ``count`` hashes or entries."""
    for number in range(-(-count // WIDTH)):
        yield number, min(WIDTH, count - number * WIDTH)


def levels(size: int) -> Iterator[tuple[int, int]]:
    """Yield (level, number of hashes) of every level of tiles of a tree of ``size`` leaves."""
    level = 0
    while size:
        yield level, size
        level, size = level + 1, size // WIDTH


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Return entries as a bundle; ValueError if one is longer than 65,535 bytes."""
    parts = []
    for leaf in leaves:
        if len(leaf) > MAX_LEAF_BYTES:
            raise ValueError(f"an entry of {len(leaf)} bytes does not fit a bundle")
        parts += [len(leaf).to_bytes(2, "big"), leaf]
    return b"".join(parts)


def unbundle(data: bytes, count: int, name: str) -> Iterator[bytes]:
    """Yield the ``count`` entries of a bundle; LedgerInvalid naming it if it holds others."""
    at = 0
    for _ in range(count):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise LedgerInvalid(f"{name} is cut short.")
        yield data[start:at]
    if at != len(data):
        raise LedgerInvalid(f"{name} is longer than its entries.")
