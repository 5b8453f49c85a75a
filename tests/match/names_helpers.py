"""Builds name indexes from a few readable lines."""

from cleardance.match.fold import normal_form
from cleardance.match.names import NameIndex


def index_of(*names: str, kind: str = "series") -> NameIndex:
    """Return an index in which every name is a work of its own, called by its name."""
    return NameIndex.build(
        (name, name, normal_form(name), "hashtag" if name.startswith("#") else "name", kind)
        for name in names
    )


def found(index: NameIndex, text: str) -> list[tuple[str, str]]:
    """Return (work, words as given) of every match."""
    return [(match.work_id, text[slice(*match.span)]) for match in index.find(text)]
