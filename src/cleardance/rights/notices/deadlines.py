"""By when a notice is to be answered: hours, days, business days of a calendar, or a time."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cleardance.errors import NoticeError
from cleardance.rights.notices.form import Law, NoticeForm

if TYPE_CHECKING:
    from holidays import HolidayBase

_SPAN: Final = re.compile(r"(\d{1,4})\s*(h|hours?|days?|business days?)", re.IGNORECASE)
_USUAL: Final = {
    Law.US_512: "3 business days",  # the law says "expeditiously"
    Law.EU_DSA_16: "3 business days",  # "in a timely manner"
    Law.US_TAKE_IT_DOWN: "48 hours",
    Law.LETTER: "3 business days",
}
_AT_MOST: Final = {Law.US_TAKE_IT_DOWN: timedelta(hours=48)}
"""No notice can give us longer: TAKE IT DOWN Act, sec. 3(a)(3)."""


def due_at(form: NoticeForm, received: datetime) -> datetime:
    """Return when the time that a notice gives is over, in UTC.

    ``received`` has a time zone. Days and business days are counted from the day after it (as in
    Fed. R. Civ. P. 6(a)(1)) and end with the last one in the notice's own time zone; a calendar day
    that ends the count on a weekend or holiday does not move. Hours are counted to the second.
    Raises NoticeError for a span, calendar or time zone that nobody knows.
    """
    try:
        due = _due(form, received)
    except OverflowError as error:
        raise NoticeError(f"The deadline {form.deadline!r} is past the end of time.") from error
    limit = _AT_MOST.get(form.applied_law)
    return (due if limit is None else min(due, received + limit)).astimezone(UTC)


def add_business_days(form: NoticeForm, start: datetime, days: int) -> datetime:
    """Return the end, in UTC, of the ``days``-th business day after ``start``."""
    zone, closed = _zone(form.time_zone), _holidays(form.calendar)
    day = start.astimezone(zone).date()
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in closed
    return _end_of(datetime.combine(day, time(), zone))


def _due(form: NoticeForm, received: datetime) -> datetime:
    asked = form.deadline or _USUAL[form.applied_law]
    if isinstance(asked, datetime):
        return _fixed(asked, form)
    span = _SPAN.fullmatch(asked.strip())
    if span is None:
        return _fixed(_time(asked), form)
    count, unit = int(span[1]), span[2].lower()
    if unit.startswith("h"):
        return received + timedelta(hours=count)
    if unit.startswith("business"):
        return add_business_days(form, received, count)
    local = received.astimezone(_zone(form.time_zone))
    return _end_of(local + timedelta(days=count))


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise NoticeError(
            f"The deadline {text!r} is neither a span nor a time.",
            hint='Write "48 h", "3 days", "3 business days", or 2026-02-20T09:00:00Z.',
        ) from error


def _fixed(moment: datetime, form: NoticeForm) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=_zone(form.time_zone))


def _end_of(day: datetime) -> datetime:
    """Return the last second of a local day, in UTC; the day may have 23 or 25 hours."""
    return datetime.combine(day.date(), time(23, 59, 59), day.tzinfo).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise NoticeError(f"There is no time zone {name!r}.") from error


def _holidays(calendar: str) -> "HolidayBase":
    from holidays import country_holidays  # slow to import

    country, _, region = calendar.partition("-")
    try:
        return country_holidays(country, subdiv=region or None)
    except NotImplementedError as error:
        raise NoticeError(f"There is no calendar {calendar!r}.") from error
