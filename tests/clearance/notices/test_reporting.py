import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.clearance.erasure import erase
from cleardance.clearance.notices.reporting.gathering import report_of
from cleardance.clearance.notices.reporting.instances import NOWHERE
from cleardance.clearance.notices.reporting.model import Report, ReportFormat
from cleardance.clearance.notices.reporting.rows import cell
from cleardance.clearance.notices.reporting.writing import written
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.typesetting import covered, displayable, font_folders
from cleardance.errors import LedgerInvalid, NotFound
from cleardance.ledger.check_report import check_report
from cleardance.screen.rules import SIGNALS
from cleardance.store.tables import TaskStatus
from tests.clearance.notices.past import FOREIGN, NOW, Past, PastHome, check_golden, relative

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture(scope="module")
def report(past_home: PastHome) -> Report:
    with open_service(past_home.home) as service:
        return report_of(service, past_home.past.receipt.id, NOW)


def test_json_and_page_are_what_outsiders_know(report: Report, rewrite_goldens: bool) -> None:
    report = relative(report)
    text = written(report, ReportFormat.JSON).decode()
    check_golden(GOLDENS, "report.json", text, rewrite=rewrite_goldens)
    page = written(report, ReportFormat.HTML).decode()
    check_golden(GOLDENS, "report.html", page, rewrite=rewrite_goldens)
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_every_instance_is_there_with_what_became_of_it(report: Report, past: Past) -> None:
    first, second = report.instances
    assert [first.task, second.task] == [past.named.task.id, past.foreign.task.id]
    assert first.output_sha256 == past.named.task.sealed_blob
    assert first.findings[0].evidence == "“Lantern Street” in the prompt, characters 18 to 31"
    assert (first.served.times, first.status) == (1, "released")
    assert second.prompt_excerpt == FOREIGN
    summary = report.summary
    assert (summary.instances, summary.accounts, summary.partners, summary.served) == (2, 1, 1, 2)
    assert report.searched.tasks == report.searched.asked_entries == 3
    named = {*report.searched.compared, *report.searched.not_compared}
    assert named == {one.name for one in SIGNALS}


def test_what_leaves_the_house_names_nobody(service: Service, past: Past, report: Report) -> None:
    text = written(report, ReportFormat.JSON).decode()
    assert "studio" not in text
    assert "Example Partner" not in text
    again = report_of(service, past.receipt.id, NOW)
    assert again.instances[0].account == report.instances[0].account
    assert {one.account for one in report.instances} == {report.instances[0].account}
    inside = report_of(service, past.receipt.id, NOW, plain_names=True)
    assert inside.instances[0].account == "studio"
    assert inside.instances[0].partner == "Example Partner"


def test_an_erased_prompt_is_said_to_be_erased(service: Service, past: Past) -> None:
    erase(service, past.other.task.id)
    limits = report_of(service, past.receipt.id, NOW).limits
    assert any("Of 1 of the 3 requests the personal data had been erased" in one for one in limits)


def test_the_csv_has_its_header_and_no_formula(report: Report, rewrite_goldens: bool) -> None:
    text = written(relative(report), ReportFormat.CSV).decode()
    check_golden(GOLDENS, "report.csv", text, rewrite=rewrite_goldens)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1]["prompt_excerpt"].startswith("'=1+1 a dog in قطة 고양이")


@given(st.text())
def test_no_cell_is_a_formula_whatever_is_in_it(text: str) -> None:
    shown = cell(text)
    assert shown.lstrip()[:1] not in {*"=+-@|%\t\r\n＝＋－＠"} or not shown  # noqa: RUF001
    assert "\n" not in shown
    assert "\r" not in shown


def test_the_pdf_is_read_and_carries_the_data(report: Report) -> None:
    made = written(report, ReportFormat.PDF)
    assert made == written(report, ReportFormat.PDF)
    with pypdfium2.PdfDocument(made) as pdf:
        text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
        [attached] = [pdf.get_attachment(n) for n in range(pdf.count_attachments())]
        data = bytes(attached.get_data()).decode()
    assert json.loads(data) == report.model_dump(mode="json")
    assert "고양이" in text
    assert "[U+10000]" in text
    assert "Page 1 of" in text
    for one in report.instances:
        assert one.task in text


@given(st.text())
def test_every_text_can_be_shown_in_a_pdf(text: str) -> None:
    has = covered(font_folders())
    joiners = {0x0A, 0x200B, 0x200C, 0x200D, 0xFE0E, 0xFE0F}
    assert {ord(one) for one in displayable(text, has)} <= has | joiners


def test_a_report_is_checked_without_a_store(service: Service, report: Report) -> None:
    found = check_report(report.model_dump(mode="json"), [service.ledger_keys.public])
    assert (found.instances, found.proofs) == (2, 4 + 2)


Change = Callable[[dict[str, Any]], Any]
LIES: dict[str, Change] = {
    "an instance left out": lambda r: r["instances"].pop(),
    "an instance twice": lambda r: r["instances"].append(r["instances"][0]),
    "another time": lambda r: r["instances"][0].update(asked_at="2026-01-01T00:00:00.000000Z"),
    "another file": lambda r: r["instances"][0].update(output_sha256="0" * 64),
    "never released": lambda r: r["instances"][0].update(released_at=None),
    "removed, which it is not": lambda r: r["instances"][0].update(removed_at=r["made_at"]),
    "another's entries": lambda r: r["instances"][0].update(task=r["instances"][1]["task"]),
    "no proof of the request": lambda r: r["instances"][0].update(proofs=[]),
    "another path": lambda r: r["instances"][0]["proofs"][0].update(path=[]),
    "another entry": lambda r: r["instances"][0]["proofs"][0].update(entry="{}"),
    "a step of another time": lambda r: r["done"][0].update(at="2026-01-01T00:00:00.000000Z"),
    "another notice": lambda r: r["notice"].update(id="ntc-20260101-0000000000"),
    "another checkpoint": lambda r: r.update(checkpoint=r["checkpoint"].replace("\n2", "\n3", 1)),
    "no report at all": lambda r: r.clear(),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_report_that_was_changed_is_refused(
    service: Service, report: Report, lie: Change
) -> None:
    body = report.model_dump(mode="json")
    lie(body)
    with pytest.raises(LedgerInvalid):
        check_report(body, [service.ledger_keys.public])


def test_a_notice_that_is_not_there(service: Service) -> None:
    with pytest.raises(NotFound):
        report_of(service, "ntc-none", NOW)


@pytest.mark.parametrize("status", [one for one in TaskStatus if one != TaskStatus.RELEASED])
def test_every_status_says_where_it_is(status: TaskStatus) -> None:
    assert NOWHERE[status].startswith("nowhere: ")
