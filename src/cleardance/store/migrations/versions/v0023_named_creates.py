"""Creates that clients named, found by their names: what was asked under them stands beside."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_DIGEST_CHARS = 64


def upgrade() -> None:
    """Take what was written as ``NAME:BODY``, both SHA-256 in hex, apart."""
    op.add_column("task", sa.Column("dedupe_body", sa.Text()))
    task = sa.table("task", sa.column("dedupe_key"), sa.column("dedupe_body"))
    key = task.c.dedupe_key
    op.execute(
        sa.update(task)
        .where(key.like("%:%"))
        .values(
            dedupe_key=sa.func.substr(key, 1, _DIGEST_CHARS),
            dedupe_body=sa.func.substr(key, _DIGEST_CHARS + 2),
        )
    )
