"""The list of everything a model was trained on: one header line, then one line a picture.

The digest of the file names the training set in the weights' metadata. A manifest without an
exclusion stamp is not read: nobody trains on what the registry has not been asked about.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from cleardance.dataset.assets import Asset
from cleardance.errors import VerificationError

HELD_OUT_SHARE = 16
"""One in so many combinations of words is kept from training."""

Split = Literal["train", "held_out"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Exclusion(_Strict):
    """What the registry took out: asked at one revision, about every caption."""

    registry_revision: int = Field(ge=0)
    works: int = Field(ge=0, description="how many works were registered then")
    captions_checked: int = Field(ge=0)
    excluded_seeds: tuple[int, ...]


class Header(_Strict):
    """What holds for all rows. ``libraries`` drew the pixels: other versions may draw others.

    ``frames`` is how many key frames a clip has; clips have sound, stills have no such field.
    """

    format: Literal[1] = 1
    kind: Literal["stills", "clips"] = "stills"
    frames: int | None = Field(default=None, gt=1)
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    cast: tuple[str, ...] = Field(min_length=1, description="label i + 1 is subject i")
    words: tuple[str, ...] = Field(description="the vocabulary, in the order of its ids")
    vocabulary_digest: str
    assets: dict[str, Asset]
    libraries: dict[str, str]
    exclusion: Exclusion

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        if (self.kind == "clips") != (self.frames is not None):
            raise ValueError("clips have frames, stills have none")
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        body: dict[str, object] = write(self)
        return {key: value for key, value in body.items() if (key, value) != ("frames", None)}


class Row(_Strict):
    """One picture or clip, made from ``seed``, of ``assets``.

    ``sha256`` is of its pixels, its labels and its patches of sound, if it has any.
    """

    seed: int
    caption: str
    subject: str
    assets: tuple[str, ...] = Field(min_length=1)
    split: Split
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(_Strict):
    """A header and its rows. Every row's assets are in the header, with their licences."""

    header: Header
    rows: tuple[Row, ...]

    @model_validator(mode="after")
    def _is_accounted_for(self) -> Self:
        known, excluded = set(self.header.assets), set(self.header.exclusion.excluded_seeds)
        for row in self.rows:
            if not set(row.assets) <= known:
                raise ValueError(f"seed {row.seed}: an asset without a licence")
            if row.seed in excluded:
                raise ValueError(f"seed {row.seed}: listed although it is excluded")
            if row.subject not in self.header.cast:
                raise ValueError(f"seed {row.seed}: {row.subject!r} is not in the cast")
        return self

    @property
    def text(self) -> str:
        """The file: canonical JSON, one object a line."""
        return "".join(f"{_line(item)}\n" for item in (self.header, *self.rows))

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def indices(self, split: Split) -> list[int]:
        """Return which rows belong to a split."""
        return [i for i, row in enumerate(self.rows) if row.split == split]


def read_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises VerificationError if it is not one, or has no exclusion stamp."""
    try:
        first, *rest = path.read_text("utf-8").splitlines()
        header = Header.model_validate_json(first)
        return Manifest(header=header, rows=tuple(map(Row.model_validate_json, rest)))
    except (OSError, ValueError) as error:
        detail = _readable(error)
        raise VerificationError(f"{path} is not a training manifest: {detail}.") from error


def split_of(caption: str) -> Split:
    """Return where a caption belongs: by its words alone, the same whichever way it faces."""
    plain = caption.replace("facing left", "facing").replace("facing right", "facing")
    number = int.from_bytes(hashlib.sha256(plain.encode()).digest()[:4], "big")
    return "held_out" if number % HELD_OUT_SHARE == 0 else "train"


def by_split(captions: Iterable[str], split: Split) -> list[str]:
    """Return the captions of a split, in order."""
    return [caption for caption in captions if split_of(caption) == split]


def _line(item: BaseModel) -> str:
    body = item.model_dump(mode="json")
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _readable(error: Exception) -> str:
    if isinstance(error, ValidationError):
        problem = error.errors()[0]
        return f"{'.'.join(map(str, problem['loc'])) or 'line'}: {problem['msg']}"
    return str(error)
