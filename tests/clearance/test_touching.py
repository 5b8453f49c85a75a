"""What was made that touches works: counted and shown as owners may see it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleardance.accounts.accounts import create_account, show
from cleardance.clearance.erasure import erase
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.touching import Touched, cases, check_cited, touched, touched_in_all
from cleardance.errors import NotFound
from cleardance.rights.registry import find_work, listing
from tests.clearance.asking import make, request

AT = datetime(2026, 7, 1, tzinfo=UTC)


def test_a_denied_request_is_a_case_of_its_work_until_it_is_erased(tmp_path: Path) -> None:
    with open_service(tmp_path / "home") as service:
        create_account(service.store, "jonas")
        create_account(service.store, "desk")
        create_account(service.store, "other desk")
        made = make(service, tmp_path / "no.png", request("Squid Game guards", account="jonas"))
        with service.store.read() as session:
            work = find_work(session, "Squid Game")
            works = {one.id for one in listing(service.store)} - {work}
            assert touched(session, [work, *works])[work] == Touched(1, 0, 1, 0)
            assert touched_in_all(session, None) == touched_in_all(session, {work})
            assert touched_in_all(session, works) == Touched()
            (case,), more = cases(session, {work}, show(session, "desk").id)
            assert (case.task_id, case.status, more) == (made.task.id, "denied", None)
            assert {one.work.id for one in case.findings} == {work}
            assert "jonas" not in repr(case)
            (others,), _ = cases(session, {work}, show(session, "other desk").id)
            assert others.account != case.account  # two desks cannot join what they see
            with pytest.raises(NotFound):
                check_cited(session, made.task.id, "0" * 64, {work})
        _erased(service, made.task.id, work)


def _erased(service: Service, task_id: str, work: str) -> None:
    erase(service, task_id)
    with service.store.read() as session:
        assert touched(session, [work]) == {}
        assert cases(session, {work}, "acc-none") == ([], None)
