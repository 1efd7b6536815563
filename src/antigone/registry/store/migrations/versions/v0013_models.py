"""Numbered versions of the model of an incident, and which of them each run used.

Until now an incident had models with the moment from which and until which they were in force, and nobody agreed on
them. Each of these becomes a version that is confirmed as from before versions, so that what was decided under it
stands; the page of the model says so. The next other model needs two persons.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BROUGHT = "imported before models had versions"
CONFIRMED = "it was in force before models had versions: taken over as confirmed by the upgrade, not by two persons"
RUNS = ("runs", "joint_runs")
STATES = "state IN ('brought', 'proposed', 'confirmed', 'refused')"
STEPS = "action IN ('bring', 'propose', 'confirm', 'refuse')"


def upgrade() -> None:
    """Make versions of what was in force from when until when, and tell each run which one it used."""
    _make_tables()
    for table in RUNS:
        op.add_column(table, sa.Column("model", sa.Integer(), nullable=True))
    for version in _periods():
        _insert("model_versions", version)
        step = {"version": _row_of(version), "at": version["since"]}
        for action, reason in (("bring", BROUGHT), ("confirm", CONFIRMED)):
            _insert("model_steps", step | {"action": action, "reason": reason})
    for table in RUNS:
        op.execute(
            f"UPDATE {table} SET model = COALESCE((SELECT max(v.number) FROM model_versions v"  # noqa: S608
            f" WHERE v.incident = {table}.incident AND v.since <= {table}.started), 1)"
        )
    op.drop_table("incident_models")
    for table in ("seals", "totals"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'incident_models'")  # noqa: S608


def downgrade() -> None:
    """Put back what was in force from when until when. Who agreed on it, and what was only proposed, is lost."""
    _make_incident_models()
    query = sa.text("SELECT * FROM model_versions WHERE since IS NOT NULL ORDER BY incident, number")
    for row in op.get_bind().execute(query).mappings().all():
        of = {name: row[name] for name in ("incident", "since", "until")}
        for place, part in enumerate(json.loads(row["content"])):
            _insert("incident_models", of | {"hash": part, "place": place})
    for table in RUNS:
        op.drop_column(table, "model")
    for table in ("model_steps", "model_versions"):
        op.drop_table(table)


def _periods() -> Iterator[dict[str, Any]]:
    """What was in force, one period after another, numbered for each incident."""
    query = sa.text("SELECT incident, hash, place, since, until FROM incident_models ORDER BY incident, id")
    found: list[dict[str, Any]] = []
    for row in op.get_bind().execute(query).mappings():
        if not found or row["place"] == 0:
            of_incident = [one for one in found if one["incident"] == row["incident"]]
            found.append({"incident": row["incident"], "number": len(of_incident) + 1, "parts": []})
            found[-1] |= {"since": row["since"], "until": row["until"]}
        found[-1]["parts"].append(row["hash"])
    for one in found:
        content = json.dumps(one.pop("parts"))
        yield one | {"name": "from before versions", "content": content, "state": "confirmed"}


def _row_of(version: dict[str, Any]) -> int:
    query = sa.text("SELECT id FROM model_versions WHERE incident = :incident AND number = :number")
    return int(op.get_bind().execute(query, {name: version[name] for name in ("incident", "number")}).scalar_one())


def _insert(table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    op.get_bind().execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)  # noqa: S608


def _make_tables() -> None:
    op.create_table(
        "model_versions",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=True),
        sa.Column("until", sa.String(length=32), nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_model_versions_state")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_model_versions_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_versions")),
        sa.UniqueConstraint("incident", "number", name=op.f("uq_model_versions_incident")),
    )
    op.create_table(
        "model_steps",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("version", number, nullable=False),
        sa.Column("user", number, nullable=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(STEPS, name=op.f("ck_model_steps_action")),
        sa.ForeignKeyConstraint(["version"], ["model_versions.id"], name=op.f("fk_model_steps_version")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_model_steps_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_steps")),
    )
    for table, column in (("model_versions", "incident"), ("model_steps", "version"), ("model_steps", "user")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _make_incident_models() -> None:
    op.create_table(
        "incident_models",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["hash"], ["models.hash"], name=op.f("fk_incident_models_hash")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_incident_models_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_models")),
    )
    op.create_index(op.f("ix_incident_models_incident"), "incident_models", ["incident"], unique=False)
