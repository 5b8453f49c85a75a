"""Licences and consents; partners of accounts; the moment of a verdict."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add tables and columns; no licence is there yet, and no account has a partner."""
    op.add_column("account", sa.Column("partner", sa.Text()))
    op.create_index("ix_account_partner", "account", ["partner"])
    op.add_column("verdict", sa.Column("moment", sa.Text()))
    op.create_table(
        "licence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grantee_kind", sa.Text(), nullable=False),
        sa.Column("grantee", sa.Text(), nullable=False),
        sa.Column("grantor", sa.Text(), nullable=False),
        sa.Column("with_parts", sa.Boolean(), nullable=False),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.Column("territories", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Text()),
        sa.Column("valid_until", sa.Text()),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", sa.Text(), nullable=False),
        sa.Column("revoked_revision", sa.BigInteger()),
        sa.Column("revoked_at", sa.Text()),
        sa.Column("revoked_by", sa.Text()),
        sa.Column("revoked_why", sa.Text()),
        sa.CheckConstraint("kind IN ('licence', 'consent')", name=op.f("ck_licence_kind")),
        sa.CheckConstraint(
            "grantee_kind IN ('account', 'partner', 'everyone')",
            name=op.f("ck_licence_grantee_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_licence"),
    )
    op.create_index("ix_licence_revision", "licence", ["revision"])
    op.create_index("ix_licence_revoked_revision", "licence", ["revoked_revision"])
    op.create_table(
        "licence_work",
        sa.Column("licence_id", sa.Text(), nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name="fk_licence_work_licence_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("licence_id", "work_id", name="pk_licence_work"),
    )
    op.create_index("ix_licence_work_work_id", "licence_work", ["work_id"])
    op.create_table(
        "licence_evidence",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("licence_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["licence_id"],
            ["licence.id"],
            name="fk_licence_evidence_licence_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_licence_evidence"),
    )
    op.create_index("ix_licence_evidence_licence_id", "licence_evidence", ["licence_id"])
