import json
import os
from pathlib import Path

import pytest

from cleardance.errors import NoticeError
from cleardance.rights.notices.form import Demand
from cleardance.rights.notices.reading import read_notice
from tests.rights.notices.forms import COPYRIGHT, copyright_form

YAML = """
kind: copyright                 # a comment
sender: {name: A. Counsel, role: attorney, email: counsel@example.com,
         on_behalf_of: Example Pictures}
received: 2026-02-17T09:00:00Z
deadline: 3 business days
works:
  - {name: Lantern Street, kind: series}
located: [{hashtag: "#LanternStreet"}]
demands: [remove, account]
statements: {good_faith: true, accurate_under_penalty_of_perjury: true}
signature: "/s/ A. Counsel"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notice"


def test_yaml_and_json_say_the_same(path: Path) -> None:
    path.write_text(YAML)
    assert read_notice(path) == copyright_form()
    for name in ("notice", "notice.json"):
        path.with_name(name).write_text(json.dumps(COPYRIGHT))
        assert read_notice(path.with_name(name)) == copyright_form()


def test_a_letter_demands_everything_unless_it_says_what(path: Path) -> None:
    path.write_text("kind: copyright")
    assert read_notice(path).demands == tuple(Demand)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "notice: Input should be"),
        ("- a\n- b", "notice: Input should be"),
        ("kind: copyright\nkind: trademark", "kind is given twice"),
        ('{"kind": "copyright", "kind": "trademark"}', "kind is given twice"),
        ("{kind: copyright, kind: trademark}", "kind is given twice"),
        ("kind: theft", "kind: Input should be"),
        ("kind: copyright\nsignatur: x", "signatur: Extra inputs"),
        ("kind: copyright\nreceived: 2026-02-17T09:00:00", "timezone"),
        ("kind: copyright\nlocated: [{output: a, account: b}]", "exactly one"),
        ("kind: copyright\nlocated: [{}]", "exactly one"),
        ("kind: copyright\ncalendar: ../US", "calendar"),
        ("a: &a [1, 1]\nb: *a", "aliases"),
        ("kind: !!python/object/apply:os.system [id]", "could not determine a constructor"),
        ("[" * 100, "nested"),
        ("kind: \x00", "neither YAML nor JSON"),
    ],
)
def test_what_cannot_be_read_is_named(path: Path, text: str, said: str) -> None:
    path.write_text(text)
    with pytest.raises(NoticeError, match=said):
        read_notice(path)


@pytest.mark.parametrize(
    "text", ["", "kind: copyright", '{"a":' * 100_000, '{"kind": "copyright", "kind": "x"}']
)
def test_what_is_called_json_is_json(path: Path, text: str) -> None:
    path = path.with_suffix(".json")
    path.write_text(text)
    with pytest.raises(NoticeError, match="neither YAML nor JSON"):
        read_notice(path)


def test_bytes_that_are_no_text_and_files_that_are_no_files(tmp_path: Path, path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00kind")
    with pytest.raises(NoticeError, match="cannot be read"):
        read_notice(path)
    os.mkfifo(tmp_path / "pipe")
    for other in (tmp_path, tmp_path / "pipe", tmp_path / "missing"):
        with pytest.raises(NoticeError, match="not a regular file"):
            read_notice(other)


def test_laughs_by_the_billion_are_refused_at_once(path: Path) -> None:
    lines = ["a0: &a0 [lol]"] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(NoticeError, match="aliases"):
        read_notice(path)
