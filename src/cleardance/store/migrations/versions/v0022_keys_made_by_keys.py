"""By which key a key was made, whose limits hold for both together."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; keys that were made before are bounded by their own limits alone."""
    op.add_column("api_key", sa.Column("made_by", sa.Text()))
    op.create_index("ix_api_key_made_by", "api_key", ["made_by"])
