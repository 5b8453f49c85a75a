"""The imperceptible mark that names a ledger entry, in the pictures and in the sound."""

from .mark import TileWatermark
from .seam import NOTHING, Detection, NoWatermark, SoundMark, Watermark

__all__ = ["NOTHING", "Detection", "NoWatermark", "SoundMark", "TileWatermark", "Watermark"]
