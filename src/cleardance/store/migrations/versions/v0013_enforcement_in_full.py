"""Why notices are held, misuse by senders, documents of steps, what models were trained on."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("enforcement", sa.Column("blob", sa.Text()))
    op.add_column("notice", sa.Column("concerns", sa.JSON()))
    for name in ("decided_by", "decided_at", "decision"):
        op.add_column("notice", sa.Column(name, sa.Text()))
    op.create_table(
        "misuse",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.Text()),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_misuse_notice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_misuse"),
    )
    op.create_index("ix_misuse_sender", "misuse", ["sender"])
    op.create_table(
        "training_set",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_training_set"),
    )
    _of_training_sets()


def _of_training_sets() -> None:
    op.create_table(
        "trained_model",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("training_set", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["training_set"], ["training_set.digest"], name="fk_trained_model_training_set"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trained_model"),
    )
    op.create_index("ix_trained_model_training_set", "trained_model", ["training_set"])
    op.create_table(
        "excluded_sample",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("training_set", sa.Text(), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("lifted_at", sa.Text()),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_excluded_sample_notice_id"),
        sa.ForeignKeyConstraint(
            ["training_set"], ["training_set.digest"], name="fk_excluded_sample_training_set"
        ),
        sa.PrimaryKeyConstraint("notice_id", "training_set", "sample", name="pk_excluded_sample"),
    )
    op.create_index("ix_excluded_sample_sample", "excluded_sample", ["sample"])
