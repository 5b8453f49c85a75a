"""Whose art is in a picture: every subject's drawing with its source, licence and digest."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from cleardance.world.vocabulary import subjects

OWN_LICENCE = "Apache-2.0"
BACKDROPS = "cleardance/backdrops"
"""Places, light and weather are drawn by this project's own code."""


class Asset(BaseModel):
    """One thing that pictures are made of. ``sha256`` is of the drawing's text, if it has one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    licence: str
    copyright: str
    sha256: str | None = None


def asset_id(subject: str) -> str:
    """Return the id of a subject's drawing. Raises KeyError if there is no such subject."""
    return f"art/{subjects()[subject].icon}"


def assets(cast: Sequence[str]) -> dict[str, Asset]:
    """Return every asset that pictures of these subjects use, by id, in order of id."""
    drawn = _drawings()
    found = {asset_id(key): drawn[subjects()[key].icon] for key in cast}
    own = Asset(source="cleardance.world", licence=OWN_LICENCE, copyright="Cleardance authors")
    return dict(sorted({**found, BACKDROPS: own}.items()))


@cache
def _drawings() -> dict[str, Asset]:
    """Return every drawing the world ships, by the name of its icon."""
    found: dict[str, Asset] = {}
    for file in sorted(files("cleardance.world").joinpath("data").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".json"):
            continue
        data = json.loads(file.read_text(encoding="utf-8"))
        for icon, body in data.get("icons", {}).items():
            found[icon] = Asset(
                source=data.get("source", "cleardance.world"),
                licence=data.get("licence", OWN_LICENCE),
                copyright=data.get("copyright", "Cleardance authors"),
                sha256=hashlib.sha256(body.encode()).hexdigest(),
            )
    return found
