"""Grants and revocations in a real registry: what is kept, what is logged, what is refused."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cleardance.accounts.accounts import create_account, ensure_local_account
from cleardance.errors import LicenceError, NotFound
from cleardance.ledger.entry import canonical, personal
from cleardance.rights.grant import Grant, parse_grant
from cleardance.rights.granting import MAX_EVIDENCE_BYTES, grant, listing, revoke, show
from cleardance.rights.registry import add, revision
from cleardance.rights.row import RegistryRow, WorkKind
from cleardance.rights.snapshot import current
from cleardance.store import Store
from cleardance.store.tables import ledger_entry, licence

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
SERIES = RegistryRow(name="Zorblax", kind=WorkKind.SERIES, owner="Zorblax Pictures")
PERSON = RegistryRow(name="Quentin Quux", kind=WorkKind.PERSON)
PLAIN: dict[str, Any] = {"works": ["Zorblax"], "to": "everyone", "uses": ["prompt"]}
CONSENT: dict[str, Any] = {
    "works": ["Quentin Quux"],
    "to": "account:studio",
    "uses": ["likeness"],
    "statement": "I agree. Quentin Quux",
}


@pytest.fixture
def works(store: Store) -> Store:
    add(store, SERIES)
    add(store, PERSON)
    ensure_local_account(store)
    create_account(store, "studio")
    return store


def logged(store: Store, kind: str) -> list[dict[str, Any]]:
    with store.read() as connection:
        found = connection.scalars(select(ledger_entry.c.body).where(ledger_entry.c.kind == kind))
        return [json.loads(body) if isinstance(body, str) else body for body in found]


def test_a_grant_is_kept_as_it_was_given(works: Store, tmp_path: Path) -> None:
    (tmp_path / "contract.pdf").write_bytes(b"%PDF-1.7 signed")
    wanted = PLAIN | {
        "with_parts": True,
        "to": "account:studio",
        "uses": ["prompt", "output"],
        "territories": ["DE", "AT"],
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "conditions": ["credit Zorblax Pictures", "no sequels"],
        "evidence": [str(tmp_path / "contract.pdf")],
        "statement": "By letter of 3 December.",
    }
    made = grant(works, parse_grant(wanted), AT)
    assert show(works, made.licence.id) == made
    body = made.to_json()
    blobs = [one.pop("sha256") for one in body["evidence"]]
    assert body == {
        "id": made.licence.id,
        "kind": "licence",
        "works": [SERIES.id],
        "with_parts": True,
        "to": "account:studio",
        "uses": ["output", "prompt"],
        "territories": ["AT", "DE"],
        "valid_from": "2026-01-01T00:00:00.000000Z",
        "valid_until": "2027-01-01T00:00:00.000000Z",
        "grantor": "Zorblax Pictures",
        "conditions": ["credit Zorblax Pictures", "no sequels"],
        "evidence": [{"name": "contract.pdf"}, {"name": "statement.txt"}],
        "granted_at": "2026-07-01T12:00:00.000000Z",
        "revision": 3,
        "revoked": None,
    }
    assert works.blobs.path(blobs[0]).read_bytes() == b"%PDF-1.7 signed"
    assert works.blobs.path(blobs[1]).read_text() == "By letter of 3 December."


def test_every_act_moves_the_revision_and_is_logged_without_its_content(works: Store) -> None:
    made = grant(works, parse_grant(CONSENT), AT)
    revoke(works, made.licence.id, by="Quentin Quux", why="changed my mind", at=AT)
    with works.read() as connection:
        assert revision(connection) == 4
        row = connection.execute(select(licence)).mappings().one()
    given, taken = logged(works, "licensed") + logged(works, "revoked")
    assert (given["registry_revision"], taken["registry_revision"]) == (3, 4)
    assert given["licence"] == taken["licence"] == made.licence.id
    assert given.keys() == taken.keys() == {"registry_revision", "licence", "commitment"}
    said = {key: row[key] for key in ("revoked_at", "revoked_by", "revoked_why")}
    assert taken["commitment"] == personal(canonical(said).decode(), row["salt"])
    for secret in ("Quux", "studio", "acc-", "likeness", "changed"):
        assert secret not in json.dumps([given, taken])


def test_revoking_again_changes_nothing(works: Store) -> None:
    made = grant(works, parse_grant(PLAIN), AT)
    first = revoke(works, made.licence.id, by="Z", why="ended early", at=AT)
    again = revoke(works, made.licence.id, by="Y", why="other", at=AT + timedelta(days=1))
    assert first == again
    assert first.revocation is not None
    assert len(logged(works, "revoked")) == 1


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("x", " "), ("x", "\x1b[2J"), ("x" * 501, "x")])
def test_a_revocation_says_who_and_why(works: Store, by: str, why: str) -> None:
    made = grant(works, parse_grant(PLAIN), AT)
    with pytest.raises(LicenceError):
        revoke(works, made.licence.id, by=by, why=why, at=AT)
    assert show(works, made.licence.id).revocation is None


def test_the_next_snapshot_has_it_and_keeps_its_indexes(works: Store) -> None:
    before = current(works)
    made = grant(works, parse_grant(PLAIN), AT)
    after = current(works)
    assert (len(before.licences), len(after.licences)) == (0, 1)
    assert after.names is before.names  # nothing but licences was read again
    revoke(works, made.licence.id, by="Z", why="x", at=AT)
    gone = current(works)
    assert gone.licences.by_id[made.licence.id].revoked_at is not None
    assert (gone.revision, gone.names is before.names) == (4, True)
    add(works, RegistryRow(name="Later", kind=WorkKind.FILM))
    grant(works, parse_grant(PLAIN), AT)
    both = current(works)
    assert (both.names is before.names, len(both.licences), len(both.works)) == (False, 2, 3)


def test_listing(works: Store) -> None:
    everyone = grant(works, parse_grant(PLAIN), AT).licence.id
    studio = grant(works, parse_grant(CONSENT), AT).licence.id
    assert [one.licence.id for one in listing(works)] == [everyone, studio]
    assert [one.licence.id for one in listing(works, "zorblax")] == [everyone]
    assert [one.licence.id for one in listing(works, to="account:studio")] == [studio]
    assert listing(works, to="partner:none") == []
    for unknown in ({"id_or_name": "nothing"}, {"to": "account:nobody"}):
        with pytest.raises(NotFound):
            listing(works, **unknown)


def test_a_consent_is_granted_by_the_person_themselves(works: Store) -> None:
    made = grant(works, parse_grant(CONSENT), AT)
    assert (made.licence.kind, made.licence.grantor) == ("consent", "Quentin Quux")
    by_agent = parse_grant(CONSENT | {"grantor": "Agents & Co for Quentin Quux"})
    assert grant(works, by_agent, AT).licence.grantor == "Agents & Co for Quentin Quux"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (CONSENT | {"statement": None}, "needs evidence"),
        (CONSENT | {"uses": ["prompt", "likeness"]}, "does not consent to the use prompt"),
        (CONSENT | {"with_parts": True}, "Nothing belongs to a person"),
        (CONSENT | {"works": ["Zorblax", "Quentin Quux"]}, "is a person"),
        (PLAIN | {"evidence": ["/no/such/file"]}, "cannot be evidence"),
        (PLAIN | {"evidence": ["/dev/zero"]}, "cannot be evidence"),
    ],
)
def test_what_nobody_can_grant_is_refused(works: Store, values: dict[str, Any], why: str) -> None:
    with pytest.raises(LicenceError, match=why):
        grant(works, parse_grant(values), AT)
    assert listing(works) == []
    assert logged(works, "licensed") == []


def test_evidence_is_neither_empty_nor_huge(works: Store, tmp_path: Path) -> None:
    for name, size in (("empty.pdf", 0), ("huge.pdf", MAX_EVIDENCE_BYTES + 1)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
        with pytest.raises(LicenceError, match="cannot be evidence"):
            grant(works, parse_grant(PLAIN | {"evidence": [str(tmp_path / name)]}), AT)


@pytest.mark.parametrize("values", [{"works": ["Nothing"]}, {"to": "account:nobody"}])
def test_what_is_not_there_is_not_found(works: Store, values: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        grant(works, parse_grant(PLAIN | values), AT)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"works": []}, "works"),
        ({"uses": []}, "uses"),
        ({"uses": ["everything"]}, "uses"),
        ({"to": "studio"}, "to"),
        ({"to": "account:"}, "to"),
        ({"territories": ["Germany"]}, "territories"),
        ({"territories": ["UK"]}, "the United Kingdom is GB"),
        ({"conditions": ["credit \x1b[31mus"]}, "conditions"),
        ({"valid_until": "soon"}, "valid_until"),
        ({"valid_until": "2026-12-31T12:00:00"}, "valid_until"),  # of which zone?
        ({"valid_until": "9999-12-31"}, "out of range"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-31"}, "before it begins"),
        ({"untill": "2026-12-31"}, "untill"),
    ],
)
def test_a_grant_that_is_wrong_names_the_field(values: dict[str, Any], why: str) -> None:
    with pytest.raises(LicenceError, match=why):
        parse_grant(PLAIN | values)


def test_a_day_means_all_of_it() -> None:
    found = parse_grant(PLAIN | {"valid_from": "2026-02-28", "valid_until": "2026-02-28"})
    assert found.valid_from == datetime(2026, 2, 28, tzinfo=UTC)
    assert found.valid_until == datetime(2026, 3, 1, tzinfo=UTC)


def test_works_without_an_owner_in_common_need_a_grantor(works: Store) -> None:
    add(works, RegistryRow(name="Ownerless", kind=WorkKind.FILM))
    both = PLAIN | {"works": ["Zorblax", "Ownerless"]}
    with pytest.raises(LicenceError, match="grantor"):
        grant(works, parse_grant(both), AT)
    assert grant(works, Grant.model_validate(both | {"grantor": "Z"}), AT).licence.grantor == "Z"
