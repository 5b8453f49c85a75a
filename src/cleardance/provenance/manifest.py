"""What a signed file says about itself: a C2PA manifest definition, built from plain values.

Disclosure. C2PA carries the IPTC digital source type. A model learnt from data makes
``trainedAlgorithmicMedia``. The procedural ``draft`` backend learnt from nothing: IPTC calls that
``algorithmicMedia``, and to claim training would be false. Both terms mean "made by a machine",
which is what the AI Act, article 50(2), asks to be marked; because readers differ in which term
they look for, the record also says ``artificially_generated`` in so many words.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

import cleardance

from .identifiers import binding_value, manifest_id
from .label import Label

RECORD_LABEL = "org.cleardance.record"
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_MINING = (
    "cawg.ai_inference",
    "cawg.ai_training",
    "cawg.ai_generative_training",
    "cawg.data_mining",
)


TimeStamp = Literal["own", "outside", "none"]
"""Whose RFC 3161 time stamp the signature carries."""


class SourceType(StrEnum):
    """IPTC digital source types a generator can have."""

    TRAINED = "trainedAlgorithmicMedia"  # a model that learnt from data
    PROCEDURAL = "algorithmicMedia"  # a program that learnt from nothing


@dataclass(frozen=True)
class Ingredient:
    """A reference the output was made from. Its own credentials, if any, are carried along."""

    path: Path
    title: str
    mime: str


@dataclass(frozen=True)
class Recipe:
    """What it takes to make the output again. The prompt itself is in only when asked."""

    model: str
    model_version: str
    seed: int
    width_px: int
    height_px: int
    fps: int
    duration_s: float  # that was asked for; of a still, the length of what it is a moment of
    prompt_commitment: str  # keyed hash of the prompt: proves it later, reveals nothing
    audio: bool = True
    still: bool = False
    prompt: str | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The recipe as JSON values; an unpublished prompt is left out, not null."""
        values = {
            "model": self.model,
            "model_version": self.model_version,
            "seed": self.seed,
            "width_px": self.width_px,
            "height_px": self.height_px,
            "fps": self.fps,
            "duration_s": self.duration_s,
            "audio": self.audio,
            "still": self.still,
            "prompt_commitment": self.prompt_commitment,
            **self.extra,
        }
        return values if self.prompt is None else {**values, "prompt": self.prompt}


@dataclass(frozen=True)
class ManifestParts:
    """Everything our manifest states."""

    title: str
    output_id: str
    ledger_index: int
    verdict_digest: str  # sha256 hex of the verdict's canonical JSON
    registry_revision: int
    source_type: SourceType
    recipe: Recipe
    watermark: str = "none"
    time_stamp: TimeStamp = "none"  # filled in by signing
    label: Label | None = None  # drawn into the picture
    reviews: tuple[str, ...] = ()  # ids of those by which persons released it
    producer: str = ""  # as the metadata of a label names it
    ingredients: tuple[Ingredient, ...] = ()
    is_copy: bool = False  # the manifest that the ledger index leads to is another file's


class Record(BaseModel):
    """The body of our own assertion: written by us, and checked when read from any file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artificially_generated: Literal[True] = True
    ledger_index: int = Field(ge=0)
    output: str = Field(max_length=200)
    verdict_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    registry_revision: int = Field(ge=0)
    reviews: tuple[Annotated[str, Field(max_length=200)], ...] = Field(default=(), max_length=100)
    recipe: dict[str, str | bool | int | float]
    watermark: str = Field(max_length=100)
    time_stamp: TimeStamp = "none"
    label: Label | None = None


def build_manifest(parts: ManifestParts, mime: str) -> dict[str, Any]:
    """Return the manifest definition (C2PA 2.x, actions v2; CAWG training and data mining)."""
    label = {} if parts.is_copy else {"label": manifest_id(parts.output_id, parts.ledger_index)}
    return {
        **label,
        "claim_generator_info": [{"name": "Cleardance", "version": cleardance.__version__}],
        "title": parts.title,
        "format": mime,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [_created(parts), *_bound(parts)]}},
            *_soft_bindings(parts),
            {"label": "cawg.training-mining", "data": {"entries": _no_mining()}},
            {"label": RECORD_LABEL, "kind": "Json", "data": record(parts)},
        ],
    }


def record(parts: ManifestParts) -> dict[str, Any]:
    """Return the body of our own assertion as JSON values."""
    return Record(
        ledger_index=parts.ledger_index,
        output=parts.output_id,
        verdict_sha256=parts.verdict_digest,
        registry_revision=parts.registry_revision,
        reviews=parts.reviews,
        recipe=parts.recipe.as_json(),
        watermark=parts.watermark,
        time_stamp=parts.time_stamp,
        label=parts.label,
    ).model_dump()


def ingredient_label(index: int) -> str:
    """Return the label that ties the created action to the ingredient of that number."""
    return f"reference-{index + 1}"


def _created(parts: ManifestParts) -> dict[str, Any]:
    action: dict[str, Any] = {
        "action": "c2pa.created",
        "digitalSourceType": _IPTC + parts.source_type,
        "softwareAgent": {"name": parts.recipe.model, "version": parts.recipe.model_version},
    }
    if parts.ingredients:
        labels = [ingredient_label(index) for index in range(len(parts.ingredients))]
        action["parameters"] = {"ingredientIds": labels}
    return action


def _bound(parts: ManifestParts) -> list[dict[str, Any]]:
    return [] if parts.watermark == "none" else [{"action": "c2pa.watermarked.bound"}]


def _soft_bindings(parts: ManifestParts) -> list[dict[str, Any]]:
    """Name the mark that leads back to this manifest when it was stripped: a ledger index."""
    if parts.watermark == "none":
        return []
    block = {"scope": {}, "value": binding_value(parts.ledger_index)}
    return [{"label": "c2pa.soft-binding", "data": {"alg": parts.watermark, "blocks": [block]}}]


def _no_mining() -> dict[str, Any]:
    return {entry: {"use": "notAllowed"} for entry in _MINING}
