"""What a letter demands is done: all of it, once, and whatever kills it."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from cleardance.clearance import flow
from cleardance.clearance.notices.ceasing import allow_works
from cleardance.clearance.notices.executing import execute, execution_of, resume_interrupted
from cleardance.clearance.notices.removing import lift_removals
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import open_output
from cleardance.errors import NoticeError, Removed, TaskBusy
from cleardance.ledger.verify import verify
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from cleardance.store.tables import ledger_entry, removal
from tests.clearance.asking import kinds, make, request
from tests.clearance.enforcing.letters import file
from tests.clearance.prepared import Prepared

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(letters_past: Prepared[dict[str, Record]], tmp_path: Path) -> Path:
    return letters_past.copy(tmp_path)


@pytest.fixture
def past(letters_past: Prepared[dict[str, Record]]) -> dict[str, Record]:
    return letters_past.made


def of_notice(service: Service, notice_id: str) -> list[str]:
    """The kinds of all ledger entries that name a notice, in order; the whole ledger holds."""
    verify(service.store, [service.ledger_keys.public])
    at = ledger_entry.c
    with service.store.read() as session:
        rows = session.execute(select(at.kind, at.body).order_by(at.index))
        return [kind for kind, body in rows if body.get("notice") == notice_id]


def test_outputs_that_touch_the_works_are_removed_and_nothing_else_is(
    service: Service, past: dict[str, Record], tmp_path: Path
) -> None:
    notice_id = file(service)
    with open_service(service.settings.home) as other:  # a process that serves meanwhile
        done = execute(service, notice_id, by="local")
        assert (done.status, done.done["remove"]) == ("executed", 2)
        for name in ("named", "tagged"):
            with pytest.raises(Removed, match=notice_id):
                open_output(other, past[name].task.id)
        assert open_output(other, past["other"].task.id)
        again = make(other, tmp_path / "again.png", request("a cow in Lantern Street"))
        assert again.status == "denied"


def test_a_task_on_its_way_is_stopped(service: Service, past: dict[str, Record]) -> None:
    notice_id = file(service, works=[{"name": "Else", "kind": "film"}], located=[
        {"output": past["waiting"].task.id}
    ])  # fmt: skip
    execute(service, notice_id, by="local")
    record = flow.resume(service, past["waiting"].task.id)
    assert (record.status, record.task.error_code) == ("failed", "Removed")


def test_executing_again_changes_nothing(service: Service, past: dict[str, Record]) -> None:
    notice_id = file(service)
    first = execute(service, notice_id, by="local")
    entries = of_notice(service, notice_id)
    assert execute(service, notice_id, by="local") == first
    assert of_notice(service, notice_id) == entries


def test_while_one_process_executes_it_another_does_not(
    service: Service, past: dict[str, Record]
) -> None:
    notice_id = file(service)
    with service.store.lock(notice_id), pytest.raises(TaskBusy):
        execute(service, notice_id, by="local")


def test_a_notice_that_lacks_something_is_not_executed(
    service: Service, past: dict[str, Record]
) -> None:
    notice_id = file(service, signature=None)
    with pytest.raises(NoticeError, match="incomplete"):
        execute(service, notice_id, by="local")
    assert open_output(service, past["named"].task.id)


def test_everything_undone_is_as_it_was(service: Service, past: dict[str, Record]) -> None:
    """Byte for byte: files, policies, and who may have what."""
    work = {"name": "Lantern Street", "kind": "series", "policy": "review"}
    work_id = registry.add(service.store, parse_row(work))
    before = {name: open_output(service, past[name].task.id) for name in ("named", "tagged")}
    content = {name: file_.path.read_bytes() for name, file_ in before.items()}
    notice_id = file(service)
    execute(service, notice_id, by="local")
    assert registry.show(service.store, work_id).policy == "deny"
    lifted = lift_removals(service, notice_id, by="local", why="a counter-notice won")
    assert set(lifted) >= {past["named"].task.id, past["tagged"].task.id}
    assert allow_works(service, notice_id) == {work_id: "review"}
    assert registry.show(service.store, work_id).policy == "review"
    for name, file_ in before.items():
        after = open_output(service, past[name].task.id)
        assert (after, after.path.read_bytes()) == (file_, content[name])
    assert kinds(service, past["named"].task.id)[-2:] == ["removed", "restored"]


def test_an_output_that_two_notices_removed_stays_removed_by_the_other(
    service: Service, past: dict[str, Record]
) -> None:
    first, second = file(service), file(service, reason="Once more.")
    execute(service, first, by="local")
    execute(service, second, by="local")
    lift_removals(service, first, by="local", why="withdrawn")
    with pytest.raises(Removed, match=second):
        open_output(service, past["named"].task.id)
    lift_removals(service, second, [past["named"].task.id], by="local", why="withdrawn in part")
    assert open_output(service, past["named"].task.id)
    with pytest.raises(Removed):
        open_output(service, past["tagged"].task.id)


def test_killed_at_any_transaction_it_goes_on_and_does_each_step_once(
    service: Service, past: dict[str, Record], tmp_path: Path
) -> None:
    notice_id, deaths = file(service), tmp_path / "deaths"
    service.checkpoint()
    command = [sys.executable, "-m", "tests.clearance.enforcing.crash_execute"]
    paths = [str(service.settings.home), notice_id, str(deaths)]
    done = subprocess.run([*command, *paths], cwd=ROOT, capture_output=True, check=True)
    names = done.stdout.decode().split()
    assert len(names) >= 12, done.stderr.decode()
    whole = ended(service, past, notice_id)
    for name in names:
        with open_service(deaths / name) as killed:
            resume_interrupted(killed)
            begun = execution_of(killed, notice_id).status
            assert begun == ("accepted" if name == "1-before" else "executed"), name
            assert ended(killed, past, notice_id) == whole, name


def ended(service: Service, past: dict[str, Record], notice_id: str) -> dict[str, object]:
    """Execute to the end; return what was done, and how often each thing was."""
    done = execute(service, notice_id, by="local")
    with service.store.read() as session:
        removed = sorted(session.scalars(select(removal.c.task_id)))
    assert removed == sorted(past[name].task.id for name in ("named", "tagged", "waiting"))
    return {"done": done, "entries": of_notice(service, notice_id)}
