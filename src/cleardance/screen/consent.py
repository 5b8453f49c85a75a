"""A consent covers the person who gave it: whose face is in what was handed in beside it?

Naming a person who consented and handing in somebody else's face would pass one off as the other.
So where a verdict rests on a consent to a likeness, every face in the references must be that of a
registered person (the rules then decide on them as on any finding). A face of nobody we know, and
a face that nobody could look at, are *unknown*, and hold.
"""

from collections.abc import Iterable
from pathlib import Path

from cleardance.rights.licence import Asker, Use
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.matching import Matchers
from cleardance.screen.output import Screened, screen_media
from cleardance.screen.reasons import WAIT
from cleardance.screen.rules import Rules
from cleardance.screen.strangers import FACE
from cleardance.verdict import Decision, Redress, Verdict


def screen_file(
    path: Path,
    registry: RegistrySnapshot,
    matchers: Matchers,
    rules: Rules | None = None,
    asker: Asker | None = None,
) -> Verdict:
    """Return the verdict on an image, video or sound file by itself; raises as ``screen_media``."""
    screened = screen_media(path, registry, matchers, rules, asker)
    return check_faces(screened.verdict, [screened], registry, matchers)


def check_faces(
    verdict: Verdict,
    references: Iterable[Screened],
    registry: RegistrySnapshot,
    matchers: Matchers,
) -> Verdict:
    """Return ``verdict``, held if it rests on a consent that the references may not be covered by.

    ``references`` are the pictures and clips of the same request, screened.
    """
    people = _consenting(verdict, registry)
    pictures = [one for one in references if one.has_pictures]
    if not people or not pictures or verdict.decision is Decision.DENY:
        return verdict
    named = " and ".join(f'"{name}"' for name in people)
    if not all(_looked_at(one.verdict, matchers) for one in pictures):
        return _held(verdict, f"the faces in the references could not be compared with {named}")
    if any(one.has_strangers for one in pictures):
        return _held(verdict, f"a face in the references is not known to be that of {named}")
    return verdict


def _consenting(verdict: Verdict, registry: RegistrySnapshot) -> list[str]:
    """Return the names of those on whose consent to their likeness it rests."""
    people = {}
    for finding in verdict.findings:
        licence = registry.licences.by_id.get(finding.licence or "")
        if licence and finding.work.kind == "person" and Use.LIKENESS in licence.uses:
            people[finding.work.name] = True
    return sorted(people)


def _looked_at(verdict: Verdict, matchers: Matchers) -> bool:
    return any(one.signal == FACE for one in matchers.frames) and FACE not in verdict.unknown


def _held(verdict: Verdict, why: str) -> Verdict:
    suggestion = "Hand in pictures that show nobody but who consented, or none."
    return verdict.model_copy(
        update={
            "decision": Decision.HOLD,
            "unknown": tuple(sorted({*verdict.unknown, FACE})),
            "needed": tuple(sorted({*verdict.needed, FACE})),
            "reason": f"{verdict.reason} But it rests on a consent, and {why}: "
            "a person must look at it.",
            "redress": Redress(
                appeal=WAIT,
                licence_contact=verdict.redress.licence_contact,
                suggestion=suggestion,
            ),
        }
    )
