"""Requests for licences, and links by which persons come to their own page."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    _licence_request()
    _person_link()


def _licence_request() -> None:
    op.create_table(
        "licence_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.Column("licence_id", sa.Text()),
        sa.CheckConstraint(
            "status IN ('open', 'granted', 'declined')", name=op.f("ck_licence_request_status")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_licence_request_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["licence.id"], name="fk_licence_request_licence_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_licence_request"),
    )
    for column in ("work_id", "account_id", "status"):
        op.create_index(f"ix_licence_request_{column}", "licence_request", [column])


def _person_link() -> None:
    op.create_table(
        "person_link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_person_link"),
        sa.UniqueConstraint("secret_sha256", name="uq_person_link_secret_sha256"),
    )
    op.create_index("ix_person_link_work_id", "person_link", ["work_id"])
