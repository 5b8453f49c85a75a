"""A key's limits hold over all who count, and say when to ask again."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from cleardance.accounts.accounts import create_sub_account
from cleardance.accounts.keys import create_key
from cleardance.accounts.limits import Limits, check_task, take_request
from cleardance.accounts.roles import Principal, Role
from cleardance.accounts.usage import count_usage, tokens_of
from cleardance.errors import QuotaExceeded, RateLimited
from cleardance.request import Ratio, Request, Resolution
from cleardance.store import Store
from cleardance.store.tables import TaskStatus, task, usage, utc_text
from tests.accounts.holders import NOW, holder
from tests.accounts.holders import who as key_holder


def _take(store: Store, who: Principal, moment: datetime) -> float | None:
    """Ask once; None if it may, else after how many seconds to ask again."""
    with store.begin() as session:
        try:
            take_request(session, who, moment)
        except RateLimited as error:
            return error.retry_after_s
    return None


def test_so_many_at_once_then_one_at_a_time(store: Store) -> None:
    who = holder(store, "anna", limits=Limits(requests_per_minute=3))
    assert [_take(store, who, NOW) for _ in range(4)] == [None, None, None, 20.0]
    later = NOW + timedelta(seconds=20)
    assert [_take(store, who, later) for _ in range(2)] == [None, 20.0]
    rested = NOW + timedelta(hours=1)
    assert [_take(store, who, rested) for _ in range(4)] == [None, None, None, 20.0]


def test_waiting_as_long_as_told_is_enough(store: Store) -> None:
    who = holder(store, "anna", limits=Limits(requests_per_minute=7))
    moment = NOW
    for _ in range(30):
        wait_s = _take(store, who, moment)
        if wait_s is not None:
            moment += timedelta(seconds=wait_s)
            assert _take(store, who, moment) is None


@settings(max_examples=20, deadline=None)
@given(
    limit=st.integers(1, 40),
    gaps_s=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=60),
)
def test_never_twice_the_limit_in_a_minute(limit: int, gaps_s: list[float]) -> None:
    store, name = _shared["store"], f"p{next(_numbers)}"
    who, moment, taken = holder(store, name, limits=Limits(limit)), NOW, []
    for gap_s in gaps_s:
        moment += timedelta(seconds=gap_s)
        if _take(store, who, moment) is None:
            taken.append(moment)
    for first in taken:
        minute = [one for one in taken if first <= one < first + timedelta(minutes=1)]
        assert len(minute) <= 2 * limit


_shared: dict[str, Store] = {}
_numbers = iter(range(10**6))


@pytest.fixture(autouse=True)
def _share(store: Store) -> None:
    _shared["store"] = store


def test_many_askers_at_once_share_one_allowance(store: Store) -> None:
    who, through = holder(store, "anna", limits=Limits(requests_per_minute=10)), []

    def ask() -> None:
        through.extend(_take(store, who, NOW) is None for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 10


def _queue(
    store: Store, who: Principal, task_id: str, status: TaskStatus = TaskStatus.QUEUED, **spent: int
) -> None:
    now = utc_text(NOW)
    values = {"id": task_id, "account_id": who.account_id, "key_id": who.key_id, "status": status}
    with store.begin() as session:
        row = {"step": 2, "created_at": now, "updated_at": now, **values, **spent}
        session.execute(insert(task).values(**row))


def _check(
    store: Store, who: Principal, tokens: int = 0, cost: int = 0, at: datetime = NOW
) -> None:
    with store.begin() as session:
        check_task(session, who, tokens, cost, at)


def test_tasks_under_way_are_counted(store: Store) -> None:
    who = holder(store, "anna", limits=Limits(concurrent_tasks=2))
    _queue(store, who, "a")
    _queue(store, who, "done", TaskStatus.RELEASED)
    _queue(store, who, "held", TaskStatus.HELD)
    _check(store, who)
    _queue(store, who, "b", TaskStatus.RUNNING)
    with pytest.raises(RateLimited, match="2 tasks under way") as refused:
        _check(store, who)
    assert refused.value.http_status == 429
    assert refused.value.retry_after_s > 0
    _check(store, holder(store, "ben", limits=Limits(concurrent_tasks=2)))


def test_tokens_of_the_last_day_and_those_under_way_are_counted(store: Store) -> None:
    who = holder(store, "anna", limits=Limits(tokens_per_day=100))
    _queue(store, who, "a", TaskStatus.RELEASED, tokens=60)
    _count(store, "a", NOW - timedelta(hours=23))
    _queue(store, who, "b", tokens=30)
    _check(store, who, 10)
    with pytest.raises(QuotaExceeded, match="60 are used") as refused:
        _check(store, who, 11)
    assert refused.value.retry_after_s == 3600
    _check(store, who, 70, at=NOW + timedelta(hours=1))


def test_money_is_counted_by_the_calendar_month(store: Store) -> None:
    who = holder(store, "anna", limits=Limits(spend_per_month_micros=1_000_000))
    _queue(store, who, "a", TaskStatus.RELEASED, cost_micros=900_000)
    _count(store, "a", NOW)
    _check(store, who, cost=100_000)
    with pytest.raises(QuotaExceeded, match=r"0\.9 are spent") as refused:
        _check(store, who, cost=100_001)
    march = datetime(2026, 3, 1, tzinfo=UTC)
    assert refused.value.retry_after_s == (march - NOW).total_seconds()
    _check(store, who, cost=1_000_000, at=march)


def _count(store: Store, task_id: str, moment: datetime) -> None:
    with store.begin() as session:
        count_usage(session, task_id, moment)


def test_usage_is_counted_once(store: Store) -> None:
    who = holder(store, "anna")
    _queue(store, who, "a", TaskStatus.RELEASED, tokens=60, cost_micros=5)
    _count(store, "a", NOW)
    _count(store, "a", NOW + timedelta(days=1))
    with store.read() as session:
        row = session.execute(usage.select()).one()
    assert (row.tokens, row.cost_micros, row.at) == (60, 5, utc_text(NOW))


def test_tokens_are_those_of_the_ark_api() -> None:
    asked = Request(prompt="x", seed=1)
    assert tokens_of(asked) == 1280 * 720 * 121 // 1024 == 108_900
    small = {"ratio": Ratio.R21_9, "resolution": Resolution.P480, "duration_s": 4.0}
    assert tokens_of(Request(prompt="x", seed=1, **small)) == 992 * 432 * 97 // 1024
    assert tokens_of(Request(prompt="x", seed=1, still=True, **small)) == 992 * 432 // 1024


def test_keys_that_a_partner_makes_keep_together_to_its_limits(store: Store) -> None:
    limits = Limits(requests_per_minute=3, concurrent_tasks=2, tokens_per_day=100)
    partner = holder(store, "studio", (Role.PARTNER,), "studio", limits=limits)
    for name in ("anna", "ben"):
        create_sub_account(store, name, of="studio", by=partner)
    keys = [create_key(store, name, limits=limits, by=partner) for name in ("anna", "ben")]
    all_ = anna, ben, _ = *(key_holder(store, key.secret) for key in keys), partner
    assert [_take(store, one, NOW) for one in all_] == [None, None, None]
    assert all(_take(store, one, NOW) is not None for one in all_)
    _queue(store, anna, "a", tokens=40)
    _queue(store, ben, "b", tokens=40)
    for one in all_:
        with pytest.raises(RateLimited, match="2 tasks under way"):
            _check(store, one)
    with store.begin() as session:
        session.execute(task.update().values(status=TaskStatus.RELEASED))
    _count(store, "a", NOW)
    _count(store, "b", NOW)
    _check(store, anna, 20)
    with pytest.raises(QuotaExceeded, match="80 are used"):
        _check(store, anna, 21)


def test_a_key_that_an_operator_makes_has_its_own_limits_alone(store: Store) -> None:
    operator = holder(store, "op", (Role.OPERATOR,), limits=Limits(concurrent_tasks=1))
    holder(store, "anna")
    key = create_key(store, "anna", limits=Limits(concurrent_tasks=1), by=operator)
    _queue(store, key_holder(store, key.secret), "a")
    _check(store, operator)
