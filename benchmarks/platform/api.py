"""How fast requests are taken in: 200 clients, prompts denied or queued, beside a bare FastAPI.

Usage: python benchmarks/platform/api.py [--seconds 20] [--rate 300] [--clients 200] [--url URL]

Each run starts a real server on an empty home. Clients keep their connections. "paced": each client
sends at a fixed pace, together so many a second, and latency counts from when a request was due.
"at once": each client sends the next when it has the answer to the last. Without --url the database
is SQLite.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from cleardance.accounts.keys import create_key
from cleardance.clearance.service import open_service

TASKS = "/api/v3/contents/generations/tasks"
DENIED, QUEUED = "Squid Game guards march past", "a red ball bounces in a meadow"
ECHO = """
import socket, sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.post("/api/v3/contents/generations/tasks")
async def echo(body: dict) -> dict:
    return body
@app.get("/api/v3/contents/generations/tasks/{name}")
async def get(name: str) -> dict:
    return {"id": name}
found = socket.socket()
found.bind(("127.0.0.1", 0))
print(f"Listening on http://127.0.0.1:{found.getsockname()[1]}", file=sys.stderr, flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run([found])
"""


@dataclass
class Seen:
    """What clients saw: seconds for each answer, how many of each status, the time it all took."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    took_s: float = 0.0
    cpu_s: float = 0.0  # of the server

    def line(self, what: str) -> str:
        p50, p99 = np.percentile(self.seconds, [50, 99]) * 1000
        said = " ".join(f"{code}:{count}" for code, count in sorted(self.statuses.items()))
        rate = len(self.seconds) / self.took_s
        cpu_ms = self.cpu_s / len(self.seconds) * 1000
        return (
            f"| {what:<36} | {rate:>9.0f} | {p50:>7.1f} | {p99:>7.1f} | {cpu_ms:>6.2f} | {said} |"
        )


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        top = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", top)
        answer = await reader.readexactly(int(length[1])) if length else b""
        return int(top[9:12]), answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


def used_s(pid: int) -> float:
    """Return the processor time that a process has used, its threads' included (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def create(number: int) -> bytes:
    prompt = DENIED if number % 2 else QUEUED
    item = {"type": "text", "text": f"{prompt}, take {number}"}  # none is another's retry
    return json.dumps({"model": "draft", "content": [item], "duration": 4}).encode()


@dataclass(frozen=True)
class At:
    """A running server."""

    port: int
    pid: int
    key: str = "none"


async def submits(at: At, clients: int, seconds: float, rate: float | None) -> Seen:
    """Let clients create tasks, at a pace of ``rate`` a second in all, or as fast as they can."""
    seen, start, before_s = Seen(), time.perf_counter() + 0.5, used_s(at.pid)
    pace_s = None if rate is None else clients / rate

    async def one(number: int) -> None:
        client, turn = Client(at.port, at.key), 0
        while True:
            due = start + (0.0 if pace_s is None else (number / clients + turn) * pace_s)
            if pace_s is None and turn:
                due = time.perf_counter()
            if due >= start + seconds:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            status, body = await client.ask("POST", TASKS, create(number + clients * turn))
            seen.seconds.append(time.perf_counter() - due)
            seen.statuses[status] = seen.statuses.get(status, 0) + 1
            if status == 200 and b'"cgt-' in body:
                seen.ids.append(json.loads(body)["id"])
            turn += 1
        client.close()

    await asyncio.gather(*(one(number) for number in range(clients)))
    seen.took_s = time.perf_counter() - start
    seen.cpu_s = used_s(at.pid) - before_s
    return seen


async def polls(at: At, ids: list[str], rate: float, stop: asyncio.Event) -> Seen:
    """Ask for open tasks, one after the other, at a pace, until told to stop."""
    seen, start, clients = Seen(), time.perf_counter(), 50

    async def one(number: int) -> None:
        client, turn = Client(at.port, at.key), 0
        while not stop.is_set():
            due = start + (number / clients + turn) * clients / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            name = ids[(number + clients * turn) % len(ids)]
            status, _ = await client.ask("GET", f"{TASKS}/{name}")
            seen.seconds.append(time.perf_counter() - due)
            seen.statuses[status] = seen.statuses.get(status, 0) + 1
            turn += 1
        client.close()

    await asyncio.gather(*(one(number) for number in range(clients)))
    seen.took_s = time.perf_counter() - start
    return seen


@contextmanager
def serving(command: list[str], log: Path, **settings: str) -> Iterator[At]:
    with log.open("w+") as file:
        process = subprocess.Popen(command, stderr=file, env=os.environ | settings)
        while not (found := re.search(r"Listening on http://127.0.0.1:(\d+)", log.read_text())):
            if process.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.05)
        time.sleep(1.0)
        try:
            yield At(int(found[1]), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


async def measure(at: At, options: argparse.Namespace, what: str) -> list[str]:
    seconds, clients = options.seconds, options.clients
    paced = await submits(at, clients, seconds, options.rate)
    lines = [paced.line(f"{what}, paced {options.rate:.0f}/s")]
    at_once = await submits(at, clients, seconds, None)
    return [*lines, at_once.line(f"{what}, at once")]


async def measure_polled(at: At, options: argparse.Namespace, what: str) -> list[str]:
    """Submits alone, then beside polls of the open tasks that were made before."""
    ids: list[str] = []
    while len(ids) < options.open:
        ids += (await submits(at, options.clients, 5.0, None)).ids
    alone = await submits(at, options.clients, options.seconds, options.rate / 2)
    stop = asyncio.Event()
    polling = asyncio.create_task(polls(at, ids[: options.open], options.polls, stop))
    beside = await submits(at, options.clients, options.seconds, options.rate / 2)
    stop.set()
    polled = await polling
    return [
        alone.line(f"{what}, paced {options.rate / 2:.0f}/s, nobody polls"),
        beside.line(f"{what}, paced, {options.polls:.0f} polls/s"),
        polled.line(f"{what}, the polls of {options.open} tasks"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=300.0)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--polls", type=float, default=100.0)
    parser.add_argument("--url", help="postgresql+pg8000://…, an empty database")
    options = parser.parse_args()
    print(
        "| what | answers/s | p50 ms | p99 ms | server CPU ms each | statuses |\n"
        "|---|---|---|---|---|---|",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        echo = [sys.executable, "-c", ECHO]
        with serving(echo, Path(folder) / "echo.log") as at:
            print(*asyncio.run(measure(at, options, "bare FastAPI")), sep="\n", flush=True)
        names = ("CLEARDANCE_MAX_QUEUE", "CLEARDANCE_MAX_QUEUE_PER_ACCOUNT")
        more = dict.fromkeys(names, "1000000")
        if options.url:
            os.environ["CLEARDANCE_DATABASE_URL"] = options.url
        home = Path(folder) / "home"
        with open_service(home) as service:
            key = create_key(service.store, "local", by="local").secret
        command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(home)]
        command += ["serve", "--port", "0", "--slots", "0"]
        what = "PostgreSQL" if options.url else "SQLite"
        with serving(command, Path(folder) / "serve.log", **more) as there:
            at = replace(there, key=key)
            print(*asyncio.run(measure(at, options, what)), sep="\n", flush=True)
            if options.open:
                print(*asyncio.run(measure_polled(at, options, what)), sep="\n", flush=True)


if __name__ == "__main__":
    main()
