"""The audit, and what shows that no row was changed beside it."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, Text, text

from antigone.registry.store.schema.columns import Code, Hash, Instant, Number, metadata, row

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
    row(),
    Column("number", Number, nullable=False),
    Column("hash", Hash, nullable=False),
    Column("at", Instant, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)  # fmt: skip
"""Signed statements of how far the audit had grown, to be kept at another institution."""
