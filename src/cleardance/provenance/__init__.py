"""Watermark, Content Credentials (C2PA), sealing, and reading all of it back."""

from .authority import Authority, open_authority
from .inspect import Inspection, LedgerFacts, inspect
from .manifest import Ingredient, ManifestParts, Recipe, Record, SourceType
from .seal import Sealed, UnsealedParts, prove, seal
from .sign import sign
from .verify import C2paReport, ManifestFacts, read_manifest, verify_signed
from .watermark import Detection, NoWatermark, Watermark

__all__ = [
    "Authority",
    "C2paReport",
    "Detection",
    "Ingredient",
    "Inspection",
    "LedgerFacts",
    "ManifestFacts",
    "ManifestParts",
    "NoWatermark",
    "Recipe",
    "Record",
    "Sealed",
    "SourceType",
    "UnsealedParts",
    "Watermark",
    "inspect",
    "open_authority",
    "prove",
    "read_manifest",
    "seal",
    "sign",
    "verify_signed",
]
