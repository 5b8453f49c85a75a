"""Verdicts and results in words a person can act on."""

from collections.abc import Iterator
from pathlib import Path

import click

from cleardance.clearance.record import Record
from cleardance.request import FPS, Request
from cleardance.store.tables import TaskStatus
from cleardance.verdict import Decision, Verdict

_LABEL_WIDTH = 10


def line(label: str, text: str) -> str:
    """Return one labelled line; a text of several lines is aligned under its first."""
    indented = text.replace("\n", "\n" + " " * _LABEL_WIDTH)
    return f"{label:<{_LABEL_WIDTH}}{indented}"


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """Yield why, and every way forward."""
    yield line("Why", verdict.reason)
    if verdict.unknown:
        yield line("Unknown", ", ".join(verdict.unknown))
    redress = verdict.redress
    ways = (
        ("Edit", redress.suggestion),
        ("Licence", redress.licence_contact),
        ("Appeal", redress.appeal),
    )
    for label, text in ways:
        if text:
            yield line(label, text)


def screen_lines(verdict: Verdict) -> Iterator[str]:
    """Yield a verdict as ``screen`` prints it."""
    title = {Decision.CLEAR: "Clear", Decision.HOLD: "Hold", Decision.DENY: "Deny"}
    yield line(title[verdict.decision], f"at registry revision {verdict.registry_revision}")
    yield from verdict_lines(verdict)


def record_lines(record: Record) -> Iterator[str]:
    """Yield a finished task as ``generate`` prints it."""
    task, verdict = record.task, record.verdict
    if task.status is TaskStatus.RELEASED and verdict is not None:
        yield from _released_lines(record, verdict)
    elif task.error_message:
        yield line(
            record.status.capitalize(), f"Task {task.id}: {task.error_message} [{task.error_code}]"
        )
    elif verdict is not None:
        made = "The output stays unreleased." if task.raw_blob else "Nothing was generated."
        yield line(record.status.capitalize(), f"{made} Task {task.id}.")
        yield from verdict_lines(verdict)
    if task.status is TaskStatus.HELD and record.reviews:
        yield from _waiting_lines(record)
    elif task.status in (TaskStatus.QUEUED, TaskStatus.RUNNING):
        yield line("Go on", f"cleardance task resume {task.id}, or any worker")


def _waiting_lines(record: Record) -> Iterator[str]:
    row = record.reviews[-1]
    what = "the appeal" if row.appeal else "it"
    yield line("Waits", f"for a person to look at {what}, by {row.due_at[:16]}Z: review {row.id}")
    yield line("Follow", f"cleardance task show {record.task.id}; once it is released, "
               f"cleardance task resume {record.task.id} finishes it")  # fmt: skip


def _released_lines(record: Record, verdict: Verdict) -> Iterator[str]:
    task = record.task
    place = "kept here" if task.destination is None else _shown(Path(task.destination))
    yield line("Released", f"{place} ({_facts(task.request)})")
    yield line("Task", task.id)
    yield line("Cleared", f"{verdict.reason} (registry revision {verdict.registry_revision})")
    yield line("Signed", "content credentials (C2PA), read back and trusted")
    yield line("Marked", _marked(record))
    size = record.checkpoint.splitlines()[1]
    yield line("Logged", f"as entry {record.ledger_index}, under a checkpoint of {size} entries")
    if task.ignored:
        words = ", ".join(task.ignored)
        yield line("Ignored", f"{words}: the model {task.request.model!r} cannot show this")
    yield line("Again", f"the same prompt with --seed {task.request.seed}")


def _shown(path: Path) -> Path:
    """Return the path as it would be typed here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _marked(record: Record) -> str:
    if record.watermark in (None, "none"):
        return "no watermark"
    audible = record.task.request.audio and not record.task.request.still
    where = "in every picture and in the sound" if audible else "in the picture"
    return f"with the ledger entry, {where} ({record.watermark})"


def _facts(request: Request) -> str:
    size = "x".join(str(side) for side in request.size)
    if request.still:
        return size
    sound = "stereo sound" if request.audio else "no sound"
    return f"{request.duration_s:g} s, {size}, {FPS} fps, {sound}"


def echo(lines: Iterator[str]) -> None:
    """Print lines on stdout."""
    for text in lines:
        click.echo(text)
