"""An index by which waiting tasks are counted, in all and of an account."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_task_status_account_id", "task", ["status", "account_id"])
