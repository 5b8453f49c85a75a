import pytest

from cleardance.match.names import NAME_SIGNAL
from cleardance.match.pdq import PDQ_SIGNAL
from cleardance.match.signal import Ladder, Rung, Signal, similarity


def test_both_signals_keep_the_contract() -> None:
    text: Signal[str, str] = NAME_SIGNAL
    assert (text.computed_from, PDQ_SIGNAL.computed_from) == ("text", "frame")


def test_a_match_stands_on_the_strictest_rung() -> None:
    ladder = Ladder((Rung("copy", 31), Rung("likely", 64)))
    assert [getattr(ladder.rung_of(d), "name", None) for d in (0, 31, 32, 64, 65)] == [
        "copy", "copy", "likely", "likely", None,
    ]  # fmt: skip


@pytest.mark.parametrize("distances", [(), (3, 3), (4, 2)])
def test_a_ladder_must_rise(distances: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="rising"):
        Ladder(tuple(Rung("x", d) for d in distances))


def test_similarity_runs_from_zero_to_one() -> None:
    assert (similarity(0, 256), similarity(256, 256), similarity(31, 256)) == (1.0, 0.0, 0.8789)
