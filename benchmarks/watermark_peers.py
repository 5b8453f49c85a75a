"""Other packages' marks, on one picture each, since that is what they mark.

invisible-watermark 0.2.0 (dwtDct; it imports torch, which its dwtDct does not use) and
blind-watermark 0.4.4, if they can be imported; 32 bits each.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from watermark_attacks import Attack, Clip

BITS = [271_828 >> n & 1 for n in range(32)]


@dataclass(frozen=True)
class Peer:
    name: str
    embed: Callable[[np.ndarray], np.ndarray]
    detect: Callable[[np.ndarray], bool]

    def survives(self, clip: Clip, attack: Attack) -> bool:
        """One marked frame, held as long as the attack needs, read back as it comes out."""
        frame = np.ascontiguousarray(self.embed(clip[len(clip) // 2]))
        attacked = attack([frame] * 24)
        with contextlib.suppress(Exception):  # they raise on sizes they do not expect
            return self.detect(attacked[len(attacked) // 2])
        return False


def peers() -> list[Peer]:
    found: list[Peer] = []
    with contextlib.suppress(ImportError):
        found.append(_invisible_watermark())
    with contextlib.suppress(ImportError):
        found.append(_blind_watermark())
    return found


def _invisible_watermark() -> Peer:
    from imwatermark import WatermarkDecoder, WatermarkEncoder

    def embed(frame: np.ndarray) -> np.ndarray:
        encoder = WatermarkEncoder()
        encoder.set_watermark("bits", BITS)
        return encoder.encode(frame[..., ::-1].copy(), "dwtDct")[..., ::-1]

    def detect(frame: np.ndarray) -> bool:
        read = WatermarkDecoder("bits", 32).decode(frame[..., ::-1].copy(), "dwtDct")
        return list(map(int, read)) == BITS

    return Peer("invisible-watermark", embed, detect)


def _blind_watermark() -> Peer:
    import blind_watermark

    blind_watermark.bw_notes.close()

    def embed(frame: np.ndarray) -> np.ndarray:
        marker = blind_watermark.WaterMark(password_img=1, password_wm=1)
        marker.read_img(img=frame[..., ::-1].copy())
        marker.read_wm([bool(bit) for bit in BITS], mode="bit")
        return np.clip(np.round(marker.embed()), 0, 255).astype(np.uint8)[..., ::-1]

    def detect(frame: np.ndarray) -> bool:
        marker = blind_watermark.WaterMark(password_img=1, password_wm=1)
        read = marker.extract(embed_img=frame[..., ::-1].copy(), wm_shape=32, mode="bit")
        return [int(value > 0.5) for value in read] == BITS

    return Peer("blind-watermark", embed, detect)
