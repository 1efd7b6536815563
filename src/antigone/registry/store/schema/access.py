"""Who may do what: users, their tokens, and the keys that everything else is sealed with."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text, false

from antigone.registry.store.schema.columns import Code, Hash, Instant, metadata, one_of, row, to

ROLES = ("administrator", "registrar", "geneticist", "reviewer", "coordinator", "auditor")
ACCESS_KINDS = ("account", "role", "password", "token", "second factor")

properties = Table(
    "properties", metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)  # fmt: skip
"""What the registry is: its identity, the fingerprint of its master key, the public half of its signing key."""

keys = Table(
    "keys", metadata,
    row(),
    Column("wrapped", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False, index=True),
)  # fmt: skip
"""One data key for each person and each candidate, wrapped by the master key of that generation."""

users = Table(
    "users", metadata,
    row(),
    Column("code", Code, nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password", Text, nullable=False),
    Column("one_time_secret", LargeBinary),
    Column("active", Boolean, nullable=False),
    Column("created", Instant, nullable=False),
    Column("founder", Boolean, nullable=False, server_default=false()),
    Column("must_change", Boolean, nullable=False, server_default=false()),
    one_of("role", *ROLES),
)  # fmt: skip
"""``password`` is an Argon2id string; ``one_time_secret`` the sealed secret of one-time codes. ``founder``: one of the
two who were there before anybody could countersign; ``must_change``: the password was given by somebody else."""

access_changes = Table(
    "access_changes", metadata,
    row(),
    to("users", "user"),
    to("users", "made_by"),
    Column("at", Instant, nullable=False),
    Column("kind", String(20), nullable=False),
    to("users", "countersigned_by", optional=True),
    Column("countersigned", Instant),
    one_of("kind", *ACCESS_KINDS),
)  # fmt: skip
"""What an administrator changed of a user's access; until another person has countersigned it, the user decides
nothing."""

tokens = Table(
    "tokens", metadata,
    row(),
    to("users", "user"),
    Column("digest", Hash, nullable=False, unique=True),
    Column("name", Code, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("own", Boolean, nullable=False, server_default=false()),
)  # fmt: skip
"""Access of programs: the SHA-256 of the token, never the token. ``own``: its user made it, and nobody else saw it."""
