"""The clearance record: complete, proved, and found out wherever it was changed."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from cleardance.accounts.accounts import create_account
from cleardance.accounts.roles import Role
from cleardance.clearance import review
from cleardance.clearance.clearance_record.gathering import gather
from cleardance.clearance.clearance_record.model import RecordFormat
from cleardance.clearance.clearance_record.writing import written
from cleardance.clearance.erasure import erase
from cleardance.clearance.flow import clear
from cleardance.clearance.review_decision import release
from cleardance.clearance.service import Service, open_service
from cleardance.errors import LedgerInvalid, NotFound
from cleardance.ledger.check_record import check_media, check_record
from cleardance.rights.grant import parse_grant
from cleardance.rights.granting import grant
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from tests.clearance.asking import request
from tests.clearance.prepared import Prepared, prepare

NAMED = "the Zorblaxian ball bounces in a meadow"
AT = datetime(2026, 2, 17, 9, tzinfo=UTC)


def release_one(service: Service, folder: Path) -> str:
    """A still that was released on a licence."""
    add(service.store, parse_row({"name": "Zorblaxian", "kind": "series", "owner": "Zorblax"}))
    create_account(service.store, "studio")
    given = {"works": ["Zorblaxian"], "to": "account:studio", "uses": ["prompt"]}
    grant(service.store, parse_grant(given), datetime.now(UTC))
    asked = request(NAMED, account="studio")
    return clear(service, asked, folder / "out.png").task.id


@pytest.fixture(scope="module")
def prepared(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared[str]:
    return prepare(new_home, tmp_path_factory.mktemp("past"), release_one)


@pytest.fixture
def licensed(prepared: Prepared[str], tmp_path: Path) -> Iterator[tuple[Service, str, Path]]:
    """A still that was released on a licence, with its service, task and file."""
    with open_service(prepared.copy(tmp_path)) as service:
        yield service, prepared.made, tmp_path / "out.png"


def read(service: Service, task_id: str) -> dict[str, Any]:
    text = written(gather(service, task_id, AT), RecordFormat.JSON)
    return dict(json.loads(text))


def test_a_record_proves_the_prompt_the_verdicts_the_licence_and_the_file(
    licensed: tuple[Service, str, Path],
) -> None:
    service, task_id, path = licensed
    record = read(service, task_id)
    found = check_record(record, [service.ledger_keys.public])
    check_media(found, path)
    assert (found.task, found.verdicts, found.proofs) == (task_id, 2, len(record["entries"]))
    assert record["request"]["prompt"] == NAMED
    assert record["output"]["credentials"]["state"] == "Trusted"
    assert [one["work_names"] for one in record["licences"]] == [["Zorblaxian"]]
    assert record["verdicts"][0]["verdict"]["licences"] == [record["licences"][0]["id"]]


@pytest.mark.parametrize(
    "place",
    [
        ("request", "prompt"),
        ("account",),
        ("salt",),
        ("task",),
        ("output", "sha256"),
        ("output", "released_at"),
        ("verdicts", 0, "verdict", "reason"),
        ("verdicts", 0, "stage"),
        ("entries", 1, "entry"),
        ("entries", 1, "at"),
        ("entries", 1, "kind"),
        ("entries", 1, "path", 0),
        ("checkpoint",),
    ],
    ids=lambda place: ".".join(map(str, place)),
)
def test_a_record_that_was_changed_is_found_out(
    licensed: tuple[Service, str, Path], place: tuple[str | int, ...]
) -> None:
    service, task_id, _ = licensed
    record = read(service, task_id)
    part: Any = record
    for step in place[:-1]:
        part = part[step]
    text = part[place[-1]]
    part[place[-1]] = text[:-2] + ("0" if text[-2] != "0" else "1") + text[-1]
    with pytest.raises(LedgerInvalid):
        check_record(record, [service.ledger_keys.public])


@pytest.mark.parametrize("part", ["verdicts", "entries"])
def test_nothing_can_be_left_out(licensed: tuple[Service, str, Path], part: str) -> None:
    service, task_id, _ = licensed
    whole = read(service, task_id)
    for left_out in range(len(whole[part])):
        record = copy.deepcopy(whole)
        kind = record[part].pop(left_out).get("kind", "a verdict")
        if kind in ("generated", "sealing", "sealed"):
            continue  # steps on the way: what they prove is not claimed without them
        with pytest.raises(LedgerInvalid):
            check_record(record, [service.ledger_keys.public])


def test_the_key_has_to_be_the_ledgers_and_the_file_the_released_one(
    licensed: tuple[Service, str, Path], tmp_path: Path
) -> None:
    service, task_id, path = licensed
    record = read(service, task_id)
    found = check_record(record, [service.ledger_keys.public])
    other = tmp_path / "other.png"
    other.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(LedgerInvalid, match=r"other\.png is not the file of this record"):
        check_media(found, other)
    with pytest.raises(LedgerInvalid):
        check_record(record, [])


@pytest.mark.parametrize("hostile", [{}, {"format": "x"}, {"entries": [{}]}, {"salt": "zz"}])
def test_what_is_no_record_is_named_so(hostile: dict[str, Any]) -> None:
    with pytest.raises(LedgerInvalid, match="This is not a clearance record"):
        check_record(hostile, [])


def test_a_persons_decision_is_in_it_without_the_persons_name(
    service: Service, tmp_path: Path
) -> None:
    add(service.store, parse_row({"name": "Zorblaxian", "kind": "series", "policy": "review"}))
    create_account(service.store, "eve", roles=[Role.REVIEWER])
    task_id = clear(service, request(NAMED), tmp_path / "out.png").task.id
    with service.store.read() as session:
        (waiting,) = review.of_task(session, task_id)
    release(service, waiting.id, "eve", "A ball of their own.", datetime.now(UTC))
    record = read(service, task_id)
    assert [one["decision"] for one in record["reviews"]] == ["release"]
    assert record["output"] is None
    check_record(record, [service.ledger_keys.public])
    record["reviews"][0]["reason"] = "Because."
    with pytest.raises(LedgerInvalid, match="another decision or reason"):
        check_record(record, [service.ledger_keys.public])


def test_a_refusal_has_a_record_too_and_an_erased_task_has_none(
    service: Service, tmp_path: Path
) -> None:
    add(service.store, parse_row({"name": "Zorblaxian", "kind": "series"}))
    task_id = clear(service, request(NAMED), tmp_path / "out.png").task.id
    record = read(service, task_id)
    assert (record["status"], record["output"]) == ("denied", None)
    check_record(record, [service.ledger_keys.public])
    erase(service, task_id)
    with pytest.raises(NotFound):
        gather(service, task_id, AT)


def test_the_document_says_it_in_words_and_carries_the_data(
    licensed: tuple[Service, str, Path],
) -> None:
    service, task_id, _ = licensed
    made = gather(service, task_id, AT)
    pdf = written(made, RecordFormat.PDF)
    assert written(made, RecordFormat.PDF) == pdf
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    for words in (NAMED, "Cleared, sealed and released", "Licences relied on", "Zorblaxian"):
        assert words in text
    assert bytes(document.get_attachment(0).get_data()) == made.model_dump_json().encode()
    document.close()
