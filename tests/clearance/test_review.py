"""What persons decide about what is held or denied, and how the path goes on from there."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from cleardance.accounts.accounts import create_account
from cleardance.accounts.roles import Role
from cleardance.clearance import review, tasks
from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.erasure import erase
from cleardance.clearance.flow import resume_unfinished
from cleardance.clearance.record import Record, record_of
from cleardance.clearance.review import CLAIM_LAPSES_AFTER, appeal, claim, listing
from cleardance.clearance.review_decision import deny, release
from cleardance.clearance.review_effect import points_of, with_reviews
from cleardance.clearance.review_pictures import write_pictures
from cleardance.clearance.service import Service, open_service
from cleardance.errors import (
    AppealUsed,
    FileFailed,
    LedgerInvalid,
    NotAppealable,
    NotFound,
    ReviewClaimed,
    ReviewDecided,
    ReviewerNotAllowed,
    ReviewError,
    UsageError,
)
from cleardance.ledger.verify import verify
from cleardance.media import read_image
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.screen import rulebook
from cleardance.screen.rules import shipped_text
from cleardance.store.tables import Stage, task
from cleardance.verdict import Decision, Review, Verdict
from tests.clearance.asking import RELEASED, bodies, kinds, make, request
from tests.clearance.crash import killed
from tests.clearance.crash_review import crash_review

AT = datetime(2026, 2, 17, 9, tzinfo=UTC)
WHY = "It is a red ball, not the mark."


def register(service: Service, policy: str = "review", **values: object) -> None:
    row = {"name": "Big Red", "kind": "character", "aliases": ["red ball"], "policy": policy}
    add(service.store, parse_row(row | values))


def register_picture(service: Service, folder: Path, policy: str = "review") -> None:
    """Register what the model is about to make as a picture of somebody's work."""
    make(service, folder / "known.png", request())
    row = {"name": "The Ball", "kind": "character", "owner": "Ball & Co", "policy": policy}
    add(service.store, parse_row(row | {"references": [str(folder / "known.png")]}))


@pytest.fixture
def reviewers(service: Service) -> Service:
    for name in ("ana", "bo", "cy"):
        create_account(service.store, name, roles=[Role.REVIEWER, Role.CREATOR])
    return service


@pytest.fixture
def held_ask(reviewers: Service, tmp_path: Path) -> Record:
    register(reviewers)
    return make(reviewers, tmp_path / "out.png")


@pytest.fixture
def held_output(reviewers: Service, tmp_path: Path) -> Record:
    register_picture(reviewers, tmp_path)
    return make(reviewers, tmp_path / "out.png")


def opened(service: Service) -> str:
    (row,) = listing(service)
    return row.id


def finish(service: Service) -> Record:
    (record,) = resume_unfinished(service)
    return record


def newest(service: Service, task_id: str, stage: Stage) -> Verdict:
    with service.store.read() as session:
        found = tasks.latest_verdict(session, task_id, stage)
    assert found is not None
    return found


def test_what_is_held_waits_in_the_queue(reviewers: Service, held_ask: Record) -> None:
    (row,) = listing(reviewers)
    assert (row.task_id, row.stage, row.appeal) == (held_ask.task.id, Stage.ASK, False)
    assert row.verdict == held_ask.verdict
    opened_at, due_at = map(datetime.fromisoformat, (row.opened_at, row.due_at))
    assert due_at - opened_at == timedelta(hours=72)
    assert not row.to_json(opened_at + timedelta(hours=72))["overdue"]
    late = row.to_json(opened_at + timedelta(hours=73))
    assert (late["overdue"], late["age_s"]) == (True, 73 * 3600)


def test_a_released_prompt_goes_on_to_generation(
    reviewers: Service, held_ask: Record, tmp_path: Path
) -> None:
    row = release(reviewers, opened(reviewers), "ana", WHY, AT)
    assert (row.status, row.decided_by, row.reason) == ("released", "ana", WHY)
    assert listing(reviewers) == []
    record = finish(reviewers)
    assert record.status == "released"
    assert (tmp_path / "out.png").exists()
    assert kinds(reviewers, held_ask.task.id) == [
        "asked", "verdict", "held", "reviewed", "verdict", *RELEASED[2:],
    ]  # fmt: skip
    assert list(resume_unfinished(reviewers)) == []


def test_a_released_output_is_sealed_as_it_was_screened(
    reviewers: Service, held_output: Record, tmp_path: Path
) -> None:
    assert (held_output.status, held_output.task.raw_blob is None) == ("held", False)
    assert not (tmp_path / "out.png").exists()
    release(reviewers, opened(reviewers), "ana", WHY, AT)
    record = finish(reviewers)
    assert record.status == "released"
    assert record.task.raw_blob == held_output.task.raw_blob  # not generated again
    assert kinds(reviewers, record.task.id) == [
        *RELEASED[:4], "held", "reviewed", "verdict", *RELEASED[4:],
    ]  # fmt: skip
    digest = hashlib.sha256((tmp_path / "out.png").read_bytes()).hexdigest()
    assert bodies(reviewers, record.task.id, "released")[0]["sha256"] == digest


def test_the_record_says_who_released_what_and_why(
    reviewers: Service, held_output: Record, tmp_path: Path
) -> None:
    review_id = opened(reviewers)
    release(reviewers, review_id, "ana", WHY, AT)
    record = finish(reviewers)
    assert record.verdict is not None
    assert (record.verdict.decision, record.verdict.findings) == (
        Decision.CLEAR, held_output.verdict and held_output.verdict.findings,
    )  # fmt: skip
    (note,) = record.verdict.reviews
    assert (note.id, note.by, note.reason, note.overturns) == (review_id, "ana", WHY, "hold")
    assert WHY in record.verdict.reason
    dossier = dossier_of(reviewers, tmp_path / "out.png")
    facts = dossier.inspection.c2pa.facts
    assert facts is not None
    assert facts.record is not None
    assert facts.record.reviews == (review_id,)
    words = dossier.words()
    assert f"released by ana on 2026-02-17 (review {review_id}): {WHY}" in words
    assert "reviewed (" in words  # in the history


def test_the_ledger_names_no_person_and_quotes_nobody(reviewers: Service, held_ask: Record) -> None:
    task_id = held_ask.task.id
    deny(reviewers, opened(reviewers), "ana", WHY, AT)
    appeal(reviewers, task_id, "local", "It is mine alone", AT)
    claim(reviewers, opened(reviewers), "bo", AT)
    release(reviewers, opened(reviewers), "bo", WHY, AT)
    assert kinds(reviewers, task_id) == [
        "asked", "verdict", "held", "reviewed", "verdict", "refused",
        "appealed", "claimed", "reviewed", "verdict",
    ]  # fmt: skip
    acts = [*bodies(reviewers, task_id, "reviewed"), *bodies(reviewers, task_id, "claimed"),
            *bodies(reviewers, task_id, "appealed")]  # fmt: skip
    assert [act.get("decision") for act in acts] == ["deny", "release", None, None]
    for act in acts:
        assert not {"ana", "bo", "local", WHY, "It is mine alone"} & set(map(str, act.values()))
        assert act["review"].startswith(task_id)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'released'",
        "reason = 'Because.'",
        "decided_by = (SELECT id FROM account WHERE name = 'cy')",
        "text = 'Never.'",
    ],
)
def test_reviews_are_held_to_the_ledger(reviewers: Service, held_ask: Record, change: str) -> None:
    deny(reviewers, opened(reviewers), "ana", WHY, AT)
    row = appeal(reviewers, held_ask.task.id, "local", "It is mine", AT)
    deny(reviewers, row.id, "bo", WHY, AT)
    keys = [reviewers.ledger_keys.public]
    verify(reviewers.store, keys)
    with reviewers.store.begin() as session:
        session.exec_driver_sql(f"UPDATE review SET {change} WHERE appeal")
    with pytest.raises(LedgerInvalid, match=rf"Review {row.id} was changed"):
        verify(reviewers.store, keys)


def test_denied_by_a_reviewer(reviewers: Service, held_output: Record, tmp_path: Path) -> None:
    deny(reviewers, opened(reviewers), "ana", "It is the mark.", AT)
    record = record_of(reviewers, held_output.task.id)
    assert record.status == "denied"
    assert record.verdict is not None
    assert "A reviewer refused it: It is the mark." in record.verdict.reason
    assert record.verdict.redress.appeal
    assert list(resume_unfinished(reviewers)) == []
    assert not (tmp_path / "out.png").exists()


def test_a_reviewer_sees_what_waits_beside_what_it_matched(
    reviewers: Service, held_output: Record, tmp_path: Path
) -> None:
    (tmp_path / "look").mkdir()
    (row,) = listing(reviewers)
    seen, matched = write_pictures(reviewers, row, tmp_path / "look")
    assert [path.name[:7] for path in (seen, matched)] == ["seen-0.", "matched"]
    difference = read_image(seen).astype(int) - read_image(matched)  # that one is marked
    assert np.abs(difference).mean() < 3
    with pytest.raises(FileFailed):
        write_pictures(reviewers, row, tmp_path / "none")


def test_of_words_there_is_nothing_to_see(
    reviewers: Service, held_ask: Record, tmp_path: Path
) -> None:
    (row,) = listing(reviewers)
    assert write_pictures(reviewers, row, tmp_path) == []


# What a release covers, and what it does not.


def test_unchanged_findings_stay_released_when_the_registry_moves(
    reviewers: Service, held_ask: Record
) -> None:
    release(reviewers, opened(reviewers), "ana", WHY, AT)
    add(reviewers.store, parse_row({"name": "Zyxxor Prime", "kind": "film"}))
    assert finish(reviewers).status == "released"
    again = newest(reviewers, held_ask.task.id, Stage.ASK)
    with reviewers.store.read() as session:
        assert (
            again.registry_revision
            == review.load(session, f"{held_ask.task.id}.1").verdict.registry_revision + 1
        )
    assert (again.decision, len(again.reviews)) == (Decision.CLEAR, 1)


def test_a_work_registered_after_the_release_holds_it_again(
    reviewers: Service, held_ask: Record, tmp_path: Path
) -> None:
    release(reviewers, opened(reviewers), "ana", WHY, AT)
    row = {"name": "Bounce", "kind": "film", "aliases": ["ball bounces"], "policy": "review"}
    add(reviewers.store, parse_row(row))
    assert finish(reviewers).status == "held"
    assert not (tmp_path / "out.png").exists()
    second = opened(reviewers)
    assert second == f"{held_ask.task.id}.2"
    release(reviewers, second, "bo", "Nor is it a film.", AT)
    record = finish(reviewers)
    assert record.status == "released"
    notes = newest(reviewers, record.task.id, Stage.ASK).reviews
    assert [note.by for note in notes] == ["ana", "bo"]


@pytest.mark.parametrize(
    ("change", "status"),
    [({"policy": "deny"}, "denied"), ({"owner": "Somebody else"}, "held"), ({}, "released")],
)
def test_a_work_that_changes_after_the_release_is_looked_at_again(
    reviewers: Service, held_ask: Record, change: dict[str, str], status: str
) -> None:
    release(reviewers, opened(reviewers), "ana", WHY, AT)
    if "owner" in change:  # an owner is part of what a work is: it is another work beside the first
        register(reviewers, **change)
    else:
        register(reviewers, **({"policy": "review"} | change))
    assert finish(reviewers).status == status


def test_other_rules_after_the_release_decide_again(reviewers: Service, held_ask: Record) -> None:
    release(reviewers, opened(reviewers), "ana", WHY, AT)
    stricter = shipped_text().replace(
        'id = "name-reviewed"\nsignal = "name"\npolicy = "review"\ndecision = "hold"',
        'id = "name-reviewed"\nsignal = "name"\npolicy = "review"\ndecision = "deny"',
    )
    rulebook.activate(reviewers.store, stricter, "cy")
    assert finish(reviewers).status == "denied"


# Appeals.


@pytest.fixture
def denied(reviewers: Service, tmp_path: Path) -> Record:
    return make(reviewers, tmp_path / "out.png", request("Shrek dances"))


def test_an_appeal_against_the_rules_can_be_won(
    reviewers: Service, denied: Record, tmp_path: Path
) -> None:
    row = appeal(reviewers, denied.task.id, "local", "A parody of my own.", AT)
    assert (row.appeal, row.text, row.verdict) == (True, "A parody of my own.", denied.verdict)
    assert record_of(reviewers, denied.task.id).status == "held"
    release(reviewers, row.id, "ana", "Parody.", AT)
    record = finish(reviewers)
    assert (record.status, (tmp_path / "out.png").exists()) == ("released", True)
    (note,) = newest(reviewers, record.task.id, Stage.ASK).reviews
    assert (note.appeal, note.overturns) == (True, "deny")
    assert dossier_of(reviewers, tmp_path / "out.png").inspection.c2pa.state == "Trusted"


def test_an_appeal_can_be_lost_and_there_is_only_one(reviewers: Service, denied: Record) -> None:
    row = appeal(reviewers, denied.task.id, "local", "Please.", AT)
    with pytest.raises(AppealUsed):
        appeal(reviewers, denied.task.id, "local", "Now!", AT)
    deny(reviewers, row.id, "ana", "It is Shrek.", AT)
    assert record_of(reviewers, denied.task.id).status == "denied"
    with pytest.raises(AppealUsed, match="one appeal"):
        appeal(reviewers, denied.task.id, "local", "Again.", AT)
    assert list(resume_unfinished(reviewers)) == []


def test_whoever_denied_does_not_decide_the_appeal(reviewers: Service, held_ask: Record) -> None:
    deny(reviewers, opened(reviewers), "ana", "No.", AT)
    row = appeal(reviewers, held_ask.task.id, "local", "Why?", AT)
    for act in (release, deny):
        with pytest.raises(ReviewerNotAllowed, match="ana denied it before"):
            act(reviewers, row.id, "ana", "No!", AT)
    release(reviewers, row.id, "bo", "A ball is a ball.", AT)
    assert finish(reviewers).status == "released"


def test_nobody_reviews_what_they_asked_for(reviewers: Service, held_ask: Record) -> None:
    for act in (release, deny):
        with pytest.raises(ReviewerNotAllowed, match="local asked for this"):
            act(reviewers, opened(reviewers), "local", "Fine.", AT)
    with pytest.raises(ReviewerNotAllowed):
        claim(reviewers, opened(reviewers), "local", AT)


def test_only_its_requester_appeals_and_only_a_denial(
    reviewers: Service, denied: Record, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="of account 'bo'"):
        appeal(reviewers, denied.task.id, "bo", "Let it.", AT)
    with pytest.raises(NotFound):
        appeal(reviewers, "cgt-none", "local", "Let it.", AT)
    for text in ("", " \n", "x" * 4001):
        with pytest.raises(UsageError, match="reason of 1 to 4000"):
            appeal(reviewers, denied.task.id, "local", text, AT)
    released = make(reviewers, tmp_path / "fine.png")
    with pytest.raises(NotAppealable, match="is released"):
        appeal(reviewers, released.task.id, "local", "More!", AT)
    register(reviewers)
    held = make(reviewers, tmp_path / "held.png")
    with pytest.raises(NotAppealable, match="is held"):
        appeal(reviewers, held.task.id, "local", "Now!", AT)


# Several at once, and what cannot be.


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(
    reviewers: Service, held_ask: Record
) -> None:
    review_id = opened(reviewers)

    def act(name: str) -> str:
        with open_service(reviewers.store.home.path) as own:
            try:
                decide = release if name == "ana" else deny
                decide(own, review_id, name, WHY, AT)
            except ReviewError as error:
                return type(error).__name__
            return name

    with ThreadPoolExecutor(2) as both:
        ended = sorted(both.map(act, ["ana", "bo"]))
    assert ended in (["ReviewDecided", "ana"], ["ReviewDecided", "bo"])
    assert kinds(reviewers, held_ask.task.id).count("reviewed") == 1


def test_a_decision_is_final(reviewers: Service, held_ask: Record) -> None:
    review_id = opened(reviewers)
    deny(reviewers, review_id, "ana", "No.", AT)
    with pytest.raises(ReviewDecided, match="denied"):
        release(reviewers, review_id, "bo", WHY, AT)
    with pytest.raises(ReviewDecided):
        claim(reviewers, review_id, "bo", AT)
    assert [row.id for row in listing(reviewers, decided=True)] == [review_id]


def test_a_claim_keeps_others_out_for_an_hour(reviewers: Service, held_ask: Record) -> None:
    review_id = opened(reviewers)
    assert claim(reviewers, review_id, "ana", AT).claimed_by == "ana"
    soon = AT + CLAIM_LAPSES_AFTER - timedelta(seconds=1)
    for act in (claim, lambda *one: deny(*one[:3], "No.", one[3])):
        with pytest.raises(ReviewClaimed, match="ana has taken"):
            act(reviewers, review_id, "bo", soon)
    later = AT + CLAIM_LAPSES_AFTER + timedelta(seconds=1)
    assert claim(reviewers, review_id, "bo", later).claimed_by == "bo"
    assert deny(reviewers, review_id, "bo", "No.", later).decided_by == "bo"


def test_what_there_is_no_room_to_show_cannot_be_released(
    reviewers: Service, tmp_path: Path
) -> None:
    """Drowning one name among many: nobody can vouch for what they could not look at."""
    names = [f"Zorblax{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(60)]
    for name in names:
        add(reviewers.store, parse_row({"name": name, "kind": "film", "policy": "review"}))
    assert make(reviewers, tmp_path / "out.png", request(", ".join(names))).status == "held"
    with pytest.raises(ReviewerNotAllowed, match="10 works"):
        release(reviewers, opened(reviewers), "ana", WHY, AT)
    assert deny(reviewers, opened(reviewers), "ana", WHY, AT).status == "denied"


def test_a_reviewer_has_a_name_and_a_reason(reviewers: Service, held_ask: Record) -> None:
    with pytest.raises(NotFound):
        release(reviewers, opened(reviewers), "nobody", WHY, AT)
    with pytest.raises(NotFound):
        release(reviewers, "none", "ana", WHY, AT)
    for reason in ("", "\t"):
        with pytest.raises(UsageError):
            release(reviewers, opened(reviewers), "ana", reason, AT)
    assert kinds(reviewers, held_ask.task.id) == ["asked", "verdict", "held"]


def test_erasing_a_task_erases_what_was_said_of_it(reviewers: Service, denied: Record) -> None:
    row = appeal(reviewers, denied.task.id, "local", "Please.", AT)
    deny(reviewers, row.id, "ana", "No.", AT)
    erase(reviewers, denied.task.id)
    assert listing(reviewers, decided=True) == []
    assert kinds(reviewers, denied.task.id)[-1] == "erased"


# kill -9 while a review is decided, and at each step after it.

AFTER_ASK = ["deciding", "GENERATE:1.0", "SEAL:1.0"]
AFTER_OUTPUT = ["decided", "SEAL:0.0", "RELEASE:0.0"]


@pytest.mark.parametrize(
    ("stage", "moment"),
    [*((Stage.ASK, one) for one in AFTER_ASK), *((Stage.OUTPUT, one) for one in AFTER_OUTPUT)],
)
def test_kill_while_a_review_takes_effect(
    home: Path, tmp_path: Path, stage: Stage, moment: str
) -> None:
    with open_service(home) as service:
        create_account(service.store, "ana", roles=[Role.REVIEWER])
        register(service) if stage is Stage.ASK else register_picture(service, tmp_path)
        task_id = make(service, tmp_path / "out.png").task.id
    killed(crash_review, home, moment, folder=tmp_path)
    assert not (tmp_path / "out.png").exists()
    with open_service(home) as service:
        if moment == "deciding":  # nothing was decided
            assert list(resume_unfinished(service)) == []
            release(service, opened(service), "ana", "It is mine.", AT)
        assert finish(service).status == "released"
        made = ["asked", "verdict", "generated", "verdict"]
        before = made[:2] if stage is Stage.ASK else made
        after = made[2:] if stage is Stage.ASK else []
        assert kinds(service, task_id) == [
            *before, "held", "reviewed", "verdict", *after, *RELEASED[4:],
        ]  # fmt: skip
        assert list(resume_unfinished(service)) == []
        assert listing(service) == []


def test_a_hold_that_no_finding_explains_is_not_covered_by_an_earlier_release() -> None:
    """A check that only says hold, after a release of something else."""
    note = Review(id="r", decision="release", by="ana", at="", reason="", appeal=False,
                  overturns=Decision.HOLD, covers=("x",))  # fmt: skip
    bare = Verdict(decision=Decision.HOLD, registry_revision=1, reason="Somebody must look.")
    (point,) = points_of(bare)
    assert with_reviews(bare, [note]).decision is Decision.HOLD
    looked_at = note.model_copy(update={"covers": (point,)})
    assert with_reviews(bare, [looked_at]).decision is Decision.CLEAR
    other = bare.model_copy(update={"reason": "Something else."})
    assert with_reviews(other, [looked_at]).decision is Decision.HOLD
    denied = bare.model_copy(update={"decision": Decision.DENY, "needed": ("pdq",)})
    assert with_reviews(denied, [note]).decision is Decision.DENY


def test_media_swapped_while_a_person_looked_are_never_sealed(
    reviewers: Service, held_output: Record, tmp_path: Path
) -> None:
    other = reviewers.store.blobs.put_bytes(b"not what the reviewer saw")
    with reviewers.store.begin() as session:
        of_task = task.c.id == held_output.task.id
        session.execute(update(task).where(of_task).values(raw_blob=other))
    release(reviewers, opened(reviewers), "ana", WHY, AT)
    record = finish(reviewers)
    assert record.status == "failed"
    assert "not what the ledger says" in str(record.error)
    assert not (tmp_path / "out.png").exists()
