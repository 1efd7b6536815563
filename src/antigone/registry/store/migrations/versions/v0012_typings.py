"""Typings of a sample: where each came from, what became of it, and conflicts that were settled."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TYPINGS = {"profile": "profiles", "imported_by": "users", "corrects": "profiles", "ended_by": "users"}
_CONFLICTS = {"sample": "samples", "closed_by": "users"}


def upgrade() -> None:
    """Add the tables. Typings of before stay valid; those that differ become conflicts when they are looked for."""
    op.create_table(
        "typings",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("profile", number, nullable=False),
        sa.Column("kit", sa.Text(), nullable=False),
        sa.Column("imported_by", number, nullable=True),
        sa.Column("replicate", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("corrects", number, nullable=True),
        sa.Column("ended", sa.String(length=32), nullable=True),
        sa.Column("ended_by", number, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('valid', 'superseded', 'retired')", name=op.f("ck_typings_state")),
        *_foreign("typings", _TYPINGS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typings")),
        sa.UniqueConstraint("profile", name=op.f("uq_typings_profile")),
    )
    op.create_table(
        "conflicts",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("sample", number, nullable=False),
        sa.Column("marker", sa.String(length=200), nullable=False),
        sa.Column("opened", sa.String(length=32), nullable=False),
        sa.Column("closed", sa.String(length=32), nullable=True),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.Column("closed_by", number, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("aside", sa.Text(), nullable=False),
        sa.Column("together", sa.Text(), nullable=False),
        sa.CheckConstraint("how IN ('kept', 'replicates', 'gone')", name=op.f("ck_conflicts_how")),
        *_foreign("conflicts", _CONFLICTS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
    )
    for table, columns in (("typings", _TYPINGS), ("conflicts", _CONFLICTS)):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _foreign(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in columns.items()
    ]


def downgrade() -> None:
    """Remove the tables: an older program takes the newest typing of each sample."""
    op.drop_table("conflicts")
    op.drop_table("typings")
