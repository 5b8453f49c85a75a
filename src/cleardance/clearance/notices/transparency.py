"""The transparency report of a period (DSA Art. 15 and 24): counts and times, nobody's data."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Table, func, select

from cleardance.clearance.notices.pages import render
from cleardance.clearance.notices.strikes import policy_of
from cleardance.clearance.service import Service
from cleardance.ledger.entry import EntryKind
from cleardance.store.tables import (
    TaskStatus,
    complaint,
    counter_notice,
    enforcement,
    ledger_entry,
    misuse,
    notice,
    removal,
    review,
    statement,
    strike,
    task,
    utc_text,
)


class TransparencyReport(BaseModel):
    """Everything of one period; times are hours, None where there was nothing to time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_by: str
    start: str
    end: str
    requests: int
    released: int
    denied: int
    notices_by_kind: dict[str, int]
    notices_by_law: dict[str, int]
    notices_by_status: dict[str, int]
    median_hours_to_execution: float | None
    executed_after_deadline: int
    outputs_removed: int
    outputs_restored: int
    keys_revoked: int
    statements: int
    counter_notices_by_status: dict[str, int]
    complaints_by_status: dict[str, int]
    median_hours_to_complaint_decision: float | None
    screening_appeals: int
    screening_appeals_upheld: int
    strikes: int
    strikes_reversed: int
    accounts_suspended_for_strikes: int
    misuses_found: int
    policy_on_repeat_infringers: str
    automation: str

    @property
    def page(self) -> str:
        """The report as HTML."""
        return render("transparency.html", report=self)


def transparency_report(service: Service, start: datetime, end: datetime) -> TransparencyReport:
    """Return the report from ``start`` until before ``end``."""
    since, until = utc_text(start), utc_text(end)
    with service.store.read() as session:
        read = _Period(session, since, until)
        notices = read.rows(notice, "received_at")
        counters, complained = (
            read.rows(counter_notice, "received_at"),
            read.rows(complaint, "opened_at"),
        )
        appeals = [one for one in read.rows(review, "opened_at") if one["appeal"]]
        asked, struck = read.count_by_status(task, "created_at"), read.rows(strike, "at")
        executed = _executed(session, [one["id"] for one in notices])
        return TransparencyReport(
            made_by=service.settings.origin,
            start=since,
            end=until,
            requests=asked.total(),
            released=asked[TaskStatus.RELEASED],
            denied=asked[TaskStatus.DENIED],
            notices_by_kind=_by(notices, "kind"),
            notices_by_law=_by(notices, "law"),
            notices_by_status=_by(notices, "status"),
            median_hours_to_execution=_median(
                [(one["received_at"], executed.get(one["id"])) for one in notices]
            ),
            executed_after_deadline=sum(
                executed.get(one["id"], "") > one["deadline_at"] for one in notices
            ),
            outputs_removed=len(read.rows(removal, "at")),
            outputs_restored=len(read.rows(removal, "lifted_at")),
            keys_revoked=sum(
                one["demand"] == "revoke" and one["subject"] != ""
                for one in read.rows(enforcement, "done_at")
            ),
            statements=len(read.rows(statement, "at")),
            counter_notices_by_status=_by(counters, "status"),
            complaints_by_status=_by(complained, "status"),
            median_hours_to_complaint_decision=_median(
                [(one["opened_at"], one["decided_at"]) for one in complained]
            ),
            screening_appeals=len(appeals),
            screening_appeals_upheld=_count(appeals, "status", "released"),
            strikes=len(struck),
            strikes_reversed=len(read.rows(strike, "reversed_at")),
            accounts_suspended_for_strikes=sum(one["suspended_at"] is not None for one in struck),
            misuses_found=len(read.rows(misuse, "at")),
            policy_on_repeat_infringers=policy_of(service.settings),
            automation="Instances are found by machine: prompts and stored signals of outputs are "
            "compared with the works of a notice. Acting on a notice, counter-notices and "
            "complaints are decided by persons.",
        )


class _Period:
    """Reads what happened in a period."""

    def __init__(self, session: Connection, since: str, until: str) -> None:
        self._session, self._since, self._until = session, since, until

    def rows(self, table: Table[Any], when: str) -> Sequence[Any]:
        at = table.c[when]
        query = select(*_light(table)).where(at >= self._since, at < self._until)
        return self._session.execute(query).mappings().all()

    def count_by_status(self, table: Table[Any], when: str) -> Counter[str]:
        at, status = table.c[when], table.c.status
        query = select(status, func.count()).where(at >= self._since, at < self._until)
        rows = self._session.execute(query.group_by(status))
        return Counter({row[0]: row[1] for row in rows})


_HEAVY = ("form", "body", "request", "content", "salt", "output", "timings")


def _light(table: Table[Any]) -> list[Any]:
    """Return a table's columns but the long ones, which nothing here counts."""
    return [column for column in table.c if column.name not in _HEAVY]


def _executed(session: Connection, notice_ids: Sequence[str]) -> dict[str, str]:
    at = ledger_entry.c
    query = select(at.body, at.created_at).where(
        at.task_id.is_(None), at.kind == EntryKind.NOTICE_EXECUTED
    )
    found = {body["notice"]: when for body, when in session.execute(query)}
    return {one: found[one] for one in notice_ids if one in found}


def _by(rows: Sequence[Any], column: str) -> dict[str, int]:
    return dict(sorted(Counter(row[column] for row in rows).items()))


def _count(rows: Sequence[Any], column: str, value: str) -> int:
    return sum(row[column] == value for row in rows)


def _median(spans: Sequence[tuple[str, str | None]]) -> float | None:
    hours = [
        (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 3600
        for start, end in spans
        if end
    ]
    return round(median(hours), 2) if hours else None
