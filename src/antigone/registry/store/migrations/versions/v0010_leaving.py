"""Leaving in every incident: keyed digests of who left, keyed bits of each typing, and samples let in with a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables. Typings that are there already get their bits when they are first needed."""
    op.create_table(
        "marks",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("profile", number, nullable=False),
        sa.Column("ones", sa.BigInteger(), nullable=False),
        sa.Column("zeros", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_marks_profile")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sa.UniqueConstraint("profile", name=op.f("uq_marks_profile")),
    )
    op.create_table(
        "let_in",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("sample", number, nullable=False),
        sa.Column("user", number, nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sample"], ["samples.id"], name=op.f("fk_let_in_sample")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_let_in_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_let_in")),
    )
    op.create_table(
        "departures",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("markers", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('sample', 'instrument', 'request', 'profile')", name=op.f("ck_departures_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departures")),
        sa.UniqueConstraint("who", "digest", name=op.f("uq_departures_who")),
    )
    for table, column in (("marks", "profile"), ("let_in", "sample"), ("let_in", "user"), ("departures", "digest")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for column in ("ones", "zeros"):
            op.execute(f"ALTER TABLE marks ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Remove the tables. An older program does not know who left in another incident."""
    for table in ("departures", "let_in", "marks"):
        op.drop_table(table)
