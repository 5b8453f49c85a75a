"""The registry in memory: indexes and facts of one revision, rebuilt when the revision moves."""

import math
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from cleardance.match.descriptor import DescriptorIndex
from cleardance.match.fold import normal_form
from cleardance.match.names import CAST, Kinship, NameIndex, NameRow
from cleardance.rights.known import KnownSignals
from cleardance.rights.licence import Asker, Licence, Use
from cleardance.rights.licence_rows import load_book, works_stand
from cleardance.rights.licences import LicenceBook, Standing
from cleardance.rights.pictures import Pictures
from cleardance.rights.registry import revision
from cleardance.rights.terms import Terms
from cleardance.store import Store
from cleardance.store.tables import rule_set, work, work_name
from cleardance.verdict import Force, WorkSummary


class WorkFacts(NamedTuple):
    """What the rules and their reasons need to know of a work."""

    id: str
    name: str
    kind: str
    owner: str | None
    policy: str
    public_domain: bool
    licence_contact: str | None
    terms: Terms = Terms()

    def summary(self) -> WorkSummary:
        """Return the part that verdicts show."""
        return WorkSummary(id=self.id, name=self.name, kind=self.kind, owner=self.owner)

    def in_force(
        self, asker: Asker | None, *, with_person: bool = False
    ) -> tuple["WorkFacts", Force | None]:
        """Return the work with the policy that counts for ``asker``, and why if that depended.

        Without an asker every right counts. ``with_person`` tells that a registered person was
        found beside it.
        """
        if self.public_domain:
            return self, None
        policy, force = self.terms.policy_in_force(self.policy, asker, with_person=with_person)
        return self._replace(policy=policy), force


class KeptRules(NamedTuple):
    """The table of rules in force at a revision: its number in the home's history, and its TOML."""

    number: int
    text: str


@dataclass(frozen=True)
class RegistrySnapshot:
    """One revision; its ``pictures`` are read when the first frame is compared with them."""

    revision: int
    names: NameIndex
    descriptors: DescriptorIndex
    pictures: Pictures
    works: Mapping[str, WorkFacts]
    known: KnownSignals
    licences: LicenceBook = field(default_factory=LicenceBook)
    rules: KeptRules | None = None
    wholes: Mapping[str, str] = field(default_factory=dict)

    def wholes_of(self, work_id: str) -> tuple[str, ...]:
        """Return what a work belongs to, nearest first, however far up."""
        found: dict[str, None] = {}
        while (whole := self.wholes.get(work_id)) is not None and whole not in found:
            found[whole] = None
            work_id = whole
        return tuple(found)

    def standing(self, work_id: str, use: Use, asker: Asker) -> Standing:
        """Return which licence, if any, lets ``asker`` use a work; none of what is no work."""
        if work_id not in self.works:  # an output that was removed, say
            return Standing()
        person = self.works[work_id].kind == "person"
        return self.licences.standing(work_id, self.wholes_of(work_id), person, use, asker)

    def licences_about(self, work_id: str) -> Iterator[Licence]:
        """Yield every licence that speaks of a work, whoever holds it; for the operator alone."""
        person = self.works[work_id].kind == "person"
        return self.licences.about(work_id, self.wholes_of(work_id), person)


def load_registry(store: Store) -> RegistrySnapshot:
    """Read the registry as it is now and build its indexes."""
    with store.read() as connection:
        return _load(connection, Pictures(store), KnownSignals(store))


def works_alone(store: Store, work_ids: Collection[str]) -> RegistrySnapshot:
    """Return the present revision as if only these works were registered.

    Comparing everything of the past with a few works is quick; with all of them it is not.
    """
    whole = current(store)
    with store.read() as connection:
        works = {key: whole.works[key] for key in work_ids if key in whole.works}
        return replace(
            whole,
            works=works,
            names=_names(connection, works, whole.wholes),
            descriptors=_descriptors(connection, works),
            pictures=Pictures(store, works=works),
            known=KnownSignals(store, works),
        )


_snapshots: WeakKeyDictionary[Store, RegistrySnapshot] = WeakKeyDictionary()
_seen_s: WeakKeyDictionary[Store, float] = WeakKeyDictionary()
_loading = Lock()


def current(store: Store) -> RegistrySnapshot:
    """Return the snapshot of the present revision, loaded only if it moved."""
    store = store.unguarded  # all who are guarded share what is read
    with _loading:
        with store.read() as connection:
            now = revision(connection)
        known = _snapshots.get(store)
        if known is None or known.revision != now:
            known = _snapshots[store] = _moved(store, known)
        _seen_s[store] = time.monotonic()
        return known


def in_memory(store: Store) -> RegistrySnapshot:
    """Return the snapshot that is in memory, without a look at whether the registry has moved."""
    known = _snapshots.get(store.unguarded)
    return current(store) if known is None else known


def index_age_s(store: Store) -> float:
    """Return how long ago the snapshot in memory was seen to be the newest; infinity if never."""
    seen_s = _seen_s.get(store.unguarded)
    return math.inf if seen_s is None else time.monotonic() - seen_s


def known_revision(store: Store) -> int:
    """Return the revision of the snapshot that is in memory; -1 if there is none yet."""
    known = _snapshots.get(store.unguarded)
    return -1 if known is None else known.revision


def _moved(store: Store, known: RegistrySnapshot | None) -> RegistrySnapshot:
    """Load what changed: indexes take a second to build; licences and rules change without."""
    with store.read() as connection:
        now = revision(connection)
        if known is None or not works_stand(connection, known.revision, now):
            pictures = Pictures(store, known.pictures if known else None)
            return _load(connection, pictures, KnownSignals(store))
        book, rules = load_book(connection), _rules_in_force(connection)
        return replace(known, revision=now, licences=book, rules=rules)


_OF_TERMS = (
    "conditions", "public_domain_from", "territories", "protected_from", "protected_until"
)  # fmt: skip
_ALWAYS = Terms()


def _facts(connection: Connection) -> Iterator[WorkFacts]:
    names = [name for name in WorkFacts._fields if name != "terms"]
    columns = select(*(work.c[name] for name in (*names, *_OF_TERMS)))
    for row in connection.execute(columns):
        *facts, terms = *row[: len(names)], row[len(names) :]
        if any(terms):
            facts.append(Terms.of(dict(zip(_OF_TERMS, terms, strict=True))))
        else:
            facts.append(_ALWAYS)
        yield WorkFacts._make(facts)


def _load(connection: Connection, pictures: Pictures, known: KnownSignals) -> RegistrySnapshot:
    works = {facts.id: facts for facts in _facts(connection)}
    belonging = select(work.c.id, work.c.belongs_to).where(work.c.belongs_to.is_not(None))
    wholes = {row.id: row.belongs_to for row in connection.execute(belonging)}
    return RegistrySnapshot(
        revision=revision(connection),
        names=_names(connection, works, wholes),
        descriptors=_descriptors(connection, works),
        pictures=pictures,
        works=works,
        known=known,
        rules=_rules_in_force(connection),
        licences=load_book(connection),
        wholes=wholes,
    )


def _cast_rows(connection: Connection) -> Iterator[NameRow]:
    """Yield the names that only stand as evidence for a work's title."""
    casts = select(work.c.id, work.c.cast).where(work.c.cast.is_not(None)).order_by(work.c.id)
    for work_id, cast in connection.execute(casts):
        yield from ((work_id, name, normal_form(name), CAST, "person") for name in cast)


def _names(
    connection: Connection, works: Mapping[str, WorkFacts], wholes: Mapping[str, str]
) -> NameIndex:
    fields = (work_name.c[name] for name in ("work_id", "text", "normalised", "kind"))
    rows = [
        (work_id, text, normal, kind, works[work_id].kind)
        for work_id, text, normal, kind in connection.execute(
            select(*fields).order_by(work_name.c.id)
        )
        if work_id in works
    ]
    rows += (row for row in _cast_rows(connection) if row[0] in works)
    owners = {work_id: facts.owner for work_id, facts in works.items()}
    return NameIndex.build(rows, Kinship(owners, wholes))


def _descriptors(connection: Connection, works: Mapping[str, WorkFacts]) -> DescriptorIndex:
    described = select(work.c.id, work.c.descriptors, work.c.keywords).order_by(work.c.id)
    return DescriptorIndex(
        (work_id, tuple(texts or ()), tuple(keywords or ()))
        for work_id, texts, keywords in connection.execute(described)
        if work_id in works and (texts or keywords)
    )


def _rules_in_force(connection: Connection) -> KeptRules | None:
    newest = select(rule_set.c.number, rule_set.c.text).order_by(rule_set.c.number.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else KeptRules(row.number, row.text)
