"""A home with something of everything on its pages: what screenshots and checks of pages look at.

The same each time but for ids and times, which the pages mark as ``code`` and ``time``.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, update
from tests.clearance.asking import make, request

from cleardance.accounts import accounts, holdings, keys, passwords
from cleardance.accounts.limits import Limits
from cleardance.accounts.roles import Permission, Role
from cleardance.clearance import review, review_decision
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.notices import executing
from cleardance.clearance.service import Service
from cleardance.dataset import kept
from cleardance.dataset.shelf import build
from cleardance.rights import granting
from cleardance.rights.grant import parse_grant
from cleardance.rights.licence import Use
from cleardance.rights.licence_requests import request as request_licence
from cleardance.rights.notices import filing
from cleardance.rights.notices.form import parse_notice
from cleardance.rights.notices.reading import read_notice
from cleardance.rights.registry import add, find_work
from cleardance.rights.row import parse_row
from cleardance.rights.snapshot import current
from cleardance.screen import rulebook
from cleardance.store.tables import (
    HoldingKind,
    NoticeStatus,
    excluded_sample,
    notice,
    task,
    task_event,
    utc_now,
    utc_text,
    webhook_delivery,
)

PASSWORD = "a sentence nobody guesses"
LETTERS = Path(__file__).parents[3] / "examples" / "letters"
PEOPLE = {
    "mara": (Role.OPERATOR, Role.REVIEWER, Role.CREATOR, Role.RIGHTS_HOLDER),
    "ines": (Role.REVIEWER,),
    "jonas": (Role.CREATOR,),
    "rights desk": (Role.RIGHTS_HOLDER,),
    "ada quill": (Role.RIGHTS_HOLDER,),
    "operator alone": (Role.OPERATOR,),
}
PROMPTS = (
    "A fox runs over a meadow at dusk, a bell rings far away",
    "Rain on a tin roof, a lantern swings in the wind",
    "A sailboat crosses the bay in the morning fog",
)
HOSTILE = '<script>document.title="run"</script><img src=x onerror=alert(1)>'


def fill(service: Service, folder: Path) -> None:
    """Fill a new home; takes some seconds, most of them for three real outputs."""
    now = datetime.now(UTC)
    people(service)
    outputs(service, folder)
    past(service, now)
    notices(service, now)
    desk(service, folder, now)
    removed(service, folder, now)
    callbacks(service, now)
    rules(service)
    training(service, folder)
    for number in range(3):
        submit(service, request(f"A kite over dunes, take {number}", account="jonas"))
    service.checkpoint()


def people(service: Service) -> None:
    store = service.store
    for name, roles in PEOPLE.items():
        accounts.create_account(store, name, roles=roles, by="local")
        passwords.set_password(store, name, PASSWORD, by="local")
    accounts.create_account(
        store, "Halden Pictures", "Halden Group", roles=[Role.PARTNER], by="mara"
    )
    passwords.set_password(store, "Halden Pictures", PASSWORD, by="local")
    accounts.create_sub_account(store, "Halden Trailers", of="Halden Pictures", by="mara")
    narrow = [Permission.CREATE_TASKS, Permission.READ_TASKS]
    limits = Limits(60, 4, 2_000_000, 250_000_000)
    keys.create_key(store, "Halden Pictures", name="render farm", limits=limits, by="mara")
    gone = keys.create_key(store, "Halden Pictures", name="old laptop", scopes=narrow, by="mara")
    with store.begin() as session:
        keys.revoke_key(session, gone.id, by="mara", why="The laptop was lost.")
        desk = accounts.show(session, "rights desk").id
        holdings.add_holding(session, desk, HoldingKind.OWNER, "Netflix", by="mara")


def outputs(service: Service, folder: Path) -> None:
    """Three released stills, one denied and appealed, and two that are held."""
    for number, prompt in enumerate(PROMPTS):
        make(service, folder / f"{number}.png", request(prompt, seed=number, account="jonas"))
    denied = make(service, folder / "no.png", request("Squid Game guards", account="jonas"))
    review.appeal(service, denied.task.id, "jonas", "These are my own costumes.", datetime.now(UTC))
    row = {"name": "The Tin Roof", "kind": "film", "owner": "Kelp Films", "policy": "review"}
    add(service.store, parse_row(row | {"references": [str(folder / "1.png")]}))
    make(service, folder / "held.png", request(PROMPTS[1], seed=1, account="jonas"))
    row = {"name": "Old Harbour", "kind": "series", "owner": "Kelp Films", "policy": "review"}
    add(service.store, parse_row(row))
    make(service, folder / "ask.png", request("The Old Harbour at night", account="jonas"))
    again = make(service, folder / "two.png", request("An Old Harbour scene", account="jonas"))
    opened = next(one for one in review.listing(service) if one.task_id == again.task.id)
    why = "It is another harbour."
    review_decision.deny(service, opened.id, "ines", why, datetime.now(UTC))


def past(service: Service, now: datetime) -> None:
    """Two weeks of tasks, as rows alone."""
    draw = np.random.default_rng(7)
    statuses = ("released", "denied", "held", "failed")
    rows: list[dict[str, Any]] = []
    with service.store.read() as session:
        owner = accounts.show(session, "jonas").id
    for day in range(14):
        for number in range(int(40 + 25 * np.sin(day) + 3 * day)):
            began = now - timedelta(days=day, minutes=20 + int(draw.integers(0, 600)))
            took = timedelta(seconds=float(draw.gamma(4, 2.5)))
            rows.append(
                {
                    "id": f"cgt-20260101{day:02d}{number:04d}-past",
                    "account_id": owner,
                    "status": str(draw.choice(statuses, p=[0.86, 0.08, 0.03, 0.03])),
                    "step": 8,
                    "created_at": utc_text(began),
                    "updated_at": utc_text(began + took),
                    "model": "draft",
                }
            )
    with service.store.begin() as session:
        session.execute(insert(task), rows)


def notices(service: Service, now: datetime) -> None:
    """One executed, one accepted, one held for a person, one that lacks something.

    They come one after the other: those that are due on one day are listed so.
    """
    for name, deadline in (("netflix", "3 days"), ("disney", "26 hours")):
        form = read_notice(LETTERS / f"{name}.yaml").model_copy(
            update={"received": now - timedelta(hours=20), "deadline": deadline}
        )
        filed = filing.file_notice(service.store, form, LETTERS, now)
        if name == "netflix":
            executing.execute(service, filed.id, by="mara")
    bare = {"kind": "copyright", "works": [{"name": "Lighthouse of Kelp", "kind": "film"}]}
    filing.file_notice(service.store, parse_notice(bare), LETTERS, now - timedelta(seconds=3))
    common: dict[str, Any] = bare | {
        "sender": {"name": HOSTILE, "email": "a@b.example", "address": "1 Road", "role": "owner"},
        "works": [{"name": "Fox", "kind": "film"}],
        "located": [{"hashtag": "#fox"}],
        "demands": ["remove", "cease"],
        "statements": {"good_faith": True, "accurate_under_penalty_of_perjury": True},
        "signature": "/s/ A",
    }
    filing.file_notice(service.store, parse_notice(common), LETTERS, now - timedelta(seconds=2))
    other = common | {
        "sender": common["sender"] | {"name": "Somebody Else", "email": "c@d.example"},
        "works": [{"name": "Squid Game", "kind": "series"}],
    }
    filing.file_notice(service.store, parse_notice(other), LETTERS, now - timedelta(seconds=1))


def desk(service: Service, folder: Path, now: datetime) -> None:
    """A work with a picture, a person with consents, a licence, and one that is asked for."""
    store = service.store
    row = {
        "name": "Harbour Lights", "kind": "series", "owner": "Netflix", "policy": "deny",
        "aliases": ["Lights of the Harbour"], "lang_aliases": {"de": ["Hafenlichter"]},
        "hashtags": ["#HarbourLights"], "keywords": ["lighthouse keeper"],
        "descriptors": ["A red lighthouse above a harbour full of sailboats at dusk"],
        "characters": [{"name": "Captain Sarn"}], "territories": ["DE", "FR", "US"],
        "references": [str(folder / "2.png")], "licence_contact": "licences@netflix.example",
    }  # fmt: skip
    add(store, parse_row(row))
    add(store, parse_row({"name": "Ada Quill", "kind": "person", "owner": "Netflix"}))
    make(service, folder / "harbour.png", request("The Harbour Lights at dusk", account="jonas"))
    trailer = {"works": ["Harbour Lights"], "to": "partner:Halden Group", "uses": ["prompt"]}
    proof = {"valid_until": "2031-12-31", "statement": "By letter of 3 December."}
    granting.grant(store, parse_grant(trailer | proof), now)
    consent = {"works": ["Ada Quill"], "uses": ["likeness"], "statement": "I agree. Ada Quill"}
    given = [
        granting.grant(store, parse_grant(consent | {"to": f"account:{name}"}), now)
        for name in ("jonas", "Halden Trailers")
    ]
    why = "The film is finished."
    granting.revoke(store, given[0].licence.id, by="Ada Quill", why=why, at=now)
    asked = "A trailer of twenty seconds, shown online in Germany for a year."
    request_licence(store, "Harbour Lights", "jonas", Use.OUTPUT, asked, now)
    make(service, folder / "sub.png", request("A swing in a garden", account="Halden Trailers"))
    with store.begin() as session:
        person = accounts.show(session, "ada quill").id
        work_id = find_work(session, "Ada Quill")
        holdings.add_holding(session, person, HoldingKind.WORK, work_id, by="mara")
        sender = accounts.show(session, "rights desk").id
        session.execute(update(notice).values(account_id=sender))


def removed(service: Service, folder: Path, now: datetime) -> None:
    """An output that a notice took down."""
    asked = request("Paper boats on a pond, a music box plays", account="jonas")
    down = make(service, folder / "down.png", asked)
    letter: dict[str, Any] = {
        "kind": "copyright", "works": [{"name": "Harbour of Paper", "kind": "film"}],
        "sender": {"name": "A. Counsel", "email": "a@kelp.example", "address": "1 Road"},
        "located": [{"output": down.task.id}], "demands": ["remove"],
        "statements": {"good_faith": True, "accurate_under_penalty_of_perjury": True},
        "signature": "/s/ A. Counsel",
    }  # fmt: skip
    filed = filing.file_notice(service.store, parse_notice(letter), folder, now)
    executing.execute(service, filed.id, by="mara")


def callbacks(service: Service, now: datetime) -> None:
    told = (("delivered", "HTTP 200"), ("failed", "ConnectTimeout"), ("delivered", "HTTP 204"))
    with service.store.begin() as session:
        owner = accounts.show(session, "jonas").id
        for number, (status, result) in enumerate(told):
            task_id = f"cgt-20260101{number:02d}0000-past"
            event = {"task_id": task_id, "at": utc_text(now), "kind": "status"}
            made = session.execute(
                insert(task_event).values(**event, body=json.loads('{"status": "released"}'))
            )
            assert made.inserted_primary_key is not None
            values = {
                "event_id": made.inserted_primary_key[0],
                "task_id": task_id,
                "account_id": owner,
                "url": "https://halden.example/hooks/cleardance",
                "host": "halden.example",
                "status": status,
                "due_at": utc_text(now),
                "attempts": 7 if status == "failed" else 1,
                "result": result,
            }
            session.execute(insert(webhook_delivery).values(**values))


def training(service: Service, folder: Path) -> None:
    """A set that something was trained on, of which a notice took a sample out."""
    registry = current(service.store)
    manifest = build(
        folder / "set", ("cat", "sailboat"), 6, (96, 64), registry, frozenset()
    ).manifest
    kept.keep_set(service.store, manifest, Path("/srv/sets/first"))
    kept.keep_model(service.store, "7" * 64, manifest.digest, "first", 4_000)
    executed = next(
        one for one in filing.listing(service.store) if one.status is NoticeStatus.EXECUTED
    )
    row = {"notice_id": executed.id, "training_set": manifest.digest, "at": utc_now()}
    with service.store.begin() as session:
        found = {"sample": manifest.rows[0].sha256, "why": "caption names Squid Game"}
        session.execute(insert(excluded_sample).values(row | found))


def rules(service: Service) -> None:
    text = rulebook.in_force(service.store).text
    rulebook.activate(service.store, f"# Reviewed in March.\n{text}", "mara")
