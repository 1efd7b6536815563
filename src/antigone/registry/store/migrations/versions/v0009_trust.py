"""What proves that rows are as the audit left them, and what an administrator changed of somebody's access.

The rows that are there are sealed when the registry is brought up, because that takes its keys. Users keep what they
may do; its administrators and auditors count as founders.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "kind IN ('account', 'role', 'password', 'token', 'second factor')"


def upgrade() -> None:
    """Add the tables and columns."""
    for column in ("founder", "must_change"):
        op.add_column("users", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE users SET founder = true WHERE role IN ('administrator', 'auditor')")
    op.add_column("tokens", sa.Column("own", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("audit", sa.Column("state", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("audit", sa.Column("proof", sa.String(length=64), nullable=False, server_default=sa.text("''")))
    op.create_table(
        "access_changes",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("user", number, nullable=False),
        sa.Column("made_by", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("countersigned_by", number, nullable=True),
        sa.Column("countersigned", sa.String(length=32), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_access_changes_kind")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_access_changes_user")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_access_changes_made_by")),
        sa.ForeignKeyConstraint(["countersigned_by"], ["users.id"], name=op.f("fk_access_changes_countersigned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_changes")),
    )
    for column in ("user", "made_by", "countersigned_by"):
        op.create_index(op.f(f"ix_access_changes_{column}"), "access_changes", [column], unique=False)
    op.create_table(
        "seals",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("number", number, autoincrement=False, nullable=False),
        sa.Column("line", number, nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_seals")),
    )
    op.create_table(
        "totals",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("rows", number, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_totals")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE seals ALTER COLUMN code SET STATISTICS 0")


def downgrade() -> None:
    """Remove them. What an administrator changed and nobody has countersigned is forgotten."""
    for table in ("totals", "seals", "access_changes"):
        op.drop_table(table)
    op.drop_column("audit", "proof")
    op.drop_column("audit", "state")
    op.drop_column("tokens", "own")
    for column in ("must_change", "founder"):
        op.drop_column("users", column)
