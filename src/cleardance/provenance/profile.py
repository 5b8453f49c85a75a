"""The certificate profile C2PA readers insist on, checked with a reason for each failure.

The signing library refuses a wrong certificate too, but does not say what is wrong with it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from cleardance.errors import SealFailed

E = TypeVar("E", bound=x509.ExtensionType)

_PROBE = b"cleardance asks for a signature to see whose key this is"
_HALF_BYTES = 32

ALLOWED_USES = {
    ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),  # C2PA claim signing
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # document signing, RFC 9336
}


def check_profile(
    chain_pem: str,
    key_pem: str | None,
    now: datetime,
    sign_with: Callable[[bytes], bytes] | None = None,
) -> None:
    """Raise SealFailed ``profile: REASON`` unless the chain and key may sign claims at ``now``.

    The key is a PEM, or the callback that signs with it and is asked for one signature.

    Reasons: no-intermediate, not-x509-v3, leaf-is-ca, self-signed, no-authority-key-identifier,
    no-digital-signature, key-usage-not-critical, no-extended-key-usage, wrong-extended-key-usage,
    not-yet-valid, expired, chain-broken, key-mismatch, not-es256, no-key, key-unavailable.
    """
    try:
        chain = x509.load_pem_x509_certificates(chain_pem.encode())
    except ValueError as error:
        raise _refused("unreadable", "certificate or key is not PEM") from error
    if len(chain) < 2:
        raise _refused("no-intermediate", "readers need the leaf and its issuer")
    leaf, issuer = chain[0], chain[1]
    for reason, wrong in _RULES:
        if wrong(leaf):
            raise _refused(reason, f"certificate of {leaf.subject.rfc4514_string()}")
    _check_time(leaf, now)
    _check_issued(leaf, issuer)
    if sign_with is not None:
        _check_callback(leaf, sign_with)
    elif key_pem is None:
        raise _refused("no-key", "there is neither a private key nor a callback")
    else:
        _check_key(leaf, key_pem)


def _check_key(leaf: x509.Certificate, key_pem: str) -> None:
    try:
        key = serialization.load_pem_private_key(key_pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise _refused("unreadable", "certificate or key is not PEM") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise _refused("not-es256", "the key is not on curve P-256")
    if key.public_key() != leaf.public_key():
        raise _refused("key-mismatch", "the private key is not the certificate's")


def _check_callback(leaf: x509.Certificate, sign_with: Callable[[bytes], bytes]) -> None:
    public = leaf.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise _refused("not-es256", "the key is not on curve P-256")
    try:
        raw = sign_with(_PROBE)
    except Exception as error:  # the operator's code, or what is behind it
        raise _refused("key-unavailable", f"the callback failed: {error!r}") from error
    if len(raw) != 2 * _HALF_BYTES:
        raise _refused("key-mismatch", "the callback must return r and s, 32 bytes each")
    r, s = (int.from_bytes(half, "big") for half in (raw[:_HALF_BYTES], raw[_HALF_BYTES:]))
    try:
        public.verify(encode_dss_signature(r, s), _PROBE, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise _refused("key-mismatch", "the callback's key is not the certificate's") from error


def _check_time(leaf: x509.Certificate, now: datetime) -> None:
    if now < leaf.not_valid_before_utc:
        raise _refused("not-yet-valid", f"valid from {leaf.not_valid_before_utc}")
    if now >= leaf.not_valid_after_utc:
        raise _refused("expired", f"ended {leaf.not_valid_after_utc}")


def _check_issued(leaf: x509.Certificate, issuer: x509.Certificate) -> None:
    try:
        leaf.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError) as error:
        raise _refused("chain-broken", "the second certificate did not issue the first") from error


def _is_ca(leaf: x509.Certificate) -> bool:
    constraints = _extension(leaf, x509.BasicConstraints)
    return constraints is not None and constraints.value.ca


def _without_signature_use(leaf: x509.Certificate) -> bool:
    usage = _extension(leaf, x509.KeyUsage)
    return usage is None or not usage.value.digital_signature


def _usage_not_critical(leaf: x509.Certificate) -> bool:
    usage = _extension(leaf, x509.KeyUsage)
    return usage is None or not usage.critical


def _wrong_uses(leaf: x509.Certificate) -> bool:
    uses = _extension(leaf, x509.ExtendedKeyUsage)
    return uses is None or not set(uses.value) & ALLOWED_USES


def _extension(certificate: x509.Certificate, kind: type[E]) -> x509.Extension[E] | None:
    try:
        return certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


_RULES: tuple[tuple[str, Callable[[x509.Certificate], bool]], ...] = (
    ("not-x509-v3", lambda leaf: leaf.version is not x509.Version.v3),
    ("leaf-is-ca", _is_ca),
    ("self-signed", lambda leaf: leaf.issuer == leaf.subject),
    (
        "no-authority-key-identifier",
        lambda leaf: _extension(leaf, x509.AuthorityKeyIdentifier) is None,
    ),
    ("no-digital-signature", _without_signature_use),
    ("key-usage-not-critical", _usage_not_critical),
    ("no-extended-key-usage", lambda leaf: _extension(leaf, x509.ExtendedKeyUsage) is None),
    ("wrong-extended-key-usage", _wrong_uses),
)


def _refused(reason: str, detail: str) -> SealFailed:
    return SealFailed(
        f"profile: {reason}: {detail}",
        hint="The signing certificate must follow the C2PA profile: docs/concepts/5-sealing.md.",
    )
