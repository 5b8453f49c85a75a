"""Removed outputs, the steps of executing a notice, how often an output was served."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATUSES = (
    "status IN ('incomplete', 'received', 'held', 'accepted', 'rejected', 'executing', "
    "'executed', 'withdrawn')"
)


def upgrade() -> None:
    """Add the tables and columns, and what can become of a notice."""
    _widen_notice_status()
    op.add_column(
        "task", sa.Column("served_count", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("task", sa.Column("last_served_at", sa.Text()))
    op.create_table(
        "removal",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.Text()),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_removal_task_id"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_removal_notice_id"),
        sa.PrimaryKeyConstraint("task_id", "notice_id", name="pk_removal"),
    )
    op.create_index("ix_removal_notice_id", "removal", ["notice_id"])
    op.create_index("ix_removal_revision", "removal", ["revision"])
    op.create_table(
        "enforcement",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("demand", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON()),
        sa.Column("done_at", sa.Text()),
        sa.Column("undone_at", sa.Text()),
        sa.CheckConstraint(
            "state IN ('pending', 'done', 'undone')", name=op.f("ck_enforcement_state")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_enforcement_notice_id"),
        sa.PrimaryKeyConstraint("notice_id", "demand", "subject", name="pk_enforcement"),
    )


def _widen_notice_status() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_notice_status"), "notice", type_="check")
        op.create_check_constraint(op.f("ck_notice_status"), "notice", _STATUSES)
        return
    # SQLite cannot change a constraint: the table is written anew, which nothing refers to yet.
    with op.batch_alter_table("notice", recreate="always") as batch:
        batch.create_check_constraint(op.f("ck_notice_status"), _STATUSES)
