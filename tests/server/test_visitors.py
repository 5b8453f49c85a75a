"""Visitors without keys, and accounts that ask for much: each has its share."""

import threading

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import RateLimited
from cleardance.server.app import ROUTERS
from cleardance.server.errors import Overloaded
from cleardance.server.guard import Guarded
from cleardance.server.lanes import MOST_THREADS, Lanes
from cleardance.server.visitors import Visitors, Visits
from tests.server.loops import run

FEW = Visits("few", 3)


def test_so_many_at_once_then_one_at_a_time() -> None:
    now_s = [0.0]
    visitors = Visitors(lambda: now_s[0])
    for _ in range(3):
        visitors.take(FEW, "192.0.2.1")
    with pytest.raises(RateLimited) as too_many:
        visitors.take(FEW, "192.0.2.1")
    assert too_many.value.retry_after_s == pytest.approx(20.0)
    visitors.take(FEW, "192.0.2.2")
    visitors.take(Visits("other", 3), "192.0.2.1")
    now_s[0] = 20.001
    visitors.take(FEW, "192.0.2.1")
    with pytest.raises(RateLimited):
        visitors.take(FEW, "192.0.2.1")


@given(st.integers(0, 2**64 - 1))
def test_a_network_of_many_addresses_is_one_visitor(host: int) -> None:
    visitors = Visitors(lambda: 0.0)
    for n in range(3):
        visitors.take(FEW, f"2001:db8::{n:x}")
    low = f"{host >> 48:x}:{(host >> 32) & 0xFFFF:x}:{(host >> 16) & 0xFFFF:x}:{host & 0xFFFF:x}"
    with pytest.raises(RateLimited):
        visitors.take(FEW, f"2001:db8:0:0:{low}")
    visitors.take(FEW, "2001:db8:0:1::1")


def test_an_address_written_as_ipv6_is_the_same_visitor() -> None:
    visitors = Visitors(lambda: 0.0)
    for _ in range(3):
        visitors.take(FEW, "192.0.2.1")
    with pytest.raises(RateLimited):
        visitors.take(FEW, "::ffff:192.0.2.1")


def test_every_public_route_counts_its_visitors() -> None:
    routes = [one for router in ROUTERS for one in router.routes if isinstance(one, Guarded)]
    open_ = {one.path for one in routes if one.permission is None and one.visits is None}
    assert {path for path in open_ if not path.startswith("/media/")} == {"/healthz", "/readyz"}
    assert any(one.visits for one in routes)


def test_one_account_leaves_threads_to_the_others() -> None:
    go_on, begun = threading.Event(), threading.Semaphore(0)

    def slow() -> None:
        begun.release()
        go_on.wait(30)

    async def main() -> None:
        lanes = Lanes()
        async with anyio.create_task_group() as group:
            for _ in range(4 * MOST_THREADS):
                group.start_soon(lanes.run, "flood", slow)
            for _ in range(MOST_THREADS):
                await anyio.to_thread.run_sync(begun.acquire)
            with anyio.fail_after(20):
                assert await lanes.run("anna", lambda: "served") == "served"
            assert not begun.acquire(blocking=False)  # the flood has no more than its share
            go_on.set()

    run(main)


def test_too_many_of_one_account_are_told_to_come_again() -> None:
    async def main() -> None:
        lanes = Lanes(most_waiting=2)
        async with lanes.place("flood"), lanes.place("flood"):
            with pytest.raises(Overloaded):
                async with lanes.place("flood"):
                    pass
            async with lanes.place("anna"):
                pass
        async with lanes.place("flood"):
            pass

    run(main)
