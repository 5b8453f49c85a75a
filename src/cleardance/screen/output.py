"""Screening pictures: what a model made, and the reference files handed in with a prompt."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cleardance.errors import MediaError
from cleardance.match.pdq import BITS, MAX_DISTANCE, PDQ_SIGNAL
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match, decide
from cleardance.screen.rules import Rules, default_rules
from cleardance.verdict import Evidence, Verdict

if TYPE_CHECKING:
    from cleardance.media import Frame

_FRAMES_PER_SECOND = 2.0


@dataclass(frozen=True)
class FrameSignal:
    """One signal to keep with an output: its kind, when, and its bytes."""

    kind: str
    time_s: float
    value: bytes


def screen_output(
    frames: Iterable[tuple[float, "Frame"]],
    registry: RegistrySnapshot,
    rules: Rules | None = None,
) -> tuple[Verdict, list[FrameSignal]]:
    """Return the verdict on frames (time in s, RGB uint8 [H, W, 3]) and the signals to store.

    The signals let works registered later be looked for in past outputs. Flat frames carry
    nothing to compare and give none. No frame at all, or a frame that is none, is *unknown*; so
    is a ``MediaError`` raised while the frames are being read.
    """
    signals: list[FrameSignal] = []
    unknown: list[str] = []
    seen = 0
    try:
        for time_s, frame in frames:
            seen += 1
            value = PDQ_SIGNAL.compute(frame)
            if value is not None:
                signals.append(FrameSignal(PDQ_SIGNAL.name, round(time_s, 3), value))
    except MediaError:
        unknown.append(PDQ_SIGNAL.name)
    if not seen:
        unknown.append(PDQ_SIGNAL.name)
    return decide(_matches(signals, registry), unknown, registry, rules or default_rules()), signals


def screen_file(path: Path, registry: RegistrySnapshot, rules: Rules | None = None) -> Verdict:
    """Return the verdict on an image or video file, two frames a second; sound is not heard yet.

    Raises UnreadableMedia or MediaTooLarge for a file that is not media we read: it is refused as
    a file before anybody asks what it shows. A sound file is *unknown*, and held.
    """
    from cleardance.media import probe, read_image, sample_frames  # decoders: slow to import

    kind = probe(path).kind
    if kind == "image":
        return screen_output([(0.0, read_image(path))], registry, rules)[0]
    if kind == "video":
        return screen_output(sample_frames(path, per_second=_FRAMES_PER_SECOND), registry, rules)[0]
    return decide([], ["sound"], registry, rules or default_rules())


def _matches(signals: list[FrameSignal], registry: RegistrySnapshot) -> list[Match]:
    """Return, for each work that any frame shows, its nearest reference in each frame."""
    nearest: dict[tuple[int, str], Match] = {}
    for hit in registry.pdq.search([signal.value for signal in signals], MAX_DISTANCE):
        work_id, blob = registry.references[hit.reference]
        if (hit.query, work_id) in nearest:  # hits come by distance
            continue
        evidence = Evidence(time_s=signals[hit.query].time_s, reference=blob)
        nearest[hit.query, work_id] = Match(
            signal=PDQ_SIGNAL.name,
            work=registry.works[work_id],
            distance=float(hit.distance),
            threshold=float(MAX_DISTANCE),
            scale=float(BITS),
            evidence=evidence,
        )
    return list(nearest.values())
