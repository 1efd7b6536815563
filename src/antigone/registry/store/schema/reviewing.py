"""Pairings, the candidates that runs found for them, and what persons wrote and decided."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from antigone.model.review import STATES
from antigone.registry.store.schema.columns import Instant, metadata, one_of, row, to

pairings = Table(
    "pairings", metadata,
    row(),
    to("incidents", "incident"),
    to("unidentified"),
    to("members", "member"),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("unidentified", "member"),
    one_of("state", *STATES),
    Index("ix_pairings_incident_state", "incident", "state", "member"),
)  # fmt: skip
"""An unidentified person and a missing person, and where the question stands; outlives the runs that found it."""

candidates = Table(
    "candidates", metadata,
    row(),
    to("runs", "run"),
    to("pairings", "pairing"),
    Column("rank", Integer, nullable=False),
    Column("log10_lr", Float),
    Column("population", Text, nullable=False),
    Column("posterior", Float),
    Column("markers", Integer, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
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
    row(),
    to("pairings", "pairing"),
    to("users", "user"),
    Column("at", Instant, nullable=False),
    Column("text", Text, nullable=False),
)  # fmt: skip

decisions = Table(
    "decisions", metadata,
    row(),
    to("pairings", "pairing"),
    to("candidates", "candidate", optional=True),
    to("users", "user"),
    Column("at", Instant, nullable=False),
    Column("action", String(20), nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip

shown_genotypes = Table(
    "shown_genotypes", metadata,
    row(),
    to("candidates", "candidate"),
    to("users", "user"),
    Column("at", Instant, nullable=False),
    Column("members", Text, nullable=False),
)  # fmt: skip
"""Which relatives' genotypes the geneticist of a search shows to those who review a candidate: their codes as a JSON
list; the newest row counts, and an empty list shows nobody."""

exceptions = Table(
    "exceptions", metadata,
    row(),
    to("pairings", "pairing"),
    to("candidates", "candidate"),
    to("users", "user"),
    Column("at", Instant, nullable=False),
    Column("rule", Integer, nullable=False),
    Column("failed", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    to("users", "agreed_by", optional=True),
    Column("agreed", Instant),
    Column("agreed_reason", Text),
)  # fmt: skip
"""Proposals that do not meet the rule of evidence: the number of the rule, the letters of what fails, why it is
proposed all the same, and which third person agreed (PURPOSE.md, rule 8)."""
