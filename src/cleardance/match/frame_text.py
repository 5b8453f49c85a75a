"""The frame text signal: what is written in a picture, read so that names in it can be found.

RapidOCR with the PP-OCRv6 small models, on ONNX Runtime; both come with the ``ocr`` extra, and
without it SignalUnavailable is raised. Reads Latin, Chinese and Japanese; not Korean or Cyrillic.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

from cleardance.errors import SignalUnavailable
from cleardance.match.names import NAME_SIGNAL

if TYPE_CHECKING:  # rules are read where nothing heavy may be imported
    from cleardance.media import Frame

INSTALL: Final = "To read text in pictures: pip install 'cleardance[ocr]'"
_SIDE_PX: Final = 736
_LEAST_SURE: Final = 0.6  # below, patterns are read as letters
_MAX_LINES: Final = 100  # a wall of text costs 10 ms a line
_LOCK: Final = Lock()


class FrameTextSignal:
    """Names in what was read, compared as names in prompts are."""

    name: Final = "frame_text"
    computed_from: Final[Literal["frame"]] = "frame"
    max_distance: Final = NAME_SIGNAL.max_distance
    ladder: Final = NAME_SIGNAL.ladder


FRAME_TEXT_SIGNAL: Final = FrameTextSignal()


@dataclass(frozen=True)
class Line:
    """A line of text, and where: left, top, right, bottom as fractions of the frame."""

    text: str
    box: tuple[float, float, float, float]


def is_installed() -> bool:
    """Tell whether text in pictures can be read here."""
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def read_lines(frame: "Frame") -> list[Line]:
    """Return the lines of text in an RGB frame, uint8 [H, W, 3], as they are read down the page.

    Raises SignalUnavailable where the extra is not installed.
    """
    reader = _reader()
    with _LOCK:
        found = reader(frame[:, :, ::-1])  # it expects BGR
    if found.txts is None or found.boxes is None:
        return []
    height, width = frame.shape[:2]
    lines = []
    for text, corners in list(zip(found.txts, found.boxes, strict=True))[:_MAX_LINES]:
        xs, ys = corners[:, 0] / width, corners[:, 1] / height
        box = tuple(round(min(1.0, max(0.0, float(edge))), 4) for edge in
                    (xs.min(), ys.min(), xs.max(), ys.max()))  # fmt: skip
        lines.append(Line(unicodedata.normalize("NFC", text), (box[0], box[1], box[2], box[3])))
    return lines


@cache
def _reader() -> Any:
    try:
        import onnxruntime  # noqa: F401 - rapidocr finds out only when it reads
        from rapidocr import RapidOCR
    except ImportError as error:
        raise SignalUnavailable("Text in pictures cannot be read.", hint=INSTALL) from error
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": _LEAST_SURE,
            "Global.use_cls": False,  # text that stands on its head
            "Global.max_side_len": _SIDE_PX,
            "Det.limit_type": "max",
            "Det.limit_side_len": _SIDE_PX,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
