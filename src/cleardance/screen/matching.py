"""Matchers: the ways of looking at pictures and of listening to sound, all alike to the screening.

A matcher names its signal, says whether the registry holds anything it could find, and finds. To
add one, write it and list it in :func:`matchers_for`; rules for its signal go to ``rules.toml``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match

if TYPE_CHECKING:  # decoders are slow to import, and a refused prompt needs none
    from cleardance.match.picture import Glance, Look
    from cleardance.media import Audio, Frame
    from cleardance.settings import Settings


@dataclass(frozen=True)
class SampledFrame:
    """One frame looked at: when, in seconds from the start, and its RGB uint8 [H, W, 3]."""

    time_s: float
    pixels: "Frame"

    @cached_property
    def look(self) -> "Look":
        """Hash and describe it, once for all who compare pictures."""
        from cleardance.match.picture import look_at_query

        return look_at_query(self.pixels, self.time_s)


class KeptSignal(NamedTuple):
    """One signal to keep with an output, for works registered later: kind, when, its bytes."""

    kind: str
    time_s: float
    value: bytes


@dataclass(frozen=True)
class Found:
    """What one look found, and what to keep of it."""

    matches: tuple[Match, ...] = ()
    signals: tuple[KeptSignal, ...] = ()


@dataclass(frozen=True)
class KeptOutputs:
    """What was kept of many outputs: by kind, each task and one of its signals.

    Full pictures are large and wanted of few: ``read_pictures`` reads those of some tasks.
    """

    by_kind: Mapping[str, Sequence[tuple[str, KeptSignal]]]
    read_pictures: Callable[[Collection[str]], Iterable[tuple[str, KeptSignal]]]

    def of(self, kind: str) -> Sequence[tuple[str, KeptSignal]]:
        """Return each task and signal of a kind, in the order they were kept."""
        return self.by_kind.get(kind, ())

    @cached_property
    def glances(self) -> Sequence[tuple[str, "Glance"]]:
        """Return each task and distinct picture of its output, read once for all who compare."""
        from cleardance.match.picture import GLANCE, Glance

        return [(task, Glance.unpack(one.value)) for task, one in self.of(GLANCE)]

    def __len__(self) -> int:
        """Return the number of signals."""
        return sum(map(len, self.by_kind.values()))


@runtime_checkable
class Recalling(Protocol):
    """A matcher that can also compare what it kept of outputs with works registered later."""

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterable[tuple[str, Match]]:
        """Return each task and what its output shows, of many outputs in one pass."""
        ...


class Matcher(Protocol):
    """What both kinds have in common.

    ``find`` raises MediaError for what cannot be read and SignalUnavailable where a part is not
    installed; the signal is then *unknown*, and held if ``is_needed``. Same input and registry,
    same answer.
    """

    @property
    def signal(self) -> str:
        """Return the signal's name, as rules and verdicts call it."""
        ...

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Tell whether a registered work can only be found by this signal."""
        ...


class FrameMatcher(Matcher, Protocol):
    """Looks at frames. It is handed all of a file's, in order of time, a few at once."""

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return what the frames show."""
        ...


class Listener(Matcher, Protocol):
    """Listens to a file's whole sound track."""

    def find(self, sound: "Audio", registry: RegistrySnapshot) -> Found:
        """Return what the sound holds."""
        ...


@dataclass(frozen=True)
class Matchers:
    """All that look and listen."""

    frames: tuple[FrameMatcher, ...] = ()
    sound: tuple[Listener, ...] = ()


def _no_sound() -> None:
    return None


@dataclass(frozen=True)
class Footage:
    """What is screened: frames (time in s, RGB uint8 [H, W, 3]), read once, and their sound.

    ``sound`` is called once, if anybody listens, and returns None where there is no sound track.
    Both may raise MediaError when read: everything that needs them is then unknown.
    """

    frames: Iterable[tuple[float, "Frame"]] = ()
    sound: Callable[[], "Audio | None"] = field(default=_no_sound)


def matchers_for(settings: "Settings") -> Matchers:
    """Return all matchers of this installation."""
    from cleardance.screen.hearing import SoundMatcher
    from cleardance.screen.people import FaceMatcher
    from cleardance.screen.pictures import LocalMatcher, PdqMatcher
    from cleardance.screen.reading import FrameTextMatcher
    from cleardance.screen.voices import VoiceMatcher

    looking: tuple[FrameMatcher, ...] = (
        PdqMatcher(),
        LocalMatcher(),
        FaceMatcher(),
        FrameTextMatcher(),
    )
    if settings.copy_descriptor is not None:
        from cleardance.screen.copies import copy_matcher

        looking += (copy_matcher(settings.copy_descriptor, settings.home),)
    voices = VoiceMatcher(settings.voice_descriptor, settings.home)
    return Matchers(frames=looking, sound=(SoundMatcher(), voices))
