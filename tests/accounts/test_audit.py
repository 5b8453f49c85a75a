"""What was administered is kept, and held to the ledger, which names nobody."""

import pytest
from sqlalchemy import select

from cleardance.accounts.accounts import create_account, set_roles
from cleardance.accounts.audit import listing
from cleardance.accounts.keys import create_key, revoke_key
from cleardance.accounts.roles import Role
from cleardance.errors import LedgerInvalid
from cleardance.ledger.verify import verify
from cleardance.store import Store
from cleardance.store.tables import ledger_entry
from tests.accounts.holders import holder


def test_every_act_is_kept_with_who_did_it(store: Store) -> None:
    olga = holder(store, "olga", [Role.OPERATOR])
    create_account(store, "anna", by=olga)
    new = create_key(store, "anna", by=olga)
    with store.begin() as session:
        revoke_key(session, new.id, by=olga, why="lost in a train")
    set_roles(store, "anna", [Role.REVIEWER], by="local")
    with store.read() as session:
        acts = listing(session)
        said = session.scalars(select(ledger_entry.c.body)).all()
    assert [(one.act, one.actor, one.key_id) for one in acts] == [
        ("roles_set", "local", None),
        ("key_revoked", "olga", olga.key_id),
        ("key_created", "olga", olga.key_id),
        ("account_created", "olga", olga.key_id),
        ("key_created", "local", None),
        ("account_created", "local", None),
    ]
    assert (acts[1].subject, acts[1].why) == (new.id, "lost in a train")
    assert [body["act"] for body in said] == [one.act for one in reversed(acts)]
    assert not [part for body in said for part in ("anna", "olga", "train") if part in str(body)]
    verify(store, [])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE admin_act SET actor = 'acc-other'",
        "UPDATE admin_act SET why = 'another'",
        "UPDATE admin_act SET act = 'key_revoked'",
        "DELETE FROM admin_act",
    ],
)
def test_a_changed_act_is_found(store: Store, change: str) -> None:
    create_account(store, "anna")
    verify(store, [])
    with store.begin() as session:
        session.exec_driver_sql(change)
    with pytest.raises(LedgerInvalid, match="Act act-"):
        verify(store, [])
