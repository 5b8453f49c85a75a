"""The authority is made once, renewed in time, and refuses to work in unsafe conditions."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cleardance.errors import SealFailed
from cleardance.provenance import Authority, open_authority
from cleardance.provenance.profile import check_profile

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def _chain(authority: Authority) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(authority.chain_pem.encode())


def test_first_use_makes_private_files(tmp_path: Path) -> None:
    keys = tmp_path / "home" / "keys"
    open_authority(keys, "Harbour Films")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    files = sorted(path for path in keys.iterdir())
    assert [f.name for f in files] == [
        ".lock",
        "intermediate.pem",
        "leaf.pem",
        "root.pem",
        "tsa.pem",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_second_use_finds_the_same(tmp_path: Path) -> None:
    assert vars(open_authority(tmp_path / "k", "A")) == vars(open_authority(tmp_path / "k", "A"))


def test_many_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: open_authority(tmp_path / "k", "A"), range(16)))
    assert len({(one.root_pem, one.chain_pem, one.key_pem) for one in made}) == 1


def test_chain_is_leaf_then_intermediate_under_the_root(tmp_path: Path) -> None:
    authority = open_authority(tmp_path / "k", "Harbour Films", now=NOW)
    leaf, middle = _chain(authority)
    root = x509.load_pem_x509_certificate(authority.root_pem.encode())
    leaf.verify_directly_issued_by(middle)
    middle.verify_directly_issued_by(root)
    assert leaf.not_valid_after_utc - NOW == timedelta(days=90)
    assert leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == (
        "Harbour Films"
    )


@pytest.mark.parametrize(
    ("days", "same_leaf", "same_middle"),
    [(0, True, True), (60, True, True), (61, False, True), (3531, False, False)],
)
def test_renewal_keeps_the_root(tmp_path, days: int, same_leaf: bool, same_middle: bool) -> None:
    first = open_authority(tmp_path / "k", "A", now=NOW)
    later = open_authority(tmp_path / "k", "A", now=NOW + timedelta(days=days))
    assert later.root_pem == first.root_pem
    assert (_chain(later)[0] == _chain(first)[0]) is same_leaf
    assert (_chain(later)[1] == _chain(first)[1]) is same_middle


def test_a_root_about_to_end_is_named(tmp_path: Path) -> None:
    open_authority(tmp_path / "k", "A", now=NOW)
    with pytest.raises(SealFailed, match="root-expired"):
        open_authority(tmp_path / "k", "A", now=NOW + timedelta(days=7211))


@pytest.mark.parametrize("name", ["leaf.pem", "root.pem", "."])
@pytest.mark.parametrize("extra", [0o040, 0o004])
def test_keys_others_can_read_are_refused(tmp_path: Path, name: str, extra: int) -> None:
    keys = tmp_path / "k"
    open_authority(keys, "A")
    path = keys / name
    path.chmod(stat.S_IMODE(path.stat().st_mode) | extra)
    with pytest.raises(SealFailed, match="keys-readable-by-others") as caught:
        open_authority(keys, "A")
    assert "chmod" in (caught.value.hint or "")


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    open_authority(tmp_path / "k", "A")
    (tmp_path / "k" / "leaf.pem").write_text("nonsense")
    with pytest.raises(SealFailed, match="key-unreadable"):
        open_authority(tmp_path / "k", "A")


def test_a_crash_while_writing_a_key_is_survived(tmp_path: Path) -> None:
    keys = tmp_path / "k"
    keys.mkdir(mode=0o700)
    descriptor = os.open(keys / ".root.pem", os.O_CREAT | os.O_WRONLY, 0o600)
    os.write(descriptor, b"half a ke")
    os.close(descriptor)
    open_authority(keys, "A")
    assert not (keys / ".root.pem").exists()


def test_the_key_is_not_in_the_repr(authority: Authority) -> None:
    assert "PRIVATE" not in repr(authority)


def _leaf(authority: Authority, **wrong: object) -> tuple[str, str]:
    """Issue a leaf that is right but for what ``wrong`` says; returns (chain, key) PEMs."""
    key = wrong.get("key") or ec.generate_private_key(ec.SECP256R1())
    issuer_key = ec.generate_private_key(ec.SECP256R1())
    middle = _chain(authority)[1]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wrong")])
    issuer = name if wrong.get("self_signed") else middle.subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(1000)
        .not_valid_before(wrong.get("start", NOW - timedelta(days=1)))
        .not_valid_after(wrong.get("end", NOW + timedelta(days=10)))
        .add_extension(x509.BasicConstraints(bool(wrong.get("ca")), None), critical=True)
    )
    if not wrong.get("no_aki"):
        aki = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(aki, critical=False)
    signature = not wrong.get("no_signature")
    usage = x509.KeyUsage(signature, False, not signature, False, False, False, False, False, False)
    builder = builder.add_extension(usage, critical=not wrong.get("usage_not_critical"))
    if not wrong.get("no_eku"):
        use = wrong.get("eku", ExtendedKeyUsageOID.EMAIL_PROTECTION)
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    certificate = builder.sign(issuer_key, hashes.SHA256())
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    chain = pem if wrong.get("alone") else pem + _pem(middle)
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return chain, key_pem.decode()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"alone": True}, "no-intermediate"),
        ({"ca": True}, "leaf-is-ca"),
        ({"self_signed": True}, "self-signed"),
        ({"no_aki": True}, "no-authority-key-identifier"),
        ({"no_signature": True}, "no-digital-signature"),
        ({"usage_not_critical": True}, "key-usage-not-critical"),
        ({"no_eku": True}, "no-extended-key-usage"),
        ({"eku": ExtendedKeyUsageOID.SERVER_AUTH}, "wrong-extended-key-usage"),
        ({"key": rsa.generate_private_key(65537, 1024)}, "unsupported-key"),
        ({"key": ec.generate_private_key(ec.SECP256K1())}, "unsupported-key"),
        ({"end": NOW - timedelta(hours=1)}, "expired"),
        ({"start": NOW + timedelta(hours=1)}, "not-yet-valid"),
        ({}, "chain-broken"),  # right in itself, but not issued by the intermediate it names
    ],
)
def test_each_fault_of_a_certificate_is_named(authority: Authority, wrong, reason: str) -> None:
    chain, key = _leaf(authority, **wrong)
    with pytest.raises(SealFailed, match=f"profile: {reason}:"):
        check_profile(chain, key, NOW)


def test_faults_of_the_key_are_named(authority: Authority) -> None:
    now = datetime.now(UTC)
    for curve in (ec.SECP256R1(), ec.SECP384R1()):
        key = ec.generate_private_key(curve).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with pytest.raises(SealFailed, match="profile: key-mismatch:"):
            check_profile(authority.chain_pem, key.decode(), now)
    with pytest.raises(SealFailed, match="profile: unreadable:"):
        check_profile("nonsense", authority.key_pem, now)
