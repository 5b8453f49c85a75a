"""Which hosts we are willing to talk to: nothing inside may be reached by asking for it.

A name is resolved once, every address it has is checked, and the connection goes to an address
that was checked: a name that means something else a moment later (DNS rebinding) is not asked
again. Proxies of the environment are not used, as they would resolve the name themselves.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore

from cleardance.errors import AddressRefused

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that is given out
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


def is_public(address: _Address) -> bool:
    """Whether an address is one that anybody on the Internet can reach, and one host's alone.

    Not so are loopback, private, link-local, shared, reserved, multicast and unspecified ones; nor
    IPv6 addresses that stand for such an IPv4 address (mapped, 6to4, Teredo, NAT64).
    """
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(address.packed[12:]))
    within = [one for one in (address.sixtofour, *(address.teredo or ())) if one is not None]
    return address in _UNICAST and address.is_global and all(map(is_public, within))


def resolve(host: str, port: int, *, private: bool) -> list[str]:
    """Return the addresses of a host, all of them checked unless ``private`` ones are allowed.

    Raises AddressRefused if any is not public, OSError if there is none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        if not private and not is_public(ipaddress.ip_address(text.partition("%")[0])):
            raise AddressRefused(
                f"{host} is at {text}, which is not a public address.",
                hint="The operator can allow such addresses: fetch_private = true.",
            )
    return addresses


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, until ``deadline_s`` by ``time.monotonic``.

    ``trusted`` is a host and port that may be anywhere.
    """

    def __init__(
        self, deadline_s: float, *, private: bool, trusted: tuple[str, int] | None = None
    ) -> None:
        self._deadline_s = deadline_s
        self._private = private
        self._trusted = trusted
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of ``host`` that answers."""
        try:
            private = self._private or (host, port) == self._trusted
            addresses = resolve(host, port, private=private)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be found: {error}") from error
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _left(self._deadline_s, timeout), None, socket_options
                )
                return _Timed(stream, self._deadline_s)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem


class _Timed(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline_s: float) -> None:
        self._stream, self._deadline_s = stream, deadline_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline_s, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline_s, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline_s, timeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Timed(stream, self._deadline_s)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline_s: float, timeout: float | None) -> float:
    left = deadline_s - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("it took too long")
    return left if timeout is None else min(left, timeout)
