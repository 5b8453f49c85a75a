"""What a notice must contain to have effect, law by law, and what one still lacks."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cleardance.rights.notices.form import Law, NoticeForm


class Requirement(NamedTuple):
    """One element: the form's field, what it is in words, and where the law asks for it."""

    field: str
    meaning: str
    source: str
    given: Callable[[NoticeForm], bool]


def _reachable(form: NoticeForm) -> bool:
    sender = form.sender
    return bool(sender.name and (sender.email or sender.phone or sender.address))


_SIGNED = "a physical or electronic signature"
_US = "17 USC 512(c)(3)(A)"
_EU = "Regulation (EU) 2022/2065, Art. 16(2)"
_LETTER = "no law sets its form; acting on it takes this"
_TAKE_IT_DOWN = "TAKE IT DOWN Act, sec. 3(a)(1)(B)"

_ELEMENTS: dict[Law, tuple[Requirement, ...]] = {
    Law.US_512: (
        Requirement(
            "signature",
            f"{_SIGNED} of a person authorised to act for the owner",
            f"{_US}(i)",
            lambda form: bool(form.signature),
        ),
        Requirement(
            "works",
            "the works said to be infringed, or a representative list of them",
            f"{_US}(ii)",
            lambda form: bool(form.works),
        ),
        Requirement(
            "located",
            "the material said to infringe, and what is needed to find it",
            f"{_US}(iii)",
            lambda form: bool(form.located),
        ),
        Requirement(
            "sender",
            "the sender's name, and an address, telephone number or e-mail address",
            f"{_US}(iv)",
            _reachable,
        ),
        Requirement(
            "statements.good_faith",
            "a good-faith belief that the use is authorised neither by the owner nor by law",
            f"{_US}(v)",
            lambda form: form.statements.good_faith,
        ),
        Requirement(
            "statements.accurate_under_penalty_of_perjury",
            "that the notice is accurate and, under penalty of perjury, that the sender may act "
            "for the owner",
            f"{_US}(vi)",
            lambda form: form.statements.accurate_under_penalty_of_perjury,
        ),
    ),
    Law.EU_DSA_16: (
        Requirement(
            "reason",
            "a sufficiently substantiated explanation of why the content is illegal",
            f"{_EU}(a)",
            lambda form: bool(form.reason or form.works),
        ),
        Requirement(
            "located",
            "the exact electronic location of the content",
            f"{_EU}(b)",
            lambda form: bool(form.located),
        ),
        Requirement(
            "sender",
            "the sender's name and e-mail address",
            f"{_EU}(c)",
            lambda form: bool(form.sender.name and form.sender.email),
        ),
        Requirement(
            "statements.good_faith",
            "a bona fide belief that the notice is accurate and complete",
            f"{_EU}(d)",
            lambda form: form.statements.good_faith,
        ),
    ),
    Law.US_TAKE_IT_DOWN: (
        Requirement(
            "signature",
            f"{_SIGNED} of the person shown, or of somebody authorised by them",
            _TAKE_IT_DOWN,
            lambda form: bool(form.signature),
        ),
        Requirement(
            "located",
            "the image, and what is needed to find it",
            _TAKE_IT_DOWN,
            lambda form: bool(form.located),
        ),
        Requirement(
            "statements.no_consent",
            "that the person shown did not consent to its being shown",
            _TAKE_IT_DOWN,
            lambda form: form.statements.no_consent,
        ),
        Requirement("sender", "how the sender can be reached", _TAKE_IT_DOWN, _reachable),
    ),
    Law.LETTER: (
        Requirement("signature", "who vouches for it", _LETTER, lambda form: bool(form.signature)),
        Requirement("works", "what it is about", _LETTER, lambda form: bool(form.works)),
        Requirement("sender", "the sender's name, and how they are reached", _LETTER, _reachable),
        Requirement(
            "sender.on_behalf_of",
            "for whom the sender speaks",
            _LETTER,
            lambda form: bool(form.sender.on_behalf_of),
        ),
    ),
}
_AUTHORISED = Requirement(
    "statements.authorised",
    "that the sender may act for the owner: this notice says they may not",
    "no notice has effect without it",
    lambda form: form.statements.authorised is not False,
)


def requirements(law: Law) -> tuple[Requirement, ...]:
    """Return every element that a notice under ``law`` must have."""
    return (*_ELEMENTS[law], _AUTHORISED)


def missing(form: NoticeForm) -> tuple[Requirement, ...]:
    """Return the elements that a notice lacks; none if it has effect."""
    return tuple(asked for asked in requirements(form.applied_law) if not asked.given(form))


def cure_request(form: NoticeForm, reference: str) -> str | None:
    """Return a letter that asks the sender for what is missing; none if nothing is.

    17 USC 512(c)(3)(B)(ii) asks for it where works, material and contact are substantially given;
    it is sent in every case.
    """
    lacking = missing(form)
    if not lacking:
        return None
    return "\n".join(_letter(form, reference, lacking))


def _letter(form: NoticeForm, reference: str, lacking: tuple[Requirement, ...]) -> Iterator[str]:
    yield f"Dear {form.sender.name or 'sender'},"
    yield ""
    yield f"we received your notice {reference}. To act on it, we still need:"
    yield ""
    for asked in lacking:
        yield f"  - {asked.field}: {asked.meaning} ({asked.source})"
    yield ""
    yield "Please send the notice again with these added, quoting its reference. The time that the"
    yield "notice gives us runs from when it is complete."
