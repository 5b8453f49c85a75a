"""Statements of reasons: what those affected are told of a removal or of access taken from them.

Each has what Regulation (EU) 2022/2065, Art. 17(3) asks for, in plain words made of what was found.
They are written once, kept, and say when what they tell of was undone.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Select, insert, select, update

from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.notices.reporting.instances import evidence_words
from cleardance.clearance.notices.salts import salt_of
from cleardance.clearance.notices.searching import Instance
from cleardance.clearance.service import Service
from cleardance.errors import NotFound
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.ledger.log import append
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.notices.form import Law, NoticeKind
from cleardance.store.batches import batches
from cleardance.store.tables import (
    account,
    api_key,
    enforcement,
    removal,
    statement,
    task,
    utc_text,
)

COMPLAINTS_OPEN: Final = timedelta(days=183)
"""At least six months from the decision: Regulation (EU) 2022/2065, Art. 20(1)."""

_AT_MOST_FINDINGS: Final = 5


class Reasons(BaseModel):
    """The body of a statement; the comments name the letters of Art. 17(3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    restriction: Literal["removal", "access"]  # (a)
    what: str = Field(description="what was done, in words")
    territory: str
    duration: str
    facts: tuple[str, ...]  # (b)
    source: str
    automated_detection: bool  # (c)
    automated_decision: bool
    legal_ground: str  # (d)
    explanation: str
    redress: tuple[str, ...]  # (f)
    complaints_until: str


@dataclass(frozen=True)
class Statement:
    """A statement as kept; the account is a name. ``subject`` is a task, or the account's id."""

    id: str
    notice_id: str
    account: str
    subject: str
    reasons: Reasons
    at: str
    lifted_at: str | None

    def to_json(self) -> dict[str, object]:
        """Return the JSON contract of ``notice statements --json``."""
        same = ("id", "notice_id", "account", "subject", "at", "lifted_at")
        return {name: getattr(self, name) for name in same} | self.reasons.model_dump(mode="json")


_GROUNDS: Final[Mapping[Law, str]] = {
    Law.US_512: "17 USC 512(c)(1)(C): copyright, on a notice under 512(c)(3)",
    Law.EU_DSA_16: "Regulation (EU) 2022/2065, Art. 16(6), with the law that the notice invokes",
    Law.US_TAKE_IT_DOWN: "TAKE IT DOWN Act, sec. 3(a)(3): an intimate image without consent",
    Law.LETTER: "the owner's exclusive rights in the works, which a letter told us of",
}
_RIGHTS: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.COPYRIGHT: "a work that only its owner may reproduce and make available",
    NoticeKind.LIKENESS: "a person's likeness, which only they may let others use",
    NoticeKind.TRADEMARK: "a mark that only its owner may use in trade",
    NoticeKind.INTIMATE_IMAGE: "a person in an intimate way, to which they did not consent",
}


def state_reasons(service: Service, notice_id: str, at: datetime) -> int:
    """Write the statements that are still owed for a notice; return how many were written.

    For each output removed, and once for each account whose keys were revoked. Each is written
    once, however often this is done. Raises NotFound.
    """
    filed = filing.find(service.store, notice_id)
    with service.store.read() as session:
        owed, keys = _owed(session, notice_id), _revoked(session, notice_id)
    if not owed and not keys:
        return 0
    found = account_for(service, filed.works, filed.form.located) if owed else None
    instances = {one.task_id: one for one in (found.instances if found else ())}
    removed = [(whose, task_id, _of_removal(filed, instances.get(task_id), at))
               for task_id, whose in owed]  # fmt: skip
    access = [(whose, whose, _of_access(filed, ids, at)) for whose, ids in keys.items()]
    with service.store.begin() as session:
        still = {task_id for task_id, _ in _owed(session, notice_id)}
        open_ = set(_revoked(session, notice_id))
        rows = [row for row in removed if row[1] in still] + [
            row for row in access if row[0] in open_
        ]
        _keep(session, notice_id, rows, at)
    return len(rows)


def of_task(session: Connection, task_id: str) -> list[Statement]:
    """Return the statements about a task, oldest first."""
    return _select(session, statement.c.subject == task_id)


def of_notice(session: Connection, notice_id: str) -> list[Statement]:
    """Return the statements that a notice led to, oldest first."""
    return _select(session, statement.c.notice_id == notice_id)


def of_account(session: Connection, account_name: str) -> list[Statement]:
    """Return the statements to an account, oldest first."""
    return _select(session, account.c.name == account_name)


def load(session: Connection, statement_id: str) -> Statement:
    """Return a statement. Raises NotFound."""
    found = _select(session, statement.c.id == statement_id)
    if not found:
        raise NotFound(f"There is no statement of reasons {statement_id!r}.")
    return found[0]


def lift(session: Connection, notice_id: str, subjects: Sequence[str], at: datetime) -> None:
    """Mark in statements that what they tell of was undone."""
    own = (statement.c.notice_id == notice_id) & statement.c.lifted_at.is_(None)
    for some in batches(subjects):
        those = own & statement.c.subject.in_(some)
        session.execute(update(statement).where(those).values(lifted_at=utc_text(at)))


def lift_access(session: Connection, notice_id: str, at: datetime) -> None:
    """Mark in statements about access that it was given back, where all of it was."""
    own = (statement.c.notice_id == notice_id) & (statement.c.subject == statement.c.account_id)
    told = session.scalars(select(statement.c.subject).where(own))
    taken = {whose for whose, _ in session.execute(_taken(notice_id))}
    lift(session, notice_id, [whose for whose in told if whose not in taken], at)


def forget(session: Connection, task_id: str) -> None:
    """Delete what statements about a task quote of it: its personal data are being erased."""
    for one in of_task(session, task_id):
        facts = ("What was quoted here was erased with the personal data of the task.",)
        body = one.reasons.model_copy(update={"facts": facts}).model_dump(mode="json")
        session.execute(update(statement).where(statement.c.id == one.id).values(body=body))


def words(one: Statement) -> str:
    """Return a statement as its addressee reads it."""
    said = one.reasons
    parts = [
        f"Statement of reasons {one.id}, {one.at[:10]}",
        said.what,
        f"Where: {said.territory} For how long: {said.duration}",
        "Why: " + " ".join(said.facts),
        f"Ground: {said.legal_ground}. {said.explanation}",
        said.source,
        _AUTOMATION[said.automated_detection],
        *said.redress,
    ]
    if one.lifted_at:
        parts.append(f"This was undone on {one.lifted_at[:10]}.")
    return "\n".join(parts)


_AUTOMATION: Final = {
    True: "It was found by a search of stored prompts and signals, by machine; a person decided "
    "to act on the notice.",
    False: "The notice itself named it; a person decided to act on the notice.",
}


def _of_removal(filed: FiledNotice, found: Instance | None, at: datetime) -> Reasons:
    findings = found.findings if found else ()
    facts = [
        f"{one.work.name}: {evidence_words(one)} (signal {one.signal}, rule {one.rule})."
        for one in findings[:_AT_MOST_FINDINGS]
    ]
    if len(findings) > _AT_MOST_FINDINGS:
        facts.append(f"There are {len(findings) - _AT_MOST_FINDINGS} more findings.")
    if found is None or found.located:
        facts.append("The notice points at it.")
    return Reasons(
        restriction="removal",
        what="This output is served to nobody any more. It was not destroyed: it is kept, so that "
        "it can come back as it was.",
        facts=tuple(facts),
        automated_detection=bool(findings),
        explanation=f"It shows, says or describes {_RIGHTS[filed.form.kind]}, without a licence "
        "that we know of.",
        **_common(filed, at),
    )


def _of_access(filed: FiledNotice, keys: Sequence[str], at: datetime) -> Reasons:
    return Reasons(
        restriction="access",
        what=f"These keys of your account do nothing any more: {', '.join(sorted(keys))}.",
        facts=("Outputs that the notice concerns were made with them, or by your partner.",),
        automated_detection=True,
        explanation="The owner demands that those through whom the works were used have no "
        "further access.",
        **_common(filed, at),
    )


def _common(filed: FiledNotice, at: datetime) -> dict[str, Any]:
    until = utc_text(at + COMPLAINTS_OPEN)
    whose = filed.form.sender.on_behalf_of or filed.form.sender.name or "a sender"
    return {
        "territory": "everywhere.",
        "duration": "until the notice is withdrawn, or a counter-notice or complaint succeeds.",
        "source": f"Notice {filed.id} of {whose}, received {filed.received_at[:10]}.",
        "automated_decision": False,
        "legal_ground": _GROUNDS[filed.form.applied_law],
        "redress": _redress(filed, until),
        "complaints_until": until,
    }


def _redress(filed: FiledNotice, until: str) -> tuple[str, ...]:
    return (
        "If this is a mistake or misidentification, hand in a counter-notice: cleardance notice "
        f"counter FILE, naming notice {filed.id}. Unless the sender goes to court, the output "
        "comes back after 10, at most 14 business days.",
        f"Until {until[:10]} you can complain, free of charge; a person decides: cleardance notice "
        "complain STATEMENT --why TEXT.",
        "In the European Union you can also turn to a certified out-of-court dispute settlement "
        "body (Art. 21), and everywhere to a court.",
    )


def _owed(session: Connection, notice_id: str) -> list[tuple[str, str]]:
    """Return (task, account) of removals of outputs of which nobody was told yet."""
    told = select(statement.c.subject).where(statement.c.notice_id == notice_id)
    in_force = (removal.c.notice_id == notice_id) & removal.c.lifted_at.is_(None)
    query = select(task.c.id, task.c.account_id).join(removal, removal.c.task_id == task.c.id)
    made = removal.c.blob.is_not(None)
    rows = session.execute(query.where(in_force, made, task.c.id.not_in(told)).order_by(task.c.id))
    return [(row[0], row[1]) for row in rows]


def _revoked(session: Connection, notice_id: str) -> dict[str, list[str]]:
    """Return the keys that a notice revoked, by accounts that were not told yet."""
    told = select(statement.c.subject).where(statement.c.notice_id == notice_id)
    found: dict[str, list[str]] = {}
    for whose, key_id in session.execute(
        _taken(notice_id).where(api_key.c.account_id.not_in(told))
    ):
        found.setdefault(whose, []).append(key_id)
    return found


def _taken(notice_id: str) -> Select[str, str]:
    """Return the query of accounts and their keys that a notice revoked and nobody gave back."""
    done = (enforcement.c.notice_id == notice_id) & enforcement.c.done_at.is_not(None)
    joined = select(api_key.c.account_id, api_key.c.id).join(
        enforcement, enforcement.c.subject == api_key.c.id
    )
    return joined.where(done, enforcement.c.undone_at.is_(None))


def _keep(
    session: Connection,
    notice_id: str,
    rows: Sequence[tuple[str, str, Reasons]],
    at: datetime,
) -> None:
    if not rows:
        return
    kept = [
        {
            "id": f"sor-{at:%Y%m%d}-{secrets.token_hex(5)}",
            "notice_id": notice_id,
            "account_id": whose,
            "subject": subject,
            "body": reasons.model_dump(mode="json"),
            "at": utc_text(at),
            "lifted_at": None,
        }
        for whose, subject, reasons in rows
    ]
    session.execute(insert(statement), kept)
    said = canonical([{"subject": row["subject"], "body": row["body"]} for row in kept]).decode()
    commitment = personal(said, salt_of(session, notice_id))
    body = {"notice": notice_id, "statements": len(kept), "commitment": commitment}
    append(session, EntryKind.STATED, None, body)


def _select(session: Connection, where: Any) -> list[Statement]:
    query = select(statement, account.c.name).join(account, account.c.id == statement.c.account_id)
    rows = session.execute(query.where(where).order_by(statement.c.at, statement.c.id)).mappings()
    return [
        Statement(
            id=row["id"],
            notice_id=row["notice_id"],
            account=row["name"],
            subject=row["subject"],
            reasons=Reasons.model_validate(row["body"]),
            at=row["at"],
            lifted_at=row["lifted_at"],
        )
        for row in rows
    ]
