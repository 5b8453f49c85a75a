"""Names for accounts, partners and keys that say nothing outside, and the same thing throughout.

Keyed by the notice's own salt: every report of one notice uses the same names, reports of two
notices cannot be joined by them, and nobody can try out names without the salt.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

Kind = Literal["account", "partner", "key"]
_CHARS = 10  # of 5 bits


@dataclass(frozen=True)
class Pseudonyms:
    """The names of one notice's reports."""

    salt: bytes

    def of(self, kind: Kind, name: str) -> str:
        """Return the pseudonym of an account's or key's id or a partner's name."""
        said = f"pseudonym/{kind}/{name}".encode()
        mac = hmac.new(self.salt, said, hashlib.sha256).digest()
        return f"{kind}-{base64.b32encode(mac).decode().lower()[:_CHARS]}"


@dataclass(frozen=True)
class PlainNames:
    """The names themselves, for a report that stays in the house."""

    def of(self, kind: Kind, name: str) -> str:
        """Return the name."""
        return name
