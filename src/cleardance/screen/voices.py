"""Listening for registered voices, through the operator's voice descriptor."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from cleardance.errors import SignalUnavailable
from cleardance.match.voice import VOICE_SIGNAL, unpack_times
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptOutputs, KeptSignal
from cleardance.verdict import Evidence

if TYPE_CHECKING:
    from cleardance.match.voice_descriptor import Floats
    from cleardance.media import Audio
    from cleardance.rights.known import SignalOwner
    from cleardance.screen.described import Moment

_LOOSEST: Final = VOICE_SIGNAL.ladder.rungs[-1].max_distance


class VoiceMatcher:
    """Compares each window of a sound track with those of all registered voices.

    Registered recordings are described when they are first needed, and that is kept in the home's
    cache under the model's digest. Without a ``model`` voices are unknown where one is registered.
    """

    signal: Final = VOICE_SIGNAL.name

    def __init__(self, model: Path | None, home: Path) -> None:
        from cleardance.match.voice_descriptor import VoiceDescriptor
        from cleardance.screen.described import digest_of, read_described

        digest = digest_of(model) if model else None
        self._mark = bytes.fromhex(digest or "")
        self._model = VoiceDescriptor(model) if model else None
        self._cache = home / "cache" / f"voice-{digest}.npz" if digest else None
        self._known = read_described(self._cache)

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Tell whether any voice is registered."""
        return registry.known.count(self.signal) > 0

    def find(self, sound: "Audio", registry: RegistrySnapshot) -> Found:
        """Return, for each work, the window that is most like its voice, and all windows to keep.

        A kept signal is the first 8 bytes of the model's SHA-256, then its vector as float16:
        vectors of two models cannot be compared.
        """
        from cleardance.match.voice_descriptor import windows_of

        if self._model is None and not self.is_needed(registry):
            return Found()
        windows = windows_of(sound)
        if not windows:
            return Found()
        seen = np.concatenate([self._described(window.samples) for window in windows])
        times_s = [window.time_s for window in windows]
        kept = tuple(
            KeptSignal(self.signal, time_s, self._mark + vector.astype("<f2").tobytes())
            for time_s, vector in zip(times_s, seen, strict=True)
        )
        return Found(tuple(self._nearest(seen, times_s, registry)), kept)

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterator[tuple[str, Match]]:
        """Return what ``find`` does, by the signals that were kept; of other models', nothing."""
        by_task: dict[str, list[KeptSignal]] = defaultdict(list)
        for task, one in kept.of(self.signal):
            if self._mark and one.value.startswith(self._mark):
                by_task[task].append(one)
        for task, ours in by_task.items():
            values = [np.frombuffer(one.value[len(self._mark) :], "<f2") for one in ours]
            seen = np.stack(values).astype(np.float32)
            for match in self._nearest(seen, [one.time_s for one in ours], registry):
                yield task, match

    def _described(self, samples: "Floats") -> "Floats":
        from cleardance.match.voice_descriptor import SETTING_HINT

        if self._model is None:
            raise SignalUnavailable("No voice descriptor is set.", hint=SETTING_HINT)
        return self._model.describe(samples)

    def _nearest(
        self, seen: "Floats", times_s: Sequence[float], registry: RegistrySnapshot
    ) -> list[Match]:
        places = self._references(registry)
        if not places:
            return []
        likeness = seen @ np.concatenate([self._known[moment] for _, moment in places]).T
        nearest: dict[str, Match] = {}
        for query, place in np.argwhere(likeness >= 1 - _LOOSEST):
            owner, moment = places[place]
            match = _match(times_s[query], float(likeness[query, place]), owner, moment, registry)
            best = nearest.get(owner.work_id)
            if best is None or match.distance < best.distance:
                nearest[owner.work_id] = match
        return list(nearest.values())

    def _references(self, registry: RegistrySnapshot) -> list[tuple["SignalOwner", "Moment"]]:
        """Return whose each registered window is, all of them described."""
        from cleardance.match.voice_descriptor import windows_of
        from cleardance.media import read_audio
        from cleardance.screen.described import write_described

        times, owners = registry.known.index(self.signal, _times)
        places = [
            (owner, (owner.reference, time_s))
            for owner, starts in zip(owners, times, strict=True)
            if owner.work_id in registry.works
            for time_s in starts
        ]
        missing = sorted({place[0] for _, place in places if place not in self._known})
        for reference in missing:
            for window in windows_of(read_audio(registry.known.file_of(reference))):
                self._known[reference, window.time_s] = self._described(window.samples)
        if missing:
            write_described(self._cache, self._known)
        return places


def _times(values: Sequence[bytes]) -> list[tuple[float, ...]]:
    return [unpack_times(value) for value in values]


def _match(
    time_s: float,
    likeness: float,
    owner: "SignalOwner",
    moment: "Moment",
    registry: RegistrySnapshot,
) -> Match:
    from cleardance.match.voice_descriptor import WINDOW_S

    return Match(
        signal=VOICE_SIGNAL.name,
        work=registry.works[owner.work_id],
        distance=round(min(1.0, max(0.0, 1 - likeness)), 4),
        threshold=_LOOSEST,
        scale=VOICE_SIGNAL.max_distance,
        evidence=Evidence(
            time_s=time_s,
            until_s=round(time_s + WINDOW_S, 3),
            reference=owner.reference,
            reference_time_s=moment[1],
        ),
    )
