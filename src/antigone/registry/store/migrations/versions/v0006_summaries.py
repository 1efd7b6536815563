"""The lines of an answer, one for each person, as rows: a large search has so many that no page may read them all.

Also an index of the audit, for the newest line of somebody; and on PostgreSQL an index of candidates in the order in
which it lists them, and no samples of what is sealed in the tables added since the first schema.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NULLS_LAST = sa.text("posterior DESC NULLS LAST")
NO_STATISTICS = (("joint_runs", "sealed"), ("unfinished", "sealed"), ("blocks", "sealed"), ("summaries", "line"))
"""What ANALYZE would copy into pg_statistic, where no erasure reaches it (as in 0001)."""
KINDS = {
    "unidentified": ("unidentified", "code", "best_family"),
    "missing": ("families", "family", "best_unidentified"),
}
"""Of each kind: its list in the answer, whose code a line is under, and the code of the other one it names."""


def upgrade() -> None:
    """Add the table, and move the lines of every answer into it."""
    op.create_table(
        "summaries",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("run", number, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("other", sa.String(length=200), nullable=True),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("power", sa.Float(), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('unidentified', 'missing')", name=op.f("ck_summaries_kind")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_summaries_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summaries")),
        sa.UniqueConstraint("run", "kind", "place", name=op.f("uq_summaries_run")),
    )
    op.create_index(op.f("ix_summaries_run"), "summaries", ["run"], unique=False)
    op.create_index("ix_summaries_run_kind_candidates", "summaries", ["run", "kind", "candidates", "place"])
    op.create_index("ix_audit_actor_action", "audit", ["actor", "action", "number"])
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_candidates_run_posterior", "candidates")
        op.create_index("ix_candidates_run_posterior_last", "candidates", ["run", NULLS_LAST, "rank"])
        for table, column in NO_STATISTICS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
    for run, answer in _answers():
        for kind, (listed, own, other) in KINDS.items():
            for place, line in enumerate(answer[listed]):
                row = {"run": run, "kind": kind, "place": place, "code": line[own], "other": line[other]}
                _insert(row | {"candidates": line["candidates"], "power": line.get("power"), "line": _text(line)})
            answer[listed] = []
        _store(run, answer)


def downgrade() -> None:
    """Put the lines back into the answers, and remove the table."""
    lines = sa.text("SELECT line FROM summaries WHERE run = :run AND kind = :kind ORDER BY place")
    for run, answer in _answers():
        for kind, (listed, _, _) in KINDS.items():
            found = op.get_bind().execute(lines, {"run": run, "kind": kind})
            answer[listed] = [json.loads(row[0]) for row in found]
        _store(run, answer)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_candidates_run_posterior_last", "candidates")
        op.create_index("ix_candidates_run_posterior", "candidates", ["run", sa.text("posterior DESC"), "rank"])
    op.drop_index("ix_audit_actor_action", "audit")
    op.drop_table("summaries")


def _answers() -> list[tuple[int, dict[str, Any]]]:
    """Every answer, by the number of its run."""
    found = op.get_bind().execute(sa.text("SELECT id, result FROM runs WHERE result IS NOT NULL ORDER BY id"))
    return [(row[0], json.loads(row[1])) for row in found.all()]


def _insert(row: dict[str, Any]) -> None:
    columns = ", ".join(row)
    op.get_bind().execute(
        sa.text(f"INSERT INTO summaries ({columns}) VALUES ({', '.join(f':{name}' for name in row)})"),  # noqa: S608
        row,
    )


def _store(run: int, answer: dict[str, Any]) -> None:
    op.get_bind().execute(
        sa.text("UPDATE runs SET result = :text WHERE id = :run"), {"run": run, "text": _text(answer)}
    )


def _text(value: dict[str, Any]) -> str:
    """As the registry writes documents."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
