"""A key opens what it says, from when it is made until it is revoked, and nobody keeps it."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cleardance.accounts.accounts import (
    account_id,
    create_account,
    create_sub_account,
    restore_account,
    set_roles,
    suspend_account,
)
from cleardance.accounts.keys import (
    create_key,
    listing,
    load,
    restore_key,
    revoke_key,
    revoke_keys_of_partner,
    set_limits,
)
from cleardance.accounts.limits import NO_LIMITS, Limits
from cleardance.accounts.roles import Permission, Role
from cleardance.errors import AccessDenied, AuthenticationError, NotFound, UsageError
from cleardance.store import Store
from tests.accounts.holders import NOW, holder, who


def test_a_key_is_whose_account_it_was_made_for(store: Store) -> None:
    create_account(store, "anna", "guild", roles=[Role.REVIEWER, Role.CREATOR])
    limits = Limits(60, 2, 10**6, 5_000_000)
    new = create_key(store, "anna", scopes=[Permission.SCREEN], limits=limits, by="local")
    found = who(store, new.secret)
    assert (found.account_name, found.key_id, found.partner) == ("anna", new.id, "guild")
    assert (found.roles, found.limits) == ({Role.REVIEWER, Role.CREATOR}, limits)
    assert found.permissions == {Permission.SCREEN}


def test_the_secret_is_kept_nowhere(store: Store) -> None:
    new = create_key(store, "local", name="laptop", by="local")
    assert new.secret.startswith("cd-")
    store.close()
    for path in store.home.path.rglob("*"):
        assert not path.is_file() or new.secret.encode() not in path.read_bytes(), path
    with store.read() as session:
        assert new.secret not in str(listing(session))


@pytest.mark.parametrize(
    "secret",
    ["", "cd-", "nothing", "cd-" + "a" * 42, "cd-" + "a" * 44, "cd-" + "\udcff" * 43,
     "cd-" + "a" * 43, "cd-" + "a" * 43 + "\n"],
)  # fmt: skip
def test_what_is_no_key_opens_nothing(store: Store, secret: str) -> None:
    create_key(store, "local", by="local")
    with pytest.raises(AuthenticationError):
        who(store, secret)


def test_a_key_expires(store: Store) -> None:
    new = create_key(store, "local", expires_at=NOW, by="local")
    assert who(store, new.secret, NOW - timedelta(microseconds=1)).key_id == new.id
    with pytest.raises(AuthenticationError, match="expired"):
        who(store, new.secret, NOW)


def test_revoking_counts_at_once_in_another_process(store: Store, tmp_path: Path) -> None:
    new = create_key(store, "local", by="local")
    other = subprocess.Popen(
        [sys.executable, "-c", _ASKING, str(store.home.path), new.secret],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        with store.begin() as session:
            assert revoke_key(session, new.id, by="local", why="lost")
        process.stdin.write("again\n")
        process.stdin.flush()
        assert process.stdout.readline() == "AuthenticationError\n"
        process.stdin.close()


_ASKING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cleardance.accounts.keys import authenticate
from cleardance.errors import CleardanceError
from cleardance.settings import Settings
from cleardance.store import open_store
with open_store(Settings(home=Path(sys.argv[1]))) as store:
    while True:
        try:
            with store.read() as session:
                authenticate(session, sys.argv[2], datetime.now(UTC))
            print("in", flush=True)
        except CleardanceError as error:
            print(error.code, flush=True)
        if not sys.stdin.readline():
            break
"""


def test_revoking_can_be_undone_and_does_no_harm_twice(store: Store) -> None:
    new = create_key(store, "local", by="local")
    with store.begin() as session:
        assert revoke_key(session, new.id, by="local", why="lost")
        assert not revoke_key(session, new.id, by="local", why="lost")
        assert restore_key(session, new.id, by="local", why="found")
        assert not restore_key(session, new.id, by="local", why="found")
    assert who(store, new.secret).key_id == new.id
    with store.begin() as session, pytest.raises(NotFound):
        revoke_key(session, "key-none", by="local", why="lost")


def test_a_partners_keys_are_revoked_together(store: Store) -> None:
    ours = [holder(store, name, partner="guild") for name in ("anna", "ben")]
    other = holder(store, "carl", partner="union")
    with store.begin() as session:
        ids = revoke_keys_of_partner(session, "guild", by="local", why="notice")
        assert sorted(ids) == sorted(str(one.key_id) for one in ours)
        assert revoke_keys_of_partner(session, "guild", by="local", why="notice") == []
        assert load(session, str(other.key_id)).revoked_at is None


def test_suspension_closes_an_account_and_its_sub_accounts(store: Store) -> None:
    create_account(store, "acme", "acme", roles=[Role.PARTNER])
    create_sub_account(store, "acme-one", of="acme", by="local")
    keys = [create_key(store, name, by="local") for name in ("acme", "acme-one")]
    with store.begin() as session:
        acme = account_id(session, "acme")
        assert suspend_account(session, acme, by="local", why="three strikes")
        assert not suspend_account(session, acme, by="local", why="three strikes")
    for key in keys:
        with pytest.raises(AccessDenied, match="suspended"):
            who(store, key.secret)
    with store.begin() as session:
        assert restore_account(session, acme, by="local", why="a mistake")
    assert [who(store, key.secret).account_name for key in keys] == ["acme", "acme-one"]


def test_roles_taken_away_count_at_once(store: Store) -> None:
    create_account(store, "olga", roles=[Role.OPERATOR])
    new = create_key(store, "olga", by="local")
    who(store, new.secret).require(Permission.CHANGE_RULES)
    set_roles(store, "olga", [Role.CREATOR])
    with pytest.raises(AccessDenied, match="rules:write"):
        who(store, new.secret).require(Permission.CHANGE_RULES)


def test_a_partner_makes_keys_of_its_own_sub_accounts_only(store: Store) -> None:
    acme = holder(store, "acme", [Role.PARTNER], "acme", limits=Limits(concurrent_tasks=3))
    create_sub_account(store, "acme-one", of="acme", by=acme)
    create_account(store, "stranger")
    narrow = Limits(concurrent_tasks=2)
    assert (
        who(store, create_key(store, "acme-one", limits=narrow, by=acme).secret).partner == "acme"
    )
    with pytest.raises(NotFound, match="sub-account"):
        create_key(store, "stranger", limits=narrow, by=acme)
    with pytest.raises(AccessDenied, match="wider limits"):
        create_key(store, "acme-one", by=acme)
    creator = holder(store, "carl")
    with pytest.raises(AccessDenied, match="sub-accounts:write"):
        create_key(store, "carl", by=creator)


def test_a_narrow_key_makes_no_wider_one(store: Store) -> None:
    scopes = [Permission.MANAGE_SUB_ACCOUNTS, Permission.CREATE_TASKS]
    acme = holder(store, "acme", [Role.PARTNER], "acme", scopes=scopes)
    create_sub_account(store, "acme-one", of="acme", by=acme)
    create_key(store, "acme-one", scopes=scopes[1:], by=acme)
    for wider in ([], [Permission.READ_TASKS]):
        with pytest.raises(AccessDenied, match="wider scopes"):
            create_key(store, "acme-one", scopes=wider, by=acme)


def test_a_partner_makes_sub_accounts_under_itself_only(store: Store) -> None:
    acme = holder(store, "acme", [Role.PARTNER], "acme")
    holder(store, "rival", [Role.PARTNER], "rival")
    with pytest.raises(AccessDenied):
        create_sub_account(store, "spy", of="rival", by=acme)
    with pytest.raises(AccessDenied, match="no partner"):
        create_sub_account(store, "x", of="local", by="local")


def test_limits_are_changed(store: Store) -> None:
    new = create_key(store, "local", limits=Limits(5), by="local")
    with store.begin() as session:
        set_limits(session, new.id, Limits(tokens_per_day=9), by="local")
    assert who(store, new.secret).limits == Limits(tokens_per_day=9)


def test_bad_names_and_limits_are_refused(store: Store) -> None:
    for name in ("", "x" * 65, "a\nb"):
        with pytest.raises(UsageError):
            create_key(store, "local", name=name, by="local")
    with pytest.raises(UsageError):
        Limits(requests_per_minute=0)
    with pytest.raises(NotFound):
        create_key(store, "nobody", by="local")
    with pytest.raises(NotFound):
        create_key(store, "local", by="nobody")


def test_a_key_that_ends_makes_none_that_lasts(store: Store) -> None:
    end = NOW + timedelta(days=1)
    acme = holder(store, "acme", [Role.PARTNER], "acme", expires_at=end)
    create_sub_account(store, "acme-one", of="acme", by=acme)
    for owner in ("acme", "acme-one"):
        create_key(store, owner, expires_at=end, by=acme)
        for later in (None, end + timedelta(seconds=1)):
            with pytest.raises(AccessDenied, match="longer"):
                create_key(store, owner, expires_at=later, by=acme)


def test_a_key_made_in_the_console_keeps_to_the_limits_that_the_partner_was_given(
    store: Store,
) -> None:
    given = holder(store, "studio", [Role.PARTNER], "studio", limits=Limits(tokens_per_day=1000))
    create_sub_account(store, "studio-tv", of="studio", by=given)
    signed_in = replace(given, key_id=None, limits=NO_LIMITS, bounds=())
    with pytest.raises(AccessDenied, match="wider limits"):
        create_key(store, "studio-tv", by=signed_in)
    made = create_key(store, "studio-tv", limits=Limits(tokens_per_day=900), by=signed_in)
    assert [bound.key_id for bound in who(store, made.secret).bounds] == [made.id, given.key_id]
    with store.begin() as session:
        revoke_key(session, str(given.key_id), by="local", why="")
    with pytest.raises(AccessDenied, match="wider limits"):  # those of a revoked key hold, too
        create_key(store, "studio-tv", by=signed_in)
    create_key(store, "studio", by="local")  # an operator gives one without limits
    free = create_key(store, "studio-tv", by=signed_in)
    assert [bound.key_id for bound in who(store, free.secret).bounds] == [free.id]
