"""Letters that look like Latin letters, folded by shape; transliteration would miss them.

The shapes follow the idea of Unicode Technical Standard 39 (confusable detection); the table is
our own and holds what people write to get past filters: Cyrillic, Greek, Armenian, Cherokee,
Lisu, Latin letters with strokes, small capitals, enclosed letters, regional indicators. Forms
that compatibility decomposition (NFKD) already undoes (fullwidth, mathematical, circled) are not
listed.
"""

from typing import Final

# Both cases of a Cyrillic letter fold alike, so that a genuinely Russian name matches in capitals.
# ruff: noqa: RUF001 - ambiguous letters are the subject
_CYRILLIC = {
    "а": "a", "в": "b", "с": "c", "е": "e", "н": "h", "і": "i", "ј": "j", "к": "k", "м": "m",
    "о": "o", "р": "p", "ѕ": "s", "т": "t", "у": "y", "х": "x", "ү": "y", "һ": "h", "ԁ": "d",
    "ԛ": "q", "ԝ": "w", "ӏ": "l", "ɡ": "g", "қ": "k", "ԍ": "g", "ѵ": "v", "ҽ": "e", "ғ": "f",
}  # fmt: skip

# Greek capitals and small letters look like different Latin letters: listed one by one.
_GREEK = {
    "Α": "a", "Β": "b", "Ε": "e", "Ζ": "z", "Η": "h", "Ι": "i", "Κ": "k", "Μ": "m", "Ν": "n",
    "Ο": "o", "Ρ": "p", "Τ": "t", "Υ": "y", "Χ": "x", "Ϲ": "c", "α": "a", "β": "b", "γ": "y",
    "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u",
    "χ": "x", "ω": "w", "ϲ": "c", "ϳ": "j",
}  # fmt: skip

_OTHERS = {
    "ա": "w", "գ": "q", "զ": "q", "հ": "h", "ո": "n", "ս": "u", "օ": "o", "ց": "g", "յ": "j",
    "Ꭰ": "d", "Ꭱ": "r", "Ꭲ": "t", "Ꭵ": "i", "Ꭺ": "a", "Ꭻ": "j", "Ꭼ": "e", "Ꮃ": "w", "Ꮇ": "m",
    "Ꮋ": "h", "Ꮍ": "y", "Ꮐ": "g", "Ꮓ": "z", "Ꮢ": "r", "Ꮥ": "s", "Ꮩ": "v", "Ꮪ": "s", "Ꮮ": "l",
    "Ꮯ": "c", "Ꮲ": "p", "Ꮶ": "k", "Ᏼ": "b",
    "ꓐ": "b", "ꓑ": "p", "ꓓ": "d", "ꓔ": "t", "ꓖ": "g", "ꓗ": "k", "ꓙ": "j", "ꓚ": "c", "ꓜ": "z",
    "ꓝ": "f", "ꓟ": "m", "ꓠ": "n", "ꓡ": "l", "ꓢ": "s", "ꓣ": "r", "ꓦ": "v", "ꓧ": "h", "ꓪ": "w",
    "ꓫ": "x", "ꓬ": "y", "ꓮ": "a", "ꓰ": "e", "ꓲ": "i", "ꓳ": "o", "ꓴ": "u",
    "ı": "i", "ɩ": "i", "ɪ": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ƀ": "b",
    "ƃ": "b", "ƒ": "f", "ɑ": "a", "ɗ": "d", "ɓ": "b", "ɢ": "g", "ʀ": "r", "ʏ": "y", "ʙ": "b",
    "ʜ": "h", "ʟ": "l", "ɴ": "n", "ᴀ": "a", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ᴊ": "j", "ᴋ": "k",
    "ᴍ": "m", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z", "ꜰ": "f",
    "ꜱ": "s", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
}  # fmt: skip


def _lettered(start: int) -> dict[str, str]:
    return {chr(start + i): chr(ord("a") + i) for i in range(26)}


LOOK_ALIKES: Final[dict[str, str]] = {
    **_CYRILLIC,
    **{small.upper(): latin for small, latin in _CYRILLIC.items()},
    **_GREEK,
    **_OTHERS,
    **{small.upper(): latin for small, latin in _OTHERS.items() if len(small.upper()) == 1},
    **_lettered(0x1F1E6),  # regional indicators
    **_lettered(0x1F150),  # negative circled capitals
    **_lettered(0x1F170),  # negative squared capitals
}
