"""Works with cast, conditions and days; roles and flags of references; who changed what."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and the table of changes; what is there keeps its meaning."""
    for name, kind in (
        ("cast", sa.JSON()),
        ("conditions", sa.JSON()),
        ("protected_from", sa.Text()),
        ("protected_until", sa.Text()),
        ("public_domain_from", sa.JSON()),
    ):
        op.add_column("work", sa.Column(name, kind))
    op.add_column("work_reference", sa.Column("role", sa.Text()))
    op.add_column("work_reference", sa.Column("flag", sa.Text()))
    op.execute(
        "UPDATE work_reference SET role = CASE media WHEN 'video' THEN 'clip' ELSE 'image' END"
    )
    op.create_table(
        "work_change",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON()),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act IN ('added', 'changed', 'removed')", name=op.f("ck_work_change_act")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_change"),
    )
    op.create_index("ix_work_change_revision", "work_change", ["revision"])
    op.create_index("ix_work_change_work_id", "work_change", ["work_id"])
