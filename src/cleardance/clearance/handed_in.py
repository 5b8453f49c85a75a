"""Media handed in by address: fetched, or decoded from the address itself, and measured.

The limits are those of the API whose clients hand them in (docs/reference/http.md).
"""

import base64
import binascii
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cleardance.clearance import assets
from cleardance.clearance.fetching import private_folder
from cleardance.clearance.service import Service
from cleardance.errors import AddressRefused, MediaError, MediaTooLarge, UsageError
from cleardance.media.fetch import FetchLimits, fetch
from cleardance.media.probe import Probe, probe
from cleardance.request import ReferenceInput
from cleardance.store.failures import os_failures

Media = Literal["image", "video", "audio"]

_MB = 2**20
MAX_BYTES: dict[Media, int] = {"image": 30 * _MB, "video": 200 * _MB, "audio": 15 * _MB}
MAX_COUNT: dict[Media, int] = {"image": 9, "video": 3, "audio": 3}
MAX_FILES = 12
MAX_TOTAL_S = 15.0  # of all clips together, and of all sounds
SIDES_PX = (300, 6000)
ASPECTS = (0.4, 2.5)  # width to height
CLIP_S = (2.0, 15.0)
CLIP_FPS = (24.0, 60.0)
_SLACK = 0.05  # containers round durations and rates

_DATA = re.compile(r"data:(image|video|audio)/[a-z0-9.+-]{1,32};base64,", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """One file as a client names it; ``name`` is what its prompt calls it, like ``@Image1``."""

    url: str
    media: Media
    role: str
    name: str


@dataclass(frozen=True)
class Received:
    """The same, here."""

    reference: ReferenceInput
    found: Probe


@contextmanager
def received(
    service: Service, account_id: str, given: Sequence[Given]
) -> Iterator[tuple[Received, ...]]:
    """Give the files, in a private folder that is gone afterwards.

    Raises AddressRefused, UsageError, UnreachableMedia, UnreadableMedia, MediaTooLarge or NotFound,
    naming the file as the prompt does.
    """
    if not given:
        yield ()
        return
    _check_count(given)
    with private_folder(service) as folder:
        done = tuple(
            _received(service, account_id, one, folder / f"{number}")
            for number, one in enumerate(given)
        )
        for media in ("video", "audio"):
            total_s = sum(one.found.duration_s for one in done if one.reference.media == media)
            if total_s > MAX_TOTAL_S + _SLACK:
                raise MediaTooLarge(f"All {media} together lasts {total_s:.1f} s, not 15 s.")
        yield done


def _check_count(given: Sequence[Given]) -> None:
    if len(given) > MAX_FILES:
        raise UsageError(f"{len(given)} files were handed in; {MAX_FILES} is the most.")
    for media, most in MAX_COUNT.items():
        count = sum(one.media == media for one in given)
        if count > most:
            raise UsageError(f"{count} of {media} were handed in; {most} is the most.")


def _received(service: Service, account_id: str, given: Given, path: Path) -> Received:
    try:
        _put(service, account_id, given, path)
        if path.stat().st_size > MAX_BYTES[given.media]:
            raise _too_large(given)
        found = probe(path)
        _measure(given, found)
    except (MediaError, UsageError) as error:
        raise _named(error, given, path) from error
    reference = ReferenceInput.model_validate(
        {"path": path, "media": given.media, "role": given.role}
    )
    return Received(reference, found)


def _put(service: Service, account_id: str, given: Given, path: Path) -> None:
    scheme = given.url[:8].lower()
    if scheme.startswith("data:"):
        _decode(given, path)
    elif scheme.startswith("asset://"):
        blob = assets.find(service, account_id, given.url[8:]).blob
        with os_failures(path), service.store.blobs.open(blob) as source, path.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    elif scheme.startswith(("http://", "https://")):
        limits = FetchLimits(max_bytes=MAX_BYTES[given.media])
        with os_failures(path):
            fetch(given.url, path, private=service.settings.fetch_private, limits=limits)
    else:
        raise AddressRefused("it is not an http, https, data or asset address.")


def _decode(given: Given, path: Path) -> None:
    head = _DATA.match(given.url)
    if head is None or head[1].lower() != given.media:
        raise AddressRefused(f"it is not data:{given.media}/FORMAT;base64,DATA.")
    if len(given.url) - head.end() > MAX_BYTES[given.media] * 4 // 3 + 4:
        raise _too_large(given)
    try:
        data = base64.b64decode(given.url[head.end() :].encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise AddressRefused("its data are not base64.") from error
    with os_failures(path):
        path.write_bytes(data)


def _measure(given: Given, found: Probe) -> None:
    """Raise what is wrong with a file as the kind it was handed in as."""
    if found.kind != given.media:
        raise UsageError(f"it is of {found.kind}, not of {given.media}.")
    if given.media in ("image", "video"):
        _check_size(found)
    if given.media == "video":
        _within("lasts", found.duration_s, CLIP_S, "s")
        _within("has", found.fps, CLIP_FPS, "frames a second")


def _check_size(found: Probe) -> None:
    for side in (found.width_px, found.height_px):
        _within("has a side of", side, SIDES_PX, "pixels")
    _within("is as wide as high", found.width_px / found.height_px, ASPECTS, "times")


def _within(what: str, value: float, span: tuple[float, float], unit: str) -> None:
    low, high = span
    if not low - _SLACK <= value <= high + _SLACK:
        raise UsageError(f"it {what} {value:g} {unit}; {low:g} to {high:g} are taken.")


def _too_large(given: Given) -> MediaTooLarge:
    return MediaTooLarge(f"it is more than {MAX_BYTES[given.media] // _MB} MB.")


def _named(error: MediaError | UsageError, given: Given, path: Path) -> MediaError | UsageError:
    """Return the error under the name that the client knows, not that of our own file."""
    text = error.message.removeprefix(f"{path.name} ")
    return type(error)(f"{given.name}: {text}", hint=error.hint)
