"""Reviews by persons; verdicts are numbered, because a review gives one at the same revision."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Number the verdicts there are in the order in which they were given; make the queue."""
    op.add_column("verdict", sa.Column("number", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE verdict SET number = (SELECT count(*) FROM verdict AS other"
        " WHERE other.task_id = verdict.task_id AND other.stage = verdict.stage"
        " AND (other.registry_revision < verdict.registry_revision"
        " OR (other.registry_revision = verdict.registry_revision"
        " AND other.created_at <= verdict.created_at)))"
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("verdict_id", sa.Text(), nullable=False),
        sa.Column("appeal", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_at", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint("stage IN ('ask', 'output')", name=op.f("ck_review_stage")),
        sa.CheckConstraint(
            "status IN ('open', 'released', 'denied')", name=op.f("ck_review_status")
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name="fk_review_task_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdict.id"], name="fk_review_verdict_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["claimed_by"], ["account.id"], name="fk_review_claimed_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name="fk_review_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index("ix_review_status", "review", ["status"])
    op.create_index("ix_review_task_id", "review", ["task_id"])
