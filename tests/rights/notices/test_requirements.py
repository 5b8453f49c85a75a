import pytest

from cleardance.rights.notices.form import Law, NoticeForm
from cleardance.rights.notices.requirements import cure_request, missing, requirements
from tests.rights.notices.forms import copyright_form, intimate_form


def lacking(form: NoticeForm) -> list[str]:
    return [asked.field for asked in missing(form)]


@pytest.mark.parametrize("form", [copyright_form(), copyright_form(law="dsa-16"), intimate_form()])
def test_whole_notices_lack_nothing(form: NoticeForm) -> None:
    assert lacking(form) == []
    assert cure_request(form, "N-1") is None


@pytest.mark.parametrize(
    ("field", "empty", "named"),
    [
        ("signature", None, "signature"),
        ("works", [], "works"),
        ("located", [], "located"),
        ("sender", {"email": "counsel@example.com"}, "sender"),
        ("sender", {"name": "A. Counsel"}, "sender"),
        (
            "statements",
            {"accurate_under_penalty_of_perjury": True},
            "statements.good_faith",
        ),
        (
            "statements",
            {"good_faith": True},
            "statements.accurate_under_penalty_of_perjury",
        ),
        (
            "statements",
            {
                "good_faith": True,
                "accurate_under_penalty_of_perjury": True,
                "authorised": False,
            },
            "statements.authorised",
        ),
    ],
)
def test_each_element_of_512_is_missed(field: str, empty: object, named: str) -> None:
    assert lacking(copyright_form(**{field: empty})) == [named]


def test_an_eu_notice_needs_an_address_of_mail_and_no_perjury() -> None:
    form = copyright_form(law="dsa-16", statements={"good_faith": True}, signature=None)
    assert lacking(form) == []
    assert lacking(copyright_form(law="dsa-16", sender={"name": "A", "phone": "1"})) == ["sender"]


def test_an_intimate_image_needs_no_work_but_the_lack_of_consent() -> None:
    assert lacking(intimate_form(statements={})) == ["statements.no_consent"]


def test_a_letter_outside_any_procedure_needs_only_what_acting_on_it_takes() -> None:
    form = copyright_form(law="letter", statements={}, located=[])
    assert lacking(form) == []
    anonymous = copyright_form(law="letter", sender={}, signature=None, works=[])
    assert lacking(anonymous) == ["signature", "works", "sender", "sender.on_behalf_of"]


def test_the_letter_asks_for_what_is_missing_and_for_nothing_else() -> None:
    letter = cure_request(copyright_form(signature=None, located=[]), "N-7")
    assert letter is not None
    asked = [line for line in letter.splitlines() if line.startswith("  - ")]
    assert [line.split(":")[0] for line in asked] == ["  - signature", "  - located"]
    assert "N-7" in letter
    assert "A. Counsel" in letter


def test_every_element_names_its_law() -> None:
    sources = [asked.source for law in Law for asked in requirements(law)]
    assert all(sources)
    assert [len(requirements(law)) for law in Law] == [7, 5, 5, 5]
