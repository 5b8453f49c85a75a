"""Identifiers of works and people, checked as their schemes define and written one way.

========= ================================== ======================================================
scheme    what it names                      checked
========= ================================== ======================================================
eidr      films, series (ISO 26324)          ISO 7064 mod 37,36 over 20 hexadecimal digits
isan      films, series (ISO 15706)          ISO 7064 mod 37,36, of the root and of the version
isni      people, organisations (ISO 27729)  ISO 7064 mod 11-2
isrc      recordings (ISO 3901)              country and shape; the scheme has no check digit
iswc      musical works (ISO 15707)          weighted sum of nine digits, modulo 10
imdb      ``tt…`` titles, ``nm…`` people     shape
tmdb      ``movie/…``, ``tv/…``, ``person/…`` shape
wikidata  ``Q…``                             shape
========= ================================== ======================================================
"""

import re
from collections.abc import Callable
from typing import Final

from cleardance.errors import RegistryError

_SEPARATORS: Final = re.compile(r"[\s.-]+")


def check_identifier(scheme: str, value: str) -> str:
    """Return ``value`` in the scheme's written form.

    Raises RegistryError for an unknown scheme, a wrong shape, and a wrong check digit, naming the
    digit that the rest of the number asks for.
    """
    check = _CHECKS.get(scheme)
    if check is None:
        raise RegistryError(f"identifier {scheme!r} is unknown; known are {', '.join(_CHECKS)}")
    return check(value.strip())


def _expect(scheme: str, value: str, found: str, expected: str) -> None:
    if found != expected:
        raise RegistryError(
            f"{scheme} {value} has check digit {found}; its other digits ask for {expected}"
        )


def _shaped(scheme: str, value: str, pattern: str, shown: str) -> re.Match[str]:
    match = re.fullmatch(pattern, value)
    if match is None:
        raise RegistryError(f"{scheme} {value!r} is not of the form {shown}")
    return match


def _mod_37_36(digits: str) -> str:
    from stdnum.iso7064 import mod_37_36  # few rows have identifiers

    return mod_37_36.calc_check_digit(digits)


def _in_fours(digits: str) -> str:
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _eidr(value: str) -> str:
    form = "10.5240/XXXX-XXXX-XXXX-XXXX-XXXX-C"
    match = _shaped(
        "eidr", value.upper(), r"(10\.5240/)((?:[0-9A-F]{4}-){4}[0-9A-F]{4})-([0-9A-Z])", form
    )
    digits = match[2].replace("-", "")
    _expect("eidr", value, match[3], _mod_37_36(digits))
    return f"{match[1]}{_in_fours(digits)}-{match[3]}"


def _isan(value: str) -> str:
    plain = _SEPARATORS.sub("", value.upper().removeprefix("ISAN"))
    form = "XXXX-XXXX-XXXX-XXXX-C or XXXX-XXXX-XXXX-XXXX-C-XXXX-XXXX-C"
    match = _shaped("isan", plain, r"([0-9A-F]{16})([0-9A-Z])(?:([0-9A-F]{8})([0-9A-Z]))?", form)
    root, check, version, version_check = match.groups()
    _expect("isan", value, check, _mod_37_36(root))
    if version is None:
        return f"{_in_fours(root)}-{check}"
    _expect("isan", value, version_check, _mod_37_36(root + version))
    return f"{_in_fours(root)}-{check}-{_in_fours(version)}-{version_check}"


def _isni(value: str) -> str:
    from stdnum.iso7064 import mod_11_2

    plain = _SEPARATORS.sub("", value.upper().removeprefix("ISNI"))
    match = _shaped("isni", plain, r"([0-9]{15})([0-9X])", "NNNN NNNN NNNN NNNC")
    _expect("isni", value, match[2], mod_11_2.calc_check_digit(match[1]))
    return _in_fours(plain).replace("-", " ")


def _isrc(value: str) -> str:
    from stdnum import isrc
    from stdnum.exceptions import ValidationError

    try:
        return isrc.format(isrc.validate(value))
    except ValidationError as error:
        raise RegistryError(
            f"isrc {value!r} is not of the form CC-XXX-YY-NNNNN: {str(error).rstrip('.')}"
        ) from error


def _iswc(value: str) -> str:
    plain = _SEPARATORS.sub("", value.upper().removeprefix("ISWC"))
    match = _shaped("iswc", plain, r"T([0-9]{9})([0-9])", "T-NNN.NNN.NNN-C")
    # ISO 15707: T counts 1 and each digit its place; the check digit makes it a multiple of ten.
    total = 1 + sum(place * int(digit) for place, digit in enumerate(match[1], start=1))
    _expect("iswc", value, match[2], str(-total % 10))
    return f"T-{match[1][:3]}.{match[1][3:6]}.{match[1][6:]}-{match[2]}"


def _of_shape(scheme: str, pattern: str, shown: str) -> Callable[[str], str]:
    return lambda value: _shaped(scheme, value, pattern, shown).group()


_CHECKS: Final[dict[str, Callable[[str], str]]] = {
    "eidr": _eidr,
    "isan": _isan,
    "isni": _isni,
    "isrc": _isrc,
    "iswc": _iswc,
    "imdb": _of_shape("imdb", r"(?:tt|nm|ch|co)[0-9]{7,10}", "tt0000000 or nm0000000"),
    "tmdb": _of_shape(
        "tmdb", r"(?:movie|tv|person|collection)/[1-9][0-9]{0,9}", "movie/1, tv/1 or person/1"
    ),
    "wikidata": _of_shape("wikidata", r"Q[1-9][0-9]{0,11}", "Q1"),
}
SCHEMES: Final = tuple(_CHECKS)
