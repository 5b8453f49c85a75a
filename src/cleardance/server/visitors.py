"""How often those without a key may come, each by their address; counted in this process alone."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from cleardance.errors import RateLimited

_MOST_ADDRESSES = 50_000  # those seen longest ago are forgotten first


@dataclass(frozen=True)
class Visits:
    """So many at once, then one every ``60 / per_minute`` seconds; apart from those of others."""

    name: str
    per_minute: int


LOOKS = Visits("look", 600)
"""Small answers from the database."""
FILES = Visits("file", 20)
"""Files that are decoded and searched for marks: seconds of computing each."""


class Visitors:
    """Who came how often (generic cell rate algorithm, ITU-T I.371)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._busy_until_s: OrderedDict[tuple[str, str], float] = OrderedDict()

    def take(self, visits: Visits, address: str) -> None:
        """Count a visit; RateLimited if it is one too many of this address."""
        now_s, each_s = self._clock(), 60.0 / visits.per_minute
        key = (visits.name, _network(address))
        busy_s = max(self._busy_until_s.pop(key, now_s), now_s) + each_s
        if busy_s > now_s + 60.0:
            self._busy_until_s[key] = busy_s - each_s
            raise RateLimited(
                f"An address may do this {visits.per_minute} times a minute.",
                retry_after_s=busy_s - now_s - 60.0,
            )
        self._busy_until_s[key] = busy_s
        if len(self._busy_until_s) > _MOST_ADDRESSES:
            self._busy_until_s.popitem(last=False)


def _network(address: str) -> str:
    """Return what one visitor has: an IPv4 address, or the 64 bits that networks are given."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or int(found) >> 64)
