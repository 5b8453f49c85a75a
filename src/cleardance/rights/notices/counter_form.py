"""A counter-notice as those affected hand it in, and what it must contain (17 USC 512(g)(3))."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from cleardance.errors import NoticeError

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CounterSender(_Frozen):
    """Who objects. The law has all of it forwarded to the sender of the notice."""

    name: _Text | None = None
    address: _Text | None = None
    phone: _Text | None = None
    email: _Text | None = None


class CounterStatements(_Frozen):
    """What they state. False and absent are the same: not stated."""

    mistake_under_penalty_of_perjury: bool = False
    consent_to_jurisdiction: bool = False
    accept_service_of_process: bool = False


class CounterForm(_Frozen):
    """One counter-notice, against one notice. ``outputs`` are ids, or addresses."""

    notice: _Text
    sender: CounterSender = CounterSender()
    outputs: tuple[_Text, ...] = Field(default=(), max_length=10_000)
    reason: _LongText | None = None
    statements: CounterStatements = CounterStatements()
    signature: _Text | None = None

    @property
    def tasks(self) -> tuple[str, ...]:
        """The ids at the end of what ``outputs`` names."""
        return tuple(dict.fromkeys(one.rpartition("/")[2] for one in self.outputs))


def parse_counter(values: object) -> CounterForm:
    """Return the counter-notice that plain values describe. Raises NoticeError."""
    try:
        return CounterForm.model_validate(values)
    except ValidationError as error:
        problems = (
            f"{'.'.join(map(str, problem['loc'])) or 'counter-notice'}: {problem['msg']}"
            for problem in error.errors(include_url=False)[:20]
        )
        said = "; ".join(problems)
        raise NoticeError(f"The counter-notice cannot be read: {said}.") from error


def missing(form: CounterForm) -> tuple[tuple[str, str, str], ...]:
    """Return (field, meaning, source) of every element that a counter-notice lacks."""
    return tuple(_missing(form))


def cure_request(form: CounterForm, reference: str) -> str | None:
    """Return a letter that asks for what is missing; none if nothing is."""
    lacking = missing(form)
    if not lacking:
        return None
    asked = "\n".join(f"  - {field}: {meaning} ({source})" for field, meaning, source in lacking)
    return (
        f"Dear {form.sender.name or 'sender'},\n\nwe received your counter-notice {reference} "
        f"against notice {form.notice}. To forward it, we still need:\n\n{asked}\n\n"
        "Please hand it in again with these added. The time after which your output comes back "
        "runs from when it is complete."
    )


def _missing(form: CounterForm) -> Iterator[tuple[str, str, str]]:
    sender, said, law = form.sender, form.statements, "17 USC 512(g)(3)"
    if not form.signature:
        yield "signature", "a physical or electronic signature", f"{law}(A)"
    if not form.outputs:
        yield "outputs", "what was removed, and where it was", f"{law}(B)"
    if not said.mistake_under_penalty_of_perjury:
        meaning = "under penalty of perjury, a good-faith belief in a mistake or misidentification"
        yield "statements.mistake_under_penalty_of_perjury", meaning, f"{law}(C)"
    if not (sender.name and sender.address and sender.phone):
        yield "sender", "your name, address and telephone number", f"{law}(D)"
    if not said.consent_to_jurisdiction:
        meaning = (
            "consent to the jurisdiction of the Federal District Court where you live, or, outside "
            "of the United States, of any in which we may be found"
        )
        yield "statements.consent_to_jurisdiction", meaning, f"{law}(D)"
    if not said.accept_service_of_process:
        meaning = "that you will accept service of process from the sender of the notice"
        yield "statements.accept_service_of_process", meaning, f"{law}(D)"
