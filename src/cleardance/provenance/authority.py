"""Our own certificate authority: made at first use, kept in files only we can read.

Root (20 years) signs an intermediate (10 years), which signs the leaf (90 days) that signs media,
and the certificate of our time stamps (5 years), which let files outlive that leaf. Both are
renewed by themselves; whoever trusts the root keeps trusting the files. An operator with a
certificate from elsewhere uses `provenance.operator` instead.

Profile: C2PA 2.2, section 14.5 (X.509 certificates for claim signing), over RFC 5280.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from cleardance.errors import SealFailed

from .profile import check_profile
from .tsa import TimeStamper

SignCallback = Callable[[bytes], bytes]
"""Given the bytes to sign, returns the raw signature; of ECDSA, r and s of equal length."""

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")  # c2pa-kp-claimSigning
EMAIL_PROTECTION = ExtendedKeyUsageOID.EMAIL_PROTECTION  # what C2PA 1.x verifiers look for

ROOT_VALIDITY = timedelta(days=20 * 365)
INTERMEDIATE_VALIDITY = timedelta(days=10 * 365)
# Short, because a file with a time stamp stays valid after its leaf: a stolen key is soon useless.
LEAF_VALIDITY = timedelta(days=90)
RENEW_BEFORE = timedelta(days=30)
STAMPER_VALIDITY = timedelta(days=5 * 365)
RENEW_STAMPER_BEFORE = timedelta(days=365)
_CLOCK_SKEW = timedelta(minutes=5)
_MAX_NAME_CHARS = 64  # ub-common-name and ub-organization-name, RFC 5280 appendix A


@dataclass(frozen=True)
class Authority:
    """What signing and verifying need: the chain (leaf first, without the root), key and root."""

    chain_pem: str
    key_pem: str | None  # None when `sign_with` signs
    root_pem: str  # what we trust when we read back; may hold several roots
    time_stamps: TimeStamper | str | None = None  # ours, or the URL of an outside authority
    stamps_required: bool = True  # without one nothing is signed; else the record says "none"
    sign_with: SignCallback | None = None  # a key that is kept elsewhere, in a KMS or HSM

    def __repr__(self) -> str:
        return "Authority(…)"  # the key must not reach a log


def open_authority(
    keys_dir: Path,
    organisation: str,
    *,
    now: datetime | None = None,
    tsa_url: str | None = None,
    stamps_required: bool = True,
) -> Authority:
    """Return the authority kept in ``keys_dir``, making or renewing what is missing.

    Time stamps are our own unless ``tsa_url`` names an outside authority.

    Safe when several processes come first at once: one makes the keys, the others wait and read.
    Raises SealFailed, with the reason named, when keys can be read by others, do not belong
    together, or give a certificate outside the profile.
    """
    now = now or datetime.now(UTC)
    with _locked(keys_dir):
        root = _kept(keys_dir, "root")
        if root is None:
            root = _keep(keys_dir, "root", _issue_root(organisation, now))
        if root.certificate.not_valid_after_utc - now < LEAF_VALIDITY:
            raise SealFailed(
                f"root-expired: {keys_dir}/root.pem ends {root.certificate.not_valid_after_utc}",
                hint="Move the keys folder away; a new authority is made, which must be trusted.",
            )
        middle = _kept(keys_dir, "intermediate")
        if middle is None or not _fresh(middle, root, now, LEAF_VALIDITY + RENEW_BEFORE):
            middle = _keep(keys_dir, "intermediate", _issue_ca(root, organisation, now))
        leaf = _kept(keys_dir, "leaf")
        if leaf is None or not _fresh(leaf, middle, now, RENEW_BEFORE):
            leaf = _keep(keys_dir, "leaf", _issue_leaf(middle, organisation, now))
        stamper = _kept(keys_dir, "tsa")
        if stamper is None or not _fresh(stamper, root, now, RENEW_STAMPER_BEFORE):
            stamper = _keep(keys_dir, "tsa", _issue_stamper(root, organisation, now))
    authority = Authority(
        chain_pem=leaf.certificate_pem + middle.certificate_pem,
        key_pem=leaf.key_pem,
        root_pem=root.certificate_pem,
        time_stamps=tsa_url or TimeStamper(stamper.certificate_pem, stamper.key_pem),
        stamps_required=stamps_required,
    )
    check_profile(authority.chain_pem, authority.key_pem, now)
    return authority


@dataclass(frozen=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> str:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def key_pem(self) -> str:
        """The private key as unencrypted PKCS #8 PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode("ascii")


@contextmanager
def _locked(keys_dir: Path) -> Iterator[None]:
    """Make the folder for us alone and hold its lock."""
    keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_private(keys_dir)
    lock = os.open(keys_dir / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def check_private(path: Path) -> None:
    """Raise SealFailed if others than the owner can read ``path``."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SealFailed(
            f"keys-readable-by-others: {path} has mode {mode:04o}",
            hint=f"chmod {'700' if path.is_dir() else '600'} {path}; if others may have read it, "
            "make new keys.",
        )


def _kept(keys_dir: Path, name: str) -> Identity | None:
    """Read NAME.pem: the private key followed by its certificate."""
    path = keys_dir / f"{name}.pem"
    if not path.exists():
        return None
    check_private(path)
    pem = path.read_bytes()
    try:
        key = serialization.load_pem_private_key(pem, password=None)
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise SealFailed(f"key-unreadable: {path} is damaged") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SealFailed(f"key-unreadable: {path} holds no elliptic-curve key")
    return Identity(certificate, key)


def _keep(keys_dir: Path, name: str, identity: Identity) -> Identity:
    """Write NAME.pem whole or not at all, mode 0600 from its first byte."""
    temporary = keys_dir / f".{name}.pem"
    temporary.unlink(missing_ok=True)  # left by a crash
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(identity.key_pem + identity.certificate_pem)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(keys_dir / f"{name}.pem")
    return identity


def _fresh(identity: Identity, issuer: Identity, now: datetime, margin: timedelta) -> bool:
    """Whether a certificate is signed by ``issuer`` and lasts ``margin`` longer than now."""
    try:
        identity.certificate.verify_directly_issued_by(issuer.certificate)
    except Exception:  # any reason not to use it
        return False
    return identity.certificate.not_valid_after_utc - now >= margin


def _name(organisation: str, role: str) -> x509.Name:
    organisation = organisation[: _MAX_NAME_CHARS - len(role) - 1]
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation} {role}"),
        ]
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    """Return what all three kinds share: names, validity, serial, key identifiers."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before - _CLOCK_SKEW)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )


def _issue_root(organisation: str, now: datetime) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(organisation, "root")
    certificate = (
        _builder(name, name, key, key, now, now + ROOT_VALIDITY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate, key)


def _issue_ca(root: Identity, organisation: str, now: datetime) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    end = min(now + INTERMEDIATE_VALIDITY, root.certificate.not_valid_after_utc)
    certificate = (
        _builder(_name(organisation, "media"), root.certificate.subject, key, root.key, now, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .sign(root.key, hashes.SHA256())
    )
    return Identity(certificate, key)


def _issue_leaf(
    middle: Identity, organisation: str, now: datetime, validity: timedelta = LEAF_VALIDITY
) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    end = min(now + validity, middle.certificate.not_valid_after_utc)
    certificate = (
        _builder(
            _name(organisation, "signer"), middle.certificate.subject, key, middle.key, now, end
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([CLAIM_SIGNING, EMAIL_PROTECTION]), critical=False)
        .sign(middle.key, hashes.SHA256())
    )
    return Identity(certificate, key)


def _issue_stamper(root: Identity, organisation: str, now: datetime) -> Identity:
    """RFC 3161, 2.3: time stamping is the only use, and critical."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = min(now + STAMPER_VALIDITY, root.certificate.not_valid_after_utc)
    name = _name(organisation, "time")
    certificate = (
        _builder(name, root.certificate.subject, key, root.key, now, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root.key, hashes.SHA256())
    )
    return Identity(certificate, key)
