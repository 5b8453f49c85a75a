"""Screening media: what a model made, and the reference files handed in with a prompt."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cleardance.errors import CleardanceError, MediaError, SignalUnavailable, UnreadableMedia
from cleardance.rights.licence import Asker
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match, decide
from cleardance.screen.gathering import gathered
from cleardance.screen.matching import (
    Footage,
    Found,
    KeptSignal,
    Matcher,
    Matchers,
    SampledFrame,
)
from cleardance.screen.rules import Rules, rules_of
from cleardance.screen.strangers import has_strangers
from cleardance.screen.thumbnails import shown_in, thumbnail
from cleardance.verdict import Verdict

if TYPE_CHECKING:
    from cleardance.media import Audio, Frame

_FRAMES_AT_ONCE = 8  # 50 MB at 1080p
_FRAMES_PER_SECOND = 2.0
_THUMBNAILS_AT_MOST = 200  # 20 kB each


@dataclass(frozen=True)
class Screened:
    """The verdict, and the signals to store so that works registered later can be looked for."""

    verdict: Verdict
    signals: tuple[KeptSignal, ...] = ()
    has_pictures: bool = True
    has_strangers: bool = False  # faces of nobody registered
    thumbnails: Mapping[str, bytes] = field(default_factory=dict)
    """By SHA-256, the JPEGs that findings cite as what was seen."""


@dataclass
class _Notes:
    """What all matchers have found so far, and which of them could not look, and why."""

    matches: list[Match] = field(default_factory=list)
    signals: list[KeptSignal] = field(default_factory=list)
    unknown: dict[str, str | None] = field(default_factory=dict)  # signal: what to do about it
    thumbnails: dict[str, bytes] = field(default_factory=dict)
    unneeded: set[str] = field(default_factory=set)  # cannot be computed here, and need not be


def screen_output(
    footage: Footage,
    registry: RegistrySnapshot,
    matchers: Matchers,
    rules: Rules | None = None,
    asker: Asker | None = None,
) -> Screened:
    """Return the verdict on what every matcher sees and hears.

    No frame at all, a frame that is none, a ``MediaError`` while reading and a matcher that fails
    are *unknown*: what was found before still counts. Without an asker no licence counts.
    """
    notes = _Notes()
    _look(footage, matchers, registry, notes)
    _listen(footage, matchers, registry, notes)
    rules = rules or rules_of(registry)
    unneeded = tuple(notes.unneeded - notes.unknown.keys())
    matches = gathered(notes.matches)
    verdict = decide(matches, tuple(notes.unknown), registry, rules, asker, unneeded)
    shown = shown_in(verdict.findings)
    return Screened(
        _with_hints(verdict, notes),
        tuple(notes.signals),
        has_strangers=has_strangers(notes.matches, notes.signals),
        thumbnails={digest: jpeg for digest, jpeg in notes.thumbnails.items() if digest in shown},
    )


def screen_media(
    path: Path,
    registry: RegistrySnapshot,
    matchers: Matchers,
    rules: Rules | None = None,
    asker: Asker | None = None,
) -> Screened:
    """Screen an image, video or sound file: two frames a second, and all its sound.

    A GIF is looked at as a video is: others see all of its pictures.

    Raises UnreadableMedia or MediaTooLarge for a file that is not media we read: it is refused as
    a file before anybody asks what it shows. Sound that nobody can compare is *unknown*, and held.
    """
    from cleardance.media import probe, read_audio, sample_frames  # slow to import

    found = probe(path)
    if found.kind == "audio" and not matchers.sound:
        unheard = decide([], ["sound"], registry, rules or rules_of(registry), asker)
        return Screened(unheard, has_pictures=False)

    def sound() -> "Audio | None":
        return read_audio(path) if found.has_audio else None

    if found.kind == "audio":
        listeners = Matchers(sound=matchers.sound)
        heard = screen_output(Footage(sound=sound), registry, listeners, rules, asker)
        return replace(heard, has_pictures=False)
    frames = sample_frames(path, per_second=_FRAMES_PER_SECOND, shots=True)
    return screen_output(Footage(frames, sound), registry, matchers, rules, asker)


def _look(footage: Footage, matchers: Matchers, registry: RegistrySnapshot, notes: _Notes) -> None:
    failed = False
    seen = 0

    def read() -> Iterator[SampledFrame]:
        nonlocal failed, seen
        try:
            for time_s, pixels in footage.frames:
                yield _checked(time_s, pixels)
                seen += 1
        except MediaError:
            failed = True

    for batch in _batches(read()):
        before = len(notes.matches)
        for matcher in matchers.frames:
            _ask(matcher, partial(matcher.find, batch, registry), registry, notes)
        notes.matches[before:] = _illustrated(notes.matches[before:], batch, notes)
    if failed or not seen:  # with sound alone nobody looks
        _cannot(matchers.frames, notes)


def _illustrated(
    matches: Sequence[Match], batch: Sequence[SampledFrame], notes: _Notes
) -> Iterator[Match]:
    """Yield the matches with the digest of a small picture of their frame."""
    digests: dict[float, str] = {}
    frames = {round(frame.time_s, 3): frame for frame in batch}
    for match in matches:
        time_s = match.evidence.time_s
        frame = frames.get(-1.0 if time_s is None else round(time_s, 3))
        if frame is None or len(notes.thumbnails) >= _THUMBNAILS_AT_MOST:
            yield match
            continue
        if frame.time_s not in digests:
            picture = thumbnail(frame.pixels)
            digests[frame.time_s] = hashlib.sha256(picture).hexdigest()
            notes.thumbnails[digests[frame.time_s]] = picture
        evidence = match.evidence.model_copy(update={"seen": digests[frame.time_s]})
        yield replace(match, evidence=evidence)


def _listen(
    footage: Footage, matchers: Matchers, registry: RegistrySnapshot, notes: _Notes
) -> None:
    if not matchers.sound:
        return
    try:
        sound = footage.sound()
    except MediaError:
        _cannot(matchers.sound, notes)
        return
    if sound is None:
        return
    for matcher in matchers.sound:
        _ask(matcher, partial(matcher.find, sound, registry), registry, notes)


def _checked(time_s: float, pixels: "Frame") -> SampledFrame:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != "uint8" or 0 in pixels.shape:
        what = f"{pixels.dtype} {pixels.shape}"
        raise UnreadableMedia(f"an RGB frame is uint8 [H, W, 3], not {what}")
    return SampledFrame(time_s, pixels)


def _batches(frames: Iterable[SampledFrame]) -> Iterator[list[SampledFrame]]:
    batch: list[SampledFrame] = []
    for frame in frames:
        batch.append(frame)
        if len(batch) == _FRAMES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _ask(
    matcher: Matcher, find: Callable[[], Found], registry: RegistrySnapshot, notes: _Notes
) -> None:
    """Add what a matcher finds; whatever goes wrong in it is unknown, never nothing found."""
    try:
        found = find()
    except SignalUnavailable as error:
        if matcher.is_needed(registry):
            _cannot([matcher], notes, error.hint)
        else:
            notes.unneeded.add(matcher.signal)
    except MediaError as error:
        _cannot([matcher], notes, error.hint)
    except CleardanceError:
        raise
    except Exception as error:  # a check that crashes holds
        _cannot([matcher], notes, f"The check failed ({type(error).__name__}).")
    else:
        notes.matches += found.matches
        notes.signals += found.signals


def _cannot(matchers: Sequence[Matcher], notes: _Notes, hint: str | None = None) -> None:
    """Note that it was tried and failed: that holds, whatever is registered."""
    for matcher in matchers:
        notes.unknown.setdefault(matcher.signal, hint)


def _with_hints(verdict: Verdict, notes: _Notes) -> Verdict:
    """Say how to make unknown signals known, where that is known."""
    hints = sorted({hint for hint in notes.unknown.values() if hint})
    return verdict.model_copy(update={"reason": " ".join([verdict.reason, *hints])})
