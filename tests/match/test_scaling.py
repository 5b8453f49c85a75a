"""Hostile prompts cost time in proportion to their length: no stall, whatever they repeat.

Time is counted, not limited: twice the text may take four times as long where the machine is busy,
but a quadratic step would take sixteen times as long for four times the text.
"""

import gc
import time

import pytest

from cleardance.match.descriptor import DescriptorIndex
from tests.match.names_helpers import index_of

NAMES = index_of("Squid Game", "Bridgerton", "Avatar: The Last Airbender", "Friends", "오징어 게임")
DESCRIBED = DescriptorIndex(
    [("w", ("a green ogre in a brown vest in a swamp",), ("swamp", "ogre"))]
)
HOSTILE = {
    "one_letter": "a",
    "almost_a_name": "bridgertan ",
    "odd_words": "zqxv ",
    "leet": "5qu1d ",
    "ones": "1l|! ",
    "controls": "\x00\x1b\x7f\u202e",
    "every_script": "".join(chr(code) for code in range(0xA0, 0x3000, 97)) + " ",
    "regex_bomb": "(a+)+$(x*)*",
    "quotes": '"《「',
    "the_film": "the film called ",
    "style_of": "in the style of the ",
    "full_stops": "Bridg. ",
    "hashtags": "#bridgerto",
    "described": "green ogre swamp ",
    "spelt_out": "b r i d g ",
}


def seconds(text: str) -> float:
    gc.collect()
    gc.disable()  # one collection of all that the other tests left costs half a second
    try:
        start = time.thread_time()
        NAMES.find(text)
        DESCRIBED.find(text)
        return time.thread_time() - start
    finally:
        gc.enable()


@pytest.mark.parametrize("pattern", HOSTILE.values(), ids=list(HOSTILE))
def test_time_grows_with_the_length_only(pattern: str) -> None:
    def repeated(size: int) -> str:
        return pattern * (size // len(pattern))

    small = min(seconds(repeated(10_000)) for _ in range(2))
    assert seconds(repeated(40_000)) < 10 * small + 0.05
