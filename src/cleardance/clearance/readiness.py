"""Whether this process can serve: its store answers, and it screens by the registry as it is."""

from dataclasses import dataclass
from typing import Any

from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError
from cleardance.rights.registry import revision
from cleardance.rights.snapshot import index_age_s, known_revision


@dataclass(frozen=True)
class Readiness:
    """What was found; ``problems`` are empty if it is ready."""

    problems: tuple[str, ...]
    revision_stored: int
    revision_in_memory: int
    index_age_s: float
    """Since the index in memory was last seen to be that of the registry."""

    @property
    def is_ready(self) -> bool:
        """Whether requests should be sent here."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return what ``/readyz`` answers."""
        return {
            "ready": self.is_ready,
            "problems": list(self.problems),
            "registry": {"stored": self.revision_stored, "in_memory": self.revision_in_memory},
        }


def readiness(service: Service) -> Readiness:
    """Look; never raises what the store raises, but says it."""
    stored, in_memory, problems = -1, known_revision(service.store), []
    try:
        with service.store.read() as session:
            stored = revision(session)
    except CleardanceError as error:
        problems.append(error.message)
    if not service.store.home.blobs.is_dir():
        problems.append("The folder of blobs is gone.")
    if stored >= 0 and in_memory != stored:
        problems.append("The index is stale: it is being rebuilt.")
    return Readiness(tuple(problems), stored, in_memory, index_age_s(service.store))
