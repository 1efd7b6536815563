"""Passes of profiles that are typed in."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = {"sample": "samples", "typed_by": "users", "ended_by": "users", "import": "imports", "key": "keys"}


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "passes",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("sample", number, nullable=False),
        sa.Column("kit", sa.Text(), nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("typed_by", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended", sa.String(length=32), nullable=True),
        sa.Column("ended_by", number, nullable=True),
        sa.Column("import", number, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.CheckConstraint("state IN ('open', 'agreed', 'discarded')", name=op.f("ck_passes_state")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_passes_{column}"))
            for column, other in _COLUMNS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
    )
    if op.get_bind().dialect.name == "postgresql":  # ANALYZE would copy it where no erasure reaches it
        op.execute("ALTER TABLE passes ALTER COLUMN sealed SET STATISTICS 0")
    for column in _COLUMNS:
        op.create_index(op.f(f"ix_passes_{column}"), "passes", [column], unique=False)


def downgrade() -> None:
    """Remove the table: what was typed once is typed again."""
    op.drop_table("passes")
