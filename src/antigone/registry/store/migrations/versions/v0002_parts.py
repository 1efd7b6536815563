"""Remains declared parts of one person, and the notices of an import."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add both."""
    op.add_column("incidents", sa.Column("notices", sa.Text(), server_default="[]", nullable=False))
    op.create_table(
        "parts",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("one", number, nullable=False),
        sa.Column("other", number, nullable=False),
        sa.Column("declared_by", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("one < other", name=op.f("ck_parts_order")),
        sa.ForeignKeyConstraint(["declared_by"], ["users.id"], name=op.f("fk_parts_declared_by")),
        sa.ForeignKeyConstraint(["one"], ["unidentified.id"], name=op.f("fk_parts_one")),
        sa.ForeignKeyConstraint(["other"], ["unidentified.id"], name=op.f("fk_parts_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
        sa.UniqueConstraint("one", "other", name=op.f("uq_parts_one")),
    )
    op.create_index(op.f("ix_parts_declared_by"), "parts", ["declared_by"], unique=False)
    op.create_index(op.f("ix_parts_one"), "parts", ["one"], unique=False)
    op.create_index(op.f("ix_parts_other"), "parts", ["other"], unique=False)


def downgrade() -> None:
    """Remove both; a declaration that two remains are one person is lost."""
    op.drop_table("parts")
    op.drop_column("incidents", "notices")
