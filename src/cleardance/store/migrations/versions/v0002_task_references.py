"""Which blobs a task needs of what was handed in with it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no model took references before."""
    op.create_table(
        "task_reference",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name="fk_task_reference_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "blob", name="pk_task_reference"),
    )
