"""Small pictures of what was seen and of what it matched, so that people can compare."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from cleardance.verdict import Finding

if TYPE_CHECKING:
    from cleardance.media import Frame

_SIDE_PX: Final = 320
_QUALITY: Final = 80


def thumbnail(frame: "Frame") -> bytes:
    """Return an RGB frame, uint8 [H, W, 3], as a JPEG of at most 320 pixels a side."""
    import cv2  # only where something was found

    scale = min(1.0, _SIDE_PX / max(frame.shape[:2]))
    size = max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])


def shown_in(findings: Iterable[Finding]) -> set[str]:
    """Return the digests of the pictures that findings cite."""
    evidence = [finding.evidence for finding in findings]
    return {digest for one in evidence for digest in (one.seen, one.matched) if digest}
