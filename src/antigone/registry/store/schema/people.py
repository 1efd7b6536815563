"""Unidentified persons, families, donors with their consents, and the samples they gave."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from antigone.registry.store.schema.columns import Code, Hash, Instant, metadata, one_of, row, to

CONSENT_SCOPES = ("identification", "court", "sharing")

unidentified = Table(
    "unidentified", metadata,
    row(),
    to("incidents", "incident"),
    Column("code", Code, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("sex", String(10), nullable=False),
    Column("request", Text, nullable=False),
    Column("erased", Instant),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
    UniqueConstraint("incident", "code"),
    one_of("kind", "remains", "living"),
    one_of("sex", "female", "male", "unknown"),
)  # fmt: skip
"""``sealed`` holds what is known beside DNA; ``request`` the reference of a living seeker's own written request."""

parts = Table(
    "parts", metadata,
    row(),
    to("unidentified", "one"),
    to("unidentified", "other"),
    to("users", "declared_by"),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("one", "other"),
    CheckConstraint("one < other", name="order"),
)  # fmt: skip
"""Two remains that a geneticist declared parts of one person; only such two may be confirmed as one missing person."""

families = Table(
    "families", metadata,
    row(),
    to("incidents", "incident"),
    Column("code", Code, nullable=False),
    UniqueConstraint("incident", "code"),
)  # fmt: skip

members = Table(
    "members", metadata,
    row(),
    to("families", "family"),
    Column("place", Integer, nullable=False),
    Column("code", Code, nullable=False),
    Column("sex", String(10), nullable=False),
    Column("father", Code),
    Column("mother", Code),
    Column("founder_inbreeding", Float, nullable=False),
    Column("missing", Boolean, nullable=False),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
    UniqueConstraint("family", "code"),
)  # fmt: skip
"""A declared pedigree, member by member; ``sealed`` holds a name and what is known beside DNA, where given."""

donors = Table(
    "donors", metadata,
    row(),
    to("members", "member"),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
    Column("erased", Instant),
)  # fmt: skip
"""A member who gave a sample; an erased donor has neither key nor ciphertext."""

consents = Table(
    "consents", metadata,
    row(),
    to("donors", "donor"),
    Column("scope", String(20), nullable=False),
    Column("reference", Text, nullable=False),
    Column("given", Date, nullable=False),
    Column("expires", Date),
    Column("withdrawn", Date),
    Column("attested_by", Text, nullable=False),
    one_of("scope", *CONSENT_SCOPES),
)  # fmt: skip
"""One row for each purpose: to identify, to use in court, to share across borders. ``reference`` is the instrument."""

samples = Table(
    "samples", metadata,
    row(),
    to("incidents", "incident"),
    Column("code", Code, nullable=False),
    to("unidentified", optional=True),
    to("donors", "donor", optional=True),
    UniqueConstraint("incident", "code"),
    CheckConstraint("(unidentified IS NULL) <> (donor IS NULL)", name="owner"),
)  # fmt: skip
"""A sample belongs to an unidentified person or to a donor. No other kind exists (PURPOSE.md, rule 4)."""

custody = Table(
    "custody", metadata,
    row(),
    to("samples", "sample"),
    Column("at", Instant, nullable=False),
    Column("event", Text, nullable=False),
    Column("holder", Code, nullable=False),
    to("users", "recorded_by", optional=True),
)  # fmt: skip

let_in = Table(
    "let_in", metadata,
    row(),
    to("samples", "sample"),
    to("users", "user", optional=True),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip
"""Samples that a registrar let in although something stood against them, such as that of an identical twin."""

departures = Table(
    "departures", metadata,
    row(),
    Column("who", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("day", Date, nullable=False),
    Column("markers", Hash, nullable=False),
    Column("digest", Hash, nullable=False, index=True),
    UniqueConstraint("who", "digest"),
    one_of("kind", "sample", "instrument", "request", "profile"),
)  # fmt: skip
"""Who left, in keyed digests alone, never deleted: ``who`` is a random number that holds the digests of one person
together, ``day`` that of the withdrawal, ``markers`` a hash of the names of the markers under a digest of genotypes."""
