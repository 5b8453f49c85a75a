from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import NoticeError
from cleardance.rights.notices.deadlines import due_at
from tests.rights.notices.forms import copyright_form, intimate_form

RECEIVED = datetime(2026, 2, 13, 20, 0, tzinfo=UTC)  # a Friday; the Monday after is a US holiday


@pytest.mark.parametrize(
    ("deadline", "due"),
    [
        ("48 h", "2026-02-15T20:00:00Z"),
        ("1 hour", "2026-02-13T21:00:00Z"),
        ("3 days", "2026-02-16T23:59:59Z"),
        ("1 business day", "2026-02-17T23:59:59Z"),
        ("3 business days", "2026-02-19T23:59:59Z"),
        ("2026-02-20T09:00:00-05:00", "2026-02-20T14:00:00Z"),
        ("2026-02-20", "2026-02-20T00:00:00Z"),
    ],
)
def test_spans_and_times(deadline: str, due: str) -> None:
    assert due_at(copyright_form(deadline=deadline), RECEIVED) == datetime.fromisoformat(due)


def test_business_days_follow_the_calendar_and_zone_of_the_notice() -> None:
    # In Germany the Monday is a working day; and in Tokyo it is Saturday already.
    german = copyright_form(deadline="1 business day", calendar="DE", time_zone="Europe/Berlin")
    assert due_at(german, RECEIVED) == datetime(2026, 2, 16, 22, 59, 59, tzinfo=UTC)
    japanese = copyright_form(deadline="1 day", time_zone="Asia/Tokyo")
    assert due_at(japanese, RECEIVED) == datetime(2026, 2, 15, 14, 59, 59, tzinfo=UTC)


def test_a_day_with_a_clock_change_ends_when_it_ends_there() -> None:
    eve = datetime(2026, 3, 7, 12, 0, tzinfo=ZoneInfo("America/New_York"))
    form = copyright_form(deadline="1 day", time_zone="America/New_York")
    assert due_at(form, eve) == datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC)


def test_intimate_images_are_gone_within_48_hours_whatever_the_notice_grants() -> None:
    limit = RECEIVED + timedelta(hours=48)
    assert due_at(intimate_form(), RECEIVED) == limit
    assert due_at(intimate_form(deadline="10 business days"), RECEIVED) == limit
    assert due_at(intimate_form(deadline="2 h"), RECEIVED) == RECEIVED + timedelta(hours=2)


@pytest.mark.parametrize(
    "changed",
    [
        {"deadline": "soon"},
        {"deadline": "-3 days"},
        {"time_zone": "Atlantis/Capital"},
        {"time_zone": "../../etc/passwd"},
        {"calendar": "XX", "deadline": "1 business day"},
    ],
)
def test_what_nobody_knows_is_an_error(changed: dict[str, str]) -> None:
    with pytest.raises(NoticeError):
        due_at(copyright_form(**changed), RECEIVED)


def test_the_end_of_time_is_an_error() -> None:
    late = datetime(9999, 12, 1, tzinfo=UTC)
    with pytest.raises(NoticeError, match="end of time"):
        due_at(copyright_form(deadline="9999 days"), late)


@given(
    days=st.integers(1, 60),
    received=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_business_days_end_on_one_and_count_what_lies_between(
    days: int, received: datetime
) -> None:
    from holidays import country_holidays

    closed = country_holidays("US")
    due = due_at(copyright_form(deadline=f"{days} business days"), received)
    between = [
        received.date() + timedelta(n) for n in range(1, (due.date() - received.date()).days + 1)
    ]
    worked = [day for day in between if day.weekday() < 5 and day not in closed]
    assert len(worked) == days
    assert worked[-1] == due.date()
