"""Reasons and ways forward, in plain words, from the facts of the findings alone."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from cleardance.rights.licence import Asker
from cleardance.rights.licences import Standing
from cleardance.rights.snapshot import WorkFacts
from cleardance.screen.licensing import standing_words, way_forward
from cleardance.verdict import Decision, Evidence, Force, Redress

How = Literal[
    "plain",
    "style",
    "described",
    "recognised",
    "stock",
    "heard",
    "voice",
    "face",
    "written",
    "removed",
]


class Ground(NamedTuple):
    """A finding that the decision rests on; ``how`` its words speak of the work.

    ``standing`` is what licences the asker holds for it, ``force`` whether its right counts here.
    """

    work: WorkFacts
    evidence: Evidence
    how: How = "plain"
    standing: Standing = Standing()
    force: Force | None = None


_NAMED_AT_MOST = 5
_LICENCES_AT_MOST = 3
_QUOTED_CHARS = 60
_APPEAL = (
    'Once, and a person decides: cleardance appeal TASK --reason "…", with the id of the task; '
    "or through the operator of this service."
)
WAIT = "None is needed yet: a person looks at it first, and may release it."
_LOOKED_AT = {
    "name": "the words",
    "descriptor": "the words",
    "pdq": "the pictures",
    "local": "the pictures",
    "copy": "the pictures",
    "sound": "the sound",
    "judge": "what the judge was asked about",
    "face": "the faces",
    "frame_text": "the words in the pictures",
    "voice": "the voices",
    "removed": "the pictures",
}


def reason_for(
    decision: Decision,
    grounds: Sequence[Ground],
    unknown: Sequence[str],
    asker: Asker | None = None,
) -> str:
    """Return why, naming each work once, whose registration it is, and what named it.

    It tells an asker of their own licences only: whether others hold one shows in nothing.
    """
    parts = [_ground_text(seen, asker) for seen in _per_work(grounds)]
    if decision is Decision.CLEAR:
        if not parts:
            return "Nothing registered was found."
        return f"{_join(parts)}. This is allowed."
    if unknown:
        missed = " and ".join(dict.fromkeys(_LOOKED_AT.get(signal, signal) for signal in unknown))
        parts.append(f"{missed} could not be compared with the registry")
    parts += _crossover(grounds)
    closing = "It is refused" if decision is Decision.DENY else "A person must look at it"
    return f"{_join(parts)}. {closing}.{_without_licence(grounds, asker)}"


def redress_for(decision: Decision, grounds: Sequence[Ground]) -> Redress:
    """Return the ways forward; none are needed where the decision is clear."""
    if decision is Decision.CLEAR:
        return Redress()
    per_work = _per_work(grounds)
    contacts = [_contact(seen[0].work) for seen in per_work]
    return Redress(
        appeal=_APPEAL if decision is Decision.DENY else WAIT,
        licence_contact="; ".join(dict.fromkeys(filter(None, contacts))) or None,
        suggestion=_suggestion(grounds),
    )


def _without_licence(grounds: Sequence[Ground], asker: Asker | None) -> str:
    holds_any = any(ground.standing.nearest for ground in grounds)
    if asker is None or asker.account is None or not grounds or holds_any:
        return ""
    return " This account holds no licence for it."


def _per_work(grounds: Sequence[Ground]) -> list[list[Ground]]:
    """Group by work, in order of first appearance."""
    grouped: dict[str, list[Ground]] = {}
    for ground in grounds:
        grouped.setdefault(ground.work.id, []).append(ground)
    return list(grouped.values())


_VERBS = {"plain": ("names it", "name it"), "described": ("describes it", "describe it"),
          "written": ("in the pictures names it", "in the pictures name it"),
          "style": ("asks for its style", "ask for its style")}  # fmt: skip


def _ground_text(seen: Sequence[Ground], asker: Asker | None) -> str:
    work, how = seen[0].work, seen[0].how
    if how == "removed":
        return f"it is, or shows, the {work.name}"
    by = f" by {work.owner}" if work.owner else ""
    words = _words([ground.evidence for ground in seen])
    if how == "recognised":
        found = "the judge takes it to be what is meant or shown"
    elif words:
        several = len(words.split()) > 1
        found = f"the {'words' if several else 'word'} {words} {_VERBS[how][several]}"
    else:
        found = _shown([ground.evidence for ground in seen], how)
    said = dict.fromkeys(standing_words(ground.standing, asker) for ground in seen)
    licences = "".join(f"; {words}" for words in list(said)[:_LICENCES_AT_MOST] if words)
    force = seen[0].force
    terms = f"; it is {force.because}" if force else ""
    return f'"{work.name}" ({work.kind}) is registered{by}; {found}{terms}{licences}'


def _crossover(grounds: Sequence[Ground]) -> list[str]:
    """Say so where a real person is put into somebody's work."""
    people = dict.fromkeys(g.work.name for g in grounds if g.work.kind == "person")
    works = dict.fromkeys(g.work.name for g in grounds if g.work.kind != "person")
    if not people or not works:
        return []
    return [f'it places the person "{next(iter(people))}" in "{next(iter(works))}"']


def _words(seen: Sequence[Evidence]) -> str:
    """Return the distinct wordings, quoted."""
    texts = dict.fromkeys(evidence.text for evidence in seen if evidence.text)
    return ", ".join(f'"{_shortened(text)}"' for text in list(texts)[:_NAMED_AT_MOST])


def _shown(seen: Sequence[Evidence], how: How) -> str:
    times = _times(seen)
    if how == "heard":
        return f"the sound{times} is that of a registered recording of it"
    if how == "voice":
        return f"a voice{times} is like a registered one"
    if how == "face":
        return f"a face in the pictures{times} is like a registered one"
    return f"the pictures{times} show a registered picture of it"


def _times(seen: Sequence[Evidence]) -> str:
    given = [time for one in seen for time in (one.time_s, one.until_s)]
    times = [time for time in given if time is not None]
    if not times:
        return ""
    if min(times) == max(times):
        return f" at {times[0]:.1f} s"
    return f" between {min(times):.1f} s and {max(times):.1f} s"


def _suggestion(grounds: Sequence[Ground]) -> str:
    asks = way_forward(ground.standing for ground in grounds)
    return " ".join([_other_picture_or_words(grounds), *asks[:_LICENCES_AT_MOST]])


def _other_picture_or_words(grounds: Sequence[Ground]) -> str:
    words = _words([ground.evidence for ground in grounds])
    if words:
        return f"Leave out {words} and describe a character, place or person of your own."
    if grounds:
        return "Leave out the reference that was matched, or ask for a different picture."
    return "Try again; if it happens again, tell the operator of this service."


def _contact(work: WorkFacts) -> str | None:
    return work.licence_contact or work.owner


def _shortened(text: str) -> str:
    shown = "".join(char if char.isprintable() else "�" for char in text)
    return shown if len(shown) <= _QUOTED_CHARS else f"{shown[:_QUOTED_CHARS]}…"


def _join(parts: Sequence[str]) -> str:
    shown = list(parts[:_NAMED_AT_MOST])
    if len(parts) > _NAMED_AT_MOST:
        shown.append(f"and {len(parts) - _NAMED_AT_MOST} more registered works were found")
    text = "; ".join(shown)
    return text[:1].upper() + text[1:]
