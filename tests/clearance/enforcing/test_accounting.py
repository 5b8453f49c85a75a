from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.event import listen, remove

from cleardance.accounts.accounts import create_account
from cleardance.clearance.erasure import erase
from cleardance.clearance.kept import read_kept
from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service
from cleardance.rights.notices.form import Located
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.rights.snapshot import load_registry
from cleardance.screen.voices import VoiceMatcher
from cleardance.store.tables import output_signal
from tests.clearance.asking import make, request
from tests.clearance.prepared import Prepared, prepare
from tests.match.sounds import audio, written
from tests.match.voices import LOW, band_model, spoken


def register(service: Service, **fields: object) -> str:
    row = {"name": "Lantern Street", "kind": "series", "owner": "Example Pictures"}
    return add(service.store, parse_row(row | fields))


def make_past(service: Service, folder: Path) -> dict[str, Record]:
    """What was asked before anybody registered the work."""
    create_account(service.store, "studio", partner="Example Partner")
    named = request("a cat runs along Lantern Street at night", seed=1, account="studio")
    tagged = request("a dog runs on a beach #LanternStreet", seed=2)
    return {
        "named": make(service, folder / "named.png", named),
        "tagged": make(service, folder / "tagged.png", tagged),
        "other": make(service, folder / "other.png", request()),
    }


@pytest.fixture(scope="module")
def prepared(
    new_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Prepared[dict[str, Record]]:
    return prepare(new_home, tmp_path_factory.mktemp("past"), make_past)


@pytest.fixture
def home(prepared: Prepared[dict[str, Record]], tmp_path: Path) -> Path:
    return prepared.copy(tmp_path)


@pytest.fixture
def past(prepared: Prepared[dict[str, Record]]) -> dict[str, Record]:
    return prepared.made


def ids(service: Service, work_id: str, *located: Located) -> list[str]:
    return [one.task_id for one in account_for(service, [work_id], located).instances]


def test_works_registered_later_are_found_in_the_prompts_of_the_past(
    service: Service, past: dict[str, Record]
) -> None:
    work_id = register(service)
    accounting = account_for(service, [work_id])
    found, tagged = accounting.instances
    assert (found.task_id, tagged.task_id) == (past["named"].task.id, past["tagged"].task.id)
    assert found.status == "released"
    assert found.partner == "Example Partner"
    assert found.excerpt == "a cat runs along Lantern Street at night"
    assert found.output_sha256 == past["named"].task.sealed_blob
    assert [(one.signal, one.evidence.text) for one in found.findings] == [
        ("name", "Lantern Street")
    ]
    assert accounting.works == (work_id,)
    assert (accounting.searched.tasks, accounting.searched.prompts) == (3, 3)
    assert len(found.entries) >= 6


@pytest.mark.parametrize("hashtag", ["#LanternStreet", "lanternstreet", "＃LanternStreet"])  # noqa: RUF001
def test_hashtags_that_are_pointed_at_count_whatever_is_registered(
    service: Service, past: dict[str, Record], hashtag: str
) -> None:
    work_id = register(service, name="Something Else")
    assert ids(service, work_id) == []
    assert ids(service, work_id, Located(hashtag=hashtag)) == [past["tagged"].task.id]
    assert ids(service, work_id, Located(hashtag="#Lantern")) == []


def test_pictures_registered_later_are_found_in_what_was_kept_of_outputs(
    service: Service, past: dict[str, Record], tmp_path: Path
) -> None:
    work_id = register(service, name="The Ball", references=[str(tmp_path / "other.png")])
    [found] = account_for(service, [work_id]).instances
    assert found.task_id == past["other"].task.id
    assert "pdq" in {one.signal for one in found.findings}


def test_voices_registered_later_are_found_in_what_was_kept_of_outputs(
    service: Service, past: dict[str, Record], tmp_path: Path
) -> None:
    model = band_model(tmp_path / "voice.onnx")
    settings = service.settings.model_copy(update={"voice_descriptor": model})
    matcher = VoiceMatcher(model, settings.home)
    heard = matcher.find(audio(spoken(LOW, 2)), load_registry(service.store)).signals
    task = {"task_id": past["other"].task.id}
    with service.store.begin() as session:
        rows = [task | signal._asdict() for signal in heard]
        session.execute(insert(output_signal), rows)
    written(tmp_path / "voice.wav", spoken(LOW, 1))
    reference = {"path": str(tmp_path / "voice.wav"), "role": "voice"}
    work_id = register(service, name="Quentin Quux", kind="person", references=[reference])
    [found] = account_for(replace(service, settings=settings), [work_id]).instances
    assert found.task_id == past["other"].task.id
    assert [(one.signal, one.decision) for one in found.findings] == [("voice", "hold")]


def test_an_erased_task_keeps_no_prompt_and_its_picture_is_still_found(
    service: Service, past: dict[str, Record], tmp_path: Path
) -> None:
    work_id = register(service, name="The Cat", references=[str(tmp_path / "named.png")])
    erase(service, past["named"].task.id)
    accounting = account_for(service, [work_id])
    [found] = accounting.instances
    assert found.excerpt is None
    assert {one.signal for one in found.findings} <= {"pdq", "local"}
    assert accounting.searched.erased == 1


def test_outputs_and_accounts_that_are_pointed_at_are_listed(
    service: Service, past: dict[str, Record]
) -> None:
    work_id = register(service, name="Something Else")
    other, named = past["other"].task.id, past["named"].task.id
    assert ids(service, work_id, Located(output=other)) == [other]
    assert ids(service, work_id, Located(output=f"https://example.org/videos/{other}")) == [other]
    assert ids(service, work_id, Located(account="studio")) == [named]
    assert ids(service, work_id, Located(output="cgt-unknown"), Located(account="nobody")) == []


def test_pictures_of_some_outputs_are_read_without_walking_through_all(
    service: Service, past: dict[str, Record]
) -> None:
    asked: list[tuple[str, object]] = []

    def note(*event: object) -> None:
        asked.append((str(event[2]), event[3]))

    with service.store.read() as session:
        listen(session, "before_cursor_execute", note)
        some = [past["other"].task.id, *(f"cgt-{number}" for number in range(400))]
        assert list(read_kept(session, some).read_pictures(some))
        remove(session, "before_cursor_execute", note)
        queries = [one for one in asked if "FROM output_signal" in one[0]]
        assert len(queries) == 2
        for query, values in queries:
            plan = session.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
            assert [row[3].partition(" USING ")[2] for row in plan] == [
                "INDEX ix_output_signal_task_id (task_id=?)"
            ]
