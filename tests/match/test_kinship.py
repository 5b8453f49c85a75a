"""Common-word titles beside what belongs to them."""

import pytest

from cleardance.match.fold import normal_form
from cleardance.match.names import Kinship, NameIndex


def row(work: str, name: str, kind: str = "name", of: str = "series") -> tuple[str, ...]:
    return work, name, normal_form(name), kind, of


ROWS = [
    row("friends", "Friends"),
    row("bing", "Chandler Bing", of="character"),
    row("frozen", "Frozen", of="film"),
    row("elsa", "Elsa", of="character"),
    row("up", "Up", of="film"),
    row("friends", "Jennifer Aniston", "cast", "person"),
]
INDEX = NameIndex.build(
    ROWS,  # type: ignore[arg-type]
    Kinship({"friends": "W", "up": "D"}, {"bing": "friends", "elsa": "frozen"}),
)


@pytest.mark.parametrize(
    ("text", "works"),
    [
        pytest.param("Chandler Bing and the Friends sofa", {"bing", "friends"}, id="character"),
        pytest.param("Jennifer Aniston on the Friends sofa", {"friends"}, id="cast"),
        pytest.param("we see Elsa in Frozen lands", {"elsa", "frozen"}, id="whole_part"),
        pytest.param("Jennifer Aniston waves", set(), id="cast_alone_protects_nothing"),
        pytest.param("Jennifer Aniston and friends wave", set(), id="small_letters"),
        pytest.param("Jennifer Aniston looks Up at a house", set(), id="of_another_work"),
        pytest.param("we walk with Elsa along the shore", set(), id="a_part_alone"),
        pytest.param("our Friends at the beach", set(), id="a_whole_alone"),
    ],
)
def test_what_belongs_together_vouches(text: str, works: set[str]) -> None:
    assert {match.work_id for match in INDEX.find(text)} == works


def test_a_loop_of_wholes_ends() -> None:
    index = NameIndex.build(ROWS[:2], Kinship({}, {"friends": "bing", "bing": "friends"}))  # type: ignore[arg-type]
    assert {match.work_id for match in index.find("Chandler Bing dances")} == {"bing"}
