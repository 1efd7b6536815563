"""The first schema: incidents, people, samples, consents, runs, decisions, keys and the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NO_STATISTICS = {
    "keys": ("wrapped",),
    "users": ("password", "one_time_secret"),
    "unidentified": ("sealed", "request"),
    "members": ("sealed",),
    "donors": ("sealed",),
    "consents": ("reference", "attested_by"),
    "profiles": ("sealed",),
    "runs": ("result",),
    "candidates": ("sealed",),
    "findings": ("sealed",),
    "reviews": ("text",),
    "decisions": ("reason",),
}
"""What ANALYZE would copy into pg_statistic, wrapped keys among it, where no erasure reaches it."""


def upgrade() -> None:
    """Make every table; the audit takes new lines only, and PostgreSQL keeps no samples of what is sealed."""
    op.create_table(
        "audit",
        sa.Column("number", number, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("number", number, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("code", name=op.f("uq_incidents_code")),
    )
    op.create_table(
        "keys",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
    )
    op.create_index(op.f("ix_keys_generation"), "keys", ["generation"], unique=False)
    op.create_table(
        "models",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('frequencies', 'settings', 'further')", name=op.f("ck_models_kind")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_models")),
    )
    op.create_table(
        "properties",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_properties")),
    )
    op.create_table(
        "users",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("one_time_secret", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "role IN ('administrator', 'registrar', 'geneticist', 'reviewer', 'coordinator', 'auditor')",
            name=op.f("ck_users_role"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("code", name=op.f("uq_users_code")),
    )
    op.create_table(
        "families",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_families_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_families")),
        sa.UniqueConstraint("incident", "code", name=op.f("uq_families_incident")),
    )
    op.create_index(op.f("ix_families_incident"), "families", ["incident"], unique=False)
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
    op.create_table(
        "runs",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("started_by", number, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started", sa.String(length=32), nullable=False),
        sa.Column("finished", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'finished', 'failed', 'cancelled', 'to be computed again')",
            name=op.f("ck_runs_state"),
        ),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_runs_incident")),
        sa.ForeignKeyConstraint(["started_by"], ["users.id"], name=op.f("fk_runs_started_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_incident"), "runs", ["incident"], unique=False)
    op.create_index(op.f("ix_runs_started_by"), "runs", ["started_by"], unique=False)
    op.create_table(
        "sources",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("imported", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_sources_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_index(op.f("ix_sources_incident"), "sources", ["incident"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("user", number, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_tokens_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_index(op.f("ix_tokens_user"), "tokens", ["user"], unique=False)
    op.create_table(
        "unidentified",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("erased", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.CheckConstraint("kind IN ('remains', 'living')", name=op.f("ck_unidentified_kind")),
        sa.CheckConstraint("sex IN ('female', 'male', 'unknown')", name=op.f("ck_unidentified_sex")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_unidentified_incident")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_unidentified_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unidentified")),
        sa.UniqueConstraint("incident", "code", name=op.f("uq_unidentified_incident")),
    )
    op.create_index(op.f("ix_unidentified_incident"), "unidentified", ["incident"], unique=False)
    op.create_index(op.f("ix_unidentified_key"), "unidentified", ["key"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("run", number, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key", number, nullable=False),
        sa.Column("geneticist", number, nullable=False),
        sa.ForeignKeyConstraint(["geneticist"], ["users.id"], name=op.f("fk_findings_geneticist")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_findings_key")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_findings_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_geneticist"), "findings", ["geneticist"], unique=False)
    op.create_index(op.f("ix_findings_key"), "findings", ["key"], unique=False)
    op.create_index(op.f("ix_findings_run"), "findings", ["run"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("family", number, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("father", sa.String(length=200), nullable=True),
        sa.Column("mother", sa.String(length=200), nullable=True),
        sa.Column("founder_inbreeding", sa.Float(), nullable=False),
        sa.Column("missing", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.ForeignKeyConstraint(["family"], ["families.id"], name=op.f("fk_members_family")),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_members_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("family", "code", name=op.f("uq_members_family")),
    )
    op.create_index(op.f("ix_members_family"), "members", ["family"], unique=False)
    op.create_index(op.f("ix_members_key"), "members", ["key"], unique=False)
    op.create_table(
        "donors",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("member", number, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.Column("erased", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_donors_key")),
        sa.ForeignKeyConstraint(["member"], ["members.id"], name=op.f("fk_donors_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donors")),
    )
    op.create_index(op.f("ix_donors_key"), "donors", ["key"], unique=False)
    op.create_index(op.f("ix_donors_member"), "donors", ["member"], unique=False)
    op.create_table(
        "pairings",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("unidentified", number, nullable=False),
        sa.Column("member", number, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'proposed', 'confirmed', 'rejected', 'reopening')", name=op.f("ck_pairings_state")
        ),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_pairings_incident")),
        sa.ForeignKeyConstraint(["member"], ["members.id"], name=op.f("fk_pairings_member")),
        sa.ForeignKeyConstraint(["unidentified"], ["unidentified.id"], name=op.f("fk_pairings_unidentified")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairings")),
        sa.UniqueConstraint("unidentified", "member", name=op.f("uq_pairings_unidentified")),
    )
    op.create_index(op.f("ix_pairings_incident"), "pairings", ["incident"], unique=False)
    op.create_index(op.f("ix_pairings_member"), "pairings", ["member"], unique=False)
    op.create_index(op.f("ix_pairings_unidentified"), "pairings", ["unidentified"], unique=False)
    op.create_table(
        "candidates",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("run", number, nullable=False),
        sa.Column("pairing", number, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("log10_lr", sa.Float(), nullable=True),
        sa.Column("population", sa.Text(), nullable=False),
        sa.Column("posterior", sa.Float(), nullable=True),
        sa.Column("markers", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key", number, nullable=True),
        sa.ForeignKeyConstraint(["key"], ["keys.id"], name=op.f("fk_candidates_key")),
        sa.ForeignKeyConstraint(["pairing"], ["pairings.id"], name=op.f("fk_candidates_pairing")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_candidates_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("run", "rank", name=op.f("uq_candidates_run")),
    )
    op.create_index(op.f("ix_candidates_key"), "candidates", ["key"], unique=False)
    op.create_index(op.f("ix_candidates_pairing"), "candidates", ["pairing"], unique=False)
    op.create_index(op.f("ix_candidates_run"), "candidates", ["run"], unique=False)
    op.create_index("ix_candidates_run_log10_lr", "candidates", ["run", "log10_lr"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("donor", number, nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("given", sa.Date(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=True),
        sa.Column("withdrawn", sa.Date(), nullable=True),
        sa.Column("attested_by", sa.Text(), nullable=False),
        sa.CheckConstraint("scope IN ('identification', 'court', 'sharing')", name=op.f("ck_consents_scope")),
        sa.ForeignKeyConstraint(["donor"], ["donors.id"], name=op.f("fk_consents_donor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_donor"), "consents", ["donor"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("pairing", number, nullable=False),
        sa.Column("user", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pairing"], ["pairings.id"], name=op.f("fk_reviews_pairing")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_reviews_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_pairing"), "reviews", ["pairing"], unique=False)
    op.create_index(op.f("ix_reviews_user"), "reviews", ["user"], unique=False)
    op.create_table(
        "samples",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("incident", number, nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("unidentified", number, nullable=True),
        sa.Column("donor", number, nullable=True),
        sa.CheckConstraint("(unidentified IS NULL) <> (donor IS NULL)", name=op.f("ck_samples_owner")),
        sa.ForeignKeyConstraint(["donor"], ["donors.id"], name=op.f("fk_samples_donor")),
        sa.ForeignKeyConstraint(["incident"], ["incidents.id"], name=op.f("fk_samples_incident")),
        sa.ForeignKeyConstraint(["unidentified"], ["unidentified.id"], name=op.f("fk_samples_unidentified")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
        sa.UniqueConstraint("incident", "code", name=op.f("uq_samples_incident")),
    )
    op.create_index(op.f("ix_samples_donor"), "samples", ["donor"], unique=False)
    op.create_index(op.f("ix_samples_incident"), "samples", ["incident"], unique=False)
    op.create_index(op.f("ix_samples_unidentified"), "samples", ["unidentified"], unique=False)
    op.create_table(
        "custody",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("sample", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", number, nullable=True),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_custody_recorded_by")),
        sa.ForeignKeyConstraint(["sample"], ["samples.id"], name=op.f("fk_custody_sample")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody")),
    )
    op.create_index(op.f("ix_custody_recorded_by"), "custody", ["recorded_by"], unique=False)
    op.create_index(op.f("ix_custody_sample"), "custody", ["sample"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("pairing", number, nullable=False),
        sa.Column("candidate", number, nullable=True),
        sa.Column("user", number, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["candidate"], ["candidates.id"], name=op.f("fk_decisions_candidate")),
        sa.ForeignKeyConstraint(["pairing"], ["pairings.id"], name=op.f("fk_decisions_pairing")),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name=op.f("fk_decisions_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_candidate"), "decisions", ["candidate"], unique=False)
    op.create_index(op.f("ix_decisions_pairing"), "decisions", ["pairing"], unique=False)
    op.create_index(op.f("ix_decisions_user"), "decisions", ["user"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("sample", number, nullable=False),
        sa.Column("source", number, nullable=True),
        sa.Column("added", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["sample"], ["samples.id"], name=op.f("fk_profiles_sample")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_profiles_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
    )
    op.create_index(op.f("ix_profiles_sample"), "profiles", ["sample"], unique=False)
    op.create_index(op.f("ix_profiles_source"), "profiles", ["source"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for name, action in (("audit_no_update", "UPDATE"), ("audit_no_delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
    for table, columns in NO_STATISTICS.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Remove every table, and with them all that was kept."""
    for table in (
        "profiles",
        "decisions",
        "custody",
        "samples",
        "reviews",
        "consents",
        "candidates",
        "pairings",
        "donors",
        "members",
        "findings",
        "unidentified",
        "tokens",
        "sources",
        "runs",
        "incident_models",
        "families",
        "users",
        "properties",
        "models",
        "keys",
        "incidents",
        "checkpoints",
        "audit",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_is_append_only()")
