"""The language of the world: words to scene and back, in one place for those who use it."""

from cleardance.world.language.captions import canonical, caption
from cleardance.world.language.reading import Reading, read
from cleardance.world.language.sampling import sample
from cleardance.world.scene import Action, Camera, Colour, Place, Relation, Size, TimeOfDay, Weather
from cleardance.world.vocabulary import Kind, subjects

__all__ = ["Reading", "canonical", "caption", "read", "sample", "vocabulary_summary"]


def vocabulary_summary() -> dict[str, tuple[str, ...]]:
    """Return what can be asked for, by topic: each kind of subject, actions, places and so on.

    Topics are in reading order; the words of each are sorted, for the documentation to print.
    """
    by_kind = {
        f"subjects: {kind}": tuple(sorted(s.key for s in subjects().values() if s.kind is kind))
        for kind in Kind
    }
    topics = {
        "actions": Action,
        "relations": Relation,
        "places": Place,
        "times": TimeOfDay,
        "weathers": Weather,
        "cameras": Camera,
        "colours": Colour,
        "sizes": Size,
    }
    return by_kind | {name: tuple(sorted(map(str, values))) for name, values in topics.items()}
