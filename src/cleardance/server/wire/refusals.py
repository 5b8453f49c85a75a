"""Verdicts as the errors that clients of foreign APIs know."""

from collections.abc import Iterable

from cleardance.request import Request
from cleardance.server.errors import Refusal
from cleardance.store.tables import Stage
from cleardance.verdict import Decision, Finding, Verdict

_SOUNDS = {"sound", "voice"}
_FACES = {"face"}


def refusal(verdict: Verdict, stage: Stage, request: Request) -> Refusal:
    """Return what a denial is to a client: which of its inputs, or the output, and why."""
    code = code_of(verdict, stage, request)
    return Refusal(words(verdict), code, param="content")


def code_of(verdict: Verdict, stage: Stage, request: Request) -> str:
    """Return Ark's code of a denial, like ``InputTextSensitiveContentDetected.PolicyViolation``."""
    grave = [one for one in verdict.findings if one.decision is Decision.DENY]
    subject = _output_of(grave, request) if stage is Stage.OUTPUT else _input_of(grave, request)
    seen = {one.signal for one in grave}
    faces = bool(seen) and seen <= _FACES and subject in ("InputImage", "InputVideo")
    return (
        f"{subject}SensitiveContentDetected.{'PrivacyInformation' if faces else 'PolicyViolation'}"
    )


def words(verdict: Verdict) -> str:
    """Return the reason of a verdict and every way forward, in one paragraph."""
    ways = verdict.redress
    parts: Iterable[str | None] = (
        verdict.reason,
        ways.suggestion,
        ways.licence_contact and f"Licence: {ways.licence_contact}.",
        ways.appeal and f"Appeal: {ways.appeal}",
    )
    return " ".join(part for part in parts if part)


def _output_of(findings: list[Finding], request: Request) -> str:
    if findings and all(one.signal in _SOUNDS for one in findings):
        return "OutputAudio"
    return "OutputImage" if request.still else "OutputVideo"


def _input_of(findings: list[Finding], request: Request) -> str:
    """Return which input was refused: the text if it was among them, else the reference's kind."""
    kinds = {one.media for one in request.references}
    if not kinds or not findings or any(one.evidence.text_span for one in findings):
        return "InputText"
    if all(one.signal in _SOUNDS for one in findings) and "audio" in kinds:
        return "InputAudio"
    moving = any(one.evidence.time_s for one in findings)
    return "InputVideo" if "video" in kinds and (moving or "image" not in kinds) else "InputImage"
