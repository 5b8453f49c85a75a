"""What a report of a notice costs: 5,000 instances, in each form.

Run: python benchmarks/notice_reports.py [--instances 5000] [--others 5000]

The home is synthesised: task rows, their ledger entries and signals, as the one path writes them;
a share of the prompts names the work. The report is made from nothing: accounting over all tasks,
proofs, pseudonyms; then written in each form, and the JSON checked without the store. One process.
For comparison, the same run times what a report cannot do without: reading the instances' rows from
the database and writing them as plain JSON. "s" is by the wall, "of computing" what the process
itself computed, which other load on the machine does not change; the PDF is set on several cores.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import insert, select

from cleardance.clearance.notices.reporting.gathering import report_of
from cleardance.clearance.notices.reporting.model import ReportFormat
from cleardance.clearance.notices.reporting.writing import written
from cleardance.clearance.service import Service, open_service
from cleardance.ledger.check_report import check_report
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import New, append_all
from cleardance.request import Request
from cleardance.rights.notices.filing import file_notice
from cleardance.rights.notices.form import parse_notice
from cleardance.store.tables import TaskStatus, account, task, utc_now

BUDGET_S = 20.0
ACCOUNTS = 50
NAMED = "a cat runs along Lantern Street at night, 고양이, 오징어, قطة, shot {}"
OTHER = "a red ball bounces in a meadow, shot {}"
NOTICE = {
    "kind": "copyright",
    "sender": {"name": "A. Counsel", "email": "a@example.com", "on_behalf_of": "Example Pictures"},
    "works": [{"name": "Lantern Street", "kind": "series"}],
    "located": [{"hashtag": "#LanternStreet"}],
    "statements": {"good_faith": True, "accurate_under_penalty_of_perjury": True},
    "signature": "/s/ A. Counsel",
}


def fill(service: Service, instances: int, others: int) -> None:
    """Write so many released tasks, a thousand in a transaction."""
    now = utc_now()
    with service.store.begin() as session:
        rows = [
            {"id": f"acc-{n:016x}", "name": f"account {n}", "created_at": now,
             "partner": f"Partner {n % 5}"}
            for n in range(ACCOUNTS)
        ]  # fmt: skip
        session.execute(insert(account), rows)
    count = instances + others
    for start in range(0, count, 1000):
        numbers = range(start, min(start + 1000, count))
        with service.store.begin() as session:
            session.execute(insert(task), [row(n, n < instances, now) for n in numbers])
            append_all(session, [new for n in numbers for new in entries(n)])


def row(number: int, named: bool, now: str) -> dict[str, Any]:
    text = (NAMED if named else OTHER).format(number)
    request = Request(prompt=text, account=f"account {number % ACCOUNTS}", seed=number, still=True)
    return {
        "id": name(number),
        "account_id": f"acc-{number % ACCOUNTS:016x}",
        "status": TaskStatus.RELEASED,
        "step": 8,
        "request": request.model_dump(mode="json"),
        "salt": bytes(32),
        "sealed_blob": f"{number:064x}",
        "destination": "x.png",
        "created_at": now,
        "updated_at": now,
        "served_count": number % 7,
    }


def entries(number: int) -> list[New]:
    filler = {"commitment": f"hmac-sha256:{number:064x}"}
    kinds = (EntryKind.ASKED, EntryKind.VERDICT, EntryKind.GENERATED, EntryKind.VERDICT,
             EntryKind.SEALING, EntryKind.SEALED)  # fmt: skip
    made = [New(kind, name(number), filler) for kind in kinds]
    return [*made, New(EntryKind.RELEASED, name(number), {"sha256": f"{number:064x}"})]


def name(number: int) -> str:
    return f"cgt-20260217090000-{number:08x}"


def timed(label: str, work: Callable[[], Any]) -> tuple[float, Any]:
    start, busy = perf_counter(), process_time()
    made = work()
    spent, computed = perf_counter() - start, process_time() - busy
    size = f", {len(made) / 2**20:6.1f} MiB" if isinstance(made, bytes) else ""
    print(f"{label:<44}{spent:8.2f} s, {computed:8.2f} s of computing{size}")
    return computed, made


def plain(service: Service, instances: int) -> bytes:
    with service.store.read() as session:
        rows = session.execute(select(task).order_by(task.c.id).limit(instances)).mappings()
        return json.dumps([dict(one) for one in rows], default=str).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=5000)
    parser.add_argument("--others", type=int, default=5000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_service(Path(folder) / "home") as service:
        fill(service, asked.instances, asked.others)
        now = datetime.now(UTC)
        receipt = file_notice(service.store, parse_notice(NOTICE), Path(folder), now)
        print(f"{asked.instances} instances among {asked.instances + asked.others} tasks")
        timed("peer: the rows as plain JSON", lambda: plain(service, asked.instances))
        total, report = timed("accounting, proofs", lambda: report_of(service, receipt.id, now))
        assert len(report.instances) == asked.instances
        files = {}
        for form in ReportFormat:
            work = partial(written, report, form)
            spent, files[form] = timed(f"written as {form}", work)
            judged = "within" if total + spent <= BUDGET_S else "OVER"
            print(f"  together {total + spent:.2f} s of computing: {judged} {BUDGET_S:.0f} s")
        keys = [service.ledger_keys.public]
        body = json.loads(files[ReportFormat.JSON])
        timed("checked without the store", lambda: check_report(body, keys))


if __name__ == "__main__":
    main()
