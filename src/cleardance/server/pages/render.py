"""Templates to HTML: what every page knows, and how times and static files are written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

_STATIC: Final = files("cleardance.server.pages") / "static"

SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; worker-src 'self'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every page: nothing from elsewhere, no inline script, no frames."""


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; ``count`` is how many things wait there."""

    name: str
    path: str
    icon: str
    count: int = 0


@dataclass(frozen=True)
class Places:
    """A group of the navigation."""

    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class SignedIn:
    """Whose page it is."""

    account_name: str


@dataclass(frozen=True)
class Frame:
    """What stands around every page. ``here`` is the path of the place it belongs to."""

    title: str
    origin: str
    csrf: str
    here: str = ""
    nav: Sequence[Places] = ()
    signed_in: SignedIn | None = None
    theme: Literal["", "light", "dark"] = ""
    shape: Literal["", "narrow"] = ""


def render(template: str, frame: Frame | None = None, **values: Any) -> str:
    """Return a template as HTML; with a ``frame`` a whole page, else a part of one."""
    around = vars(frame) if frame else {}
    return _environment().get_template(template).render(**around, **values)


def static_bytes(name: str) -> bytes:
    """Return a static file of ours. Raises FileNotFoundError for any other name."""
    if name not in _static_names():
        raise FileNotFoundError(name)
    return (_STATIC / name).read_bytes()


@cache
def static_url(name: str) -> str:
    """Return where a static file is, with its digest, so that it can be kept for ever."""
    digest = hashlib.sha256(static_bytes(name)).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def moment(text: str) -> str:
    """Return a time of the store as people read it: ``2026-02-17 09:00 UTC``."""
    return f"{text[:10]} {text[11:16]} UTC"


@cache
def _static_names() -> frozenset[str]:
    return frozenset(entry.name for entry in _STATIC.iterdir() if entry.is_file())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("cleardance.server.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_url
    environment.filters["moment"] = moment
    return environment
