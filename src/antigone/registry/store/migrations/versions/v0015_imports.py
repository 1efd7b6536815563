"""Imports that can be undone, and searches over several incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables; what was imported before cannot be undone, for nobody noted what it added."""
    _imports()
    _set_runs()
    _set_incidents()
    _of_import(
        "import_rows",
        sa.Column("first", number, nullable=False),
        sa.Column("last", number, nullable=False),
    )
    _of_import(
        "import_changes",
        sa.Column("number", number, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
    )
    op.create_index(op.f("ix_import_rows_kind"), "import_rows", ["kind"], unique=False)
    op.create_index("ix_import_changes_kind_number", "import_changes", ["kind", "number"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    for name in ("set_incidents", "set_runs", "import_changes", "import_rows", "imports"):
        op.drop_table(name)


def _imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", sa.String(length=200), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("user", number, nullable=False),
        sa.Column("line", number, nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended", sa.String(length=32), nullable=True),
        sa.Column("ended_by", number, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('standing', 'undone')", name=op.f("ck_imports_state")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_imports_user")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_imports_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    for name in ("incident", "user", "ended_by"):
        op.create_index(op.f(f"ix_imports_{name}"), "imports", [name], unique=False)


def _set_runs() -> None:
    states = "'running', 'finished', 'failed', 'cancelled', 'to be computed again'"
    op.create_table(
        "set_runs",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("started_by", number, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started", sa.String(length=32), nullable=False),
        sa.Column("finished", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("model_of", sa.String(length=200), nullable=False),
        sa.Column("seen", number, nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.CheckConstraint("kind IN ('search', 'remains')", name=op.f("ck_set_runs_kind")),
        sa.CheckConstraint(f"state IN ({states})", name=op.f("ck_set_runs_state")),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name=op.f("fk_set_runs_started_by")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_set_runs_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_runs")),
    )
    if op.get_bind().dialect.name == "postgresql":  # ANALYZE would copy it where no erasure reaches it
        op.execute("ALTER TABLE set_runs ALTER COLUMN sealed SET STATISTICS 0")
    for name in ("started_by", "key"):
        op.create_index(op.f(f"ix_set_runs_{name}"), "set_runs", [name], unique=False)


def _set_incidents() -> None:
    op.create_table(
        "set_incidents",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("run", number, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["set_runs.id"], name=op.f("fk_set_incidents_run")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_set_incidents_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_incidents")),
        sa.UniqueConstraint("run", "incident", name=op.f("uq_set_incidents_run")),
    )
    for name in ("run", "incident"):
        op.create_index(op.f(f"ix_set_incidents_{name}"), "set_incidents", [name], unique=False)


def _of_import(table: str, *columns: sa.Column[object]) -> None:
    """A table of rows that belong to an import."""
    op.create_table(
        table,
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("import", number, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["import"], ["imports.id"], name=op.f(f"fk_{table}_import")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_import"), table, ["import"], unique=False)
