"""The types of the one path. Each step takes the type before and returns the next.

A stage is built only by the module named beside it (a test pins this), which either did the work
or re-reads the committed proof that it was done. There is no other way to a released file.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleardance.request import Request
from cleardance.store.tables import Stage
from cleardance.verdict import Verdict

if TYPE_CHECKING:  # brings in FFmpeg, which a refused prompt should not wait for
    from cleardance.provenance.seal import Sealed


@dataclass(frozen=True)
class Queued:
    """Steps 1-2 done: checked, stored, logged as asked. Built by ``intake``."""

    task_id: str
    request: Request


@dataclass(frozen=True)
class AskCleared:
    """Step 3 done: the prompt and references are clear. Built by ``screening``."""

    queued: Queued
    verdict: Verdict


@dataclass(frozen=True)
class Generated:
    """Step 4 done: raw media in a private blob. Built by ``making``."""

    ask: AskCleared
    raw_digest: str
    ignored: tuple[str, ...]
    recipe: dict[str, str]

    @property
    def task_id(self) -> str:
        """The task all this belongs to."""
        return self.ask.queued.task_id


@dataclass(frozen=True)
class OutputCleared:
    """Steps 5-6 done: the output is clear at the registry's present revision.

    Built by ``screening``.
    """

    generated: Generated
    ask_verdict: Verdict
    output_verdict: Verdict

    @property
    def task_id(self) -> str:
        """The task all this belongs to."""
        return self.generated.task_id

    @property
    def verdicts(self) -> tuple[Verdict, Verdict]:
        """Both verdicts, given at the same revision of the registry."""
        return self.ask_verdict, self.output_verdict

    @property
    def released_by(self) -> tuple[str, ...]:
        """The reviews by which persons released what the rules alone would not have."""
        notes = (note for verdict in self.verdicts for note in verdict.reviews)
        return tuple(note.id for note in notes if note.decision == "release")


@dataclass(frozen=True)
class SealedOutput:
    """Step 7 done: marked, signed, logged, re-read. Built by ``releasing``."""

    cleared: OutputCleared
    sealed: "Sealed"
    blob_digest: str


@dataclass(frozen=True)
class Released:
    """Step 8 done. Built by ``releasing``."""

    output: SealedOutput


@dataclass(frozen=True)
class Refused:
    """The verdict that ended the path: ``deny`` or ``hold``. Built by ``screening``."""

    task_id: str
    stage: Stage
    verdict: Verdict
