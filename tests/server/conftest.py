"""The real server on the loopback, in a process of its own, with a worker beside it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from cleardance.clearance.service import open_service
from tests.server.accounts import make_accounts

COLD = {"CLEARDANCE_WARM_START": "false"}
"""Servers of tests live shortly, and most of them look at no file."""
ARK = "/api/v3/contents/generations/tasks"


@dataclass(frozen=True)
class Server:
    """A running server: where it is, its home, and one key for each role."""

    url: str
    home: Path
    keys: dict[str, str] = field(repr=False)

    def client(self, who: str | None = "creator") -> httpx.Client:
        headers = {} if who is None else {"Authorization": f"Bearer {self.keys[who]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60.0)


@contextmanager
def serving(home: Path, keys: dict[str, str], *, slots: int, **settings: str) -> Iterator[Server]:
    arguments = ["--home", str(home), "serve", "--port", "0", "--slots", str(slots)]
    command = [sys.executable, "-m", "cleardance.cli.main", *arguments]
    with (home.parent / "serve.log").open("w+") as log:
        process = subprocess.Popen(command, stderr=log, env=os.environ | COLD | settings)
        try:
            yield Server(_address(process, home.parent / "serve.log"), home, keys)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, (home.parent / "serve.log").read_text()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 60.0
    while not (found := re.search(r"Listening on (\S+)", log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return found[1]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("server") / "home"
    with open_service(home) as service:
        keys = make_accounts(service)
    with serving(home, keys, slots=1) as running:
        yield running


@pytest.fixture(scope="session")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server beside which nothing works: what is queued stays queued."""
    home = tmp_path_factory.mktemp("idle") / "home"
    with open_service(home) as service:
        keys = make_accounts(service)
    with serving(home, keys, slots=0, CLEARDANCE_FETCH_PRIVATE="true") as running:
        yield running
