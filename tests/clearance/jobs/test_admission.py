"""What a key may use is checked as its task is queued, and counted as it is released."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cleardance.accounts.accounts import account_id, suspend_account
from cleardance.accounts.end_users import hash_end_user
from cleardance.accounts.limits import Limits
from cleardance.accounts.roles import Principal
from cleardance.accounts.usage import count_usage, tokens_of
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.service import Service
from cleardance.errors import AccessDenied, QuotaExceeded, RateLimited
from cleardance.store.tables import task, usage
from tests.accounts.holders import holder
from tests.clearance.asking import make, request


def _submit(service: Service, who: Principal, **values: str) -> str:
    asked = request(account=who.account_name, **values)
    return submit(service, asked, principal=who).task_id


def test_a_key_with_no_room_leaves_nothing_behind(service: Service) -> None:
    who = holder(service.store, "anna", limits=Limits(concurrent_tasks=1))
    task_id = _submit(service, who, end_user="user@example.org")
    with pytest.raises(RateLimited):
        _submit(service, who)
    with service.store.read() as session:
        row = session.execute(select(task)).mappings().one()
        hashed = hash_end_user(session, who.account_id, "user@example.org")
    assert (row["id"], row["key_id"], row["end_user"]) == (task_id, who.key_id, hashed)
    assert row["tokens"] == tokens_of(request())


def test_a_days_tokens_are_enough_for_so_many(service: Service) -> None:
    limit = 2 * tokens_of(request())
    who = holder(service.store, "anna", limits=Limits(tokens_per_day=limit))
    _submit(service, who)
    _submit(service, who)
    with pytest.raises(QuotaExceeded):
        _submit(service, who)


def test_a_suspended_account_asks_for_nothing(service: Service, tmp_path: Path) -> None:
    who = holder(service.store, "anna")
    with service.store.begin() as session:
        suspend_account(session, account_id(session, "anna"), by="local", why="a notice")
    with pytest.raises(AccessDenied, match="suspended"):
        _submit(service, who)
    with pytest.raises(AccessDenied, match="suspended"):
        make(service, tmp_path / "out.png", request(account="anna"))


def test_a_release_is_counted_and_a_refusal_is_not(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "a.png")
    make(service, tmp_path / "b.png", request("Squid Game"))
    with service.store.begin() as session:
        count_usage(session, made.task.id, datetime.now(UTC))  # as a repeated release would
        rows = session.execute(select(usage.c.task_id, usage.c.tokens)).all()
    assert [tuple(row) for row in rows] == [(made.task.id, tokens_of(request()))]
