"""What reasons say of licences: which one clears, or why the asker's own does not."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from cleardance.rights.licence import Asker, Failing, Licence, Use
from cleardance.rights.licences import Standing

_CONDITION_CHARS: Final = 200
_MIDNIGHT: Final = "T00:00:00.000000Z"


def standing_words(standing: Standing, asker: Asker | None) -> str | None:
    """Return the clause on licences for one work; None if the asker holds none."""
    if standing.licence is not None:
        return allowed_by(standing.licence)
    if standing.nearest is None or asker is None:
        return None
    held = standing.nearest
    whys = join_and(why_words(why, held, asker, standing.use) for why in standing.failings)
    return f"the {held.kind} {held.id} by {held.grantor} does not count: it {whys}"


def allowed_by(licence: Licence) -> str:
    """Return which licence allows it, who granted it, until when, on which conditions."""
    until = "without an end" if licence.valid_until is None else f"until {last_day(licence)}"
    text = f"the {licence.kind} {licence.id} by {licence.grantor} allows it {until}"
    if licence.conditions:
        text += f', on the condition "{_shortened("; ".join(licence.conditions))}"'
    return text


def why_words(failing: Failing, licence: Licence, asker: Asker, use: Use) -> str:
    """Return why a licence does not count for a use, to follow the word "it"."""
    match failing:
        case Failing.GRANTEE:
            return "is held by others"
        case Failing.REVOKED:
            return f"was revoked on {_time(licence.revoked_at)}"
        case Failing.NOT_YET:
            return f"begins on {_time(licence.valid_from)}"
        case Failing.EXPIRED:
            return f"ended on {last_day(licence)}"
        case Failing.TERRITORY:
            where = join_and(sorted(asker.territories))
            offered = f"in {where}" if where else "everywhere"
            held = join_and(sorted(licence.territories))
            return f"is for {held} only (outputs are offered {offered})"
        case Failing.USE:
            return f"allows {join_and(sorted(licence.uses))}, not {use}"


def way_forward(standings: Iterable[Standing]) -> Sequence[str]:
    """Return what the asker can do about their own licences that do not count, each once."""
    held = [(one.nearest, one.failings) for one in standings if one.nearest is not None]
    return list(dict.fromkeys(_ask(failing[0], licence) for licence, failing in held))


def _ask(failing: Failing, licence: Licence) -> str:
    match failing:
        case Failing.NOT_YET:
            return f"Ask again from {_time(licence.valid_from)} on."
        case Failing.EXPIRED:
            return f"Ask {licence.grantor} to renew {licence.id}."
        case Failing.TERRITORY | Failing.USE:
            return f"Ask {licence.grantor} to extend {licence.id} to this {failing}."
        case _:
            return f"Ask {licence.grantor} for a new {licence.kind}."


def last_day(licence: Licence) -> str:
    """Return the last day (UTC) on which a licence with an end holds, or its last moment."""
    until = licence.valid_until or ""
    if not until.endswith(_MIDNIGHT):
        return _time(until)
    return (datetime.fromisoformat(until) - timedelta(days=1)).date().isoformat()


def join_and(words: Iterable[str]) -> str:
    """Return words as a list in plain English."""
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _time(moment: str | None) -> str:
    day, _, clock = (moment or "").partition("T")
    return day if f"T{clock}" == _MIDNIGHT else f"{day} at {clock[:5]} UTC"


def _shortened(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text)
    return shown if len(shown) <= _CONDITION_CHARS else f"{shown[:_CONDITION_CHARS]}…"
