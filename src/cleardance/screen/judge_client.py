"""What judges behind an OpenAI-compatible endpoint share: the client, its failures, pictures."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cleardance.errors import JudgeFailed
from cleardance.media import Frame

if TYPE_CHECKING:
    from openai import OpenAI

_LONG_SIDE_PX: Final = 512


@dataclass(frozen=True)
class Endpoint:
    """Where ``model`` is (``url`` with ``/v1``), and how long to wait for each of its answers."""

    url: str
    model: str
    key: str | None
    timeout_s: float

    @contextmanager
    def opened(self) -> Iterator["OpenAI"]:
        """Yield a client; whatever goes wrong with it, or with what it says, is a JudgeFailed."""
        try:
            from openai import OpenAI, OpenAIError
        except ImportError as error:
            raise JudgeFailed(
                "The judge's client is not installed: pip install 'cleardance[judge]'."
            ) from error
        try:
            key = self.key or "none"
            with OpenAI(
                base_url=self.url, api_key=key, timeout=self.timeout_s, max_retries=0
            ) as client:
                yield client
        except OpenAIError as error:
            raise JudgeFailed(f"The judge did not answer: {type(error).__name__}.") from error
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise JudgeFailed("The judge's answer is not one.") from error


def data_url(frame: Frame) -> str:
    """Return a frame as a JPEG data URL, 512 pixels at most. Raises JudgeFailed."""
    import cv2  # slow to import, and most homes have no judge

    height_px, width_px = frame.shape[:2]
    scale = min(1.0, _LONG_SIDE_PX / max(height_px, width_px))
    size = (max(round(width_px * scale), 1), max(round(height_px * scale), 1))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    if not done:
        raise JudgeFailed("A frame could not be encoded for the judge.")
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg.tobytes()).decode()}"
