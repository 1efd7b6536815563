"""Which relatives' genotypes are shown to those who review a candidate, and exceptions from the rule of evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables; until somebody decides, genotypes are shown to nobody but the geneticist of the search, and what
    was proposed before rests on no rule."""
    op.create_table(
        "shown_genotypes",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("candidate", number, nullable=False),
        sa.Column("user", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("members", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name=op.f("fk_shown_genotypes_candidate")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_shown_genotypes_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_genotypes")),
    )
    for name in ("candidate", "user"):
        op.create_index(op.f(f"ix_shown_genotypes_{name}"), "shown_genotypes", [name], unique=False)
    op.create_table(
        "exceptions",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("pairing", number, nullable=False),
        sa.Column("candidate", number, nullable=False),
        sa.Column("user", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.Integer(), nullable=False),
        sa.Column("failed", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agreed_by", number, nullable=True),
        sa.Column("agreed", sa.String(length=32), nullable=True),
        sa.Column("agreed_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["pairing"], ["pairings.id"], name=op.f("fk_exceptions_pairing")),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name=op.f("fk_exceptions_candidate")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_exceptions_user")),
        sa.ForeignKeyConstraint(["agreed_by"], ["users.id"], name=op.f("fk_exceptions_agreed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exceptions")),
    )
    for name in ("pairing", "candidate", "user", "agreed_by"):
        op.create_index(op.f(f"ix_exceptions_{name}"), "exceptions", [name], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("exceptions")
    op.drop_table("shown_genotypes")
