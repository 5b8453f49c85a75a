"""The rules of a home: which are in force, who put them there, and what was in force before.

Putting rules into force is a revision of the registry: every process reads both together
(:mod:`cleardance.rights.snapshot`), verdicts in the making are given again, and the same input at
the same revision always means the same verdict.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select

from cleardance.errors import UsageError
from cleardance.ledger.acts import keep_act_of
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.rights.registry import next_revision, revision
from cleardance.screen.rules import shipped_text
from cleardance.screen.rules_check import parse_rules
from cleardance.store import Store
from cleardance.store.tables import rule_set, utc_now

SHIPPED_BY = "cleardance"
"""Who puts the shipped rules into force, when a home is made or the software is renewed."""


@dataclass(frozen=True)
class RuleSet:
    """One entry of the history; ``registry_revision`` is the first at which it counted."""

    number: int
    text: str
    sha256: str
    activated_by: str
    activated_at: str
    registry_revision: int


def in_force(store: Store) -> RuleSet:
    """Return the rules in force. Raises UsageError if none were ever kept."""
    with store.read() as session:
        newest = _newest(session)
    if newest is None:
        raise UsageError("This home has no rules yet: it was never opened as a service.")
    return newest


def history(store: Store) -> list[RuleSet]:
    """Return every set of rules that was ever in force, newest first."""
    with store.read() as session:
        rows = session.execute(select(rule_set).order_by(rule_set.c.number.desc()))
        return [_set(row) for row in rows]


def activate(store: Store, text: str, by: str) -> RuleSet:
    """Put a table into force from the next request on, in every process.

    Raises RulesError if it is unsound, UsageError if it is in force already.
    """
    parse_rules(text)
    with store.begin() as session:
        newest = _newest(session)
        if newest is not None and newest.sha256 == _digest(text):
            raise UsageError(f"These rules are in force already, as number {newest.number}.")
        return _keep(session, text, by, next_revision(session))


def ensure_shipped(store: Store) -> None:
    """Keep the shipped rules in a new home, and newer ones where nobody has chosen others."""
    text = shipped_text()
    with store.read() as session:
        if not _is_outdated(session, text):
            return
    with store.begin() as session:
        if _is_outdated(session, text):  # another process may have been faster
            first = _newest(session) is None
            now = revision(session) if first else next_revision(session)
            _keep(session, text, SHIPPED_BY, now)


def _is_outdated(session: Connection, shipped: str) -> bool:
    newest = _newest(session)
    if newest is None:
        return True
    return newest.activated_by == SHIPPED_BY and newest.sha256 != _digest(shipped)


def _keep(session: Connection, text: str, by: str, registry_revision: int) -> RuleSet:
    newest = _newest(session)
    values = {
        "number": newest.number + 1 if newest else 1,
        "text": text,
        "sha256": _digest(text),
        "activated_by": by,
        "activated_at": utc_now(),
        "registry_revision": registry_revision,
    }
    session.execute(insert(rule_set).values(**values))
    logged = ("number", "sha256", "registry_revision")
    kept = keep_act_of(session, "rules_activated", by, f"rules {values['number']}")
    append(session, EntryKind.RULES, None, {name: values[name] for name in logged} | {"by": kept})
    return RuleSet(**values)  # type: ignore[arg-type] # the columns of the table


def _newest(session: Connection) -> RuleSet | None:
    newest = select(rule_set).order_by(rule_set.c.number.desc()).limit(1)
    row = session.execute(newest).one_or_none()
    return None if row is None else _set(row)


def _set(row: "Row[int, str, str, str, str, int]") -> RuleSet:
    return RuleSet(*row)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
