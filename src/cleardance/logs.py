"""Logs for machines: one JSON object a line, without prompts and without keys.

A record says what happened (a text of ours, with ids), where, and how bad it is. What an exception
says is left out, since it may quote what was asked: its type and the lines of code remain. Whatever
looks like a key is masked wherever it stands. The setting ``log_details`` lets exceptions speak.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

_SECRETS = (
    re.compile(r"\bcd-[A-Za-z0-9_-]{8,}"),  # our keys
    re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"),
    re.compile(r"\b(?:sk|pk|ark)-[A-Za-z0-9_-]{8,}"),  # others'
    re.compile(r"(?i)(?:key|token|secret|password|signature)\s*[=:]\s*[^\s\"'&,;]{8,}"),
    re.compile(r"(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"),  # the password of a URL
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PRIVATE = re.compile(r"(?i)prompt|secret|password|token|authorization|cookie|api_?key|body|text")


def masked(text: str) -> str:
    """Return a text with everything in it that looks like a secret replaced by ``***``."""
    for pattern in _SECRETS:
        text = pattern.sub("***", text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, extra fields, and where it broke."""

    def __init__(self, *, details: bool = False) -> None:
        super().__init__()
        self._details = details

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        line |= self._extra(record)
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = self._error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)

    def _extra(self, record: logging.LogRecord) -> dict[str, object]:
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if not self._details:
            extra = {key: value for key, value in extra.items() if not _PRIVATE.search(key)}
        return {key: masked(v) if isinstance(v, str) else v for key, v in extra.items()}

    def _error(self, error: BaseException) -> dict[str, object]:
        frames = traceback.extract_tb(error.__traceback__)
        said: dict[str, object] = {
            "type": type(error).__name__,
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        return said | ({"message": masked(str(error))} if self._details else {})


def log_to(stream: TextIO | None = None, *, level: str = "INFO", details: bool = False) -> None:
    """Let everything that this process logs go to ``stream`` (default: stderr) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(details=details))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
