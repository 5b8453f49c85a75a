"""The small pictures that verdicts cite as evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the table that names them."""
    op.create_table(
        "verdict_picture",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("verdict_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdict.id"], name="fk_verdict_picture_verdict_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_verdict_picture"),
    )
    op.create_index("ix_verdict_picture_blob", "verdict_picture", ["blob"])
    op.create_index("ix_verdict_picture_verdict_id", "verdict_picture", ["verdict_id"])
