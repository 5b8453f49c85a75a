"""Parameters at the end of a prompt, as older clients write them: ``--rs 720p --dur 5``."""

import re

from cleardance.errors import UsageError

_NAMES = {
    "rs": "resolution",
    "resolution": "resolution",
    "rt": "ratio",
    "ratio": "ratio",
    "dur": "duration",
    "duration": "duration",
    "frames": "frames",
    "fps": "framespersecond",
    "framespersecond": "framespersecond",
    "wm": "watermark",
    "watermark": "watermark",
    "seed": "seed",
    "cf": "camera_fixed",
    "camerafixed": "camera_fixed",
}
_NUMBERS = {"duration", "frames", "framespersecond", "seed"}
_SWITCHES = {"watermark", "camera_fixed"}
_LAST = re.compile(r"(?:^|\s)--([a-z]{1,16})[ \t]+(\S{1,32})\s*$")


def split(text: str) -> tuple[str, dict[str, str | int | bool]]:
    """Return a prompt without the known parameters at its end, and these by their field's name.

    What is not one of them stays in the prompt. Raises UsageError for a value that cannot be meant
    or a parameter given twice.
    """
    found: dict[str, str | int | bool] = {}
    while (match := _LAST.search(text)) and (name := _NAMES.get(match[1])):
        if name in found:
            raise UsageError(f"The prompt gives --{match[1]} twice.")
        found[name] = _value(name, match[1], match[2])
        text = text[: match.start()]
    return text.rstrip() if found else text, found


def _value(name: str, flag: str, text: str) -> str | int | bool:
    if name in _SWITCHES:
        if text.lower() not in ("true", "false"):
            raise UsageError(f"--{flag} is true or false, not {text!r}.")
        return text.lower() == "true"
    if name in _NUMBERS:
        if not re.fullmatch(r"-?[0-9]{1,10}", text):
            raise UsageError(f"--{flag} is a whole number, not {text!r}.")
        return int(text)
    return text
