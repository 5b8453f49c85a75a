"""The models of the settings' ``upstreams``: another server makes it, we fetch it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cleardance.engines import Upstream
from cleardance.errors import CleardanceError, UpstreamFailed
from cleardance.generate.backend import Errand, Preview, Raw, unseen
from cleardance.generate.backends.upstream.dialects import Dialect, dialect_of
from cleardance.generate.backends.upstream.door import Unanswered, Unknown
from cleardance.generate.fitting import fitted
from cleardance.media import Audio, Video, probe, read_audio, sample_frames
from cleardance.request import FPS, Request

_SHORTER_S = 0.5  # than asked for is let pass: the last frame is held
_EVERY_FRAME = 1_000.0  # a second
_AGAIN_S = (0.5, 8.0)

Answer = TypeVar("Answer")


class UpstreamBackend:
    """One server. What it makes of a seed is its own business: it is recorded, not repeated."""

    def __init__(self, engine: Upstream, errand: Errand) -> None:
        self._engine, self._errand = engine, errand
        self._dialect: Dialect = dialect_of(engine)

    def generate(self, request: Request, preview: Preview = unseen) -> Raw:
        """Have it made, or wait for what was begun before; then read the file.

        Raises UpstreamRefused with the server's reason; UpstreamFailed if it does not answer for
        ``quiet_s``, is not done after ``timeout_s``, or makes what is not the video asked for.
        """
        remote_id = self._errand.begun() or self._begin(request)
        path = self._errand.folder / "made"
        url = self._wait(remote_id)
        self._patiently(lambda: self._dialect.door.fetch(url, path))
        try:
            return self._read(request, path)
        except UpstreamFailed:
            raise
        except CleardanceError as error:
            raise UpstreamFailed(
                f"The upstream {self._engine.model!r} made what is not a video we read: "
                f"{error.message}"
            ) from error

    def _begin(self, request: Request) -> str:
        key = f"cleardance-{self._errand.id}"
        remote_id = self._patiently(lambda: self._dialect.begin(request, key))
        self._errand.begin(remote_id)
        return remote_id

    def _wait(self, remote_id: str) -> str:
        deadline_s = time.monotonic() + self._engine.timeout_s
        while (url := self._patiently(lambda: self._dialect.made(remote_id))) is None:
            if time.monotonic() > deadline_s:
                raise UpstreamFailed(
                    f"The upstream {self._engine.model!r} was not done "
                    f"in {self._engine.timeout_s:g} s."
                )
            time.sleep(self._engine.poll_s)
        return url

    def _patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Return what is answered, asking again for ``quiet_s`` if nothing is."""
        deadline_s, pause_s = time.monotonic() + self._engine.quiet_s, _AGAIN_S[0]
        while True:
            try:
                return ask()
            except Unanswered:
                if time.monotonic() + pause_s > deadline_s:
                    raise
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, _AGAIN_S[1])

    def _read(self, request: Request, path: Path) -> Raw:
        found = probe(path)
        if found.kind != "video" or found.duration_s < request.duration_s - _SHORTER_S:
            raise UpstreamFailed(
                f"The upstream {self._engine.model!r} made {found.duration_s:.1f} s of "
                f"{found.kind}, not {request.duration_s:g} s of video."
            )
        count = round(request.duration_s * FPS)
        frames = fitted(sample_frames(path, per_second=_EVERY_FRAME), count, request.size)
        sound: Audio | None = None
        if request.audio and found.has_audio:
            sound = read_audio(path)
        recipe = {"upstream_model": self._engine.model}
        return Raw(Video(*request.size, FPS, count, frames), sound, (), recipe)


def forget(engine: Upstream, remote_id: str) -> bool:
    """Have an upstream end and delete a video; return False if it did not, and may do later."""
    try:
        dialect_of(engine).forget(remote_id)
    except Unknown:
        return True
    except CleardanceError:
        return False
    return True
