"""What all tables share: their metadata, their types, and how times are written."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True)
# SQLite keeps rows in the order of an INTEGER key only when it is called exactly that.
RowId = BigInteger().with_variant(Integer, "sqlite")


def utc_text(moment: datetime) -> str:
    """Return ``moment`` as this store writes times; raise ValueError if it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone is not a time")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def utc_now() -> str:
    """Return the present as this store writes times."""
    return utc_text(datetime.now(UTC))


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Return the constraint that a column holds one of the values of an enum."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
