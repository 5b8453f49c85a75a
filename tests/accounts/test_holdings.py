"""A rights-holder sees the works that concern them, and no others."""

import pytest

from cleardance.accounts.holdings import add_holding, remove_holding, works_of
from cleardance.accounts.roles import Principal, Role
from cleardance.errors import AccessDenied, UsageError
from cleardance.rights.registry import register
from cleardance.rights.row import parse_row
from cleardance.store import Store
from cleardance.store.tables import HoldingKind
from tests.accounts.holders import holder


@pytest.fixture
def works(store: Store) -> dict[str, str]:
    """Ids by name; the knight belongs to the saga, the crown to the knight."""
    rows = [
        {"name": "Saga", "kind": "series", "owner": "North"},
        {"name": "Knight", "kind": "character", "belongs_to": "Saga"},
        {"name": "Epic", "kind": "film", "owner": "North"},
        {"name": "Other", "kind": "film", "owner": "South"},
    ]
    parsed = [parse_row(row) for row in rows]
    register(store, parsed)
    return {row.name: row.id for row in parsed}


def _seen(store: Store, who: Principal) -> frozenset[str]:
    with store.read() as session:
        return works_of(session, who)


def test_owners_and_single_works_with_their_parts(store: Store, works: dict[str, str]) -> None:
    north = holder(store, "north", [Role.RIGHTS_HOLDER])
    assert _seen(store, north) == frozenset()
    with store.begin() as session:
        assert add_holding(session, north.account_id, HoldingKind.OWNER, "North", by="local")
        assert not add_holding(session, north.account_id, HoldingKind.OWNER, "North", by="local")
    assert _seen(store, north) == {works["Saga"], works["Knight"], works["Epic"]}
    saga = holder(store, "saga", [Role.RIGHTS_HOLDER])
    with store.begin() as session:
        add_holding(session, saga.account_id, HoldingKind.WORK, works["Saga"], by="local")
    assert _seen(store, saga) == {works["Saga"], works["Knight"]}
    with store.begin() as session:
        assert remove_holding(session, saga.account_id, HoldingKind.WORK, works["Saga"], by="local")
        assert not remove_holding(session, saga.account_id, HoldingKind.WORK, "x", by="local")
    assert _seen(store, saga) == frozenset()


def test_others_have_no_works(store: Store) -> None:
    with pytest.raises(AccessDenied, match="works:read"):
        _seen(store, holder(store, "carl"))
    with store.begin() as session, pytest.raises(UsageError):
        add_holding(session, "acc-x", HoldingKind.OWNER, " ", by="local")
