"""What a joint answer says of each unidentified person, and whom it sought in each family, as sealed rows.

The page of one candidate reads two of them instead of the whole answer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table; an answer that was given before has no rows in it, and is read whole."""
    op.create_table(
        "joint_parts",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("run", number, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key", number, nullable=False),
        sa.CheckConstraint("kind IN ('unidentified', 'family')", name=op.f("ck_joint_parts_kind")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_joint_parts_key")),
        sa.ForeignKeyConstraint(["run"], ["joint_runs.id"], name=op.f("fk_joint_parts_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_parts")),
        sa.UniqueConstraint("run", "kind", "code", name=op.f("uq_joint_parts_run")),
    )
    for column in ("key", "run"):
        op.create_index(op.f(f"ix_joint_parts_{column}"), "joint_parts", [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE joint_parts ALTER COLUMN sealed SET STATISTICS 0")


def downgrade() -> None:
    """Remove the table; every answer is still there as a whole, under the same key."""
    op.drop_table("joint_parts")
