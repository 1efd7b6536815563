"""What a family is asked for and told, and missing persons found alive."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table, Text, UniqueConstraint

from antigone.registry.store.schema.columns import Code, Instant, metadata, one_of, row, to

ASK_KINDS = ("sample", "consent")
ASK_OUTCOMES = ("came", "declined", "taken back")
TOLD_OF = ("identified", "found alive", "checked again", "not upheld")
TOLD_HOW = ("in person", "by telephone", "by letter", "by another")
ALIVE_STATES = ("open", "proposed", "confirmed", "reopening")

asks = Table(
    "asks", metadata,
    row(),
    to("families", "family"),
    Column("kind", String(10), nullable=False),
    to("donors", "donor", optional=True),
    Column("asked", Date, nullable=False),
    Column("ended", Date),
    Column("outcome", String(12)),
    one_of("kind", *ASK_KINDS),
    one_of("outcome", *ASK_OUTCOMES),
)  # fmt: skip
"""What a family is asked for: a sample, because a geneticist asked; or the consent of a donor, kept here only where the
answer was no. There is no place for a reason, for who asked, or for the hour (PURPOSE.md, rule 6)."""

tellings = Table(
    "tellings", metadata,
    row(),
    to("members", "member"),
    Column("about", String(20), nullable=False),
    Column("day", Date, nullable=False),
    Column("teller", Code, nullable=False),
    Column("form", String(20), nullable=False),
    to("users", "recorded_by"),
    Column("at", Instant, nullable=False),
    one_of("about", *TOLD_OF),
    one_of("form", *TOLD_HOW),
)  # fmt: skip
"""That a family was told something about a missing person: on which day, by whom and in what form; no contents."""

alive = Table(
    "alive", metadata,
    row(),
    to("incidents", "incident"),
    to("members", "member"),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("member"),
    one_of("state", *ALIVE_STATES),
)  # fmt: skip
"""Where the question stands whether a missing person was found alive."""

alive_steps = Table(
    "alive_steps", metadata,
    row(),
    to("alive", "alive"),
    to("users", "user"),
    Column("at", Instant, nullable=False),
    Column("action", String(20), nullable=False),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("reason", Text, nullable=False),
)  # fmt: skip
