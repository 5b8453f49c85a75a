"""What bodies from outside have in common: nulls are as absent, unknown fields are ignored."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Wire(BaseModel):
    """A JSON object that a client sends. Types are exact: a number in a string is an error."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        _refuse_nul(value)
        return {name: one for name, one in value.items() if one is not None}


def _refuse_nul(value: object) -> None:
    """Raise ValueError for the character NUL, which not every database can keep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and "\0" in one:
            raise ValueError("the character NUL is in a text")
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
