import pytest

from cleardance.territories import TERRITORIES, check_territory


def test_there_are_as_many_as_iso_has_assigned() -> None:
    assert len(TERRITORIES) == 249
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in TERRITORIES)


@pytest.mark.parametrize("code", ["UK", "EU", "XX", "de", "DEU", ""])
def test_others_are_refused(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 3166-1"):
        check_territory(code)
