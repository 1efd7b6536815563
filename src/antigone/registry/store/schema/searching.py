"""Searches, joint answers and searches over several incidents, finished or not."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from antigone.model.review import RUN_STATES
from antigone.registry.store.schema.columns import Code, Instant, Number, metadata, one_of, row, to

runs = Table(
    "runs", metadata,
    row(),
    to("incidents", "incident"),
    to("users", "started_by"),
    Column("purpose", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", String(20), nullable=False),
    Column("result", Text),
    Column("left_out", Text, nullable=False),
    Column("model", Integer),
    Column("seen", Number),
    Column("asked", Integer),
    Column("kept", Integer),
    one_of("state", *RUN_STATES),
)  # fmt: skip
"""``result``: the search without candidates and lines, with its provenance, as JSON; ``left_out``: donors by reason.
``seen``: the last of the ``changes`` that it has read (none: it is older than they are); ``asked`` and ``kept``: of how
many families it asked anything, and of how many all answers were kept from earlier searches; ``model``: the number of
the version of the incident's model."""

family_answers = Table(
    "family_answers", metadata,
    row(),
    to("families", "family"),
    Column("sealed", LargeBinary, nullable=False),
    to("keys", "key"),
    UniqueConstraint("family"),
)  # fmt: skip
"""What a family answered when a search asked it, under a key of its own: likelihoods that tell genotypes of its donors.
It goes with any of them, and with the pedigree."""

unfinished = Table(
    "unfinished", metadata,
    row(),
    to("runs", "run"),
    Column("seed", BigInteger, nullable=False),
    Column("block_families", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("erasures", Integer, nullable=False),
    Column("blocks", Integer, nullable=False),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
    UniqueConstraint("run"),
)  # fmt: skip
"""Runs without an answer that may be resumed. ``attempt`` counts who computes it: only the newest may write;
``erasures`` counts what was erased beneath it: whoever read before keeps nothing. ``blocks``: into how many it is cut
(0: not, or not yet); ``sealed``: what its blocks rest on, as a hash."""

blocks = Table(
    "blocks", metadata,
    row(),
    to("runs", "run"),
    Column("number", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    to("keys", "key"),
    UniqueConstraint("run", "number"),
)  # fmt: skip
"""Finished blocks of an unfinished run, all under one key, which goes with them: when the run ends or is discarded,
when a newer search begins, when somebody leaves, and when a pedigree changes."""

joint_runs = Table(
    "joint_runs", metadata,
    row(),
    to("incidents", "incident"),
    to("users", "started_by"),
    Column("purpose", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", String(20), nullable=False),
    Column("left_out", Text, nullable=False),
    Column("model", Integer),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
    one_of("state", *RUN_STATES),
)  # fmt: skip
"""Joint answers of an incident, sealed whole: a posterior tells who is whose kin. When somebody leaves on whom one
rested, or a pedigree changes, key and ciphertext go."""

joint_parts = Table(
    "joint_parts", metadata,
    row(),
    to("joint_runs", "run"),
    Column("kind", String(12), nullable=False),
    Column("code", Code, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    to("keys", "key"),
    UniqueConstraint("run", "kind", "code"),
    one_of("kind", "unidentified", "family"),
)  # fmt: skip
"""What a joint answer says of each unidentified person, and whom it sought in each family, each sealed under the key of
the answer, with which they go."""

set_runs = Table(
    "set_runs", metadata,
    row(),
    Column("kind", String(10), nullable=False),
    to("users", "started_by"),
    Column("purpose", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),
    Column("state", String(20), nullable=False),
    Column("model_of", Code, nullable=False),
    Column("seen", Number, nullable=False),
    Column("left_out", Text, nullable=False),
    Column("sealed", LargeBinary),
    to("keys", "key", optional=True),
    one_of("kind", "search", "remains"),
    one_of("state", *RUN_STATES),
)  # fmt: skip
"""Searches, and comparisons of remains, over several incidents, sealed whole. When somebody leaves any of them, or a
pedigree changes, key and ciphertext go. ``model_of``: whose model was stated to hold for all (empty: all have the
same); ``seen``: the last of the ``changes`` that was there when it was read."""

set_incidents = Table(
    "set_incidents", metadata,
    row(),
    to("set_runs", "run"),
    to("incidents", "incident"),
    Column("place", Integer, nullable=False),
    UniqueConstraint("run", "incident"),
)  # fmt: skip
"""The incidents of such a run, in the order in which they were named."""

summaries = Table(
    "summaries", metadata,
    row(),
    to("runs", "run"),
    Column("kind", String(12), nullable=False),
    Column("place", Integer, nullable=False),
    Column("code", Code, nullable=False),
    Column("other", Code),
    Column("candidates", Integer, nullable=False),
    Column("power", Float),
    Column("line", Text, nullable=False),
    UniqueConstraint("run", "kind", "place"),
    one_of("kind", "unidentified", "missing"),
    Index("ix_summaries_run_kind_candidates", "run", "kind", "candidates", "place"),
)  # fmt: skip
"""What a run says of each unidentified and each missing person, in its order; ``line`` as JSON. ``code`` is that of the
person or the family, ``other`` that of the family or the person found for them; ``power`` that of a missing person's
references, where it is known."""

findings = Table(
    "findings", metadata,
    row(),
    to("runs", "run"),
    Column("sealed", LargeBinary, nullable=False),
    to("keys", "key"),
    to("users", "geneticist"),
)  # fmt: skip
"""References that do not fit their declared pedigree: for the one geneticist who ran the search (rule 6). Every run has
one row, of a size that tells little, so that not even its presence says that there is a finding."""
