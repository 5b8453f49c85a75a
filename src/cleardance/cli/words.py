"""Verdicts and results in words a person can act on."""

from collections.abc import Iterator, Mapping

import click

from cleardance.clearance.record import Record
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
    if record.status == "released":
        yield from _released_lines(record)
    elif record.verdict is not None:
        said = "Nothing was generated." if not record.generated else "The output stays unreleased."
        yield line(record.status.capitalize(), f"{said} Task {record.id}.")
        yield from verdict_lines(record.verdict)


def _released_lines(record: Record) -> Iterator[str]:
    assert record.verdict is not None
    yield line("Released", f"{record.path}  ({_facts(record)})")
    yield line("Cleared", record.verdict.reason)
    yield line("Signed", record.signed)
    yield line("Logged", _logged(record.ledger))
    if record.ignored:
        words = ", ".join(f'"{word}"' for word in record.ignored)
        yield line("Ignored", f"{words}: the model {record.model!r} cannot show this")
    yield line("Again", f"the same prompt with --seed {record.seed}")


def _facts(record: Record) -> str:
    size = f"{record.width}x{record.height}"
    if record.duration_s == 0:
        return size
    sound = "stereo sound" if record.audio else "no sound"
    return f"{record.duration_s:g} s, {size}, {record.fps} fps, {sound}, task {record.id}"


def _logged(ledger: Mapping[str, object]) -> str:
    size = str(ledger["checkpoint"]).splitlines()[1]
    return f"ledger entry {ledger['index']}, under a signed checkpoint of {size} entries"


def echo(lines: Iterator[str]) -> None:
    """Print lines on stdout."""
    for text in lines:
        click.echo(text)
