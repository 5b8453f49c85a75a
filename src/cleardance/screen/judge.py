"""Asking a model what it recognises: an embedding model, or one that reads text and pictures.

A judge can only add findings. It is told the request's own words, which may try to talk it into
anything, so nothing it says ever takes a finding away; and what it fails to say is *unknown*, and
holds: an error, no answer in time, an answer that is not one, a work it was asked about and passed
over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cleardance.errors import JudgeFailed
from cleardance.match.opinion import OPINION_SIGNAL
from cleardance.rights.licence import Asker
from cleardance.rights.snapshot import RegistrySnapshot, WorkFacts
from cleardance.screen.deciding import Match, decide
from cleardance.screen.matching import SampledFrame
from cleardance.screen.rules import Rules, rules_of
from cleardance.verdict import Evidence, Verdict


@dataclass(frozen=True)
class Candidate:
    """A registered work that the judge is asked about, with its registered descriptions."""

    work: WorkFacts
    descriptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """What is put before a judge: the words of the request, and a few frames, if there are any."""

    text: str
    candidates: tuple[Candidate, ...] = ()
    frames: tuple[SampledFrame, ...] = ()


@dataclass(frozen=True)
class Opinion:
    """What a judge says: ``score``, 0 to 1 (sure), that ``frame`` or the text means a work.

    The work is a candidate's id, or, recognised without being asked about, only a name.
    """

    score: float
    work_id: str | None = None
    name: str | None = None
    frame: int | None = None


class Judge(Protocol):
    """Whoever has opinions."""

    def judge(self, case: Case) -> Sequence[Opinion]:
        """Return an opinion on every candidate, and on what else is recognised.

        Raises JudgeFailed where there is none to be had.
        """
        ...


def screen_by(
    judge: Judge,
    case: Case,
    registry: RegistrySnapshot,
    rules: Rules | None = None,
    asker: Asker | None = None,
) -> Verdict:
    """Return the verdict on a judge's opinions alone; ``worst_of`` puts it beside the others."""
    rules = rules or rules_of(registry)
    try:
        opinions = judge.judge(case)
    except JudgeFailed as error:
        return no_opinion(error.message, registry, rules)
    if {one.work.id for one in case.candidates} - {one.work_id for one in opinions}:
        return no_opinion("The judge passed over what it was asked about.", registry, rules)
    matches = [match for one in opinions for match in _matches(one, case, registry)]
    return decide(matches, (), registry, rules, asker)


def no_opinion(why: str, registry: RegistrySnapshot, rules: Rules | None = None) -> Verdict:
    """Return the verdict where a judge should have been heard, and was not."""
    verdict = decide([], [OPINION_SIGNAL.name], registry, rules or rules_of(registry))
    return verdict.model_copy(update={"reason": f"{verdict.reason} {why}"})


def _matches(opinion: Opinion, case: Case, registry: RegistrySnapshot) -> Iterator[Match]:
    distance = round(1.0 - opinion.score, 4)
    if OPINION_SIGNAL.ladder.rung_of(distance) is None:
        return
    for work_id in _works(opinion, registry):
        time_s = None if opinion.frame is None else round(case.frames[opinion.frame].time_s, 3)
        yield Match(
            signal=OPINION_SIGNAL.name,
            work=registry.works[work_id],
            distance=distance,
            threshold=OPINION_SIGNAL.ladder.rungs[-1].max_distance,
            scale=OPINION_SIGNAL.max_distance,
            evidence=Evidence(text=opinion.name, time_s=time_s),
        )


def _works(opinion: Opinion, registry: RegistrySnapshot) -> list[str]:
    if opinion.work_id is not None:
        return [opinion.work_id]
    # In quotation marks, a name that is a common word stands for what it names.
    found = registry.names.find(f'"{opinion.name}"')
    return list(dict.fromkeys(match.work_id for match in found))
