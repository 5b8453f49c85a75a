# ruff: noqa: RUF001
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.match.fold import Gap, fold, key_of, letters_of, normal_form, parse_normal_form

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates and controls included
TRICKY = st.text(
    st.sampled_from(
        "abIiSs ŞßﬁВвΑακλшﾊﾞ한글ㅎ무ไทยกำа\u0301\u200b\u00ad-_.,:'#!1|漢字ー🦑\ud800\x00\n"
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Spider-Man", "spiderman"),
        ("Ѕріdеr\u200bМаn", "spiderman"),
        ("ＳＰＩＤＥＲ　ＭＡＮ", "spiderman"),
        ("𝕾𝖕𝖎𝖉𝖊𝖗 🅼🅰🅽", "spiderman"),
        ("s̷p̷i̷d̷é̷r", "spider"),
        ("Ꮪhꭱek"[:1] + "hrek", "shrek"),
        ("🇸🇭🇷🇪🇰", "shrek"),
        ("ﬁlm Straße", "filmstrasse"),
        ("\ud800a\x00b\ufeffc", "abc"),
        ("", ""),
        ("!? …", ""),
    ],
)
def test_folds_to_what_a_reader_sees(text: str, letters: str) -> None:
    assert fold(text).letters == letters


@pytest.mark.parametrize(
    "name", ["오징어 게임", "スパイダーマン", "ガンダム", "Человек-паук", "Hombre Araña"]
)
def test_composed_and_decomposed_texts_fold_alike(name: str) -> None:
    forms = {fold(unicodedata.normalize(form, name)).letters for form in ("NFC", "NFD", "NFKC")}
    assert len(forms) == 1


def test_halfwidth_kana_folds_like_the_full_one() -> None:
    assert fold("ｽﾊﾟｲﾀﾞｰﾏﾝ").letters == fold("スパイダーマン").letters


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("ab", Gap.INSIDE),
        ("aB", Gap.HUMP),
        ("a2", Gap.HUMP),
        ("a-b", Gap.MARK),
        ("a'b", Gap.MARK),
        ("a b", Gap.SPACE),
        ("a\nb", Gap.SPACE),
        ("a - b", Gap.SPACE),
        ("a. b", Gap.SENTENCE),
        ('a." b', Gap.SENTENCE),
        ("a: b", Gap.SENTENCE),
        ("甲。乙", Gap.SENTENCE),
        ("甲乙", Gap.MARK),
    ],
)
def test_gap_before_the_second_letter(text: str, gap: Gap) -> None:
    assert fold(text).gaps[1] == gap


@given(ANY_TEXT | TRICKY)
def test_every_letter_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.origin) == len(folded.letters)
    assert len(folded.gaps) == len(folded.letters) + 1
    assert folded.origin == sorted(folded.origin)
    assert all(0 <= at < len(text) for at in folded.origin)
    folded.letters.encode()  # no lone surrogate is left


@given(ANY_TEXT | TRICKY)
def test_letters_alone_are_those_of_the_folded_text(text: str) -> None:
    assert letters_of(text) == fold(text).letters


@given(ANY_TEXT | TRICKY, st.data())
def test_a_span_folds_to_its_letters(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    edges = [k for k, gap in enumerate(folded.gaps) if gap != Gap.WITHIN]
    start, end = sorted(data.draw(st.lists(st.sampled_from(edges), min_size=2, max_size=2)))
    if start == end:
        return
    low, high = folded.span(start, end)
    assert fold(text[low:high]).letters == folded.letters[start:end]


@given(TRICKY)
def test_a_normal_form_has_the_letters_of_the_name(name: str) -> None:
    normal = normal_form(name)
    letters = fold(name).letters
    assert key_of(normal) == letters
    parsed, gaps = parse_normal_form(normal)
    assert (parsed, len(gaps)) == (letters, len(letters))


def test_normal_forms_are_pinned() -> None:
    """Normal forms are stored: a change here needs a migration that folds the names again."""
    pinned = {
        "Avatar: The Last Airbender": "avatar|the last airbender",
        "Spider-Man": "spider-man",
        "#SquidGame": "squidgame",
        "Человек-паук": "чeлobek-пayk",
        "蜘蛛侠：平行宇宙": "蜘蛛侠|平行宇宙",
        "S.H.I.E.L.D.": "s-h-i-e-l-d",
        "Dr. Strange": "dr|strange",
    }
    assert {name: normal_form(name) for name in pinned} == pinned
