"""What was typed from a sample, and where typings of one sample differ."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table, Text, UniqueConstraint

from antigone.registry.store.schema.columns import Code, Instant, metadata, one_of, row, to

TYPING_STATES = ("valid", "superseded", "retired")
SETTLEMENTS = ("kept", "replicates", "gone")

profiles = Table(
    "profiles", metadata,
    row(),
    to("samples", "sample"),
    to("sources", "source", optional=True),
    Column("added", Instant, nullable=False),
    Column("sealed", LargeBinary),
)  # fmt: skip
"""Every typing of a sample, sealed with its owner's key, never overwritten; a search takes those that ``typings`` calls
valid, and those it does not know (of before version 0012)."""

typings = Table(
    "typings", metadata,
    row(),
    to("profiles", "profile"),
    Column("kit", Text, nullable=False),
    to("users", "imported_by", optional=True),
    Column("replicate", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    to("profiles", "corrects", optional=True),
    Column("ended", Instant),
    to("users", "ended_by", optional=True),
    Column("reason", Text, nullable=False),
    UniqueConstraint("profile"),
    one_of("state", *TYPING_STATES),
)  # fmt: skip
"""Where a typing came from, and what became of it. ``kit`` is the kit, or the file, as it is called; ``replicate``: it
was declared a further amplification; ``corrects``: the typing in whose place it stands; ``reason`` why it ended."""

conflicts = Table(
    "conflicts", metadata,
    row(),
    to("samples", "sample"),
    Column("marker", Code, nullable=False),
    Column("opened", Instant, nullable=False),
    Column("closed", Instant),
    Column("how", String(12)),
    to("users", "closed_by", optional=True),
    Column("reason", Text, nullable=False),
    Column("aside", Text, nullable=False),
    Column("together", Text, nullable=False),
    one_of("how", *SETTLEMENTS),
)  # fmt: skip
"""Markers at which valid typings of a sample differ, and how a geneticist settled each: the rows of the typings that
are set aside there, or taken together as replicates, as JSON lists. ``gone``: the typings differ no more."""

marks = Table(
    "marks", metadata,
    row(),
    to("profiles", "profile"),
    Column("ones", BigInteger, nullable=False),
    Column("zeros", BigInteger, nullable=False),
    UniqueConstraint("profile"),
)  # fmt: skip
"""Of each typing one keyed bit a marker, so that a sample that was met before is found without opening all of them."""

PASS_STATES = ("open", "agreed", "discarded")

passes = Table(
    "passes", metadata,
    row(),
    to("samples", "sample"),
    Column("kit", Text, nullable=False),
    Column("apart", Boolean, nullable=False),
    to("users", "typed_by"),
    Column("at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended", Instant),
    to("users", "ended_by", optional=True),
    to("imports", "import", optional=True),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
    one_of("state", *PASS_STATES),
)  # fmt: skip
"""Passes of a profile that is typed in twice: what was typed is sealed with the key of whose sample it is, until the
passes agree or are discarded. ``apart``: the passes that agree must be of two persons; ``import``: what brought the
typing on which they agreed."""
