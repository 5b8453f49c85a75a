"""The independent check of a report of a notice: from its JSON alone, without any store.

Everything in the report that the ledger bears witness to is held to the entries whose proofs it
carries. What no proof can show is that the list of instances is complete.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cleardance.errors import LedgerInvalid
from cleardance.ledger import note
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.proof import proved_entry, read_as


class _Read(BaseModel):
    """What is checked of a report; the rest of it is for people."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Proof(_Read):
    index: int = Field(ge=0)
    entry: str = Field(max_length=65_535)
    path: tuple[str, ...] = Field(max_length=64)


class _Step(_Read):
    at: str
    kind: str
    proof: _Proof


class _Instance(_Read):
    task: str
    account: str
    asked_at: str
    released_at: str | None
    removed_at: str | None
    output_sha256: str | None
    licensed: bool
    proofs: tuple[_Proof, ...]


class _Summary(_Read):
    instances: int
    released: int
    removed: int
    licensed: int
    accounts: int


class _Notice(_Read):
    id: str


class _Report(_Read):
    format: Literal["cleardance-notice-report-1"]
    notice: _Notice
    summary: _Summary
    done: tuple[_Step, ...]
    instances: tuple[_Instance, ...]
    checkpoint: str = Field(max_length=note.MAX_NOTE_CHARS)


@dataclass(frozen=True)
class CheckedReport:
    """What was proved: so many entries of a ledger of ``size`` entries, under one signature."""

    notice: str
    size: int
    instances: int
    proofs: int


def check_report(report: Mapping[str, Any], keys: Sequence[note.PublicKey]) -> CheckedReport:
    """Verify every proof of a report, and what it says against the entries they prove.

    ``report`` is the JSON of ``notice report --format json``; ``keys`` are the ledger's, got from
    somewhere else. Raises LedgerInvalid naming the first thing that is wrong.
    """
    said = read_as(_Report, report, "a report of a notice")
    root = note.open_checkpoint(said.checkpoint, keys)
    for instance in said.instances:
        _check_instance(instance, root)
    for step in said.done:
        _check_step(step, said.notice.id, root)
    _check_counts(said)
    proofs = len(said.done) + sum(len(one.proofs) for one in said.instances)
    return CheckedReport(said.notice.id, root.size, len(said.instances), proofs)


def _check_instance(one: _Instance, root: note.Checkpoint) -> None:
    newest: dict[str, dict[str, Any]] = {}
    last = -1
    for proof in one.proofs:
        entry = _proved(proof, root)
        if entry.get("task_id") != one.task:
            raise LedgerInvalid(f"Entry {proof.index} is not about task {one.task}.")
        if proof.index <= last:
            raise LedgerInvalid(f"The proofs of task {one.task} are not in order.")
        last = proof.index
        newest[entry["kind"]] = entry
    asked, released = newest.get(EntryKind.ASKED), newest.get(EntryKind.RELEASED)
    if asked is None:
        raise LedgerInvalid(f"Nothing proves that task {one.task} was asked.")
    _same(one.task, "asked_at", one.asked_at, asked["created_at"])
    _same(one.task, "released_at", one.released_at, _at(released))
    if released is not None:
        _same(one.task, "output_sha256", one.output_sha256, released["body"]["sha256"])
    if one.removed_at is not None:
        _same(one.task, "removed_at", one.removed_at, _at(newest.get(EntryKind.REMOVED)))


def _check_step(step: _Step, notice_id: str, root: note.Checkpoint) -> None:
    entry = _proved(step.proof, root)
    if entry["body"].get("notice") != notice_id:
        raise LedgerInvalid(f"Entry {step.proof.index} is not about notice {notice_id}.")
    if (entry["kind"], entry["created_at"]) != (step.kind, step.at):
        raise LedgerInvalid(f"Entry {step.proof.index} says something else was done, or when.")


def _check_counts(said: _Report) -> None:
    tasks = {one.task for one in said.instances}
    if len(tasks) != len(said.instances):
        raise LedgerInvalid("A task is listed twice.")
    counted = _Summary(
        instances=len(tasks),
        released=sum(one.released_at is not None for one in said.instances),
        removed=sum(one.removed_at is not None for one in said.instances),
        licensed=sum(one.licensed for one in said.instances),
        accounts=len({one.account for one in said.instances}),
    )
    if counted != said.summary:
        raise LedgerInvalid("The summary does not count the instances listed.")


def _proved(proof: _Proof, root: note.Checkpoint) -> dict[str, Any]:
    return proved_entry(proof.index, proof.entry, proof.path, root)


def _at(entry: dict[str, Any] | None) -> str | None:
    return None if entry is None else entry["created_at"]


def _same(task: str, part: str, said: str | None, proved: str | None) -> None:
    if said != proved:
        raise LedgerInvalid(f"Task {task}: the report says {part} {said}, the ledger {proved}.")
