"""One account that floods the server, and another that asks for one thing."""

import time
from concurrent.futures import ThreadPoolExecutor, wait

import httpx

from tests.server.conftest import ARK, Server

FLOOD = 96


def test_a_flood_of_one_account_is_passed_by_anothers_request(idle: Server) -> None:
    def ask(client: httpx.Client, seed: int) -> int:
        item = {"type": "text", "text": f"Squid Game guards march past, take {seed}"}
        body = {"model": "draft", "content": [item], "seed": seed}
        return client.post(ARK, json=body, timeout=120).status_code

    with (
        idle.client("creator") as flooding,
        idle.client("other") as single,
        ThreadPoolExecutor(FLOOD) as threads,
    ):
        ask(single, 0)
        flood = [threads.submit(ask, flooding, 1 + n) for n in range(3 * FLOOD)]
        while sum(one.done() for one in flood) < 8:  # it is under way
            time.sleep(0.01)
        before = sum(one.done() for one in flood)
        assert ask(single, 10_000) == 400
        passed = sum(one.done() for one in flood) - before
        wait(flood)
    assert {one.result() for one in flood} == {400}
    assert passed < FLOOD  # in one queue with them it would have waited for all of these
