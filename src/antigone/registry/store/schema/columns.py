"""What all tables share: the names of constraints, the types of columns, and columns that many have."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, MetaData, String

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=CONVENTION)

Number = BigInteger().with_variant(Integer, "sqlite")
"""The type of a row's number: SQLite gives numbers out by itself only for its own INTEGER."""
Instant = String(32)
"""A moment in UTC as ISO 8601 text, the same bytes on both databases; the audit chain hashes it."""
Code = String(200)
Hash = String(64)


def row() -> Column[int]:
    """The number of a row."""
    return Column("id", Number, primary_key=True, autoincrement=True)


def to(table: str, name: str = "", *, optional: bool = False) -> Column[int]:
    """The number of a row of another table, after which the column is called unless it has a name of its own."""
    return Column(name or table, Number, ForeignKey(f"{table}.id"), nullable=optional, index=True)


def one_of(column: str, *values: str) -> CheckConstraint:
    """That a column holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
