"""How fast the pages are in a real browser, with much in the home: ``python benchmarks/pages.py``.

Makes (or takes, ``--home``) a home with 80,000 works and 10,000 outputs of one account, some
real, all with verdicts, events and ledger entries, and 200 held for a person. Serves it with
nothing beside it, and drives Chromium through it: a new browser for each cold load, so that nothing
is cached. Beside it, in the same run, a bare page of one line from a bare server.

first paint: first contentful paint, from the start of the navigation. bytes: all that came before
media, as sent. interaction: from a key or click to the next frame (Event Timing, as INP counts it).
Prints a table; times are medians of ``--rounds``, with the worst beside.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import insert, select

from cleardance.accounts import accounts, holdings, passwords
from cleardance.accounts.roles import Role
from cleardance.clearance.flow import clear
from cleardance.clearance.notices.accepting import from_anybody
from cleardance.clearance.service import Service, open_service
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import New, append_all
from cleardance.request import Ratio, Request, Resolution
from cleardance.rights.notices import filing
from cleardance.rights.notices.form import parse_notice
from cleardance.rights.registry import add, import_rows
from cleardance.rights.row import RegistryRow, WorkKind, parse_row
from cleardance.store.tables import (
    HoldingKind,
    review,
    task,
    task_event,
    utc_text,
    verdict,
    verdict_work,
    work,
)

WORKS, OUTPUTS, HELD, REAL = 80_000, 10_000, 200, 6
NAME, PASSWORD = "mara", "a sentence nobody guesses"
OWNER = "Owner 7"
TOUCHED = RegistryRow(name="The Zorblax of 7 Quux", kind=WorkKind.FILM, owner=OWNER).id
BARE = b"<!DOCTYPE html><html lang=en><title>Bare</title><p>One line.</p></html>"
COLD = (
    ("Studio, 10,000 outputs", "/studio"),
    ("Review, 200 held", "/operate/review"),
    ("Overview", "/operate"),
    ("Notices", "/operate/notices"),
    ("Accounts", "/operate/accounts"),
    ("Rules", "/operate/rules"),
    ("Ledger", "/operate/ledger"),
    ("Queue", "/operate/queue"),
    ("Models", "/operate/models"),
    ("Audit", "/operate/audit"),
    ("Reports", "/operate/reports"),
    ("Webhooks", "/operate/webhooks"),
    ("Rights desk of an operator, 80,000 works", "/rights"),
    ("Works found by a word", "/rights?q=Zorblax+of+777"),
    ("Verify", "/verify"),
    ("Transparency", "/transparency"),
)
DESK = (
    ("Rights desk of an owner, 800 works", "/rights"),
    ("A work", f"/rights/works/{TOUCHED}"),
    ("Its cases, 200", f"/rights/works/{TOUCHED}/cases"),
    ("Registering a work", "/rights/works/new"),
    ("Licences", "/rights/licences"),
    ("Sent notices, 200", "/rights/notices"),
)
"""As a rights-holder sees them, who owns every hundredth work."""
PAINT = """() => new Promise(done => new PerformanceObserver(list => {
  for (const one of list.getEntriesByName('first-contentful-paint')) done(one.startTime);
}).observe({type: 'paint', buffered: true}))"""
BYTES = """() => performance.getEntriesByType('navigation').concat(
  performance.getEntriesByType('resource').filter(one => !['img', 'video', 'audio'].includes(
    one.initiatorType))).reduce((sum, one) => sum + one.transferSize, 0)"""
WATCH = """() => { window.worst = 0; new PerformanceObserver(list => { for (const one of
  list.getEntries()) if (one.interactionId) window.worst = Math.max(window.worst, one.duration);
}).observe({type: 'event', durationThreshold: 16, buffered: true}); }"""
FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))"
CLEARED = """() => new Promise(done => { const prompt = document.querySelector('#prompt');
  let last = 0; prompt.addEventListener('input', () => { last = performance.now(); });
  document.addEventListener('htmx:afterSettle', () => requestAnimationFrame(() =>
    done(performance.now() - last)), {once: true}); })"""
NEXT = """() => new Promise(done => { let pressed = 0;
  addEventListener('keydown', () => { pressed = performance.now(); }, {capture: true});
  const painted = () => requestAnimationFrame(() => done(performance.now() - pressed));
  new MutationObserver(painted).observe(
    document.querySelector('#review').parentElement, {childList: true}); })"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="A home that an earlier run made, or is to make.")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder) / "home"
        if not home.exists():
            fill(home, Path(folder))
        load = os.getloadavg()[0]
        with serving(home) as url, bare() as plain, sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            rows = list(measured(browser, url, plain, asked.rounds))
            browser.close()
    print(f"{os.cpu_count()} cores, load {load:.1f} at the start; {asked.rounds} rounds\n")
    print("| what | first paint, ms | worst | bytes |\n|---|---:|---:|---:|")
    print("\n".join(rows))


def measured(browser: Browser, url: str, plain: str, rounds: int) -> Iterator[str]:
    yield cold(browser, "A bare page, bare server", plain, rounds, None)
    with browser.new_context(base_url=url) as context:
        page = context.new_page()
        sign_in(page)
        state: Any = context.storage_state()
    for what, path in COLD:
        yield cold(browser, what, url + path, rounds, state)
    with browser.new_context(base_url=url) as context:
        page = context.new_page()
        sign_in(page, OWNER)
        theirs: Any = context.storage_state()
    for what, path in DESK:
        yield cold(browser, what, url + path, rounds, theirs)
    with browser.new_context(base_url=url, storage_state=state) as context:
        page = context.new_page()
        page.goto("/studio")
        yield "| **what** | **ms** | **worst** | |"
        for what, act in ACTS:
            yield line(what, [act(page) for _ in range(rounds)])


def cold(browser: Browser, what: str, url: str, rounds: int, state: Any) -> str:
    paints, sizes = [], []
    for _ in range(rounds):
        with browser.new_context(storage_state=state) as context:
            page = context.new_page()
            page.goto(url)
            paints.append(page.evaluate(PAINT))
            sizes.append(page.evaluate(BYTES))
    return line(what, paints, f"{round(max(sizes)):,}")


def line(what: str, times_ms: list[float], size: str = "") -> str:
    return f"| {what} | {statistics.median(times_ms):.0f} | {max(times_ms):.0f} | {size} |"


def live_clearance(page: Page) -> float:
    """From the last key to the words under the prompt, at the pace of a fast typist."""
    page.goto("/studio")
    page.focus("#prompt")
    page.keyboard.type("A ball like in Brigerton, in a moonlit garde", delay=30)
    page.wait_for_timeout(500)
    waiting = page.evaluate_handle(f"() => {{ window.cleared = ({CLEARED})(); }}")
    page.keyboard.press("n")
    spent_ms: float = page.evaluate("() => window.cleared")
    waiting.dispose()
    assert "registered by Netflix" in page.inner_text("#clearance")
    return spent_ms


def typing(page: Page) -> float:
    return _interaction(page, "/studio", lambda: page.type("#prompt", "a fox", delay=40))


def theme(page: Page) -> float:
    return _interaction(page, "/studio", lambda: page.click("[data-theme-switch]"))


def older(page: Page) -> float:
    """A page of older outputs: from the click to the first paint of the next page."""
    page.goto("/studio")
    page.click("text=Older")
    page.wait_for_url("**before=*")
    return float(page.evaluate(PAINT))


def next_review(page: Page) -> float:
    """The key J: until the frame in which the next piece of evidence is there."""
    page.goto("/operate/review")
    page.wait_for_load_state("networkidle")  # somebody looks at this one meanwhile
    page.evaluate(f"() => {{ window.next = ({NEXT})(); }}")
    page.keyboard.press("j")
    return float(page.evaluate("() => window.next"))


def unfold(page: Page) -> float:
    page.goto("/operate")
    page.wait_for_selector(".charts svg")
    return _interaction(page, None, lambda: page.locator("summary").first.click())


def _interaction(page: Page, path: str | None, act: Callable[[], None]) -> float:
    if path is not None:
        page.goto(path)
    page.evaluate(WATCH)
    act()
    page.evaluate(FRAME)
    return float(page.evaluate("window.worst"))


ACTS: tuple[tuple[str, Callable[[Page], float]], ...] = (
    ("Live clearance, after the last key", live_clearance),
    ("Typing a prompt, slowest key to next frame", typing),
    ("Light and dark, click to next frame", theme),
    ("Unfolding a chart's table, click to next frame", unfold),
    ("Older outputs, click to first paint", older),
    ("Next review (J), key to its evidence", next_review),
)


def sign_in(page: Page, name: str = NAME) -> None:
    page.goto("/signin")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main form button")
    page.wait_for_url(lambda url: "/signin" not in url)


@contextmanager
def serving(home: Path) -> Iterator[str]:
    options = ["--home", str(home), "serve", "--port", "0", "--slots", "0"]
    command = [sys.executable, "-m", "cleardance.cli.main", *options]
    with tempfile.NamedTemporaryFile("w+") as log:
        process = subprocess.Popen(command, stderr=log)
        try:
            while not (found := re.search(r"Listening on (\S+)", Path(log.name).read_text())):
                assert process.poll() is None, Path(log.name).read_text()
                time.sleep(0.1)
            while not _is_ready(found[1]):  # until the index of 80,000 works is in memory
                time.sleep(0.5)
            yield found[1]
        finally:
            process.terminate()
            process.wait(60)


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz") as answer:
            return bool(answer.status == 200)
    except HTTPError:
        return False


class _Bare(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(BARE)))
        self.end_headers()
        self.wfile.write(BARE)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def bare() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Bare)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


def fill(home: Path, folder: Path) -> None:
    with open_service(home) as service:
        roles = (Role.OPERATOR, Role.REVIEWER, Role.CREATOR)
        accounts.create_account(service.store, NAME, roles=roles, by="local")
        passwords.set_password(service.store, NAME, PASSWORD, by="local")
        with (folder / "works.jsonl").open("w", encoding="utf-8") as lines:
            for number in range(WORKS):
                row = {"name": f"The Zorblax of {number} Quux", "kind": "film",
                       "owner": f"Owner {number % 100}", "aliases": [f"Zorb {number}x"],
                       "policy": "review"}  # fmt: skip
                lines.write(json.dumps(row) + "\n")
        add(service.store, parse_row({"name": "Red Ball", "kind": "film", "policy": "review"}))
        real = [made(service, folder, number) for number in range(REAL)]
        held = clear(service, request("a Red Ball in a meadow", 99), folder / "held.png").task.id
        copy(service, real, OUTPUTS)
        hold(service, held, HELD - 1)
        import_rows(service.store, folder / "works.jsonl")
        own(service)
        service.checkpoint()


def own(service: Service) -> None:
    """A rights-holder, who sent 200 notices; every output touches a work, 200 of them theirs."""
    store, now = service.store, datetime.now(UTC)
    accounts.create_account(store, OWNER, roles=[Role.RIGHTS_HOLDER], by="local")
    passwords.set_password(store, OWNER, PASSWORD, by="local")
    with store.begin() as session:
        holder = accounts.show(session, OWNER).id
        holdings.add_holding(session, holder, HoldingKind.OWNER, OWNER, by="local")
    letter: dict[str, Any] = {
        "kind": "copyright", "sender": {"name": OWNER, "email": "a@b.example", "address": "1 Road"},
        "statements": {"good_faith": True, "accurate_under_penalty_of_perjury": True},
        "signature": "/s/ A", "works": [{"name": "The Zorblax of 7 Quux", "kind": "film"}],
    }  # fmt: skip
    intake = from_anybody(service)
    for number in range(HELD):
        form = parse_notice(letter | {"located": [{"hashtag": f"#zorblax{number}"}]})
        filing.file_notice(store, form, Path(), now, intake, sent_by=holder)
    with store.begin() as session:
        ids = session.scalars(select(verdict.c.id).where(verdict.c.stage == "ask")).all()
        works = [row.id for row in session.execute(select(work.c.id).where(work.c.owner != OWNER))]
        rows = [
            {"verdict_id": id_, "work_id": TOUCHED if n % 50 == 0 else works[n % len(works)]}
            for n, id_ in enumerate(ids)
        ]
        known = set(session.scalars(select(verdict_work.c.verdict_id)))
        rows = [row for row in rows if row["verdict_id"] not in known]
        session.execute(insert(verdict_work), rows)


def request(prompt: str, seed: int) -> Request:
    size: dict[str, Any] = {"resolution": Resolution.P480, "ratio": Ratio.R16_9}
    return Request(prompt=prompt, seed=seed, still=True, audio=False, account=NAME, **size)


def made(service: Service, folder: Path, number: int) -> str:
    asked = request("A fox runs over a meadow at dusk", number)
    return clear(service, asked, folder / f"{number}.png").task.id


def copy(service: Service, ids: list[str], count: int) -> None:
    """Let there be ``count`` outputs: rows of real ones again, with verdicts, events, entries."""
    now = datetime.now(UTC)
    with service.store.begin() as session:
        found = [session.execute(select(task).where(task.c.id == one)).mappings() for one in ids]
        rows = [dict(one.one()) for one in found]
        bodies = [session.scalar(select(verdict.c.body).where(verdict.c.task_id == i)) for i in ids]
        tasks, verdicts, events, entries = [], [], [], []
        for number in range(count):
            at = now - timedelta(minutes=2 * number)
            task_id = f"cgt-{at:%Y%m%d%H%M%S}-{number:08x}"
            times = {"created_at": utc_text(at), "updated_at": utc_text(at + timedelta(seconds=9))}
            tasks.append(rows[number % len(rows)] | {"id": task_id} | times)
            one = {"task_id": task_id, "registry_revision": 1, "decision": "clear"}
            one |= {"body": bodies[number % len(bodies)], "created_at": times["created_at"]}
            verdicts += [one | {"id": f"{task_id}/{stage}/1", "stage": stage, "number": 1}
                         for stage in ("ask", "output")]  # fmt: skip
            told = {"task_id": task_id, "at": times["updated_at"], "kind": "status"}
            events += [told | {"body": {"status": s}} for s in ("queued", "running", "released")]
            entries += [New(EntryKind.ASKED, task_id, {}), New(EntryKind.RELEASED, task_id, {})]
        for table, values in ((task, tasks), (verdict, verdicts), (task_event, events)):
            for start in range(0, len(values), 2_000):
                session.execute(insert(table), values[start : start + 2_000])
        append_all(session, entries)


def hold(service: Service, task_id: str, count: int) -> None:
    """Let ``count`` more wait for a person, like one that really does."""
    with service.store.begin() as session:
        row = dict(session.execute(select(task).where(task.c.id == task_id)).mappings().one())
        of_task = verdict.c.task_id == task_id
        said = dict(session.execute(select(verdict).where(of_task)).mappings().one())
        of_review = review.c.task_id == task_id
        waits = dict(session.execute(select(review).where(of_review)).mappings().one())
        for number in range(count):
            other = f"{task_id}-{number}"
            session.execute(insert(task).values(row | {"id": other}))
            body = said | {"id": f"{other}/ask/1", "task_id": other}
            session.execute(insert(verdict).values(body))
            one = {"id": f"{other}.1", "task_id": other, "verdict_id": f"{other}/ask/1"}
            session.execute(insert(review).values(waits | one))


if __name__ == "__main__":
    main()
