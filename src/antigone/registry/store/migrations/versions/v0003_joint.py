"""Joint answers of an incident, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "'running', 'finished', 'failed', 'cancelled', 'to be computed again'"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "joint_runs",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("started_by", number, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started", sa.String(length=32), nullable=False),
        sa.Column("finished", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_joint_runs_state")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_joint_runs_incident")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_joint_runs_key")),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name=op.f("fk_joint_runs_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_runs")),
    )
    for column in ("incident", "key", "started_by"):
        op.create_index(op.f(f"ix_joint_runs_{column}"), "joint_runs", [column], unique=False)


def downgrade() -> None:
    """Remove it and its keys; joint answers are lost, and can be computed again."""
    connection = op.get_bind()
    sealed_with = [row[0] for row in connection.execute(sa.text("SELECT key FROM joint_runs WHERE key IS NOT NULL"))]
    op.drop_table("joint_runs")
    for key in sealed_with:
        connection.execute(sa.text("DELETE FROM keys WHERE id = :key"), {"key": key})
