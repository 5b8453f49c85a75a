"""Keys are revoked as far as the operator's policy goes, and given back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cleardance.accounts import keys
from cleardance.accounts.accounts import create_account
from cleardance.clearance.notices import statements
from cleardance.clearance.notices.executing import execute
from cleardance.clearance.notices.revoking import RevokePolicy, restore_keys
from cleardance.clearance.notices.withdrawing import withdraw
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service
from cleardance.store.tables import task
from tests.clearance.enforcing.letters import file
from tests.clearance.prepared import Prepared


@pytest.fixture
def home(letters_past: Prepared[dict[str, Record]], tmp_path: Path) -> Path:
    return letters_past.copy(tmp_path)


@pytest.fixture
def made(service: Service, letters_past: Prepared[dict[str, Record]]) -> dict[str, str]:
    """Key ids: of who made what is removed, of the same partner, of a waiting task, of nobody."""
    past = letters_past.made
    create_account(service.store, "sister", partner="Example Partner")
    owners = {"named": "studio", "sister": "sister", "waiting": "local", "other": "local"}
    made = {
        name: keys.create_key(service.store, owner, by="local").id for name, owner in owners.items()
    }
    with service.store.begin() as session:
        for name in ("named", "waiting", "other"):
            one = update(task).where(task.c.id == past[name].task.id)
            session.execute(one.values(key_id=made[name]))
    return made


def revoked(service: Service, made: dict[str, str]) -> set[str]:
    with service.store.read() as session:
        rows = {name: keys.load(session, key_id) for name, key_id in made.items()}
    return {name for name, row in rows.items() if row.revoked_at}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (RevokePolicy.INFRINGING, {"named"}),
        (RevokePolicy.PARTNERS, {"named", "sister"}),
        (RevokePolicy.WORKS, {"named", "waiting"}),
    ],
)
def test_revoking_goes_as_far_as_the_policy(
    service: Service, made: dict[str, str], policy: RevokePolicy, expected: set[str]
) -> None:
    notice_id = file(service)
    done = execute(service, notice_id, by="local", revoke=policy)
    assert revoked(service, made) == expected
    assert done.done["revoke"] == len(expected)
    assert set(restore_keys(service, notice_id, by="local", why="withdrawn")) == {
        made[name] for name in expected
    }
    assert revoked(service, made) == set()


def test_a_key_that_was_revoked_before_is_not_given_back(
    service: Service, made: dict[str, str]
) -> None:
    with service.store.begin() as session:
        keys.revoke_key(session, made["named"], by="local", why="lost")
    notice_id = file(service)
    execute(service, notice_id, by="local")
    assert restore_keys(service, notice_id, by="local", why="withdrawn") == []
    assert revoked(service, made) == {"named"}


def test_a_key_comes_back_once_nothing_that_it_made_is_left_of_the_notice(
    service: Service, made: dict[str, str]
) -> None:
    notice_id = file(service)
    execute(service, notice_id, by="local", revoke=RevokePolicy.WORKS)
    with service.store.read() as session:
        by_key = select(task.c.id).where(task.c.key_id == made["named"])
        [named] = session.scalars(by_key)
    part = {"by": "local", "why": "a mistake", "at": datetime(2026, 12, 1, tzinfo=UTC)}
    withdraw(service, notice_id, outputs=[named], **part)
    assert revoked(service, made) == {"waiting"}
    with service.store.read() as session:
        told = statements.of_notice(session, notice_id)
    access = {one.account: one.lifted_at for one in told if one.reasons.restriction == "access"}
    assert (access["studio"] is None, access["local"] is None) == (False, True)
    withdraw(service, notice_id, **part)
    assert revoked(service, made) == set()


def test_a_key_that_two_notices_revoke_comes_back_with_the_last_of_them(
    service: Service, made: dict[str, str]
) -> None:
    first, second = file(service), file(service, reason="the same again")
    for notice_id in (first, second):
        execute(service, notice_id, by="local")
    part = {"by": "local", "why": "a mistake", "at": datetime(2026, 12, 1, tzinfo=UTC)}
    withdraw(service, first, **part)
    assert revoked(service, made) == {"named"}
    withdraw(service, second, **part)
    assert revoked(service, made) == set()
