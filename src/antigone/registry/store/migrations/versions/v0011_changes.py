"""What changed in an incident since a search read it, and what families answered, for a search of what is new."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TO = {"incident": "incidents", "unidentified": "unidentified", "family": "families"}
_OF_RUN = {"seen": number, "asked": sa.Integer(), "kept": sa.Integer()}


def upgrade() -> None:
    """Add tables and columns; of what happened before nothing is known, so the next search is a whole one."""
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
    for name, kind in _OF_RUN.items():
        op.add_column("runs", sa.Column(name, kind, nullable=True))
    _add_answers()


def _add_answers() -> None:
    op.create_table(
        "family_answers",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("family", number, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key", number, nullable=False),
        sa.ForeignKeyConstraint(["family"], ["families.id"], name=op.f("fk_family_answers_family")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_family_answers_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_answers")),
        sa.UniqueConstraint("family", name=op.f("uq_family_answers_family")),
    )
    for name in ("family", "key"):
        op.create_index(op.f(f"ix_family_answers_{name}"), "family_answers", [name], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE family_answers ALTER COLUMN sealed SET STATISTICS 0")


def downgrade() -> None:
    """Remove them, with the keys of the answers."""
    held = op.get_bind().execute(sa.text("SELECT key FROM family_answers")).scalars().all()
    op.drop_table("family_answers")
    for key in held:
        op.get_bind().execute(sa.text("DELETE FROM keys WHERE id = :key"), {"key": key})
    for name in _OF_RUN:
        op.drop_column("runs", name)
    op.drop_table("changes")
