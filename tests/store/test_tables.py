"""Times as text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.store.tables import utc_now, utc_text

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001


@given(MOMENTS, MOMENTS)
def test_order_as_text_is_order_in_time(one: datetime, other: datetime) -> None:
    assert (utc_text(one) < utc_text(other)) == (one < other)


@given(MOMENTS)
def test_text_is_the_same_moment(moment: datetime) -> None:
    assert datetime.fromisoformat(utc_text(moment)) == moment


def test_shape() -> None:
    assert utc_text(datetime(2026, 2, 17, 9, tzinfo=UTC)) == "2026-02-17T09:00:00.000000Z"
    assert len(utc_now()) == 27


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        utc_text(datetime(2026, 2, 17))  # noqa: DTZ001
