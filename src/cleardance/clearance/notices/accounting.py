"""Accounting: every past task that touches some works, whenever those were registered.

Prompts are screened again and what was kept of outputs is compared again, with these works alone;
outputs, accounts and hashtags that a notice locates are added. A task whose personal data were
erased has no prompt left; its output is still compared.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from cleardance.clearance.kept import read_kept
from cleardance.clearance.service import Service
from cleardance.rights.licence import Asker, Use
from cleardance.rights.notices.form import Located
from cleardance.rights.snapshot import RegistrySnapshot, works_alone
from cleardance.screen.ask import screen_ask
from cleardance.screen.deciding import Match, decide
from cleardance.screen.kept import matches_in_kept
from cleardance.screen.matching import matchers_for
from cleardance.screen.rules import rules_of
from cleardance.store.tables import TaskStatus, account, ledger_entry, task
from cleardance.verdict import Finding

_BATCH: Final = 1000
_EXCERPT_CHARS: Final = 200
_PARTNERS: Final = select(account.c.id, account.c.partner)


@dataclass(frozen=True)
class Instance:
    """One task that touches the works, and by what it is known.

    ``excerpt`` is the beginning of its prompt. ``entries`` are its ledger entries, by index.
    ``located`` says that the notice itself points at it. Findings that a licence covered when the
    task was asked name the licence.
    """

    task_id: str
    status: TaskStatus
    asked_at: str
    account_id: str
    partner: str | None
    key_id: str | None
    served_count: int
    last_served_at: str | None
    excerpt: str | None
    output_sha256: str | None
    findings: tuple[Finding, ...]
    located: bool
    entries: tuple[int, ...]

    @property
    def is_licensed(self) -> bool:
        """Whether licences covered everything that was found."""
        return bool(self.findings) and all(one.licence for one in self.findings)


@dataclass
class Searched:
    """What was looked through: numbers for the report."""

    tasks: int = 0
    prompts: int = 0
    signals: int = 0
    erased: int = 0


@dataclass(frozen=True)
class Accounting:
    """Every instance found, of which works, at which revision, and in how much."""

    works: tuple[str, ...]
    registry_revision: int
    instances: tuple[Instance, ...]
    searched: Searched = field(default_factory=Searched)


@dataclass(frozen=True)
class Plan:
    """What executing a notice would touch: numbers, before anything is done."""

    remove: int
    accounts: int
    keys: int
    in_flight: int
    samples: int


_COLUMNS: Final = (
    "id", "status", "account_id", "request", "salt", "sealed_blob", "created_at", "served_count",
    "last_served_at", "key_id",
)  # fmt: skip
IN_FLIGHT: Final = (TaskStatus.QUEUED, TaskStatus.RUNNING, TaskStatus.HELD)


def plan_of(accounting: Accounting, samples: int = 0) -> Plan:
    """Return how many outputs would be removed, whose, and how many tasks stopped on their way.

    ``samples`` is how many would be taken out of training; keys are those that made what would be
    removed. What a licence covered is left out: it was allowed when it was made.
    """
    touched = [one for one in accounting.instances if not one.is_licensed]
    return Plan(
        remove=sum(map(_is_out, touched)),
        accounts=len({one.account_id for one in touched}),
        keys=len({one.key_id for one in touched if one.key_id and _is_out(one)}),
        in_flight=sum(one.status in IN_FLIGHT for one in touched),
        samples=samples,
    )


def _is_out(one: Instance) -> bool:
    return one.status is TaskStatus.RELEASED


def account_for(
    service: Service, works: Collection[str], located: Sequence[Located] = ()
) -> Accounting:
    """Return every task of the past, whatever became of it, that touches ``works`` (their ids)."""
    registry = works_alone(service.store, works)
    matchers = matchers_for(service.settings)
    searched = Searched()
    instances: list[Instance] = []
    with service.store.read() as session:
        pointed = _Pointed.of(session, located)
        partners = {row.id: row.partner for row in session.execute(_PARTNERS)}
        for rows in _batches(session):
            kept = read_kept(session, [row["id"] for row in rows])
            searched.signals += len(kept)
            shown = matches_in_kept(kept, registry, matchers)
            for row in rows:
                asker = Asker(
                    moment=datetime.fromisoformat(row["created_at"]),
                    account=row["account_id"],
                    partner=partners[row["account_id"]],
                )
                matches = shown.get(row["id"], [])
                found = _instance(row, matches, registry, asker, pointed)
                searched.tasks += 1
                searched.prompts += row["request"] is not None
                searched.erased += row["salt"] is None
                instances += [found] if found else []
        instances = _with_entries(session, instances)
    return Accounting(tuple(sorted(registry.works)), registry.revision, tuple(instances), searched)


@dataclass(frozen=True)
class _Pointed:
    """What a notice points at itself: tasks, accounts, hashtags."""

    outputs: frozenset[str]
    accounts: frozenset[str]
    hashtags: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, session: Connection, located: Sequence[Located]) -> "_Pointed":
        names = [one.account for one in located if one.account]
        ids = session.scalars(
            select(account.c.id).where(account.c.name.in_(names) | account.c.id.in_(names))
        )
        tags = (_plain(one.hashtag).lstrip("#") for one in located if one.hashtag)
        return cls(
            frozenset(one.output.rpartition("/")[2] for one in located if one.output),
            frozenset(ids),
            tuple(re.compile(rf"#{re.escape(tag)}\b") for tag in tags if tag),
        )

    def at(self, row: Any, prompt: str | None) -> bool:
        """Tell whether a notice that points at these points at a task."""
        if row["account_id"] in self.accounts or self.outputs & {row["id"], row["sealed_blob"]}:
            return True
        text = _plain(prompt) if prompt and self.hashtags else ""
        return any(tag.search(text) for tag in self.hashtags)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _instance(
    row: Any,
    matches: Sequence[Match],
    registry: RegistrySnapshot,
    asker: Asker,
    pointed: _Pointed,
) -> Instance | None:
    prompt = row["request"]["prompt"] if row["request"] else None
    findings = screen_ask(prompt, registry, asker=asker).findings if prompt else ()
    if matches:
        output = decide(matches, (), registry, rules_of(registry), asker.asking(Use.OUTPUT))
        findings += output.findings
    located = pointed.at(row, prompt)
    if not findings and not located:
        return None
    return Instance(
        task_id=row["id"],
        status=TaskStatus(row["status"]),
        asked_at=row["created_at"],
        account_id=row["account_id"],
        partner=asker.partner,
        key_id=row["key_id"],
        served_count=row["served_count"],
        last_served_at=row["last_served_at"],
        excerpt=prompt[:_EXCERPT_CHARS] if prompt else None,
        output_sha256=row["sealed_blob"],
        findings=findings,
        located=located,
        entries=(),
    )


def _batches(session: Connection) -> Iterator[list[Any]]:
    """Yield all tasks, oldest first, a thousand at a time."""
    query = select(*(task.c[name] for name in _COLUMNS)).order_by(task.c.id).limit(_BATCH)
    last = ""
    while rows := session.execute(query.where(task.c.id > last)).mappings().all():
        yield list(rows)
        last = rows[-1]["id"]


def _with_entries(session: Connection, instances: Sequence[Instance]) -> list[Instance]:
    """Return the instances with their ledger entries, asked for many at a time."""
    found: dict[str, list[int]] = {}
    columns = ledger_entry.c.task_id, ledger_entry.c.index
    for start in range(0, len(instances), _BATCH // 2):
        ids = [one.task_id for one in instances[start : start + _BATCH // 2]]
        query = select(*columns).where(columns[0].in_(ids)).order_by(columns[1])
        for task_id, index in session.execute(query):
            found.setdefault(task_id or "", []).append(index)
    return [replace(one, entries=tuple(found.get(one.task_id, ()))) for one in instances]
