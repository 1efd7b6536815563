"""What changed in an incident since a search read it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TO = {"incident": "incidents", "unidentified": "unidentified", "family": "families"}


def upgrade() -> None:
    """Add the table; of what happened before nothing is known, so the next search is a whole one."""
    op.create_table(
        "changes",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("unidentified", number, nullable=True),
        sa.Column("family", number, nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_changes_{name}"))
            for name, table in _TO.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    for name in _TO:
        op.create_index(op.f(f"ix_changes_{name}"), "changes", [name], unique=False)


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("changes")
