"""One pass over past tasks: which touch some works, by prompt, kept signals and location."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import Connection, Select, select

from cleardance.clearance.kept import read_kept
from cleardance.clearance.service import Service
from cleardance.rights.licence import Asker, Use
from cleardance.rights.notices.form import Located
from cleardance.rights.snapshot import RegistrySnapshot, works_alone
from cleardance.screen.ask import matches_in_text
from cleardance.screen.deciding import Match, decide
from cleardance.screen.kept import matches_in_kept
from cleardance.screen.matching import matchers_for
from cleardance.screen.rules import rules_of
from cleardance.store.batches import batches
from cleardance.store.tables import TaskStatus, account, task
from cleardance.verdict import Finding

_BATCH: Final = 1000
_EXCERPT_CHARS: Final = 200
_PARTNERS: Final = select(account.c.id, account.c.partner)
_COLUMNS: Final = (
    "id", "status", "account_id", "request", "salt", "sealed_blob", "created_at", "served_count",
    "last_served_at", "key_id",
)  # fmt: skip


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

    @classmethod
    def total(cls, parts: Iterable["Searched"]) -> Self:
        """Return the sum of what several passes looked through."""
        return cls(*map(sum, zip(*(vars(one).values() for one in parts), strict=True)))


@dataclass(frozen=True)
class Span:
    """Tasks whose ids come after ``after``, up to and including ``until``; None is without end."""

    after: str = ""
    until: str | None = None

    def of(self, query: Select[Any]) -> Select[Any]:
        """Return a query of tasks for these alone."""
        query = query.where(task.c.id > self.after)
        return query if self.until is None else query.where(task.c.id <= self.until)


@dataclass(frozen=True)
class Part:
    """What one pass found, at which revision of the registry."""

    registry_revision: int
    instances: tuple[Instance, ...]
    searched: Searched


def search(
    service: Service, works: Collection[str], located: Sequence[Located], span: Span
) -> Part:
    """Return the tasks of ``span`` that touch ``works`` or are ``located``; ledger entries not."""
    registry = works_alone(service.store, works)
    matchers = matchers_for(service.settings)
    searched = Searched()
    instances: list[Instance] = []
    with service.store.read() as session:
        pointed = _Pointed.of(session, located)
        partners = {row.id: row.partner for row in session.execute(_PARTNERS)}
        for rows in _batches(session, span):
            kept = read_kept(session, [row["id"] for row in rows])
            searched.signals += len(kept)
            shown = matches_in_kept(kept, registry, matchers)
            for row in rows:
                partner = partners[row["account_id"]]
                matches = shown.get(row["id"], [])
                found = _instance(row, matches, registry, partner, pointed)
                searched.tasks += 1
                searched.prompts += row["request"] is not None
                searched.erased += row["salt"] is None
                instances += [found] if found else []
    return Part(registry.revision, tuple(instances), searched)


@dataclass(frozen=True)
class _Pointed:
    """What a notice points at itself: tasks, accounts, hashtags."""

    outputs: frozenset[str]
    accounts: frozenset[str]
    hashtags: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, session: Connection, located: Sequence[Located]) -> Self:
        names = sorted({one.account for one in located if one.account})
        ids: list[str] = []
        for some in batches(names):
            named = account.c.name.in_(some) | account.c.id.in_(some)
            ids += session.scalars(select(account.c.id).where(named))
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
    partner: str | None,
    pointed: _Pointed,
) -> Instance | None:
    prompt = row["request"]["prompt"] if row["request"] else None
    asker = Asker(datetime.fromisoformat(row["created_at"]), row["account_id"], partner)
    named = matches_in_text(prompt, registry, asker) if prompt else ()
    findings = _findings(named, registry, asker)
    findings += _findings(matches, registry, asker.asking(Use.OUTPUT))
    located = pointed.at(row, prompt)
    if not findings and not located:
        return None
    return Instance(
        task_id=row["id"],
        status=TaskStatus(row["status"]),
        asked_at=row["created_at"],
        account_id=row["account_id"],
        partner=partner,
        key_id=row["key_id"],
        served_count=row["served_count"],
        last_served_at=row["last_served_at"],
        excerpt=prompt[:_EXCERPT_CHARS] if prompt else None,
        output_sha256=row["sealed_blob"],
        findings=findings,
        located=located,
        entries=(),
    )


def _findings(
    matches: Sequence[Match], registry: RegistrySnapshot, asker: Asker
) -> tuple[Finding, ...]:
    """Return what is found, as a verdict of that time would say it."""
    if not matches:
        return ()
    return decide(matches, (), registry, rules_of(registry), asker).findings


def _batches(session: Connection, span: Span) -> Iterator[list[Any]]:
    """Yield the tasks of a span, in order, a thousand at a time."""
    query = select(*(task.c[name] for name in _COLUMNS)).order_by(task.c.id).limit(_BATCH)
    while rows := session.execute(span.of(query)).mappings().all():
        yield list(rows)
        span = replace(span, after=rows[-1]["id"])
