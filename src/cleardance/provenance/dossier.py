"""Everything known about one file, together: what `inspect` answers, as words and as JSON.

``page`` makes the HTML of it. Much of it was written by strangers (names, titles, problems), so
what could steer a terminal or turn text around is replaced wherever it is shown to people.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from .inspect import Inspection
from .verify import ManifestFacts

# Controls of C0 and C1 but newline, line and paragraph separators, and what reorders text.
_STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True)
class Event:
    """One entry of the ledger about the output."""

    index: int
    kind: str
    at: str  # RFC 3339


@dataclass(frozen=True)
class Dossier:
    """An inspection, and what this installation knows beyond it."""

    name: str
    inspection: Inspection
    events: tuple[Event, ...] = ()
    proof: dict[str, Any] | None = None  # of the release, as ``ledger prove --json`` gives it
    verdicts: tuple[tuple[str, dict[str, Any]], ...] = ()  # (stage, verdict)
    changes: tuple[str, ...] = ()  # against the released file; empty also when it is not here

    def as_json(self) -> dict[str, Any]:
        """The object of ``inspect --json``: that of the inspection, and more beside it."""
        facts = self.inspection.c2pa.facts
        return {
            **self.inspection.as_json(),
            "file": self.name,
            "sha256": self.inspection.sha256,
            "manifest": None if facts is None else manifest_json(facts),
            "events": [asdict(event) for event in self.events],
            "proof": self.proof,
            "verdicts": dict(self.verdicts),
            "changes": list(self.changes),
        }

    def for_the_public(self) -> "Dossier":
        """Return it without what was found and why: verdicts quote prompts, and name reviewers."""
        kept = ("decision", "registry_revision")
        private = {"reason": "", "findings": (), "licences": (), "reviews": ()}
        verdicts = tuple(
            (stage, {name: body[name] for name in kept} | private) for stage, body in self.verdicts
        )
        return replace(self, verdicts=verdicts)

    def words(self) -> str:
        """The same for people, one fact a line."""
        return shown("\n".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        yield self.inspection.words()
        facts = self.inspection.c2pa.facts
        if facts is not None:
            yield from (f"  {label}: {text}" for label, text in manifest_rows(facts))
        for stage, verdict in self.verdicts:
            yield f"Verdict on the {stage}: {verdict['decision']}: {verdict['reason']}"
            if verdict["licences"]:
                yield f"  under licence {', '.join(verdict['licences'])}"
            yield from (f"  {review_words(one)}" for one in verdict.get("reviews", ()))
        if self.inspection.modified:
            yield from (f"Changed: {change}" for change in self.changes)
        if self.events:
            yield "History: " + ", ".join(f"{one.kind} ({one.index})" for one in self.events)


def manifest_json(facts: ManifestFacts) -> dict[str, Any]:
    """Return a manifest's facts as JSON values."""
    return {
        "id": facts.label,
        "signed_by": facts.signed_by,
        "signed_at": facts.signed_at,
        "source_type": facts.source_type,
        "ingredients": list(facts.ingredients),
        "record": None if facts.record is None else facts.record.model_dump(),
    }


def manifest_rows(facts: ManifestFacts) -> Iterator[tuple[str, str]]:
    """Yield (label, text) of what a manifest states; claims, unless it is trusted."""
    yield "Manifest", facts.label
    yield "Signed at", facts.signed_at or "unknown: there is no time stamp that is trusted here"
    yield "Source", facts.source_type or "not stated"
    for title in facts.ingredients:
        yield "Made from", title
    if facts.record is not None:
        recipe = ", ".join(f"{name} {value}" for name, value in facts.record.recipe.items())
        yield "Recipe", recipe
        yield "Verdict", f"SHA-256 {facts.record.verdict_sha256}"
        yield "Registry", f"revision {facts.record.registry_revision}"
        if facts.record.reviews:
            yield "Reviewed", f"by a person: {', '.join(facts.record.reviews)}"


def review_words(review: dict[str, Any]) -> str:
    """Return what a person decided, when and why, on one line."""
    what = "released" if review["decision"] == "release" else "denied"
    how = " on appeal" if review["appeal"] else ""
    when = review["at"][:10]
    return f"{what}{how} by {review['by']} on {when} (review {review['id']}): {review['reason']}"


def shown(text: str) -> str:
    """Return text that was written by others as it may be shown: nothing in it steers."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)
