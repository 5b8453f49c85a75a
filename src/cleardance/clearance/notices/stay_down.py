"""Files handed in that carry the mark of an output that a notice removed."""

from pathlib import Path

from sqlalchemy import func, select

from cleardance.clearance.service import Service
from cleardance.clearance.serving import removed_by
from cleardance.rights.licence import Asker
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import decide
from cleardance.screen.removed import match_of, output_facts
from cleardance.screen.rules import rules_of
from cleardance.store.tables import removal
from cleardance.verdict import Evidence, Verdict


def verdict_on_mark(
    service: Service, path: Path, registry: RegistrySnapshot, asker: Asker
) -> Verdict | None:
    """Return the refusal of a file that is a removed output by its mark; None if it is none.

    Marks outlast cropping and compression, which pictures alone may not show. They are looked for
    only while something is removed.
    """
    from cleardance.clearance.inspection import inspect_file

    in_force = select(func.count()).where(removal.c.lifted_at.is_(None))
    with service.store.read() as session:
        if not session.scalar(in_force):
            return None
    facts = inspect_file(service, path).ledger
    if facts is None:
        return None
    with service.store.read() as session:
        found = removed_by(session, facts.output)
    if found is None:
        return None
    match = match_of(output_facts(facts.output, found[0]), 0.0, Evidence())
    return decide([match], (), registry, rules_of(registry), asker)
