"""Queueing: leases, priorities, expiry; cancelled and expired tasks; events to follow."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATUSES = "'queued', 'running', 'released', 'denied', 'held', 'failed', 'cancelled', 'expired'"
_COLUMNS = (
    sa.Column("model", sa.Text()),
    sa.Column("tier", sa.Text(), server_default="default", nullable=False),
    sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
    sa.Column("expires_at", sa.Text()),
    sa.Column("callback_url", sa.Text()),
    sa.Column("dedupe_key", sa.Text()),
    sa.Column("lease_owner", sa.Text()),
    sa.Column("lease_until", sa.Text()),
    sa.Column("lease_number", sa.BigInteger(), server_default="0", nullable=False),
    sa.Column("deaths", sa.Integer(), server_default="0", nullable=False),
    sa.Column("not_before", sa.Text()),
)


def upgrade() -> None:
    """Let a task be queued, worked on by one of many, cancelled and expired."""
    checks = (
        ("status", f"status IN ({_STATUSES})"),
        ("tier", "tier IN ('default', 'flex')"),
        ("priority", "priority BETWEEN 0 AND 9"),
    )
    with op.batch_alter_table("task") as task:  # SQLite cannot change a constraint in place
        task.drop_constraint(op.f("ck_task_status"), type_="check")
        for column in _COLUMNS:
            task.add_column(column)
        for name, rule in checks:
            task.create_check_constraint(op.f(f"ck_task_{name}"), rule)
        task.create_index("ix_task_lease_owner", ["lease_owner"])
        task.create_index("ix_task_status_step", ["status", "step"])
        task.create_index("ix_task_account_id_dedupe_key", ["account_id", "dedupe_key"])
    request = sa.column("request", sa.JSON())
    known = sa.table("task", sa.column("model", sa.Text()), request)
    op.execute(sa.update(known).values(model=request["model"].as_string()))
    op.create_table(
        "task_event",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name="fk_task_event_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_task_event"),
    )
    op.create_index("ix_task_event_task_id", "task_event", ["task_id"])
    op.create_table(
        "queue_turn",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("served_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_queue_turn_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_queue_turn"),
    )
