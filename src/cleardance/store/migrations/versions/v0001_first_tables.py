"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table, and the counters at zero."""
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account_name"),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_ledger_checkpoint"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("index", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text()),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("index", name="pk_ledger_entry"),
    )
    op.create_index("ix_ledger_entry_task_id", "ledger_entry", ["task_id"])

    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name="pk_ledger_node"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.execute("INSERT INTO meta (key, value) VALUES ('registry_revision', 0), ('ledger_size', 0)")
    op.create_table(
        "work",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("public_domain", sa.Boolean(), nullable=False),
        sa.Column("territories", sa.JSON()),
        sa.Column("identifiers", sa.JSON()),
        sa.Column("descriptors", sa.JSON()),
        sa.Column("keywords", sa.JSON()),
        sa.Column("belongs_to", sa.Text()),
        sa.Column("licence_contact", sa.Text()),
        sa.Column("source", sa.Text()),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["belongs_to"], ["work.id"], name="fk_work_belongs_to"),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
    )
    op.create_index("ix_work_belongs_to", "work", ["belongs_to"])
    op.create_index("ix_work_revision", "work", ["revision"])

    op.create_table(
        "task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("request", sa.JSON()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("registry_revision", sa.BigInteger()),
        sa.Column("ignored", sa.JSON()),
        sa.Column("raw_blob", sa.Text()),
        sa.Column("sealed_blob", sa.Text()),
        sa.Column("destination", sa.Text()),
        sa.Column("output", sa.JSON()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("ledger_index", sa.BigInteger()),
        sa.Column("timings", sa.JSON()),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'released', 'denied', 'held', 'failed')",
            name=op.f("ck_task_status"),
        ),
        sa.CheckConstraint("step BETWEEN 1 AND 8", name=op.f("ck_task_step")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_task_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index("ix_task_account_id", "task", ["account_id"])
    op.create_index("ix_task_created_at", "task", ["created_at"])
    op.create_index("ix_task_status", "task", ["status"])

    op.create_table(
        "work_name",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("normalised", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('name', 'alias', 'hashtag')", name=op.f("ck_work_name_kind")),
        sa.ForeignKeyConstraint(
            ["work_id"], ["work.id"], name="fk_work_name_work_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_name"),
    )
    op.create_index("ix_work_name_normalised", "work_name", ["normalised"])
    op.create_index("ix_work_name_work_id", "work_name", ["work_id"])

    op.create_table(
        "work_reference",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("work_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text()),
        sa.ForeignKeyConstraint(
            ["work_id"], ["work.id"], name="fk_work_reference_work_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_work_reference"),
    )
    op.create_index("ix_work_reference_work_id", "work_reference", ["work_id"])

    op.create_table(
        "output_signal",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time_s", sa.Double()),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name="fk_output_signal_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_output_signal"),
    )
    op.create_index("ix_output_signal_kind", "output_signal", ["kind"])
    op.create_index("ix_output_signal_task_id", "output_signal", ["task_id"])

    op.create_table(
        "reference_signal",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("reference_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["work_reference.id"],
            name="fk_reference_signal_reference_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reference_signal"),
    )
    op.create_index("ix_reference_signal_kind", "reference_signal", ["kind"])
    op.create_index("ix_reference_signal_reference_id", "reference_signal", ["reference_id"])

    op.create_table(
        "verdict",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("registry_revision", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.CheckConstraint("stage IN ('ask', 'output')", name=op.f("ck_verdict_stage")),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name="fk_verdict_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_verdict"),
    )
    op.create_index("ix_verdict_task_id", "verdict", ["task_id"])
