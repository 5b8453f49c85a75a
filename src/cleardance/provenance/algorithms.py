"""The signature algorithms of C2PA claims (2.2, section 13.2), by the key of the certificate."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_MIN_RSA_BITS = 2048
_CURVES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "secp256r1": ("es256", hashes.SHA256()),
    "secp384r1": ("es384", hashes.SHA384()),
    "secp521r1": ("es512", hashes.SHA512()),
}
_PSS = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)


@dataclass(frozen=True)
class Algorithm:
    """One algorithm: its C2PA name, and how a raw signature under it is checked.

    ``verify`` takes signature and data; a raw signature is r and s of equal length for ECDSA, and
    what the standard says for the others. Raises InvalidSignature.
    """

    name: str
    verify: Callable[[bytes, bytes], None]


def algorithm_of(key: CertificatePublicKeyTypes) -> Algorithm | None:
    """Return the algorithm for a certificate's key; None if C2PA has none for it.

    ES256, ES384 and ES512 for the curves P-256, P-384 and P-521, PS256 for RSA of 2048 bits or
    more, Ed25519.
    """
    match key:
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            return _ecdsa(key)
        case rsa.RSAPublicKey() if key.key_size >= _MIN_RSA_BITS:
            return Algorithm(
                "ps256", lambda raw, data: key.verify(raw, data, _PSS, hashes.SHA256())
            )
        case ed25519.Ed25519PublicKey():
            return Algorithm("ed25519", key.verify)
    return None


def _ecdsa(key: ec.EllipticCurvePublicKey) -> Algorithm:
    name, digest = _CURVES[key.curve.name]
    half = (key.key_size + 7) // 8

    def verify(raw: bytes, data: bytes) -> None:
        if len(raw) != 2 * half:
            raise InvalidSignature(f"r and s are {half} bytes each")
        r, s = (int.from_bytes(part, "big") for part in (raw[:half], raw[half:]))
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(digest))

    return Algorithm(name, verify)
