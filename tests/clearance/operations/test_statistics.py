"""What is counted over time, against the same counts by hand; and what needs a person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from cleardance.accounts.accounts import account_id
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.notices.due import Urgency
from cleardance.clearance.operations import statistics
from cleardance.clearance.operations.standing import Matter, needs
from cleardance.clearance.review import appeal
from cleardance.clearance.service import Service
from cleardance.rights.snapshot import current
from cleardance.store.tables import TaskStatus, task, utc_text
from tests.clearance.asking import make, request

NOW = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)
TASKS = st.lists(
    st.tuples(
        st.sampled_from(list(TaskStatus)),
        st.integers(0, 20 * 86_400).map(lambda s: NOW - timedelta(seconds=s)),
        st.integers(0, 7_200),
    ),
    max_size=30,
)


def keep(service: Service, tasks: list[tuple[TaskStatus, datetime, int]]) -> None:
    with service.store.begin() as session:
        session.execute(delete(task))
        owner = account_id(session, "local")
        for number, (status, began, took_s) in enumerate(tasks):
            ended = min(began + timedelta(seconds=took_s), NOW)
            times = {"created_at": utc_text(began), "updated_at": utc_text(ended)}
            row = {"id": f"cgt-{number}", "account_id": owner, "status": status, "step": 8}
            session.execute(insert(task).values(**row, **times))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(TASKS)
def test_every_task_is_counted_where_it_belongs(
    service: Service, tasks: list[tuple[TaskStatus, datetime, int]]
) -> None:
    keep(service, tasks)
    with service.store.read() as session:
        days = statistics.per_day(session, NOW, 14)
        depths = statistics.under_way(session, NOW, 24)
        times = statistics.release_times(session, NOW, 14)
    first = (NOW - timedelta(days=13)).date()
    recent = [one for one in tasks if one[1].date() >= first]
    assert [day.date for day in days] == sorted({day.date for day in days})
    assert sum(sum(day.counts.values()) for day in days) == len(recent)
    released = [one for one in recent if one[0] is TaskStatus.RELEASED]
    assert sum(day.counts.get("clear", 0) for day in days) == len(released)
    assert sum(one.released for one in times) == len(released)
    assert all(one.median_s <= one.p90_s for one in times if one.median_s and one.p90_s)
    under_way = [one for one in tasks if one[0] in (TaskStatus.QUEUED, TaskStatus.RUNNING)]
    assert depths[-1].tasks == len(under_way)
    assert len(depths) == 25


def test_half_and_nine_of_ten(service: Service) -> None:
    began = NOW - timedelta(hours=2)
    keep(service, [(TaskStatus.RELEASED, began, took_s) for took_s in range(1, 12)])
    with service.store.read() as session:
        *before, today = statistics.release_times(session, NOW, 3)
    assert [one.median_s for one in before] == [None, None]
    assert (today.released, today.median_s, today.p90_s) == (11, 6.0, 10.0)


def test_what_needs_a_person_is_said_with_the_most_urgent_first(
    service: Service, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    current(service.store)
    assert needs(service, now) == []
    denied = make(service, tmp_path / "no.png", request("Squid Game"))
    appeal(service, denied.task.id, "local", "It is mine.", now)
    submit(service, request())
    found = needs(service, now)
    assert [(one.matter, one.count, one.urgency) for one in found] == [
        (Matter.APPEALS, 1, Urgency.LATER)
    ]
    later = now + timedelta(hours=service.settings.review_within_h + 1)
    late = needs(service, later)
    assert {(one.matter, one.urgency) for one in late} == {
        (Matter.APPEALS, Urgency.OVERDUE),
        (Matter.WORKERS, Urgency.OVERDUE),  # nobody works on what waits
    }
