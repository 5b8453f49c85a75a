"""Statements of reasons, counter-notices, strikes, complaints."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    _statement()
    _counter_notice()
    _strike()
    _complaint()


def _statement() -> None:
    op.create_table(
        "statement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.Text()),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_statement_notice_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_statement_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
        sa.UniqueConstraint(
            "notice_id", "account_id", "subject", name="uq_statement_notice_id_account_id_subject"
        ),
    )
    for column in ("notice_id", "account_id", "subject", "at"):
        op.create_index(f"ix_statement_{column}", "statement", [column])


def _counter_notice() -> None:
    op.create_table(
        "counter_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("restore_from", sa.Text(), nullable=False),
        sa.Column("restore_by", sa.Text(), nullable=False),
        sa.Column("court", sa.Text()),
        sa.Column("sued_at", sa.Text()),
        sa.Column("ended_at", sa.Text()),
        sa.CheckConstraint(
            "status IN ('incomplete', 'forwarded', 'sued', 'restored', 'refused')",
            name=op.f("ck_counter_notice_status"),
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_counter_notice_notice_id"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_counter_notice_account_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_counter_notice"),
        sa.UniqueConstraint("content", name="uq_counter_notice_content"),
    )
    for column in ("notice_id", "account_id", "status", "restore_by"):
        op.create_index(f"ix_counter_notice_{column}", "counter_notice", [column])


def _strike() -> None:
    op.create_table(
        "strike",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("reversed_at", sa.Text()),
        sa.Column("suspended_at", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_strike_account_id"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_strike_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_strike"),
        sa.UniqueConstraint("account_id", "notice_id", name="uq_strike_account_id_notice_id"),
    )
    for column in ("account_id", "notice_id"):
        op.create_index(f"ix_strike_{column}", "strike", [column])


def _complaint() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint(
            "status IN ('open', 'upheld', 'dismissed')", name=op.f("ck_complaint_status")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_complaint_notice_id"),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name="fk_complaint_statement_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_complaint"),
    )
    for column in ("notice_id", "statement_id", "status"):
        op.create_index(f"ix_complaint_{column}", "complaint", [column])
