"""Work that is handed to a thread: together with all that came meanwhile, each for itself."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from cleardance.accounts.limits import Limits
from cleardance.accounts.roles import Principal
from cleardance.clearance.jobs.turns import Promise, Settled, Turns
from cleardance.clearance.service import Service, open_service
from cleardance.errors import AuthenticationError, QueueFull, RateLimited, StoreError
from cleardance.server.crews import MOST_WAITING, Crew, admitting, pacing
from tests.accounts.holders import holder
from tests.server.loops import run


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(tmp_path_factory.mktemp("crews") / "home") as service:
        yield service


def test_what_comes_meanwhile_is_done_together() -> None:
    batches: list[list[int]] = []
    first, go_on = threading.Event(), threading.Event()

    def work(batch: Sequence[tuple[int, Promise[int]]]) -> Settled[int]:
        batches.append([item for item, _ in batch])
        first.set()
        assert go_on.wait(10)
        return [(promise, 2 * item) for item, promise in batch]

    async def ask() -> list[int]:
        crew = Crew("test", work)
        with crew.at_work():
            calls = [asyncio.create_task(crew.call("anna", 0))]
            await asyncio.to_thread(first.wait)
            calls += [asyncio.create_task(crew.call("anna", n)) for n in range(1, 4)]
            calls += [asyncio.create_task(crew.call("bert", 4))]
            await asyncio.sleep(0)
            go_on.set()
            return await asyncio.gather(*calls)

    assert run(ask) == [0, 2, 4, 6, 8]
    assert batches == [[0], [1, 4, 2, 3]]  # one of each in turn


def test_a_defect_reaches_all_that_waited_and_the_crew_goes_on() -> None:
    def work(batch: Sequence[tuple[int, Promise[int]]]) -> Settled[int]:
        return [(promise, 1 // item) for item, promise in batch]

    async def ask() -> int:
        crew = Crew("test", work)
        with crew.at_work():
            with pytest.raises(ZeroDivisionError):
                await crew.call("anna", 0)
            return await crew.call("anna", 1)

    assert run(ask) == 1


def test_one_who_puts_in_too_much_is_told_to_come_again() -> None:
    turns: Turns[int] = Turns(MOST_WAITING)
    for n in range(MOST_WAITING):
        turns.put("anna", n)
    with pytest.raises(QueueFull):
        turns.put("anna", 0)
    turns.put("bert", 0)
    assert len(turns) == MOST_WAITING + 1
    turns.close()
    with pytest.raises(StoreError):
        turns.put("bert", 1)
    assert turns.take(2) == [0, 0]  # what waits can still be taken


def test_a_wrong_key_shuts_nobody_elses_door(service: Service) -> None:
    async def ask() -> list[Principal | BaseException]:
        crew = Crew("test", admitting(service))
        with crew.at_work():
            calls = [crew.call(one, one) for one in ("no key", "cd-" + 43 * "x", "cd-", "no key")]
            return await asyncio.gather(*calls, return_exceptions=True)

    assert [type(one) for one in run(ask)] == 4 * [AuthenticationError]


def test_requests_at_once_share_one_allowance(service: Service) -> None:
    paced = holder(service.store, "anna", limits=Limits(requests_per_minute=2))
    other = holder(service.store, "bert", limits=Limits(requests_per_minute=1))

    async def ask() -> list[Principal | BaseException]:
        crew = Crew("test", pacing(service))
        calls = [crew.call(one.account_id, one) for one in (paced, other, paced, paced)]
        with crew.at_work():
            return await asyncio.gather(*calls, return_exceptions=True)

    kinds = [type(one) for one in run(ask)]
    assert (kinds[1], kinds.count(Principal), kinds.count(RateLimited)) == (Principal, 3, 1)
