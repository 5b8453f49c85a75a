"""Passwords, and browsers that are signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "password",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_password_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_password"),
    )
    op.create_table(
        "browser",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("signed_in_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_browser_account_id"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_browser"),
    )
    op.create_index("ix_browser_account_id", "browser", ["account_id"])
    op.create_index("ix_browser_expires_at", "browser", ["expires_at"])


def downgrade() -> None:
    """Refuse: accounts would lose their passwords."""
    raise NotImplementedError
