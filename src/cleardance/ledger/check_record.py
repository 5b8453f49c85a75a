"""The independent check of a clearance record: from its JSON alone, without any store.

The record carries the salt of its task, so the commitments that the ledger made to the request and
to each verdict can be opened. What no proof can show is that nothing was decided since.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cleardance.errors import LedgerInvalid
from cleardance.ledger import note
from cleardance.ledger.entry import EntryKind, canonical, personal
from cleardance.ledger.proof import proved_entry, read_as


class _Read(BaseModel):
    """What is checked of a record; the rest of it is for people."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Proof(_Read):
    index: int = Field(ge=0)
    kind: str
    at: str
    entry: str = Field(max_length=65_535)
    path: tuple[str, ...] = Field(max_length=64)


class _Verdict(_Read):
    stage: str
    verdict: dict[str, Any]


class _Output(_Read):
    sha256: str
    released_at: str


class _Review(_Read):
    id: str
    decision: str | None
    reason: str | None


class _Record(_Read):
    format: Literal["cleardance-clearance-record-1"]
    task: str
    account: str
    request: dict[str, Any]
    salt: str = Field(pattern="^([0-9a-f]{2}){16,64}$")
    output: _Output | None
    verdicts: tuple[_Verdict, ...]
    reviews: tuple[_Review, ...]
    entries: tuple[_Proof, ...] = Field(max_length=10_000)
    checkpoint: str = Field(max_length=note.MAX_NOTE_CHARS)


@dataclass(frozen=True)
class CheckedRecord:
    """What was proved: so many entries about a task, in a ledger of ``size`` under one signature.

    ``sha256`` is of the released file, if there is one.
    """

    task: str
    size: int
    proofs: int
    verdicts: int
    sha256: str | None


def check_record(record: Mapping[str, Any], keys: Sequence[note.PublicKey]) -> CheckedRecord:
    """Verify every proof of a clearance record, and what it says against the entries they prove.

    ``record`` is the JSON of ``task record``; ``keys`` are the ledger's, got from somewhere else.
    Raises LedgerInvalid naming the first thing that is wrong.
    """
    said = read_as(_Record, record, "a clearance record")
    root = note.open_checkpoint(said.checkpoint, keys)
    entries = [_proved(one, said.task, root) for one in said.entries]
    if [one.index for one in said.entries] != sorted({one.index for one in said.entries}):
        raise LedgerInvalid("The entries are not in order.")
    _check_request(said, entries)
    _check_verdicts(said, entries)
    _check_reviews(said, entries)
    _check_output(said, entries)
    sha256 = None if said.output is None else said.output.sha256
    return CheckedRecord(said.task, root.size, len(entries), len(said.verdicts), sha256)


def check_media(record: CheckedRecord, path: Path) -> None:
    """Raise LedgerInvalid unless a file is the one that the checked record is about."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != record.sha256:
        raise LedgerInvalid(f"{path.name} is not the file of this record: its SHA-256 is {digest}.")


def _proved(one: _Proof, task: str, root: note.Checkpoint) -> dict[str, Any]:
    entry = proved_entry(one.index, one.entry, one.path, root)
    if entry.get("task_id") != task:
        raise LedgerInvalid(f"Entry {one.index} is not about task {task}.")
    if (entry["kind"], entry["created_at"]) != (one.kind, one.at):
        raise LedgerInvalid(f"Entry {one.index} says something else was done, or when.")
    return entry


def _of_kind(entries: Sequence[dict[str, Any]], kind: EntryKind) -> list[dict[str, Any]]:
    return [entry["body"] for entry in entries if entry["kind"] == kind]


def _check_request(said: _Record, entries: Sequence[dict[str, Any]]) -> None:
    asked = _of_kind(entries, EntryKind.ASKED)
    if len(asked) != 1:
        raise LedgerInvalid(f"Nothing proves that task {said.task} was asked.")
    salt = bytes.fromhex(said.salt)
    if personal(_text(said.request), salt) != asked[0].get("request"):
        raise LedgerInvalid("The ledger records another request, or the salt is another.")
    if personal(said.account, salt) != asked[0].get("account"):
        raise LedgerInvalid("The ledger records another account.")


def _check_verdicts(said: _Record, entries: Sequence[dict[str, Any]]) -> None:
    salt = bytes.fromhex(said.salt)
    committed = {(one["stage"], one["commitment"]) for one in _of_kind(entries, EntryKind.VERDICT)}
    shown = set()
    for one in said.verdicts:
        digest = hashlib.sha256(_text(one.verdict).encode()).hexdigest()
        shown.add((one.stage, personal(digest, salt)))
    if shown != committed:
        raise LedgerInvalid("The ledger records other verdicts than the record shows.")


def _check_reviews(said: _Record, entries: Sequence[dict[str, Any]]) -> None:
    salt = bytes.fromhex(said.salt)
    decided = {one["review"]: one for one in _of_kind(entries, EntryKind.REVIEWED)}
    shown = {one.id: one for one in said.reviews if one.decision is not None}
    if decided.keys() != shown.keys():
        raise LedgerInvalid("The ledger records other reviews than the record shows.")
    for id_, one in shown.items():
        reason = None if one.reason is None else personal(one.reason, salt)
        if (decided[id_]["decision"], decided[id_]["reason"]) != (one.decision, reason):
            raise LedgerInvalid(f"Review {id_}: the ledger records another decision or reason.")


def _check_output(said: _Record, entries: Sequence[dict[str, Any]]) -> None:
    released = [one for one in entries if one["kind"] == EntryKind.RELEASED]
    proved = (released[-1]["body"]["sha256"], released[-1]["created_at"]) if released else None
    shown = None if said.output is None else (said.output.sha256, said.output.released_at)
    if shown != proved:
        raise LedgerInvalid("The ledger records another released file, or none, or when.")


def _text(value: Mapping[str, Any]) -> str:
    try:
        return canonical(value).decode()
    except (ValueError, RecursionError) as error:
        raise LedgerInvalid(f"The record holds what has no canonical JSON: {error}") from error
