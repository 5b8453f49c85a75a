"""Reading frames for registered names."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cleardance.match.frame_text import FRAME_TEXT_SIGNAL, Line, read_lines
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.ask import manner_of
from cleardance.screen.deciding import Match
from cleardance.screen.matching import Found, KeptOutputs, KeptSignal, SampledFrame
from cleardance.verdict import Evidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_THUMBNAIL: Final = (96, 54)  # pixels
_SAME: Final = 24  # of 255: no pixel of the thumbnails differs more, so nothing was written


class FrameTextMatcher:
    """Looks for names in what frames say; those that look like the one before are not read."""

    signal: Final = FRAME_TEXT_SIGNAL.name

    def is_needed(self, registry: RegistrySnapshot) -> bool:
        """Never: names are looked for in prompts first. Rules may ask for it always."""
        return False

    def find(self, frames: Sequence[SampledFrame], registry: RegistrySnapshot) -> Found:
        """Return the names that frames show, and what each says, to keep."""
        matches: list[Match] = []
        kept: list[KeptSignal] = []
        for frame in _distinct(frames):
            lines, time_s = read_lines(frame.pixels), round(frame.time_s, 3)
            text = "\n".join(line.text for line in lines)
            matches += _named(text, lines, time_s, registry)
            if lines:
                kept.append(KeptSignal(self.signal, time_s, text.encode("utf-8", "replace")))
        return Found(tuple(matches), tuple(kept))

    def find_kept(
        self, kept: KeptOutputs, registry: RegistrySnapshot
    ) -> Iterator[tuple[str, Match]]:
        """Return the names in what frames said; where it stood in them was not kept."""
        for task, one in kept.of(self.signal):
            for match in _named(one.value.decode(errors="replace"), (), one.time_s, registry):
                yield task, match


def _named(
    text: str, lines: Sequence[Line], time_s: float, registry: RegistrySnapshot
) -> Iterator[Match]:
    """Yield the names in all lines together: a title may be broken over two."""
    for found in registry.names.find(text):
        start, end = found.span
        yield Match(
            signal=FRAME_TEXT_SIGNAL.name,
            work=registry.works[found.work_id],
            distance=found.distance,
            threshold=FRAME_TEXT_SIGNAL.ladder.rungs[-1].max_distance,
            scale=FRAME_TEXT_SIGNAL.max_distance,
            evidence=Evidence(
                text=" ".join(text[start:end].split()),
                time_s=time_s,
                box=lines[text.count("\n", 0, start)].box if lines else None,
            ),
            manner=manner_of(text, start, end),
        )


def _distinct(frames: Sequence[SampledFrame]) -> Iterator[SampledFrame]:
    import numpy as np

    before: NDArray[np.int16] | None = None
    for frame in frames:
        now = _thumbnail(frame)
        if before is None or np.abs(now - before).max() > _SAME:
            before = now
            yield frame


def _thumbnail(frame: SampledFrame) -> "NDArray[np.int16]":
    import cv2
    import numpy as np

    small = cv2.resize(frame.pixels, _THUMBNAIL, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.int16)
