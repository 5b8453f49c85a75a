"""Roles, keys, usage, holdings, and a record of every privileged act."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables; whoever reviewed before is a reviewer, and ``local`` is all."""
    _add_columns()
    _add_keys()
    _add_usage()
    _add_holdings_and_acts()
    _give_roles()


def _add_columns() -> None:
    op.add_column("account", sa.Column("parent", sa.Text()))
    op.add_column(
        "account", sa.Column("roles", sa.JSON(), server_default='["creator"]', nullable=False)
    )
    op.add_column("account", sa.Column("salt", sa.LargeBinary()))
    op.add_column("account", sa.Column("suspended_at", sa.Text()))
    op.create_index("ix_account_parent", "account", ["parent"])
    op.add_column("task", sa.Column("key_id", sa.Text()))
    op.add_column("task", sa.Column("end_user", sa.Text()))
    for column in ("tokens", "cost_micros"):
        op.add_column(
            "task", sa.Column(column, sa.BigInteger(), server_default="0", nullable=False)
        )
    op.create_index("ix_task_key_id_status", "task", ["key_id", "status"])


def _add_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text()),
        sa.Column("revoked_at", sa.Text()),
        sa.Column("requests_per_minute", sa.Integer()),
        sa.Column("concurrent_tasks", sa.Integer()),
        sa.Column("tokens_per_day", sa.BigInteger()),
        sa.Column("spend_per_month_micros", sa.BigInteger()),
        sa.Column("busy_until_us", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_api_key_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("secret_sha256", name="uq_api_key_secret_sha256"),
    )
    op.create_index("ix_api_key_account_id", "api_key", ["account_id"])


def _add_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text()),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name="pk_usage"),
    )
    op.create_index("ix_usage_key_id_at", "usage", ["key_id", "at"])
    op.create_index("ix_usage_account_id_at", "usage", ["account_id", "at"])


def _add_holdings_and_acts() -> None:
    op.create_table(
        "holding",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('owner', 'work')", name=op.f("ck_holding_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_holding_account_id"),
        sa.PrimaryKeyConstraint("account_id", "kind", "value", name="pk_holding"),
    )
    op.create_table(
        "admin_act",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("detail", sa.JSON()),
        sa.Column("salt", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_admin_act"),
    )
    for column in ("at", "actor", "subject"):
        op.create_index(f"ix_admin_act_{column}", "admin_act", [column])


def _give_roles() -> None:
    op.execute(
        'UPDATE account SET roles = \'["creator", "reviewer"]\' WHERE id IN'
        " (SELECT claimed_by FROM review UNION SELECT decided_by FROM review)"
    )
    op.execute(
        'UPDATE account SET roles = \'["creator", "operator", "reviewer"]\' WHERE name = \'local\''
    )
    connection = op.get_bind()
    account = sa.table("account", sa.column("id"), sa.column("salt"))
    for (account_id,) in connection.execute(sa.select(account.c.id)).all():
        salted = sa.update(account).where(account.c.id == account_id)
        connection.execute(salted.values(salt=secrets.token_bytes(32)))
