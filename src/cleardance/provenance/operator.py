"""Signing with the operator's own certificate: from PEM files, or through a callback to a KMS."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from cryptography import x509

from cleardance.errors import SealFailed
from cleardance.settings import Settings

from .authority import Authority, SignCallback, check_private, open_authority
from .profile import check_profile


@dataclass(frozen=True)
class Credentials:
    """Where an operator's certificate and key are. One of ``key`` and ``callback`` is set."""

    chain: Path  # PEM, the leaf first, without the root
    key: Path | None = None  # PEM, unencrypted, readable by its owner alone
    callback: str | None = None  # "package.module:function", a `SignCallback`


def authority_of(settings: Settings, keys_dir: Path, now: datetime | None = None) -> Authority:
    """Return the authority that the settings describe: our own, unless they name another.

    Our own time stamps are there in both cases, and our root stays trusted: it vouches for them.
    Raises SealFailed with the reason named, as ``open_authority`` and ``check_profile`` do.
    """
    own = open_authority(
        keys_dir,
        settings.origin,
        now=now,
        tsa_url=settings.tsa_url,
        stamps_required=settings.tsa_policy == "require",
    )
    if settings.trust is not None:
        own = replace(own, root_pem=own.root_pem + _certificates(settings.trust))
    if settings.signing_chain is None:
        return own
    credentials = Credentials(
        settings.signing_chain, settings.signing_key, settings.signing_callback
    )
    return with_credentials(own, credentials, now)


def with_credentials(
    authority: Authority, credentials: Credentials, now: datetime | None = None
) -> Authority:
    """Return ``authority`` signing with the operator's certificate; SealFailed if it may not."""
    chain_pem = _certificates(credentials.chain)
    key_pem, sign_with = None, None
    if credentials.key is not None:
        key_pem = _private_text(credentials.key)
    elif credentials.callback is not None:
        sign_with = _imported(credentials.callback)
    check_profile(chain_pem, key_pem, now or datetime.now(UTC), sign_with)
    return replace(authority, chain_pem=chain_pem, key_pem=key_pem, sign_with=sign_with)


def _certificates(path: Path) -> str:
    text = _text(path)
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise SealFailed(f"profile: unreadable: {path} holds no PEM certificates") from error
    return text if text.endswith("\n") else text + "\n"


def _private_text(path: Path) -> str:
    if path.is_file():
        check_private(path)
    return _text(path)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError) as error:
        raise SealFailed(f"profile: unreadable: {path} cannot be read: {error}") from error


def _imported(name: str) -> SignCallback:
    module, _, function = name.partition(":")
    try:
        found: Callable[[bytes], bytes] = getattr(import_module(module), function)
    except Exception as error:  # importing runs the operator's code
        raise SealFailed(f"profile: key-unavailable: {name} cannot be imported: {error}") from error
    return found
