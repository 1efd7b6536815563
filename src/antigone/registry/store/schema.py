"""The tables of the registry: one schema for SQLite and PostgreSQL.

Whatever says who somebody is, or what was typed, stands in a column of ciphertext (``sealed``), under a key that
belongs to one person or one candidate alone (``keys``). To destroy that key is to erase the data, in every copy of the
database. Everything else is codes, dates, counts and states. There is no column for an identity number, an address,
a face or an ethnicity (PURPOSE.md, rule 5).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from antigone.model.review import RUN_STATES, STATES

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=CONVENTION)

Number = BigInteger().with_variant(Integer, "sqlite")
"""The type of a row's number: SQLite gives numbers out by itself only for its own INTEGER."""
Instant = String(32)
"""A moment in UTC as ISO 8601 text, the same bytes on both databases; the audit chain hashes it."""
Code = String(200)
Hash = String(64)


def _row() -> Column[int]:
    return Column("id", Number, primary_key=True, autoincrement=True)


def _to(table: str, name: str = "", *, optional: bool = False) -> Column[int]:
    return Column(name or table, Number, ForeignKey(f"{table}.id"), nullable=optional, index=True)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


ROLES = ("administrator", "registrar", "geneticist", "reviewer", "coordinator", "auditor")
ACCESS_KINDS = ("account", "role", "password", "token", "second factor")
CONSENT_SCOPES = ("identification", "court", "sharing")
IMPORT_STATES = ("standing", "undone")
TYPING_STATES = ("valid", "superseded", "retired")
SETTLEMENTS = ("kept", "replicates", "gone")

properties = Table(
    "properties", metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)  # fmt: skip
"""What the registry is: its identity, the fingerprint of its master key, the public half of its signing key."""

keys = Table(
    "keys", metadata,
    _row(),
    Column("wrapped", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False, index=True),
)  # fmt: skip
"""One data key for each person and each candidate, wrapped by the master key of that generation."""

users = Table(
    "users", metadata,
    _row(),
    Column("code", Code, nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password", Text, nullable=False),
    Column("one_time_secret", LargeBinary),
    Column("active", Boolean, nullable=False),
    Column("created", Instant, nullable=False),
    Column("founder", Boolean, nullable=False, server_default=false()),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    _one_of("role", *ROLES),
)  # fmt: skip
"""``password`` is an Argon2id string; ``one_time_secret`` the sealed secret of one-time codes. ``founder``: one of the
two who were there before anybody could countersign; ``must_change``: the password was given by somebody else."""

access_changes = Table(
    "access_changes", metadata,
    _row(),
    _to("users", "user"),
    _to("users", "made_by"),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    _to("users", "countersigned_by", optional=True),
    Column("countersigned", Instant),
    _one_of("kind", *ACCESS_KINDS),
)  # fmt: skip
"""What an administrator changed of a user's access; until another person has countersigned it, the user decides
nothing."""

tokens = Table(
    "tokens", metadata,
    _row(),
    _to("users", "user"),
    Column("digest", Hash, nullable=False, unique=True),
    Column("name", Code, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("own", Boolean, nullable=False, server_default=false()),
)  # fmt: skip
"""Access of programs: the SHA-256 of the token, never the token. ``own``: its user made it, and nobody else saw it."""

incidents = Table(
    "incidents", metadata,
    _row(),
    Column("code", Code, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("created", Instant, nullable=False),
    Column("notices", Text, nullable=False, server_default="[]"),
)  # fmt: skip
"""``notices``: what the readers of its files did that a user should see, as a JSON list."""

models = Table(
    "models", metadata,
    Column("hash", Hash, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("content", Text, nullable=False),
    _one_of("kind", "frequencies", "settings", "further"),
)  # fmt: skip
"""Frequency tables and models by the SHA-256 of their content, never changed."""

incident_models = Table(
    "incident_models", metadata,
    _row(),
    _to("incidents", "incident"),
    Column("hash", Hash, ForeignKey("models.hash"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
)  # fmt: skip
"""The models an incident is judged under; those in force have no ``until``."""

sources = Table(
    "sources", metadata,
    _row(),
    _to("incidents", "incident"),
    Column("name", Text, nullable=False),
    Column("sha256", Hash, nullable=False),
    Column("imported", Instant, nullable=False),
)  # fmt: skip

unidentified = Table(
    "unidentified", metadata,
    _row(),
    _to("incidents", "incident"),
    Column("code", Code, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("sex", String(10), nullable=False),
    Column("request", Text, nullable=False),
    Column("erased", Instant),
    Column("sealed", LargeBinary),
    _to("keys", "key", optional=True),
    UniqueConstraint("incident", "code"),
    _one_of("kind", "remains", "living"),
    _one_of("sex", "female", "male", "unknown"),
)  # fmt: skip
"""``sealed`` holds what is known beside DNA; ``request`` the reference of a living seeker's own written request."""

parts = Table(
    "parts", metadata,
    _row(),
    _to("unidentified", "one"),
    _to("unidentified", "other"),
    _to("users", "declared_by"),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("one", "other"),
    CheckConstraint("one < other", name="order"),
)  # fmt: skip
"""Two remains that a geneticist declared parts of one person; only such two may be confirmed as one missing person."""

families = Table(
    "families", metadata,
    _row(),
    _to("incidents", "incident"),
    Column("code", Code, nullable=False),
    UniqueConstraint("incident", "code"),
)  # fmt: skip

members = Table(
    "members", metadata,
    _row(),
    _to("families", "family"),
    Column("place", Integer, nullable=False),
    Column("code", Code, nullable=False),
    Column("sex", String(10), nullable=False),
    Column("father", Code),
    Column("mother", Code),
    Column("founder_inbreeding", Float, nullable=False),
    Column("missing", Boolean, nullable=False),
    Column("sealed", LargeBinary),
    _to("keys", "key", optional=True),
    UniqueConstraint("family", "code"),
)  # fmt: skip
"""A declared pedigree, member by member; ``sealed`` holds a name and what is known beside DNA, where given."""

donors = Table(
    "donors", metadata,
    _row(),
    _to("members", "member"),
    Column("sealed", LargeBinary),
    _to("keys", "key", optional=True),
    Column("erased", Instant),
)  # fmt: skip
"""A member who gave a sample; an erased donor has neither key nor ciphertext."""

consents = Table(
    "consents", metadata,
    _row(),
    _to("donors", "donor"),
    Column("scope", String(20), nullable=False),
    Column("reference", Text, nullable=False),
    Column("given", Date, nullable=False),
    Column("expires", Date),
    Column("withdrawn", Date),
    Column("attested_by", Text, nullable=False),
    _one_of("scope", *CONSENT_SCOPES),
)  # fmt: skip
"""One row for each purpose: to identify, to use in court, to share across borders. ``reference`` is the instrument."""

samples = Table(
    "samples", metadata,
    _row(),
    _to("incidents", "incident"),
    Column("code", Code, nullable=False),
    _to("unidentified", optional=True),
    _to("donors", "donor", optional=True),
    UniqueConstraint("incident", "code"),
    CheckConstraint("(unidentified IS NULL) <> (donor IS NULL)", name="owner"),
)  # fmt: skip
"""A sample belongs to an unidentified person or to a donor. No other kind exists (PURPOSE.md, rule 4)."""

custody = Table(
    "custody", metadata,
    _row(),
    _to("samples", "sample"),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    Column("holder", Code, nullable=False),
    _to("users", "recorded_by", optional=True),
)  # fmt: skip

profiles = Table(
    "profiles", metadata,
    _row(),
    _to("samples", "sample"),
    _to("sources", "source", optional=True),
    Column("added", Instant, nullable=False),
    Column("sealed", LargeBinary),
)  # fmt: skip
"""Every typing of a sample, sealed with its owner's key, never overwritten; a search takes those that ``typings`` calls
valid, and those it does not know (of before version 0012)."""

typings = Table(
    "typings", metadata,
    _row(),
    _to("profiles", "profile"),
    Column("kit", Text, nullable=False),
    _to("users", "imported_by", optional=True),
    Column("replicate", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    _to("profiles", "corrects", optional=True),
    Column("ended", Instant),
    _to("users", "ended_by", optional=True),
    Column("reason", Text, nullable=False),
    UniqueConstraint("profile"),
    _one_of("state", *TYPING_STATES),
)  # fmt: skip
"""Where a typing came from, and what became of it. ``kit`` is the kit, or the file, as it is called; ``replicate``: it
was declared a further amplification; ``corrects``: the typing in whose place it stands; ``reason`` why it ended."""

conflicts = Table(
    "conflicts", metadata,
    _row(),
    _to("samples", "sample"),
    Column("marker", Code, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("closed", Instant),
    Column("how", String(12)),
    _to("users", "closed_by", optional=True),
    Column("reason", Text, nullable=False),
    Column("aside", Text, nullable=False),
    Column("together", Text, nullable=False),
    _one_of("how", *SETTLEMENTS),
)  # fmt: skip
"""Markers at which valid typings of a sample differ, and how a geneticist settled each: the rows of the typings that
are set aside there, or taken together as replicates, as JSON lists. ``gone``: the typings differ no more."""

marks = Table(
    "marks", metadata,
    _row(),
    _to("profiles", "profile"),
    Column("ones", BigInteger, nullable=False),
    Column("zeros", BigInteger, nullable=False),
    UniqueConstraint("profile"),
)  # fmt: skip
"""Of each typing one keyed bit a marker, so that a sample that was met before is found without opening all of them."""

let_in = Table(
    "let_in", metadata,
    _row(),
    _to("samples", "sample"),
    _to("users", "user", optional=True),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip
"""Samples that a registrar let in although something stood against them, such as that of an identical twin."""

departures = Table(
    "departures", metadata,
    _row(),
    Column("who", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("day", Date, nullable=False),
    Column("markers", Hash, nullable=False),
    Column("digest", Hash, nullable=False, index=True),
    UniqueConstraint("who", "digest"),
    _one_of("kind", "sample", "instrument", "request", "profile"),
)  # fmt: skip
"""Who left, in keyed digests alone, never deleted: ``who`` is a random number that holds the digests of one person
together, ``day`` that of the withdrawal, ``markers`` a hash of the names of the markers under a digest of genotypes."""

changes = Table(
    "changes", metadata,
    _row(),
    _to("incidents", "incident"),
    Column("at", Instant, nullable=False),
    Column("kind", String(30), nullable=False),
    _to("unidentified", optional=True),
    _to("families", "family", optional=True),
)  # fmt: skip
"""What happened to an incident that could alter an answer; a row that names neither person nor family is about all."""

imports = Table(
    "imports", metadata,
    _row(),
    Column("incident", Code, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    _to("users", "user"),
    Column("line", Number, nullable=False),
    Column("files", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended", Instant),
    _to("users", "ended_by", optional=True),
    Column("reason", Text, nullable=False),
    _one_of("state", *IMPORT_STATES),
)  # fmt: skip
"""Imports: ``incident`` is its code, which stays when an import that made the incident is undone; ``line`` that of the
audit; ``files``: names and hashes, ``counts``: what was new, both as JSON; ``ended``, ``reason``: of the undoing."""

import_rows = Table(
    "import_rows", metadata,
    _row(),
    _to("imports", "import"),
    Column("kind", String(40), nullable=False, index=True),
    Column("first", Number, nullable=False),
    Column("last", Number, nullable=False),
)  # fmt: skip
"""The rows that an import added to the table ``kind``: all from the first to the last, for nobody else writes
meanwhile. Those of what an undoing removed stay, so that no number is given twice."""

import_changes = Table(
    "import_changes", metadata,
    _row(),
    _to("imports", "import"),
    Column("kind", String(40), nullable=False),
    Column("number", Number, nullable=False),
    Column("before", Text, nullable=False),
    Index("ix_import_changes_kind_number", "kind", "number"),
)  # fmt: skip
"""The rows that an import changed, and what it changed in them as it was before, as JSON: bytes are ciphertext."""

runs = Table(
    "runs", metadata,
    _row(),
    _to("incidents", "incident"),
    _to("users", "started_by"),
    Column("purpose", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", String(20), nullable=False),
    Column("result", Text),
    Column("left_out", Text, nullable=False),
    _one_of("state", *RUN_STATES),
)  # fmt: skip
"""``result``: the search without candidates and lines, with its provenance, as JSON; ``left_out``: donors by reason."""

unfinished = Table(
    "unfinished", metadata,
    _row(),
    _to("runs", "run"),
    Column("seed", BigInteger, nullable=False),
    Column("block_families", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("erasures", Integer, nullable=False),
    Column("blocks", Integer, nullable=False),
    Column("sealed", LargeBinary),
    _to("keys", "key", optional=True),
    UniqueConstraint("run"),
)  # fmt: skip
"""Runs without an answer that may be resumed. ``attempt`` counts who computes it: only the newest may write;
``erasures`` counts what was erased beneath it: whoever read before keeps nothing. ``blocks``: into how many it is cut
(0: not, or not yet); ``sealed``: what its blocks rest on, as a hash."""

blocks = Table(
    "blocks", metadata,
    _row(),
    _to("runs", "run"),
    Column("number", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _to("keys", "key"),
    UniqueConstraint("run", "number"),
)  # fmt: skip
"""Finished blocks of an unfinished run, all under one key, which goes with them: when the run ends or is discarded,
when a newer search begins, when somebody leaves, and when a pedigree changes."""

joint_runs = Table(
    "joint_runs", metadata,
    _row(),
    _to("incidents", "incident"),
    _to("users", "started_by"),
    Column("purpose", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", String(20), nullable=False),
    Column("left_out", Text, nullable=False),
    Column("sealed", LargeBinary),
    _to("keys", "key", optional=True),
    _one_of("state", *RUN_STATES),
)  # fmt: skip
"""Joint answers of an incident, sealed whole: a posterior tells who is whose kin. When somebody leaves on whom one
rested, or a pedigree changes, key and ciphertext go."""

joint_parts = Table(
    "joint_parts", metadata,
    _row(),
    _to("joint_runs", "run"),
    Column("kind", String(12), nullable=False),
    Column("code", Code, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _to("keys", "key"),
    UniqueConstraint("run", "kind", "code"),
    _one_of("kind", "unidentified", "family"),
)  # fmt: skip
"""What a joint answer says of each unidentified person, and whom it sought in each family, each sealed under the key of
the answer, with which they go."""

set_runs = Table(
    "set_runs", metadata,
    _row(),
    Column("kind", String(10), nullable=False),
    _to("users", "started_by"),
    Column("purpose", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", String(20), nullable=False),
    Column("model_of", Code, nullable=False),
    Column("seen", Number, nullable=False),
    Column("left_out", Text, nullable=False),
    Column("sealed", LargeBinary),
    _to("keys", "key", optional=True),
    _one_of("kind", "search", "remains"),
    _one_of("state", *RUN_STATES),
)  # fmt: skip
"""Searches, and comparisons of remains, over several incidents, sealed whole. When somebody leaves any of them, or a
pedigree changes, key and ciphertext go. ``model_of``: whose model was stated to hold for all (empty: all have the
same); ``seen``: the last of the ``changes`` that was there when it was read."""

set_incidents = Table(
    "set_incidents", metadata,
    _row(),
    _to("set_runs", "run"),
    _to("incidents", "incident"),
    Column("place", Integer, nullable=False),
    UniqueConstraint("run", "incident"),
)  # fmt: skip
"""The incidents of such a run, in the order in which they were named."""

summaries = Table(
    "summaries", metadata,
    _row(),
    _to("runs", "run"),
    Column("kind", String(12), nullable=False),
    Column("place", Integer, nullable=False),
    Column("code", Code, nullable=False),
    Column("other", Code),
    Column("candidates", Integer, nullable=False),
    Column("power", Float),
    Column("line", Text, nullable=False),
    UniqueConstraint("run", "kind", "place"),
    _one_of("kind", "unidentified", "missing"),
    Index("ix_summaries_run_kind_candidates", "run", "kind", "candidates", "place"),
)  # fmt: skip
"""What a run says of each unidentified and each missing person, in its order; ``line`` as JSON. ``code`` is that of the
person or the family, ``other`` that of the family or the person found for them; ``power`` that of a missing person's
references, where it is known."""

pairings = Table(
    "pairings", metadata,
    _row(),
    _to("incidents", "incident"),
    _to("unidentified"),
    _to("members", "member"),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("unidentified", "member"),
    _one_of("state", *STATES),
    Index("ix_pairings_incident_state", "incident", "state", "member"),
)  # fmt: skip
"""An unidentified person and a missing person, and where the question stands; outlives the runs that found it."""

candidates = Table(
    "candidates", metadata,
    _row(),
    _to("runs", "run"),
    _to("pairings", "pairing"),
    Column("rank", Integer, nullable=False),
    Column("log10_lr", Float),
    Column("population", Text, nullable=False),
    Column("posterior", Float),
    Column("markers", Integer, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("sealed", LargeBinary),
    _to("keys", "key", optional=True),
    UniqueConstraint("run", "rank"),
    Index("ix_candidates_run_log10_lr", "run", "log10_lr"),
)  # fmt: skip
"""``log10_lr`` is the smallest over populations; ``sealed`` the candidate in full, whose markers tell genotypes.
``stale`` when it rested on somebody who left, or on a pedigree that was changed: key, ciphertext and numbers are then
gone."""

_POSTERIOR = (candidates.c.run, candidates.c.posterior.desc(), candidates.c.rank)
_POSTERIOR_LAST = (candidates.c.run, candidates.c.posterior.desc().nulls_last(), candidates.c.rank)
Index("ix_candidates_run_posterior", *_POSTERIOR).ddl_if(dialect="sqlite")  # it puts a NULL last by itself
Index("ix_candidates_run_posterior_last", *_POSTERIOR_LAST).ddl_if(dialect="postgresql")

reviews = Table(
    "reviews", metadata,
    _row(),
    _to("pairings", "pairing"),
    _to("users", "user"),
    Column("at", Instant, nullable=False),
    Column("text", Text, nullable=False),
)  # fmt: skip

decisions = Table(
    "decisions", metadata,
    _row(),
    _to("pairings", "pairing"),
    _to("candidates", "candidate", optional=True),
    _to("users", "user"),
    Column("at", Instant, nullable=False),
    Column("action", String(20), nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip

findings = Table(
    "findings", metadata,
    _row(),
    _to("runs", "run"),
    Column("sealed", LargeBinary, nullable=False),
    _to("keys", "key"),
    _to("users", "geneticist"),
)  # fmt: skip
"""References that do not fit their declared pedigree: for the one geneticist who ran the search (rule 6). Every run has
one row, of a size that tells little, so that not even its presence says that there is a finding."""

audit = Table(
    "audit", metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Code, nullable=False),
    Column("action", String(60), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("previous", Hash, nullable=False),
    Column("hash", Hash, nullable=False),
    Column("state", Text, nullable=False, server_default=text("''")),
    Column("proof", Hash, nullable=False, server_default=text("''")),
    Index("ix_audit_actor_action", "actor", "action", "number"),
)  # fmt: skip
"""Append-only; each line holds the hash of the one before. Codes only: no names, no genotypes. ``state``: of each table
that the action wrote, how many rows it has and a digest of them all, as JSON; ``proof``: a code over ``hash`` that only
who has the keys can make. Both are empty in lines of before version 0009."""

seals = Table(
    "seals", metadata,
    Column("kind", String(40), primary_key=True),
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("line", Number, nullable=False),
    Column("code", LargeBinary, nullable=False),
)  # fmt: skip
"""For each row that the audit answers for, its table and number, the line of the audit that wrote it, and a code over
its columns that only who has the keys can make."""

totals = Table(
    "totals", metadata,
    Column("kind", String(40), primary_key=True),
    Column("rows", Number, nullable=False),
    Column("digest", Hash, nullable=False),
)  # fmt: skip
"""How many rows of each table are sealed, and the digest of their seals, as the newest line of the audit has it."""

checkpoints = Table(
    "checkpoints", metadata,
    _row(),
    Column("number", Number, nullable=False),
    Column("hash", Hash, nullable=False),
    Column("at", Instant, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)  # fmt: skip
"""Signed statements of how far the audit had grown, to be kept at another institution."""
