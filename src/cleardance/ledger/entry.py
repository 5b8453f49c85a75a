"""What one line of the ledger says, and the bytes that its leaf commits to.

Leaves are public and forever. What is personal stays in rows that can be deleted; a leaf may only
hold its ``personal`` commitment, or the ``digest`` of something that is not personal.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import rfc8785

from cleardance.errors import LedgerInvalid
from cleardance.ledger.tree import hash_leaf

MAX_LEAF_BYTES = 65_535
"""What an entry bundle of C2SP tlog-tiles can hold."""

MIN_SALT_BYTES = 16


class EntryKind(StrEnum):
    """Everything that the ledger records; a line of text each, for people who read it.

    The body of a ``verdict`` holds ``stage``, ``decision``, ``registry_revision`` and ``sha256``
    (hex, of the canonical JSON of the verdict row's body), so that the row can be held to it.
    """

    summary: str

    ASKED = "asked", "a request was accepted and queued"
    VERDICT = "verdict", "the rules decided on a request or an output"
    GENERATED = "generated", "a model produced raw media, still private"
    SEALING = "sealing", "an output was assigned this index, which its watermark carries"
    SEALED = "sealed", "a watermarked, signed and verified file has this digest"
    RELEASED = "released", "a sealed file was handed over"
    REFUSED = "refused", "a request or output was denied"
    HELD = "held", "a request or output waits for a person"
    CLAIMED = "claimed", "a reviewer took a held request or output to look at"
    REVIEWED = "reviewed", "a person released or denied what was held or appealed"
    APPEALED = "appealed", "the requester asked for a person to look at a denial"
    FAILED = "failed", "a task ended in an error; no file was handed over"
    REGISTERED = "registered", "works entered the registry, which is now at this revision"
    WITHDRAWN = "withdrawn", "works left the registry, which is now at this revision"
    RULES = "rules", "these rules decide from here on; the registry is now at this revision"
    LICENSED = "licensed", "a licence or consent was granted; the registry is now at this revision"
    REVOKED = "revoked", "a licence or consent was revoked; the registry is now at this revision"
    LICENCE_ASKED = "licence_asked", "somebody asked the owner of a work for a licence"
    LICENCE_ANSWERED = "licence_answered", "a licence that was asked for was granted, or declined"
    REMOVED = "removed", "an output is served no more, on a notice; it is kept"
    RESTORED = "restored", "the removal of an output was lifted"
    ERASED = "erased", "what was personal about a task was deleted"
    NOTICED = "noticed", "a rights-holder's notice was received"
    NOTICE_ACCEPTED = "notice_accepted", "a notice has effect; the works it names are registered"
    ADMIN = "admin", "somebody administered an account, a key or the like"
    NOTICE_HELD = "notice_held", "a notice waits for a person, who accepts or rejects it"
    NOTICE_DECIDED = "notice_decided", "a person accepted or rejected a notice"
    NOTICE_EXECUTING = "notice_executing", "what a notice demands is being done"
    NOTICE_EXECUTED = "notice_executed", "everything that a notice demands was done"
    ACCOUNTED = "accounted", "every instance of a notice's works was listed, in this document"
    STOPPED = "stopped", "a task on its way was stopped, on a notice"
    EXCLUDED = "excluded", "samples were taken out of training, on a notice"
    READMITTED = "readmitted", "samples that a notice took out of training were let in again"
    NOTICE_WITHDRAWN = "notice_withdrawn", "a notice was withdrawn, whole or in part"
    STATED = "stated", "accounts were told what was done on a notice, and why"
    COUNTERED = "countered", "a counter-notice was received"
    COUNTER_ENDED = "counter_ended", "a counter-notice was followed, or a court was asked"
    STRUCK = "struck", "an account was given a strike for a notice, or it was taken back"
    COMPLAINED = "complained", "somebody complained of a decision on a notice"
    COMPLAINT_DECIDED = "complaint_decided", "a person decided on a complaint"
    MISUSED = "misused", "a person found a notice to be misuse, or took that back"
    ROTATED = "rotated", "checkpoints are signed by another key from here on"

    def __new__(cls, value: str, summary: str) -> "EntryKind":
        """Make a member that is its value and knows its summary."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.summary = summary
        return member


@dataclass(frozen=True)
class Entry:
    """One entry as stored and as exported; ``body`` and ``created_at`` are their exact text."""

    index: int
    kind: str
    task_id: str | None
    body: str
    created_at: str
    leaf_hash: bytes

    def leaf(self) -> bytes:
        """Return the bytes that the leaf hash covers; LedgerInvalid if the body is not JSON."""
        try:
            body = json.loads(self.body)
            return leaf_bytes(self.kind, self.task_id, body, self.created_at)
        except (ValueError, TypeError, RecursionError) as error:
            raise LedgerInvalid(
                f"Entry {self.index} of the ledger was changed: its body is not what we write."
            ) from error


def leaf_bytes(kind: str, task_id: str | None, body: Any, created_at: str) -> bytes:
    """Return the canonical JSON (RFC 8785) of an entry: every column of it but its place.

    Raises ValueError for values outside JSON's common ground (NaN, integers past 2**53) and for
    leaves longer than ``MAX_LEAF_BYTES``.
    """
    data = canonical({"body": body, "created_at": created_at, "kind": kind, "task_id": task_id})
    if len(data) > MAX_LEAF_BYTES:
        raise ValueError(f"a ledger entry of {len(data)} bytes is longer than {MAX_LEAF_BYTES}")
    return data


def leaf_hash(kind: str, task_id: str | None, body: Mapping[str, Any], created_at: str) -> bytes:
    """Return the 32-byte leaf hash of an entry; ValueError as in ``leaf_bytes``."""
    return hash_leaf(leaf_bytes(kind, task_id, body, created_at))


# What Python writes in ASCII is canonical but for some numbers: JavaScript writes 4.0 as 4, other
# exponents, and no large integers. Whole numbers after a key are put right; texts with more such
# numbers, even in a string, are left to a library that is written in Python, and many times slower.
_WHOLE = re.compile(r'(?<=[a-z0-9_])":(-?[1-9]\d{0,14}|0)\.0(?=[,}])')
_OWN_NUMBER = re.compile(r'(?:":|[\[,]|^)-?(?:\d{16}|\d+\.0(?:[,\]}]|$)|\d[\d.]*[eE]|NaN|Infinity)')


def canonical(value: Any) -> bytes:
    """Return ``value`` as canonical JSON (RFC 8785); ValueError if it has none."""
    with suppress(TypeError, ValueError, RecursionError):  # of which the other tells more
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        text = _WHOLE.sub(r'":\1', text)
        if text.isascii() and not _OWN_NUMBER.search(text) and json.loads(text) == value:
            return text.encode()
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """Return ``sha256:…`` of the canonical JSON of ``value``, which must not be personal."""
    return f"sha256:{hashlib.sha256(canonical(value)).hexdigest()}"


def personal(text: str, salt: bytes) -> str:
    """Return a commitment to personal ``text``: it can be shown later, but not guessed.

    HMAC-SHA-256 (RFC 2104) of the UTF-8 text under ``salt``, at least 16 random bytes kept in a
    deletable row. Without the salt the commitment says nothing, however few texts are likely.
    Raises ValueError if the salt is shorter.
    """
    if len(salt) < MIN_SALT_BYTES:
        raise ValueError(f"a salt needs at least {MIN_SALT_BYTES} bytes")
    return f"hmac-sha256:{hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()}"
