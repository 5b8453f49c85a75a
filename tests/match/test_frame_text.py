"""Titles drawn with OpenCV's built-in open fonts, read by the real models."""

import sys
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from cleardance.errors import SignalUnavailable
from cleardance.match.frame_text import _reader, is_installed, read_lines
from tests.match.pictures import Picture, picture, re_encoded

ATTACKS: dict[str, Callable[[Picture], Picture]] = {
    "as it is": lambda frame: frame,
    "poor JPEG at half the size": lambda frame: re_encoded(frame, 30, 0.5),
    "blurred": lambda frame: np.asarray(cv2.GaussianBlur(frame, (0, 0), 2), np.uint8),
    "low contrast": lambda frame: (100 + frame * 0.3).astype(np.uint8),
    "noise": lambda frame: np.clip(
        frame + np.random.default_rng(1).normal(0, 25, frame.shape), 0, 255
    ).astype(np.uint8),
    "turned a little": lambda frame: np.asarray(
        cv2.warpAffine(frame, cv2.getRotationMatrix2D((640, 360), 6, 1), (1280, 720)), np.uint8
    ),
}


def titled(text: str, size_px: int = 64, seed: int = 3, font: str = "sans") -> Picture:
    """Return a scene of discs, softened, with a title on it."""
    frame = np.ascontiguousarray(cv2.GaussianBlur(picture(seed, 1280, 720), (0, 0), 3))
    for shade, shift in ((0, 3), (255, 0)):  # a shadow below
        at = (90 + shift, 330 + shift)
        cv2.putText(frame, text, at, (shade,) * 3, cv2.FontFace(font), size_px, 700)
    return np.asarray(frame, np.uint8)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_title_is_read(attack: str) -> None:
    (line,) = read_lines(ATTACKS[attack](titled("The Zorblax Game")))
    assert "".join(line.text.split()).lower() == "thezorblaxgame"
    left, top, right, bottom = line.box
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1


@pytest.mark.parametrize("text", ["鱿鱼游戏", "イカゲーム", "Café Zürich"])
def test_other_scripts_are_read(text: str) -> None:
    (line,) = read_lines(titled(text))
    assert line.text == text


def test_pictures_without_text_have_none() -> None:
    assert [read_lines(picture(seed)) for seed in range(3)] == [[]] * 3
    assert read_lines(np.zeros((1, 1, 3), np.uint8)) == []


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed()
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as an import that fails
    _reader.cache_clear()
    with pytest.raises(SignalUnavailable) as caught:
        read_lines(picture(1))
    assert "pip install 'cleardance[ocr]'" in (caught.value.hint or "")
    _reader.cache_clear()
