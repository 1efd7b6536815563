"""Incidents, the versions of their models, and the files they came from."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from antigone.registry.store.schema.columns import Code, Hash, Instant, metadata, one_of, row, to

MODEL_STATES = ("brought", "proposed", "confirmed", "refused")
MODEL_STEPS = ("bring", "propose", "confirm", "refuse")

incidents = Table(
    "incidents", metadata,
    row(),
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
    one_of("kind", "frequencies", "settings", "further"),
)  # fmt: skip
"""Frequency tables and models by the SHA-256 of their content, never changed."""

model_versions = Table(
    "model_versions", metadata,
    row(),
    to("incidents", "incident"),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("since", Instant),
    Column("until", Instant),
    UniqueConstraint("incident", "number"),
    one_of("state", *MODEL_STATES),
)  # fmt: skip
"""The versions of the model of an incident. ``content``: the hashes of its parts in their order, as a JSON list, never
changed. The version in force has a ``since`` and no ``until``; one that never was in force has neither."""

model_steps = Table(
    "model_steps", metadata,
    row(),
    to("model_versions", "version"),
    to("users", "user", optional=True),
    Column("at", Instant, nullable=False),
    Column("action", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    one_of("action", *MODEL_STEPS),
)  # fmt: skip
"""What was done with a version, never changed; without a user: before models had versions."""

sources = Table(
    "sources", metadata,
    row(),
    to("incidents", "incident"),
    Column("name", Text, nullable=False),
    Column("sha256", Hash, nullable=False),
    Column("imported", Instant, nullable=False),
)  # fmt: skip
