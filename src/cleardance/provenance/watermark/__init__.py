"""The imperceptible mark that names a ledger entry, in the pictures and in the sound."""

from .mark import KeyedWatermark
from .seam import NOTHING, Detection, NoWatermark, Watermark

__all__ = ["NOTHING", "Detection", "KeyedWatermark", "NoWatermark", "Watermark"]
