"""Licences on the one path: they clear what they cover, and only for as long as they do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cleardance.accounts.accounts import create_account, set_partner
from cleardance.clearance.flow import clear
from cleardance.clearance.record import Record
from cleardance.clearance.screening import stands
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import Step
from cleardance.rights.grant import parse_grant
from cleardance.rights.granting import grant, revoke
from cleardance.rights.licence_rows import LicenceRecord
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.rights.snapshot import current
from cleardance.screen.ask import screen_ask
from cleardance.store.tables import task, verdict
from tests.clearance.asking import bodies, kinds, request

NAMED = "the Zorblaxian ball bounces in a meadow"
GRANT: dict[str, Any] = {
    "works": ["Zorblaxian"],
    "to": "account:studio",
    "uses": ["prompt"],
    "conditions": ["credit Zorblax Pictures"],
}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def studio(service: Service) -> Service:
    row = {"name": "Zorblaxian", "kind": "series", "owner": "Zorblax Pictures"}
    add(service.store, parse_row(row))
    create_account(service.store, "studio", partner="guild")
    return service


def licensed(service: Service, **values: Any) -> LicenceRecord:
    return grant(service.store, parse_grant(GRANT | values), now())


def make(service: Service, path: Path, during: Callable[[Step], None] | None = None) -> Record:
    def watch(step: Step, fraction: float) -> None:
        if during is not None and fraction == 0.0:
            during(step)

    return clear(service, request(NAMED, account="studio"), path / "out.png", watch)


def test_a_licensed_prompt_is_released_and_the_record_cites_the_licence(
    studio: Service, tmp_path: Path
) -> None:
    found = licensed(studio)
    record = make(studio, tmp_path)
    assert (record.status, record.task.error_message) == ("released", None)
    assert record.verdict is not None
    assert record.verdict.licences == (found.licence.id,)
    assert [one.licence for one in record.verdict.findings] == [found.licence.id]
    assert f"the licence {found.licence.id} by Zorblax Pictures allows it" in record.verdict.reason
    assert '"credit Zorblax Pictures"' in record.verdict.reason
    for entry in bodies(studio, record.task.id, "verdict"):
        assert found.licence.id not in str(entry)  # outsiders do not learn who deals with whom


def test_the_same_prompt_of_another_account_is_denied(studio: Service, tmp_path: Path) -> None:
    found = licensed(studio)
    record = clear(studio, request(NAMED), tmp_path / "out.png")
    assert record.status == "denied"
    assert record.verdict is not None
    assert record.verdict.licences == ()
    assert found.licence.id not in record.verdict.model_dump_json()


@pytest.mark.parametrize("moment", [Step.GENERATE, Step.RELEASE])
def test_a_licence_revoked_while_a_video_is_made_stops_its_release(
    studio: Service, tmp_path: Path, moment: Step
) -> None:
    found = licensed(studio)

    def take_back(step: Step) -> None:
        if step is moment:
            revoke(studio.store, found.licence.id, by="Z", why="ended", at=now())

    record = make(studio, tmp_path, take_back)
    assert record.status == "denied"
    assert record.verdict is not None
    assert "was revoked on" in record.verdict.reason
    assert "released" not in kinds(studio, record.task.id)
    assert not (tmp_path / "out.png").exists()


def test_an_account_that_leaves_the_partner_loses_its_licences_at_once(
    studio: Service, tmp_path: Path
) -> None:
    licensed(studio, to="partner:guild")

    def leave(step: Step) -> None:
        if step is Step.RELEASE:
            set_partner(studio.store, "studio", None)

    record = make(studio, tmp_path, leave)
    assert record.status == "denied"
    assert not (tmp_path / "out.png").exists()


def test_a_verdict_stands_for_as_long_as_its_licences_do(studio: Service) -> None:
    end = now() + timedelta(days=1)
    licensed(studio, valid_until=end.isoformat())
    with studio.store.read() as session:
        asker = studio.asker(session, "studio", now())
        cleared = screen_ask(NAMED, current(studio.store), asker=asker)
        assert stands(session, cleared, asker)
        assert not stands(session, cleared, studio.asker(session, "studio", end))
        assert not stands(session, cleared, studio.asker(session, "local", now()))
        unlicensed = screen_ask("a meadow", current(studio.store), asker=asker)
        assert stands(session, unlicensed, studio.asker(session, "studio", end))


def test_input_revision_and_moment_give_the_verdict_again(studio: Service, tmp_path: Path) -> None:
    licensed(studio, valid_until=(now() + timedelta(hours=1)).isoformat())
    record = make(studio, tmp_path)
    with studio.store.read() as session:
        kept = session.execute(select(verdict).where(verdict.c.stage == "ask")).mappings().one()
        account = session.scalars(
            select(task.c.account_id).where(task.c.id == record.task.id)
        ).one()
        asker = studio.asker(session, "studio", datetime.fromisoformat(kept["moment"]))
    assert asker.account == account
    again = screen_ask(NAMED, current(studio.store), asker=asker)
    assert again.model_dump(mode="json") == kept["body"]
