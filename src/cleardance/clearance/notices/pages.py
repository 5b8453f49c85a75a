"""HTML pages about notices: no script, nothing fetched, every text escaped, none steering."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cleardance.provenance.dossier import shown


def render(name: str, **values: Any) -> str:
    """Return the page made of ``templates/NAME`` and values."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    loader = PackageLoader("cleardance.clearance.notices", "templates")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_finalised, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["when"] = when
    made.filters["counted"] = counted
    return made


def when(moment: str | None) -> str:
    """Return a time as the store has it, as people read it: to the minute, in UTC."""
    if not moment:
        return "\N{EN DASH}"
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"


def counted(number: int, what: str) -> str:
    """Return a number of things, like ``1 key`` or ``2 keys``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _finalised(value: object) -> object:
    """Replace what could turn text around; markup that was made here has been through it."""
    return shown(value) if type(value) is str else value
