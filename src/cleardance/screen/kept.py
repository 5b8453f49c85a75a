"""Past outputs compared with works registered since, by the signals that were kept of them."""

from collections import defaultdict
from typing import Final

from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import KeptOutputs, Matchers, Recalling

READ_LATER: Final = frozenset({"picture"})
"""Kinds that ``KeptOutputs.read_pictures`` reads, of few outputs; all others are read of each."""


def matches_in_kept(
    kept: KeptOutputs, registry: RegistrySnapshot, matchers: Matchers
) -> dict[str, list[Match]]:
    """Return, by task, what outputs of the past show of the works in ``registry``.

    One pass over a thousand outputs is what this is made for. Give it a registry of few works
    (:func:`cleardance.rights.snapshot.works_alone`). Matchers that keep nothing find nothing.
    """
    found: dict[str, list[Match]] = defaultdict(list)
    for matcher in (*matchers.frames, *matchers.sound):
        if isinstance(matcher, Recalling):
            for task_id, match in matcher.find_kept(kept, registry):
                found[task_id].append(match)
    return dict(found)
