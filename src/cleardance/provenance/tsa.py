"""Time stamps (RFC 3161): an authority of our own, served on the loopback while a file is signed.

A signature is good as long as its certificate, unless a time stamp shows that it was made before
the certificate ended. The signing library asks for one over HTTP, so ours answers on 127.0.0.1 for
the moment of signing and never leaves the machine. Being our own, it keeps files valid; it cannot
show outsiders that our clock was right. For that, name an outside one (``tsa_url``).

Only what C2PA asks for: SHA-256, SHA-384 or SHA-512 imprints; tokens signed with ECDSA on P-256.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Annotated

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ObjectIdentifier

MAX_QUERY_BYTES = 4096
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"
_TIMEOUT_S = 10.0
_POLL_S = 0.001  # how long stopping may take, which every signature waits for
_LOOPBACK = "127.0.0.1"

_SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_DIGEST_BYTES = {
    _SHA256: 32,
    ObjectIdentifier("2.16.840.1.101.3.4.2.2"): 48,
    ObjectIdentifier("2.16.840.1.101.3.4.2.3"): 64,
}
_ECDSA_SHA256 = ObjectIdentifier("1.2.840.10045.4.3.2")
_SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
_TST_INFO = ObjectIdentifier("1.2.840.113549.1.9.16.1.4")
_CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
_SIGNING_CERTIFICATE = ObjectIdentifier("1.2.840.113549.1.9.16.2.47")  # version 2, RFC 5816
_POLICY = ObjectIdentifier("0.4.0.2023.1.1")  # ETSI EN 319 421, best practices policy

_GRANTED, _REJECTION = 0, 2
_BAD_ALGORITHM, _BAD_REQUEST = 0, 2  # bits of PKIFailureInfo


def now_utc() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _Imprint:
    algorithm: _Algorithm
    digest: bytes


@asn1.sequence
class _Request:
    version: int
    imprint: _Imprint
    policy: ObjectIdentifier | None
    nonce: int | None
    wants_certificate: Annotated[bool, asn1.Default(False)]


@asn1.sequence
class _Stamp:
    """TSTInfo: what the token says."""

    version: int
    policy: ObjectIdentifier
    imprint: _Imprint
    serial: int
    made_at: asn1.GeneralizedTime
    nonce: int | None


@asn1.sequence
class _Attribute:
    kind: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _CertificateId:
    """ESSCertIDv2 with its default hash, SHA-256."""

    digest: bytes


@asn1.sequence
class _SigningCertificate:
    certificates: list[_CertificateId]


@asn1.sequence
class _Attributes:
    """One field, so that the set can be encoded alone: its tag differs when it is signed."""

    attributes: asn1.SetOf[_Attribute]


@asn1.sequence
class _Signer:
    version: int
    issuer_and_serial: asn1.TLV
    digest_algorithm: _Algorithm
    attributes: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    signature_algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _Content:
    kind: ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[_Algorithm]
    content: _Content
    certificates: Annotated[asn1.SetOf[x509.Certificate] | None, asn1.Implicit(0)]
    signers: asn1.SetOf[_Signer]


@asn1.sequence
class _Token:
    kind: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _Status:
    status: int
    failure: asn1.BitString | None


@asn1.sequence
class _Response:
    status: _Status
    token: _Token | None


@dataclass(frozen=True)
class TimeStamper:
    """The certificate (extended key usage time stamping only, critical) and its P-256 key."""

    certificate_pem: str
    key_pem: str
    clock: Callable[[], datetime] = now_utc

    def __repr__(self) -> str:
        return "TimeStamper(…)"  # the key must not reach a log

    def answer(self, query: bytes) -> bytes:
        """Return the TimeStampResp (DER) for a TimeStampReq (DER); a refusal if it is none."""
        try:
            request = asn1.decode_der(_Request, query)
        except ValueError:
            return _refusal(_BAD_REQUEST)
        imprint = request.imprint
        expected = _DIGEST_BYTES.get(imprint.algorithm.algorithm)
        if expected is None or len(imprint.digest) != expected:
            return _refusal(_BAD_ALGORITHM)
        status = _Status(status=_GRANTED, failure=None)
        return asn1.encode_der(_Response(status=status, token=self._token(request)))

    def _token(self, request: _Request) -> _Token:
        certificate = x509.load_pem_x509_certificate(self.certificate_pem.encode())
        stamp = _Stamp(
            version=1,
            policy=request.policy or _POLICY,
            imprint=request.imprint,
            serial=x509.random_serial_number(),
            made_at=asn1.GeneralizedTime(self.clock().astimezone(UTC).replace(microsecond=0)),
            nonce=request.nonce,
        )
        content = asn1.encode_der(stamp)
        signed = _SignedData(
            version=3,
            digest_algorithms=asn1.SetOf([_sha256()]),
            content=_Content(kind=_TST_INFO, content=content),
            certificates=asn1.SetOf([certificate]) if request.wants_certificate else None,
            signers=asn1.SetOf([self._signer(content, certificate)]),
        )
        return _Token(kind=_SIGNED_DATA, content=signed)

    def _signer(self, content: bytes, certificate: x509.Certificate) -> _Signer:
        key = serialization.load_pem_private_key(self.key_pem.encode(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        attributes = _signed_attributes(content, certificate)
        # RFC 5652, 5.4: what is signed is the SET itself, not its [0] as it stands in the token.
        whole = asn1.encode_der(_Attributes(attributes=attributes))
        as_set = asn1.decode_der(asn1.TLV, whole).data
        issuer = _IssuerAndSerial(
            issuer=_tlv(certificate.issuer.public_bytes()), serial=certificate.serial_number
        )
        return _Signer(
            version=1,
            issuer_and_serial=_tlv(asn1.encode_der(issuer)),
            digest_algorithm=_sha256(),
            attributes=attributes,
            signature_algorithm=_Algorithm(algorithm=_ECDSA_SHA256, parameters=None),
            signature=key.sign(bytes(as_set), ec.ECDSA(hashes.SHA256())),
        )


@contextmanager
def served(stamper: TimeStamper) -> Iterator[str]:
    """Give the URL under which ``stamper`` answers, on the loopback, until the end of the block.

    Raises OSError if no port can be had.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = _TIMEOUT_S

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MAX_QUERY_BYTES:
                self.send_error(413)
                return
            body = stamper.answer(self.rfile.read(int(length)))
            self.send_response(200)
            self.send_header("Content-Type", _REPLY)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: every signature would print a line."""

    _bypass_proxies()
    with HTTPServer((_LOOPBACK, 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True)
        thread.start()
        try:
            yield f"http://{_LOOPBACK}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def _bypass_proxies() -> None:
    """Keep the library from asking a proxy for the loopback: it obeys the usual variables."""
    for name in ("no_proxy", "NO_PROXY"):
        known = os.environ.get(name, "")
        if _LOOPBACK not in known.split(","):
            os.environ[name] = f"{known},{_LOOPBACK}".lstrip(",")


def _signed_attributes(content: bytes, signer: x509.Certificate) -> asn1.SetOf[_Attribute]:
    own = _CertificateId(digest=signer.fingerprint(hashes.SHA256()))
    return asn1.SetOf(
        [
            _attribute(_CONTENT_TYPE, asn1.encode_der(_TST_INFO)),
            _attribute(_MESSAGE_DIGEST, asn1.encode_der(hashlib.sha256(content).digest())),
            _attribute(
                _SIGNING_CERTIFICATE, asn1.encode_der(_SigningCertificate(certificates=[own]))
            ),
        ]
    )


def _attribute(kind: ObjectIdentifier, value: bytes) -> _Attribute:
    return _Attribute(kind=kind, values=asn1.SetOf([_tlv(value)]))


def _tlv(der: bytes) -> asn1.TLV:
    return asn1.decode_der(asn1.TLV, der)


def _sha256() -> _Algorithm:
    return _Algorithm(algorithm=_SHA256, parameters=None)


def _refusal(reason: int) -> bytes:
    bits = asn1.BitString(bytes([0x80 >> reason]), 7 - reason)
    return asn1.encode_der(_Response(status=_Status(status=_REJECTION, failure=bits), token=None))
