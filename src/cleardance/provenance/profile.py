"""The certificate profile C2PA readers insist on, checked with a reason for each failure.

The signing library refuses a wrong certificate too, but does not say what is wrong with it.
"""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from cleardance.errors import SealFailed

from .algorithms import Algorithm, algorithm_of

E = TypeVar("E", bound=x509.ExtensionType)

_PROBE = b"cleardance asks for a signature to see whose key this is"

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

    Reasons: unreadable, no-intermediate, not-x509-v3, leaf-is-ca, self-signed,
    no-authority-key-identifier, no-digital-signature, key-usage-not-critical,
    no-extended-key-usage, wrong-extended-key-usage, weak-signature, unsupported-key,
    not-yet-valid, expired, chain-broken, issuer-not-ca, issuer-expired, key-mismatch, no-key,
    key-unavailable.
    """
    try:
        chain = x509.load_pem_x509_certificates(chain_pem.encode())
    except ValueError as error:
        raise _refused("unreadable", "certificate or key is not PEM") from error
    if len(chain) < 2:
        raise _refused("no-intermediate", "readers need the leaf and its issuer")
    leaf = chain[0]
    for reason, wrong in _RULES:
        if wrong(leaf):
            raise _refused(reason, f"certificate of {_named(leaf)}")
    algorithm = algorithm_of(leaf.public_key())
    if algorithm is None:
        raise _refused("unsupported-key", "P-256, P-384, P-521, Ed25519 or RSA from 2048 bits")
    _check_time(leaf, now)
    _check_issued(chain, now)
    if sign_with is not None:
        _check_callback(algorithm, sign_with)
    elif key_pem is None:
        raise _refused("no-key", "there is neither a private key nor a callback")
    else:
        _check_key(leaf, key_pem)


def algorithm_of_chain(chain_pem: str) -> str:
    """Return the C2PA name of the algorithm that a checked chain's leaf signs with."""
    algorithm = algorithm_of(x509.load_pem_x509_certificate(chain_pem.encode()).public_key())
    assert algorithm is not None  # check_profile saw it
    return algorithm.name


def _check_key(leaf: x509.Certificate, key_pem: str) -> None:
    try:
        key = serialization.load_pem_private_key(key_pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _refused("unreadable", "certificate or key is not PEM") from error
    if key.public_key() != leaf.public_key():
        raise _refused("key-mismatch", "the private key is not the certificate's")


def _check_callback(algorithm: Algorithm, sign_with: Callable[[bytes], bytes]) -> None:
    try:
        raw = sign_with(_PROBE)
    except Exception as error:  # the operator's code, or what is behind it
        raise _refused("key-unavailable", f"the callback failed: {error!r}") from error
    try:
        algorithm.verify(raw, _PROBE)
    except (InvalidSignature, TypeError, ValueError) as error:
        raise _refused(
            "key-mismatch",
            f"the callback did not return a raw {algorithm.name} signature by the certificate's key"
            + (f" ({error})" if str(error) else ""),
        ) from error


def _check_time(leaf: x509.Certificate, now: datetime) -> None:
    if now < leaf.not_valid_before_utc:
        raise _refused("not-yet-valid", f"valid from {leaf.not_valid_before_utc}")
    if now >= leaf.not_valid_after_utc:
        raise _refused("expired", f"ended {leaf.not_valid_after_utc}")


def _check_issued(chain: list[x509.Certificate], now: datetime) -> None:
    """Each certificate must have issued the one before it, and be a CA that is still good."""
    for issued, issuer in pairwise(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _refused(
                "chain-broken", f"{_named(issuer)} did not issue {_named(issued)}"
            ) from error
        if not _is_ca(issuer):
            raise _refused("issuer-not-ca", _named(issuer))
        if not issuer.not_valid_before_utc <= now < issuer.not_valid_after_utc:
            raise _refused("issuer-expired", f"{_named(issuer)}: {issuer.not_valid_after_utc}")


def _named(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


def _weak_signature(leaf: x509.Certificate) -> bool:
    try:
        digest = leaf.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return True
    return digest is not None and digest.name in ("md5", "sha1")


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
    ("weak-signature", _weak_signature),
)


def _refused(reason: str, detail: str) -> SealFailed:
    return SealFailed(
        f"profile: {reason}: {detail}",
        hint="The signing certificate must follow the C2PA profile: docs/concepts/5-sealing.md.",
    )
