"""Signals as they are read from the store, for many outputs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from cleardance.screen.kept import READ_LATER
from cleardance.screen.matching import KeptOutputs, KeptSignal


def kept_of(outputs: Mapping[str, Sequence[KeptSignal]]) -> KeptOutputs:
    """Return the signals of outputs, by task."""
    by_kind = defaultdict(list)
    later = []
    for task, signals in outputs.items():
        for one in signals:
            (later if one.kind in READ_LATER else by_kind[one.kind]).append((task, one))
    return KeptOutputs(by_kind, lambda tasks: (one for one in later if one[0] in tasks))
