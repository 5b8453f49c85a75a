"""Which works a verdict found, and which account sent a notice."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_AT_ONCE = 500


def upgrade() -> None:
    """Add the table, filled from what verdicts say, and the column."""
    op.create_table(
        "verdict_work",
        sa.Column("verdict_id", sa.Text(), nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdict.id"], name="fk_verdict_work_verdict_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("verdict_id", "work_id", name="pk_verdict_work"),
    )
    op.create_index("ix_verdict_work_work_id", "verdict_work", ["work_id"])
    _fill()
    op.add_column("notice", sa.Column("account_id", sa.Text()))
    op.create_index("ix_notice_account_id", "notice", ["account_id"])


def _fill() -> None:
    connection = op.get_bind()
    verdict = sa.table("verdict", sa.column("id", sa.Text), sa.column("body", sa.JSON))
    found = sa.table("verdict_work", sa.column("verdict_id"), sa.column("work_id"))
    query, last = sa.select(verdict.c.id, verdict.c.body).order_by(verdict.c.id), ""
    while batch := connection.execute(query.where(verdict.c.id > last).limit(_AT_ONCE)).all():
        last = batch[-1].id
        rows = [
            {"verdict_id": row.id, "work_id": work_id}
            for row in batch
            for work_id in sorted({one["work"]["id"] for one in row.body.get("findings", ())})
        ]
        if rows:
            connection.execute(sa.insert(found), rows)
