"""What happened to an incident since it was read, and what each import added and changed."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from antigone.registry.store.schema.columns import Code, Instant, Number, metadata, one_of, row, to

IMPORT_STATES = ("standing", "undone")

changes = Table(
    "changes", metadata,
    row(),
    to("incidents", "incident"),
    Column("at", Instant, nullable=False),
    Column("kind", String(30), nullable=False),
    to("unidentified", optional=True),
    to("families", "family", optional=True),
)  # fmt: skip
"""What happened to an incident that could alter an answer; a row that names neither person nor family is about all."""

imports = Table(
    "imports", metadata,
    row(),
    Column("incident", Code, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    to("users", "user"),
    Column("line", Number, nullable=False),
    Column("files", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended", Instant),
    to("users", "ended_by", optional=True),
    Column("ended_line", Number),
    Column("reason", Text, nullable=False),
    one_of("state", *IMPORT_STATES),
)  # fmt: skip
"""Imports: ``incident`` is its code, which stays when an import that made the incident is undone; ``line`` that of the
audit; ``files``: names and hashes, ``counts``: what was new, both as JSON; ``ended``, ``ended_line`` and ``reason``: of
the undoing."""

import_rows = Table(
    "import_rows", metadata,
    row(),
    to("imports", "import"),
    Column("kind", String(40), nullable=False, index=True),
    Column("first", Number, nullable=False),
    Column("last", Number, nullable=False),
)  # fmt: skip
"""The rows that an import added to the table ``kind``: all from the first to the last, for nobody else writes
meanwhile. Those of what an undoing removed stay, so that no number is given twice."""

import_changes = Table(
    "import_changes", metadata,
    row(),
    to("imports", "import"),
    Column("kind", String(40), nullable=False),
    Column("number", Number, nullable=False),
    Column("line", Number, nullable=False),
    Column("before", Text, nullable=False),
    Index("ix_import_changes_kind_number", "kind", "number"),
)  # fmt: skip
"""The rows that an import changed; the line of the audit that had written each until then, and what was changed in it
as it was before, as JSON: bytes are ciphertext. An undone import keeps the lines alone."""
