"""Reading a manifest back, and believing it only when everything in it holds."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

from c2pa import C2paError, Context, Reader  # type: ignore[import-untyped]
from pydantic import ValidationError

from cleardance.errors import SealInvalid, UnreadableMedia
from cleardance.media.sniff import HEAD_BYTES, sniff

from .manifest import RECORD_LABEL, Record

State = Literal["Trusted", "Valid", "Invalid", "None"]

# By what the file is, not by its name: blobs have none, and names lie.
_SIGNABLE = {
    "mp4": "video/mp4",  # and mov, m4a: all one box structure
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "avi": "video/avi",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
}
_OTHERS = {
    "bmp": "image/bmp",
    "matroska": "video/x-matroska",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
}
MAX_CARRIED = 32
_UNTRUSTED = "signingCredential.untrusted"
_USES = "1.3.6.1.4.1.62558.2.1\n1.3.6.1.5.5.7.3.4"  # extended key usages we accept


@dataclass(frozen=True)
class ManifestFacts:
    """What a manifest states. Unless the report's state is Trusted, these are only claims."""

    label: str
    signed_by: str | None
    source_type: str | None  # the IPTC digital source type of the created action
    record: Record | None  # None when the file was not made by Cleardance
    ingredients: tuple[str, ...]  # titles
    signed_at: str | None = None  # RFC 3339; None without a time stamp by somebody we trust


@dataclass(frozen=True)
class C2paReport:
    """What a reader that trusts one root makes of a file.

    ``Trusted``: intact, signed under that root. ``Valid``: intact, signed by somebody else.
    ``Invalid``: changed, or signed wrongly. ``None``: no manifest.
    """

    state: State
    problems: tuple[str, ...]
    facts: ManifestFacts | None


def verify_signed(path: Path, root_pem: str) -> ManifestFacts:
    """Return the facts of a file signed under ``root_pem``, with every check passed.

    Raises SealInvalid naming each problem: no manifest, not trusted, changed, an ingredient whose
    own credentials fail, no Cleardance record. UnreadableMedia when there is no such file.
    """
    report = read_manifest(path, root_pem)
    if report.state != "Trusted" or report.problems:
        raise SealInvalid(
            f"{path.name} is {report.state}: {'; '.join(report.problems) or 'no problem named'}"
        )
    if report.facts is None or report.facts.record is None:
        raise SealInvalid(f"{path.name} carries no {RECORD_LABEL} record")
    return report.facts


def read_manifest(path: Path, root_pem: str) -> C2paReport:
    """Report on any file's manifest; nothing wrong with the manifest raises.

    A file is not Trusted here when an ingredient's own credentials failed, then or since. An
    ingredient signed by somebody we do not know is no problem.
    Raises UnreadableMedia when the file cannot be opened.
    """
    if not path.is_file():
        raise UnreadableMedia(f"{path.name} is not a file")
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
        mime = _SIGNABLE.get(found.name) if found else None
        if mime is None:
            return C2paReport("None", ("not a kind of file that carries a manifest",), None)
        return _read(mime, file, root_pem)


def carried_pictures(path: Path) -> list[bytes]:
    """Return the pictures in a file's credentials, and in those of what it was made from.

    Whatever cites the file carries them along. Raises UnreadableMedia for more than
    ``MAX_CARRIED``, and for credentials out of which they cannot be taken.
    """
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
        mime = _SIGNABLE.get(found.name) if found else None
        if mime is None:
            return []
        file.seek(0)
        try:
            with (
                Context.from_dict({"verify": {"remote_manifest_fetch": False}}) as context,
                Reader(mime, file, context=context) as reader,
            ):
                return [_resource(reader, one) for one in _pictures(json.loads(reader.json()))]
        except C2paError.ManifestNotFound:
            return []
        except C2paError as error:
            raise UnreadableMedia(f"{path.name} has unreadable credentials: {error}") from error


def _pictures(store: dict[str, Any]) -> list[str]:
    manifests = store.get("manifests", {}).values()
    holders = [one for own in manifests for one in (own, *own.get("ingredients", []))]
    shown = [one["thumbnail"] for one in holders if one.get("thumbnail")]
    places = list(dict.fromkeys(str(one["identifier"]) for one in shown))
    if len(places) > MAX_CARRIED:
        raise UnreadableMedia(
            f"its credentials hold {len(places)} pictures; {MAX_CARRIED} is the most"
        )
    return places


def _resource(reader: Reader, place: str) -> bytes:
    taken = BytesIO()
    reader.resource_to_stream(place, taken)
    return taken.getvalue()


def media_type(path: Path) -> str:
    """Return a file's media type, by its first bytes. Raises UnreadableMedia for no media."""
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    if found is None:
        raise UnreadableMedia(f"{path.name} is not media of a kind we read")
    return (_SIGNABLE | _OTHERS)[found.name]


def _read(mime: str, file: BinaryIO, root_pem: str) -> C2paReport:
    file.seek(0)
    try:
        with (
            Context.from_dict(reader_settings(root_pem)) as context,
            Reader(mime, file, context=context) as reader,
        ):
            return _report(json.loads(reader.json()))
    except C2paError.ManifestNotFound:
        return C2paReport("None", ("no manifest",), None)
    except C2paError as error:
        return C2paReport("Invalid", (f"unreadable manifest: {error}",), None)


def reader_settings(root_pem: str) -> dict[str, Any]:
    """Return the library's settings for reading under ``root_pem``, with nothing fetched."""
    return {
        "trust": {"trust_anchors": root_pem, "trust_config": _USES},
        # A file from outside must not make us fetch anything.
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }


def _report(store: dict[str, Any]) -> C2paReport:
    state = store.get("validation_state", "Invalid")
    label = str(store.get("active_manifest"))
    manifest = store.get("manifests", {}).get(label)
    if state not in ("Trusted", "Valid", "Invalid") or manifest is None:
        return C2paReport("Invalid", ("no active manifest",), None)
    problems = [*_own_problems(store), *_ingredient_problems(store, manifest)]
    record, wrong = _record(manifest)
    signed_at = _signed_at(store, manifest)
    if state == "Trusted":
        if record and record.time_stamp != "none" and signed_at is None:
            # The stamp is outside the signature: without this, removing it would go unnoticed.
            wrong = [*wrong, "no time stamp that is trusted here, but the record says one was made"]
        # The library calls a file Trusted although an ingredient's own credentials fail.
        state = "Invalid" if problems or wrong else state
    facts = ManifestFacts(
        label=label,
        signed_by=manifest.get("signature_info", {}).get("issuer"),
        source_type=_source_type(manifest),
        record=record,
        ingredients=tuple(item.get("title", "") for item in manifest.get("ingredients", [])),
        signed_at=signed_at,
    )
    return C2paReport(state, (*problems, *wrong), facts)


def _signed_at(store: dict[str, Any], manifest: dict[str, Any]) -> str | None:
    active = store.get("validation_results", {}).get("activeManifest") or {}
    passed = {item.get("code") for item in active.get("success") or []}
    if not {"timeStamp.validated", "timeStamp.trusted"} <= passed:
        return None
    time: str | None = manifest.get("signature_info", {}).get("time")
    return time


def _own_problems(store: dict[str, Any]) -> list[str]:
    results = store.get("validation_results", {})
    return [_words(item) for item in _failures(results.get("activeManifest"))]


def _ingredient_problems(store: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    """What failed when ingredients were taken in, and what has failed since."""
    then = [
        (ingredient.get("title", "ingredient"), item)
        for ingredient in manifest.get("ingredients", [])
        for item in _failures(ingredient.get("validation_results", {}).get("activeManifest"))
    ]
    since = [
        ("ingredient", item)
        for delta in store.get("validation_results", {}).get("ingredientDeltas") or []
        for item in _failures(delta.get("validationDeltas"))
    ]
    return [
        f"{title}: {_words(item)}" for title, item in then + since if item.get("code") != _UNTRUSTED
    ]


def _failures(results: dict[str, Any] | None) -> list[dict[str, Any]]:
    return (results or {}).get("failure") or []


def _words(item: dict[str, Any]) -> str:
    return f"{item.get('code')} ({item.get('explanation', 'no explanation')})"


def _record(manifest: dict[str, Any]) -> tuple[Record | None, list[str]]:
    bodies = [
        assertion.get("data")
        for assertion in manifest.get("assertions", [])
        if assertion.get("label", "").split("__")[0] == RECORD_LABEL
    ]
    if not bodies:
        return None, []
    if len(bodies) > 1:
        return None, [f"{len(bodies)} {RECORD_LABEL} records instead of one"]
    try:
        return Record.model_validate(bodies[0]), []
    except ValidationError as error:
        return None, [f"{RECORD_LABEL} record is malformed: {error.error_count()} errors"]


def _source_type(manifest: dict[str, Any]) -> str | None:
    for assertion in manifest.get("assertions", []):
        if assertion.get("label", "").startswith("c2pa.actions"):
            for action in assertion.get("data", {}).get("actions", []):
                if action.get("action") == "c2pa.created":
                    return str(action.get("digitalSourceType", "")).rsplit("/", 1)[-1] or None
    return None
