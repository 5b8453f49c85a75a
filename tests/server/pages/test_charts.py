"""Charts: nothing is drawn outside of its box, and the heights are the numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.clearance.operations.statistics import Day, Depth, Duration, Outcome
from cleardance.server.pages import charts

OUTCOMES: tuple[Outcome, ...] = ("clear", "hold", "deny", "other")
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@given(st.lists(st.tuples(*[st.integers(0, 10_000)] * 4), min_size=1, max_size=31))
def test_columns_are_as_high_as_their_counts(counts: list[tuple[int, ...]]) -> None:
    days = [
        Day(f"day {at}", dict(zip(OUTCOMES, one, strict=True))) for at, one in enumerate(counts)
    ]
    drawn = charts.of_verdicts(days)
    most = max(1, *(sum(one) for one in counts))
    for bar in drawn.bars:
        assert bar.x >= -1e-6
        assert bar.x + bar.width <= 100 + 1e-6
        assert bar.y >= -1e-6
        assert bar.y + bar.height <= 100 + 1e-6
    assert sum(bar.height for bar in drawn.bars) == pytest.approx(
        100 * sum(map(sum, counts)) / most
    )
    assert len(drawn.rows) == len(counts)
    assert f"{sum(map(sum, counts)):,} requests" in drawn.summary


@given(st.lists(st.integers(0, 5_000), min_size=2, max_size=49))
def test_the_line_of_tasks_under_way_stays_in_its_box(tasks: list[int]) -> None:
    depths = [Depth(NOW + timedelta(hours=at), count) for at, count in enumerate(tasks)]
    points = charts.of_depth(depths).lines[1].points.split()
    heights = [float(point.split(",")[1]) for point in points]
    assert all(0 <= height <= 100 for height in heights)
    most = max(1, *tasks)
    assert heights == pytest.approx([100 - 100 * count / most for count in tasks], abs=0.01)


def test_a_day_without_releases_is_a_gap_and_a_dash() -> None:
    days = [Duration("2026-03-19", 0, None, None), Duration("2026-03-20", 4, 65.0, 7_300.0)]
    drawn = charts.of_release_times(days)
    assert len(drawn.bars) == 2
    assert drawn.rows == (
        ("2026-03-19", "0", "–", "–"),  # noqa: RUF001
        ("2026-03-20", "4", "1 min", "2 h"),
    )
    assert charts.of_release_times(days[:1]).summary == "Nothing was released."
