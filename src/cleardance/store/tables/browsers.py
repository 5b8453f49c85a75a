"""Who signs in with a browser."""

from sqlalchemy import Column, ForeignKey, Integer, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import metadata


class _Password(TypedColumns):
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), primary_key=True)
    # Argon2id in PHC's string form, with its salt and cost.
    hash: Named[str] = Column(Text)
    changed_at: Named[str] = Column(Text)
    # Wrong ones since the last right one, and until when no more are looked at.
    failures: Named[int] = Column(Integer, server_default="0")
    locked_until: Named[str | None] = Column(Text)


class _Browser(TypedColumns):
    token_sha256: Named[str] = Column(Text, primary_key=True)
    account_id: Named[str] = Column(Text, ForeignKey("account.id"), index=True)
    signed_in_at: Named[str] = Column(Text)
    expires_at: Named[str] = Column(Text, index=True)


password = Table("password", metadata, _Password)
browser = Table("browser", metadata, _Browser)
"""Each browser that is signed in, by the hash of its cookie."""
