"""The operator's own certificate and key, from files or behind a callback."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from cleardance.errors import SealFailed, UsageError
from cleardance.provenance import Authority, sign, verify_signed
from cleardance.provenance.authority import (
    EMAIL_PROTECTION,
    _kept,
    _name,
    _usage,
    open_authority,
)
from cleardance.provenance.operator import Credentials, authority_of, with_credentials
from cleardance.provenance.profile import check_profile
from cleardance.settings import Settings, load
from tests.provenance.conftest import make_parts

_KMS: dict[str, ec.EllipticCurvePrivateKey] = {}


def kms(data: bytes) -> bytes:
    """What a key management service does: signs, and never shows the key."""
    r, s = decode_dss_signature(_KMS["key"].sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def broken_kms(data: bytes) -> bytes:
    raise ConnectionError("the service is down")


def der_kms(data: bytes) -> bytes:
    return _KMS["key"].sign(data, ec.ECDSA(hashes.SHA256()))


@pytest.fixture
def bought(stranger: Authority, tmp_path: Path) -> Path:
    """A folder with a certificate issued by somebody else's authority."""
    assert stranger.key_pem is not None
    folder = tmp_path / "bought"
    folder.mkdir()
    (folder / "chain.pem").write_text(stranger.chain_pem)
    (folder / "root.pem").write_text(stranger.root_pem)
    (folder / "key.pem").write_text(stranger.key_pem)
    (folder / "key.pem").chmod(0o600)
    key = serialization.load_pem_private_key(stranger.key_pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    _KMS["key"] = key
    return folder


def _settings(tmp_path: Path, bought: Path, **values: object) -> Settings:
    return Settings(
        home=tmp_path, signing_chain=bought / "chain.pem", trust=bought / "root.pem", **values
    )


def test_signing_with_a_bought_certificate(bought: Path, unsigned: Path, tmp_path: Path) -> None:
    settings = _settings(tmp_path, bought, signing_key=bought / "key.pem")
    authority = authority_of(settings, tmp_path / "keys")
    sign(unsigned, tmp_path / "o.mp4", make_parts(), authority)
    facts = verify_signed(tmp_path / "o.mp4", authority.root_pem)
    assert facts.signed_by == "Somebody Else"
    assert facts.signed_at is not None  # by our own time stamps


def test_signing_through_a_callback(bought: Path, unsigned: Path, tmp_path: Path) -> None:
    settings = _settings(tmp_path, bought, signing_callback=f"{__name__}:kms")
    authority = authority_of(settings, tmp_path / "keys")
    assert authority.key_pem is None
    sign(unsigned, tmp_path / "o.mp4", make_parts(), authority)
    assert verify_signed(tmp_path / "o.mp4", authority.root_pem).signed_by == "Somebody Else"


@pytest.mark.parametrize(
    ("callback", "reason"),
    [
        ("broken_kms", "key-unavailable: the callback failed: ConnectionError"),
        (
            "der_kms",
            "key-mismatch: the callback did not .* raw es256 signature .*r and s are 32 bytes",
        ),
        ("nothing", "key-unavailable: .* cannot be imported"),
    ],
)
def test_a_wrong_callback_is_named(
    bought: Path, authority: Authority, callback: str, reason: str
) -> None:
    credentials = Credentials(bought / "chain.pem", callback=f"{__name__}:{callback}")
    with pytest.raises(SealFailed, match=f"profile: {reason}"):
        with_credentials(authority, credentials)


def test_a_callback_with_another_key_is_named(bought: Path, authority: Authority) -> None:
    _KMS["key"] = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(SealFailed, match="profile: key-mismatch: the callback did not"):
        with_credentials(authority, Credentials(bought / "chain.pem", callback=f"{__name__}:kms"))


def test_a_chain_without_any_key_is_named(bought: Path, authority: Authority) -> None:
    with pytest.raises(SealFailed, match="profile: no-key"):
        with_credentials(authority, Credentials(bought / "chain.pem"))


def test_an_expired_bought_certificate_is_named(bought: Path, authority: Authority) -> None:
    credentials = Credentials(bought / "chain.pem", bought / "key.pem")
    with pytest.raises(SealFailed, match="profile: expired"):
        with_credentials(authority, credentials, datetime.now(UTC) + timedelta(days=91))


@pytest.mark.parametrize("name", ["chain.pem", "key.pem"])
def test_files_that_are_missing_or_damaged_are_named(
    bought: Path, authority: Authority, name: str
) -> None:
    credentials = Credentials(bought / "chain.pem", bought / "key.pem")
    (bought / name).write_text("nonsense")
    with pytest.raises(SealFailed, match="profile: unreadable"):
        with_credentials(authority, credentials)
    (bought / name).unlink()
    with pytest.raises(SealFailed, match="profile: unreadable"):
        with_credentials(authority, credentials)


def test_a_key_others_can_read_is_refused(bought: Path, authority: Authority) -> None:
    (bought / "key.pem").chmod(0o644)
    with pytest.raises(SealFailed, match="keys-readable-by-others"):
        with_credentials(authority, Credentials(bought / "chain.pem", bought / "key.pem"))


@pytest.mark.parametrize(
    "lines",
    [
        'signing_chain = "chain.pem"',
        'signing_key = "key.pem"',
        'signing_chain = "a"\nsigning_key = "b"\nsigning_callback = "c:d"',
        'tsa_url = "ftp://example.org"',
        'tsa_policy = "maybe"',
    ],
)
def test_settings_that_contradict_themselves_are_refused(tmp_path: Path, lines: str) -> None:
    (tmp_path / "cleardance.toml").write_text(lines)
    with pytest.raises(UsageError):
        load(tmp_path)


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


KINDS = {
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "es512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ps256": _rsa,
    "ed25519": Ed25519PrivateKey.generate,
}


def _raw(name: str, key: Any) -> Callable[[bytes], bytes]:
    """Return what signs as a KMS does with a key of this kind."""
    if name == "ed25519":
        return key.sign
    if name == "ps256":
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return lambda data: key.sign(data, pss, hashes.SHA256())
    size = {"es384": 48, "es512": 66}[name]
    digest = hashes.SHA384() if name == "es384" else hashes.SHA512()

    def sign_raw(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign_raw


def _bought(
    folder: Path, key: Any, days: int = 9, by: str = "intermediate"
) -> tuple[str, str, str]:
    """Issue a certificate for any kind of key; return chain, key and root as PEM."""
    authority = open_authority(folder / "theirs", "Somebody Else")
    middle = _kept(folder / "theirs", by)
    assert middle is not None
    now = datetime.now(UTC)
    aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(middle.key.public_key())
    leaf = (
        x509.CertificateBuilder()
        .subject_name(_name("Somebody Else", "buyer"))
        .issuer_name(middle.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(aki, critical=False)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([EMAIL_PROTECTION]), critical=False)
        .sign(middle.key, hashes.SHA256())
    )
    pem = leaf.public_bytes(serialization.Encoding.PEM).decode()
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem + middle.certificate_pem, key_pem.decode(), authority.root_pem


@pytest.mark.parametrize("how", ["file", "callback"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_key_that_c2pa_knows_signs(
    kind: str, how: str, authority: Authority, unsigned: Path, tmp_path: Path
) -> None:
    key = KINDS[kind]()
    chain_pem, key_pem, root_pem = _bought(tmp_path, key)
    theirs = replace(
        authority,
        chain_pem=chain_pem,
        root_pem=authority.root_pem + root_pem,
        key_pem=key_pem if how == "file" else None,
        sign_with=_raw(kind, key) if how == "callback" else None,
    )
    sign(unsigned, tmp_path / "o.mp4", make_parts(), theirs)
    assert verify_signed(tmp_path / "o.mp4", theirs.root_pem).signed_by == "Somebody Else"
    wrong = replace(theirs, key_pem=None, sign_with=_raw(kind, KINDS[kind]()))
    with pytest.raises(SealFailed, match="profile: key-mismatch"):
        sign(unsigned, tmp_path / "x.mp4", make_parts(), wrong)


def test_an_issuer_that_ended_or_is_none_is_named(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    chain_pem, key_pem, _ = _bought(tmp_path, _rsa(), days=5000)
    with pytest.raises(SealFailed, match="profile: issuer-expired"):
        check_profile(chain_pem, key_pem, now + timedelta(days=4000))
    chain_pem, key_pem, _ = _bought(tmp_path, _rsa(), by="leaf")
    with pytest.raises(SealFailed, match="profile: issuer-not-ca"):
        check_profile(chain_pem, key_pem, now)
