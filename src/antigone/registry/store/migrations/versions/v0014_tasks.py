"""Tasks, what families were told, and persons found alive."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(length=32)


def upgrade() -> None:
    """Add the tables; of what families were told before nothing is known, so the registry asks."""
    _create(
        "asks",
        {"family": "families", "donor": "donors"},
        _column("family", number),
        _column("kind", sa.String(length=10)),
        _column("donor", number, nullable=True),
        _column("asked", sa.Date()),
        _column("ended", sa.Date(), nullable=True),
        _column("outcome", sa.String(length=12), nullable=True),
        _one_of("asks", "kind", "sample", "consent"),
        _one_of("asks", "outcome", "came", "declined", "taken back"),
    )
    _create(
        "tellings",
        {"member": "members", "recorded_by": "users"},
        _column("member", number),
        _column("about", sa.String(length=20)),
        _column("day", sa.Date()),
        _column("teller", sa.String(length=200)),
        _column("form", sa.String(length=20)),
        _column("recorded_by", number),
        _column("at", INSTANT),
        _one_of("tellings", "about", "identified", "found alive", "checked again", "not upheld"),
        _one_of("tellings", "form", "in person", "by telephone", "by letter", "by another"),
    )
    _create(
        "alive",
        {"incident": "incidents", "member": "members"},
        _column("incident", number),
        _column("member", number),
        _column("state", sa.String(length=20)),
        _column("version", sa.Integer()),
        sa.UniqueConstraint("member", name=op.f("uq_alive_member")),
        _one_of("alive", "state", "open", "proposed", "confirmed", "reopening"),
    )
    _create(
        "alive_steps",
        {"alive": "alive", "user": "users"},
        _column("alive", number),
        _column("user", number),
        _column("at", INSTANT),
        _column("action", sa.String(length=20)),
        _column("before", sa.String(length=20)),
        _column("after", sa.String(length=20)),
        _column("reason", sa.Text()),
    )


def downgrade() -> None:
    """Remove the tables."""
    for name in ("alive_steps", "alive", "tellings", "asks"):
        op.drop_table(name)


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _create(table: str, to: dict[str, str], *columns: sa.schema.SchemaItem) -> None:
    """A table with a row number, and with an index for each column that names a row of another table."""
    op.create_table(
        table,
        sa.Column("id", number, autoincrement=True, nullable=False),
        *columns,
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}"))
            for name, other in to.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for name in to:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=False)
