"""Searches that can be resumed, and their finished blocks, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add both tables; runs that were begun before cannot be resumed."""
    op.create_table(
        "unfinished",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("run", number, nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("block_families", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("erasures", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_unfinished_key")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_unfinished_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfinished")),
        sa.UniqueConstraint("run", name=op.f("uq_unfinished_run")),
    )
    op.create_table(
        "blocks",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("run", number, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key", number, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_blocks_key")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_blocks_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
        sa.UniqueConstraint("run", "number", name=op.f("uq_blocks_run")),
    )
    for table in ("unfinished", "blocks"):
        for column in ("key", "run"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    """Remove both and their keys; unfinished searches begin anew."""
    connection = op.get_bind()
    sealed_with = [row[0] for row in connection.execute(sa.text("SELECT key FROM unfinished WHERE key IS NOT NULL"))]
    op.drop_table("blocks")
    op.drop_table("unfinished")
    for key in sealed_with:
        connection.execute(sa.text("DELETE FROM keys WHERE id = :key"), {"key": key})
