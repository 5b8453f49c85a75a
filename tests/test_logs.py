"""Logs hold no prompts and no keys, whoever logs them and however."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from cleardance.logs import log_to, masked

PROMPT = "a red ball for my daughter's birthday"
KEY = "cd-" + "k3Y_" * 10 + "abc"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    log_to(stream)
    yield stream
    root.handlers[:], root.level = before, level


def _lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_is_one_object(log: io.StringIO) -> None:
    logging.getLogger("cleardance.x").info("Task %s\nended", "cgt-1", extra={"task": "cgt-1"})
    (line,) = _lines(log)
    assert str(line.pop("time")).endswith("Z")
    assert line == {
        "level": "info",
        "logger": "cleardance.x",
        "message": "Task cgt-1\nended",
        "task": "cgt-1",
    }


def test_what_exceptions_say_is_left_out(log: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot serve {PROMPT!r}")
    except ValueError:
        logging.getLogger("x").exception("It failed")
    (line,) = _lines(log)
    error = line["error"]
    assert isinstance(error, dict)
    assert error["type"] == "ValueError"
    assert any("test_logs.py" in at for at in error["at"])
    assert PROMPT not in log.getvalue()


def test_private_fields_are_left_out(log: io.StringIO) -> None:
    private = {"prompt": PROMPT, "api_key": "x1", "request_body": PROMPT, "Authorization": KEY}
    logging.getLogger("x").warning("asked", extra=private)
    assert set(_lines(log)[0]) == {"time", "level", "logger", "message"}


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"Authorization: Bearer {KEY}",
        "GET /x?api_key=abcdefgh12345678",
        "postgresql://me:hunter2secret@db/x",
        "sk-abcdefghijklmnop",
        "the signature=0123456789abcdef is wrong",
    ],
)
def test_keys_are_masked_in_messages(log: io.StringIO, text: str) -> None:
    logging.getLogger("httpx").info("seen: %s", text)
    message = str(_lines(log)[0]["message"])
    secret = {"hunter2secret", "abcdefgh12345678", "0123456789abcdef", "abcdefghijklmnop", KEY}
    assert not [one for one in secret if one in message]
    assert "***" in message


def test_what_is_no_secret_stays() -> None:
    said = "Task cgt-20260217090000-0a1b2c3d of key-0123456789abcdef failed at step 4 of 8."
    assert masked(said) == said


def test_details_can_be_asked_for(log: io.StringIO) -> None:
    log_to(log, details=True)
    try:
        raise ValueError(f"cannot serve {PROMPT!r} by {KEY}")
    except ValueError:
        logging.getLogger("x").exception("It failed")
    assert PROMPT in log.getvalue()
    assert KEY not in log.getvalue()
