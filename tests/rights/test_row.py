import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cleardance.rights.row import Policy, RegistryRow, WorkKind


def test_the_import_format_in_full() -> None:
    row = RegistryRow.model_validate(
        {
            "name": "Zorblax",
            "kind": "series",
            "owner": "Zorblax Pictures",
            "aliases": ["The Zorblax Show"],
            "lang_aliases": {"ko": ["조르블락스"]},
            "hashtags": ["#Zorblax"],
            "descriptors": ["a blue creature with three eyes"],
            "keywords": ["blue", "three eyes"],
            "identifiers": {"imdb": "tt0000001"},
            "references": ["zorblax.png"],
            "policy": "review",
            "public_domain": False,
            "territories": ["US", "KR"],
        }
    )
    assert (row.kind, row.policy) == (WorkKind.SERIES, Policy.REVIEW)


def test_defaults_deny() -> None:
    row = RegistryRow(name="Zorblax", kind=WorkKind.FILM)
    assert (row.policy, row.public_domain) == (Policy.DENY, False)


@pytest.mark.parametrize(
    "change",
    [
        {"policiy": "allow"},
        {"policy": "maybe"},
        {"kind": "poem"},
        {"name": ""},
        {"name": "  "},
        {"name": "!!!"},
        {"name": "a\x00b"},
        {"name": "\ud800"},
        {"aliases": ["…"]},
        {"territories": ["usa"]},
        {"aliases": "Zorblax"},
        {"public_domain": None},
    ],
)
def test_bad_rows_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RegistryRow.model_validate({"name": "Zorblax", "kind": "film"} | change)


def test_ids_are_readable_and_stable() -> None:
    row = RegistryRow(name="Squid Game", kind=WorkKind.SERIES, owner="Netflix")
    assert row.id == "squid-game-787957fd5d"
    assert RegistryRow(name="오징어", kind=WorkKind.SERIES).id.startswith("work-")


@given(st.sampled_from(list(WorkKind)), st.sampled_from(["A", "B", None]))
def test_ids_depend_on_kind_name_and_owner_only(kind: WorkKind, owner: str | None) -> None:
    row = RegistryRow(name="Zorblax", kind=kind, owner=owner)
    again = RegistryRow(name="ZORBLAX", kind=kind, owner=owner, policy=Policy.ALLOW)
    other = RegistryRow(name="Zorblax 2", kind=kind, owner=owner)
    assert row.id == again.id != other.id
