"""Which relatives' genotypes are shown to those who review a candidate."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table; until somebody decides, genotypes are shown to nobody but the geneticist of the search."""
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


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("shown_genotypes")
