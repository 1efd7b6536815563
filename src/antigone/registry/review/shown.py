"""Which relatives' genotypes the geneticist of a search shows to the others who review a candidate."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from antigone.registry.store.schema import shown_genotypes


def add_shown(connection: Connection, candidate: int, members: Sequence[str], *, user: int, at: str) -> None:
    """From now on the genotypes of these members alone are shown; of nobody, when there are none."""
    row = {"candidate": candidate, "user": user, "at": at, "members": json.dumps(list(members))}
    connection.execute(insert(shown_genotypes).values(row))


def read_shown(connection: Connection, candidate: int) -> tuple[str, ...] | None:
    """The members whose genotypes are shown; None while nobody decided."""
    of = select(shown_genotypes.c.members).where(shown_genotypes.c.candidate == candidate)
    newest = connection.scalar(of.order_by(shown_genotypes.c.id.desc()).limit(1))
    return None if newest is None else tuple(json.loads(newest))
