"""Fetching a media file from an address that a stranger gave us, without being used by them.

http and https only, no credentials in the address, no addresses inside (`addresses`), at most
three redirects, each checked like the first and never from https to http; at most so many bytes in
so much time; nothing that the first bytes do not prove to be media. The answer is taken as it
comes: nothing is decompressed. Cookies and proxies are not used.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import httpcore

from cleardance.errors import AddressRefused, MediaTooLarge, UnreachableMedia, UnreadableMedia

from .addresses import CheckedBackend
from .limits import DEFAULT_LIMITS
from .sniff import READABLE, sniff

MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_PROOF_BYTES = 16  # enough to tell media from everything else
_MAX_URL_CHARS = 8192
_HEADERS = [(b"Accept-Encoding", b"identity"), (b"User-Agent", b"cleardance")]


@dataclass(frozen=True)
class FetchLimits:
    """How much we are willing to fetch, and how long to wait for all of it."""

    max_bytes: int = DEFAULT_LIMITS.max_bytes
    max_time_s: float = 60.0


@dataclass(frozen=True)
class Trusted:
    """A server of the operator's choice: it may be inside, and it alone is told the key."""

    url: str
    authorization: str | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Its host and port."""
        return _origin(self.url)[1:]

    def headers(self, url: str) -> list[tuple[bytes, bytes]]:
        """Return what is sent along to ``url``: the key if it is this server's, else nothing."""
        if self.authorization is None or _origin(url) != _origin(self.url):
            return []
        return [(b"Authorization", self.authorization.encode())]


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return (
        parts.scheme,
        parts.hostname or "",
        parts.port or (443 if parts.scheme == "https" else 80),
    )


def fetch(
    url: str,
    target: Path,
    *,
    private: bool = False,
    limits: FetchLimits | None = None,
    trusted: Trusted | None = None,
) -> None:
    """Write the media at ``url`` to ``target``, whole or not at all.

    ``private`` also allows addresses that are not public; ``trusted`` those of one server. Raises
    AddressRefused (UsageError) for an address we do not ask, UnreachableMedia when there is no
    answer or a bad one, MediaTooLarge, UnreadableMedia when it is not media; OSError if it cannot
    be written.
    """
    limits = limits or FetchLimits()
    deadline_s = time.monotonic() + limits.max_time_s
    known = trusted.address if trusted else None
    backend = CheckedBackend(deadline_s, private=private, trusted=known)
    try:
        with httpcore.ConnectionPool(network_backend=backend) as pool:
            for _ in range(1 + MAX_REDIRECTS):
                check_url(url)
                headers = _HEADERS + (trusted.headers(url) if trusted else [])
                with pool.stream("GET", url, headers=headers) as answer:
                    if answer.status not in _REDIRECTS:
                        _keep(answer, url, target, limits)
                        return
                    url = _redirected(url, answer)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise UnreachableMedia(f"{_shown(url)} could not be fetched: {error}.") from error
    raise UnreachableMedia(f"{_shown(url)} was redirected more than {MAX_REDIRECTS} times.")


def check_url(url: str) -> None:
    """Raise AddressRefused unless ``url`` is a plain http or https address."""
    try:
        parts = urlsplit(url)
        port = parts.port
        plain = url.isascii() and url.isprintable() and " " not in url
    except ValueError as error:
        raise AddressRefused(f"{_shown(url)} is not an address: {error}.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise AddressRefused(f"{_shown(url)} is not the address of a file on the web.")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("An address with a user name or a password in it is not asked.")
    if not plain or len(url) > _MAX_URL_CHARS:
        raise AddressRefused(f"{_shown(url)} is not spelled as an address is.")


def _redirected(url: str, answer: httpcore.Response) -> str:
    location = dict(answer.headers).get(b"location") or dict(answer.headers).get(b"Location")
    if location is None:
        raise UnreachableMedia(f"{_shown(url)} redirects to nowhere.")
    try:
        further = urljoin(url, location.decode("latin-1"))
    except ValueError as error:
        raise UnreachableMedia(f"{_shown(url)} redirects to no address.") from error
    if url.startswith("https:") and not further.startswith("https:"):
        raise AddressRefused(f"{_shown(url)} redirects from https to something less.")
    return further


def _keep(answer: httpcore.Response, url: str, target: Path, limits: FetchLimits) -> None:
    headers = {name.lower(): value for name, value in answer.headers}
    if answer.status != 200:
        raise UnreachableMedia(f"{_shown(url)} answered {answer.status}.")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise UnreachableMedia(f"{_shown(url)} is compressed, which was not asked for.")
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > limits.max_bytes:
        raise _too_large(url, limits)
    with _whole(target) as file:
        for block in _proved(answer, url, limits):
            file.write(block)


def _proved(answer: httpcore.Response, url: str, limits: FetchLimits) -> Iterator[bytes]:
    """Yield the body once its first bytes are those of media."""
    head, count = b"", 0
    for block in answer.iter_stream():
        count += len(block)
        if count > limits.max_bytes:
            raise _too_large(url, limits)
        if len(head) < _PROOF_BYTES:
            head += block
            if len(head) < _PROOF_BYTES:
                continue
            _require_media(head, url)
            yield head
        else:
            yield block
    if len(head) < _PROOF_BYTES:
        raise UnreadableMedia(f"{_shown(url)} is not media of a kind we read ({READABLE}).")


def _require_media(head: bytes, url: str) -> None:
    if sniff(head) is None:
        raise UnreadableMedia(f"{_shown(url)} is not media of a kind we read ({READABLE}).")


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        target.unlink()
        raise


def _too_large(url: str, limits: FetchLimits) -> MediaTooLarge:
    return MediaTooLarge(f"{_shown(url)} is more than {limits.max_bytes} bytes")


def _shown(url: str) -> str:
    """Return an address as it may be printed: without the places where secrets stand."""
    plain = url.split("?", 1)[0].split("#", 1)[0]
    return re.sub(r"//[^/]*@", "//", plain)[:200]
