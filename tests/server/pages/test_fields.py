"""A work as a form shows it, and back: nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.errors import UsageError
from cleardance.rights.row import Conditions, Policy, RegistryRow, WorkKind
from cleardance.server.pages.desk.fields import fields_of, row_of

words = st.text("abcdefghij \u00e4\uc624:#<>&\"'", min_size=1, max_size=12).map(
    lambda text: " ".join(f"x{text}".split())
)
keys = st.sampled_from(["de", "ko", "zh-Hans"])
conditions = st.builds(
    Conditions,
    territories=st.sampled_from([("DE",), ("DE", "FR")]),
    until=st.none() | st.dates(),
    no_persons=st.booleans(),
    credit=st.none() | words,
    otherwise=st.sampled_from([Policy.DENY, Policy.REVIEW]),
)
rows = st.builds(
    RegistryRow,
    name=words,
    kind=st.sampled_from(WorkKind),
    owner=st.none() | words,
    aliases=st.lists(words, max_size=3).map(tuple),
    lang_aliases=st.dictionaries(keys, st.lists(words, min_size=1, max_size=2).map(tuple)),
    hashtags=st.lists(words, max_size=2).map(tuple),
    descriptors=st.lists(words, max_size=2).map(tuple),
    keywords=st.lists(words, max_size=2).map(tuple),
    cast=st.lists(words, max_size=2).map(tuple),
    public_domain_from=st.dictionaries(st.sampled_from(["DE", "*"]), st.dates()),
    public_domain=st.booleans(),
    protected_from=st.none() | st.dates(),
    territories=st.sampled_from([(), ("DE",), ("DE", "FR")]),
)


@given(rows, st.sampled_from(Policy), st.none() | conditions)
def test_a_row_comes_back_from_its_form_as_it_was(
    bare: RegistryRow, policy: Policy, asked: Conditions | None
) -> None:
    wanted = {"policy": policy, "conditions": asked if policy is Policy.ALLOW else None}
    row = bare.model_copy(update=wanted)
    assert RegistryRow.model_validate(row_of(fields_of(row))) == row


def test_conditions_count_for_the_policy_allow_alone() -> None:
    fields = {"name": "Harbour", "kind": "film", "credit": "Kelp Films", "policy": "deny"}
    assert "conditions" not in row_of(fields)
    asked = row_of(fields | {"policy": "allow", "allowed_in": "de, fr"})["conditions"]
    assert asked == {"territories": ["DE", "FR"], "credit": "Kelp Films", "otherwise": "deny"}


def test_a_line_without_its_key_is_told() -> None:
    with pytest.raises(UsageError, match="Hafenlichter"):
        row_of({"name": "Harbour", "lang_aliases": "Hafenlichter"})


def test_very_many_lines_are_refused() -> None:
    with pytest.raises(UsageError, match="imported as a file"):
        row_of({"name": "Harbour", "aliases": "a\n" * 1001})
