"""Charts drawn here as SVG: shapes in a box of 100 by 100, and the same numbers as a table.

Words stand beside the drawing, as HTML, so that they stay legible at any width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from cleardance.clearance.operations.statistics import Day, Depth, Duration, Outcome

Ink = Literal["clear", "hold", "deny", "other", "accent"]
_GAP: Final = 0.24  # of a column
_WORDS: Final[dict[Outcome, str]] = {
    "clear": "released",
    "hold": "held",
    "deny": "denied",
    "other": "under way or failed",
}


@dataclass(frozen=True)
class Bar:
    """A rectangle, and what a pointer over it says."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    says: str


@dataclass(frozen=True)
class Line:
    """A line through points, ``x,y x,y``; filled down to the ground if it is an area."""

    points: str
    ink: Ink
    area: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawing with its words: ``summary`` says it in a sentence, ``rows`` in numbers."""

    title: str
    summary: str
    top: str
    ends: tuple[str, str]
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    legend: tuple[tuple[Ink, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def of_verdicts(days: Sequence[Day]) -> Chart:
    """Draw what became of each day's requests: columns, one on the other."""
    totals = [sum(day.counts.values()) for day in days]
    most, width = max(*totals, 1), 100 / len(days)
    bars = []
    for at, day in enumerate(days):
        ground = 100.0
        for ink, word in _WORDS.items():
            if count := day.counts.get(ink, 0):
                height = 100 * count / most
                ground -= height
                left = (at + _GAP / 2) * width
                says = f"{day.date}: {count} {word}"
                bars.append(Bar(left, ground, width * (1 - _GAP), height, ink, says))
    parts = {ink: sum(day.counts.get(ink, 0) for day in days) for ink in _WORDS}
    told = ", ".join(f"{count:,} {_WORDS[ink]}" for ink, count in parts.items())
    return Chart(
        title="Requests by day and verdict",
        summary=f"{sum(totals):,} requests in {len(days)} days: {told}.",
        top=f"{most:,}",
        ends=(days[0].date, days[-1].date),
        bars=tuple(bars),
        lines=(),
        legend=tuple((ink, word) for ink, word in _WORDS.items()),
        head=("Day", *_WORDS.values()),
        rows=tuple((day.date, *(f"{day.counts.get(ink, 0):,}" for ink in _WORDS)) for day in days),
    )


def of_depth(depths: Sequence[Depth]) -> Chart:
    """Draw how many tasks were under way: an area."""
    most = max(max(one.tasks for one in depths), 1)
    step = 100 / (len(depths) - 1)
    points = " ".join(
        f"{at * step:.2f},{100 - 100 * one.tasks / most:.2f}" for at, one in enumerate(depths)
    )
    peak = max(depths, key=lambda one: one.tasks)
    now = depths[-1].tasks
    return Chart(
        title="Tasks under way",
        summary=f"{now:,} now; at most {peak.tasks:,} in the last {len(depths) - 1} hours, "
        f"at {peak.at:%H:%M} UTC.",
        top=f"{most:,}",
        ends=(f"{depths[0].at:%m-%d %H:%M}", "now"),
        bars=(),
        lines=(Line(f"0,100 {points} 100,100", "accent", area=True), Line(points, "accent")),
        legend=(),
        head=("UTC", "Tasks"),
        rows=tuple((f"{one.at:%m-%d %H:%M}", f"{one.tasks:,}") for one in depths),
    )


def of_release_times(days: Sequence[Duration]) -> Chart:
    """Draw how long releases took: the median as columns, nine of ten as marks above."""
    timed = [one for one in days if one.median_s is not None]
    most = max([one.p90_s or 0.0 for one in timed] + [1.0])
    width = 100 / len(days)
    bars = []
    for at, one in enumerate(days):
        if one.median_s is None or one.p90_s is None:
            continue
        left, wide = (at + _GAP / 2) * width, width * (1 - _GAP)
        height, mark = 100 * one.median_s / most, 100 - 100 * one.p90_s / most
        bars.append(Bar(left, 100 - height, wide, height, "accent", f"{one.date}: half within "
                        f"{span(one.median_s)}"))  # fmt: skip
        bars.append(Bar(left, min(mark, 98.0), wide, 2.0, "hold", f"{one.date}: nine of ten within "
                        f"{span(one.p90_s)}"))  # fmt: skip
    last = timed[-1] if timed else None
    told = "Nothing was released." if last is None else (
        f"On {last.date}, half of {last.released:,} releases took at most {span(last.median_s)}, "
        f"nine of ten at most {span(last.p90_s)}."
    )  # fmt: skip
    return Chart(
        title="From request to release",
        summary=told,
        top=span(most) if timed else "",
        ends=(days[0].date, days[-1].date),
        bars=tuple(bars),
        lines=(),
        legend=(("accent", "half within"), ("hold", "nine of ten within")),
        head=("Day", "Released", "Half within", "Nine of ten within"),
        rows=tuple(
            (one.date, f"{one.released:,}", span(one.median_s), span(one.p90_s)) for one in days
        ),
    )


def span(seconds: float | None) -> str:
    """Return a length of time as people say it: ``2.4 s``, ``3 min``, ``5 h``; a dash for none."""
    if seconds is None:
        return "–"  # noqa: RUF001
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 86_400 else f"{seconds / 86_400:.1f} days"
