"""A licence as others read it: an Agreement of W3C ODRL 2.2, in JSON-LD.

Information model: https://www.w3.org/TR/odrl-model/ (2018), terms: https://www.w3.org/TR/odrl-vocab/.
What we call a use is an ``odrl:purpose`` of the action ``odrl:use``, and is named in the profile of
the installation; so is ``condition``, a left operand whose right operand is a condition in words:
whoever does not know the profile must not take the permission for unconditional.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from cleardance.rights.licence import Licence
from cleardance.rights.licence_rows import LicenceRecord
from cleardance.store.tables import GranteeKind

CONTEXT: Final = "http://www.w3.org/ns/odrl.jsonld"
_PREFIXES: Final = {
    "dct": "http://purl.org/dc/terms/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def to_odrl(found: LicenceRecord, origin: str) -> dict[str, Any]:
    """Return the Agreement; ``origin`` is the name of the installation, under which all IRIs are.

    A revoked licence is permitted up to its revocation. Its evidence is named by digest (RFC 6920).
    """
    base, held = f"https://{origin}", found.licence
    policy: dict[str, Any] = {
        "@context": [CONTEXT, _PREFIXES],
        "@type": "Agreement",
        "uid": f"{base}/licences/{held.id}",
        "profile": f"{base}/odrl",
        "dct:type": held.kind.value,
        "dct:issued": _time(found.granted_at),
        "assigner": _party(
            "Party", f"{base}/grantors/{quote(held.grantor, safe='')}", held.grantor
        ),
        "assignee": _assignee(base, found),
        "permission": [_permission(base, held, work) for work in held.works],
    }
    if found.evidence:
        policy["dct:source"] = [{"@id": _named(paper.sha256)} for paper in found.evidence]
    return policy


def _permission(base: str, held: Licence, work: str) -> dict[str, Any]:
    kind = "AssetCollection" if held.with_parts else "Asset"  # the whole, with what belongs to it
    return {
        "target": {"@type": kind, "uid": f"{base}/works/{work}"},
        "action": "use",
        "constraint": list(_constraints(base, held)),
    }


def _constraints(base: str, held: Licence) -> Iterator[dict[str, Any]]:
    purposes = [{"@id": f"{base}/odrl#{use}"} for use in sorted(held.uses)]
    yield _constraint("purpose", "isAnyOf", purposes)
    if held.territories:
        yield _constraint("spatial", "isAnyOf", sorted(held.territories))
    if held.valid_from:
        yield _constraint("dateTime", "gteq", _time(held.valid_from))
    for end in (held.valid_until, held.revoked_at):
        if end:
            yield _constraint("dateTime", "lt", _time(end))
    for condition in held.conditions:
        yield _constraint(f"{base}/odrl#condition", "eq", condition)


def _constraint(left: str, operator: str, right: object) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def _assignee(base: str, found: LicenceRecord) -> dict[str, Any]:
    grantee, name = found.licence.grantee, found.to.partition(":")[2]
    match grantee.kind:
        case GranteeKind.ACCOUNT:
            return _party("Party", f"{base}/accounts/{quote(grantee.name, safe='')}", name)
        case GranteeKind.PARTNER:
            return _party("PartyCollection", f"{base}/partners/{quote(name, safe='')}", name)
        case GranteeKind.EVERYONE:
            return _party("PartyCollection", f"{base}/everyone", "everyone")


def _party(kind: str, uid: str, name: str) -> dict[str, Any]:
    return {"@type": kind, "uid": uid, "vcard:fn": name}


def _time(moment: str) -> dict[str, str]:
    return {"@value": moment, "@type": "xsd:dateTime"}


def _named(sha256: str) -> str:
    return f"ni:///sha-256;{urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip('=')}"
