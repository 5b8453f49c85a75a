"""On whose behalf things are asked."""

from sqlalchemy import Column, Named, Table, Text, TypedColumns

from cleardance.store.tables.base import metadata


class _Account(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    name: Named[str] = Column(Text, unique=True)
    created_at: Named[str] = Column(Text)
    # Whose account it is, where licences are granted to all accounts of a partner.
    partner: Named[str | None] = Column(Text, index=True)


account = Table("account", metadata, _Account)
