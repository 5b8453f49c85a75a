"""Dossiers and their page: whatever a hostile file says, nothing of it steers or runs."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.media import encode_final, write_mezzanine, write_png
from cleardance.provenance import (
    Authority,
    C2paReport,
    Inspection,
    LedgerFacts,
    ManifestFacts,
    Sealed,
    inspect,
)
from cleardance.provenance.changes import changes
from cleardance.provenance.dossier import Dossier, Event, shown
from cleardance.provenance.page import page
from cleardance.provenance.watermark import NOTHING
from tests.media import clips

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; --></style></title><svg/onload=alert(1)>",
    "\x1b]0;owned\x07\x1b[2J",
    "gpj.\u202eexe",
    "{0.__class__} {title} %s $x",
    "line\nbreak\r\n\x00",
]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def _parsed(html: str) -> _Tags:
    tags = _Tags()
    tags.feed(html)
    tags.close()
    return tags


def _dossier(text: str) -> Dossier:
    """A dossier in which everything that is text is ``text``."""
    facts = ManifestFacts(text, text, text, None, (text,), text)
    ledger = LedgerFacts(3, True, text, text, "00")
    verdict = {"decision": text, "reason": text, "licences": [text], "findings": []}
    finding = {"work": {"name": text}, "signal": text, "score": 0.5}
    return Dossier(
        name=text,
        inspection=Inspection("11", C2paReport("Invalid", (text,), facts), NOTHING, ledger),
        events=(Event(1, text, text),),
        proof={"entry": text},
        verdicts=((text, verdict | {"findings": [finding]}),),
        changes=(text,),
    )


def _is_harmless(html: str) -> None:
    tags = _parsed(html)
    expected = {"html", "head", "meta", "title", "style", "body", "h1", "h2"}
    expected |= {"p", "table", "tr", "th", "td", "pre", "ul", "li", "details", "summary"}
    assert tags.seen <= expected
    assert tags.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert html.count("<script") == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_only_text(text: str) -> None:
    dossier = _dossier(text)
    _is_harmless(page(dossier))
    for output in (page(dossier), dossier.words()):
        assert "\x1b" not in output
        assert "\u202e" not in output
        assert "\0" not in output


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_only_text(text: str) -> None:
    _is_harmless(page(_dossier(text)))
    assert not any(ord(char) < 32 and char != "\n" for char in _dossier(text).words())


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_harmless_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.fixture
def known(sealed: Sealed):
    facts = LedgerFacts(7, True, "out_1", "clear", sealed.sha256)
    return lambda claims, digest: facts if claims or digest == sealed.sha256 else None


def test_our_file_in_words_json_and_html(sealed: Sealed, authority: Authority, known) -> None:
    found = inspect(sealed.path, authority.root_pem, known)
    dossier = Dossier("clip.mp4", found, (Event(9, "released", "2026-02-17T09:00:00Z"),))
    assert dossier.as_json()["manifest"]["record"]["ledger_index"] == 7
    assert dossier.as_json()["manifest"]["signed_at"] is not None
    assert dossier.as_json().items() >= found.as_json().items()
    assert "Recipe: model draft" in dossier.words()
    text = _parsed(page(dossier)).text
    assert "byte for byte" in text
    assert "Harbour Films" in text
    assert "released, 2026-02-17" in text


def test_a_stranger_in_html(unsigned: Path, authority: Authority) -> None:
    found = inspect(unsigned, authority.root_pem, lambda claims, digest: None)
    assert "proves nothing either way" in page(Dossier("clip.mp4", found))


def test_a_failed_proof_in_html(sealed: Sealed, authority: Authority, known) -> None:
    found = inspect(sealed.path, authority.root_pem, known)
    assert found.ledger is not None
    broken = replace(found, ledger=replace(found.ledger, verified=False))
    assert "proof failed" in page(Dossier("clip.mp4", broken))


def _clip(folder: Path, name: str, count: int = 24, *, audio: bool = True, side: int = 1) -> Path:
    raw = folder / f"{name}.mkv"
    video = clips.moving(count, clips.WIDTH * side, clips.HEIGHT * side)
    write_mezzanine(raw, video, clips.tone(count / 24) if audio else None)
    encode_final(raw, folder / f"{name}.mp4")
    return folder / f"{name}.mp4"


def test_changes_are_named(sealed: Sealed, unsigned: Path, picture: Path, tmp_path: Path) -> None:
    released = sealed.path
    assert changes(unsigned, released) == ("the pictures look as they did",)
    assert "the sound was removed" in changes(_clip(tmp_path, "mute", audio=False), released)
    longer = changes(_clip(tmp_path, "long", 48), released)
    assert longer == ("it lasts 2.0 s, not 1.0 s",)
    assert "the picture is 320 x 192 pixels, not 160 x 96" in changes(
        _clip(tmp_path, "big", side=2), released
    )
    assert "it is an image; a video was released" in changes(picture, released)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(released.read_bytes()[:-4000])
    assert any("no longer be read" in change for change in changes(cut, released))


def test_a_screenshot_is_of_a_moment(sealed: Sealed, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    write_png(shot, clips.frame(15))
    assert changes(shot, sealed.path)[-1] == "it looks like the picture at 0.6 s"
    write_png(shot, 255 - clips.frame(15))
    assert not [change for change in changes(shot, sealed.path) if "looks like" in change]


def test_another_picture_is_noticed(picture: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    write_png(other, 255 - clips.frame(0))
    assert changes(other, picture) == ("the picture at 0.0 s looks different",)
