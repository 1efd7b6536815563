"""What several tests share: see ``test_registry_resume``, where it is used most."""

from __future__ import annotations

import pytest
from registry_team import INCIDENT, Team
from sqlalchemy import func, select

from antigone.casework.pairs.pairs import Execution
from antigone.errors import Cancelled
from antigone.model.plain import to_json
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import blocks, unfinished
from antigone.search.pairs import distributed
from antigone.search.pairs.blocks import score_block
from antigone.team.access.session import Registry
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.runs.searching import (
    list_runs,
    resume_search,
    search,
)
from antigone.team.views import RunLine

ONE_BY_ONE = Execution(block_families=1)
"""Four families, four blocks."""


@pytest.fixture(autouse=True)
def looks_at_once(monkeypatch):
    """A search looks after every step whether it was cancelled."""
    monkeypatch.setattr("antigone.team.runs.searching.SECONDS_BETWEEN_LOOKS", 0.0)


@pytest.fixture
def scored(monkeypatch) -> list[str]:
    """The families whose blocks are computed, in their order."""
    found: list[str] = []

    def counted(families, of):
        found.extend(family.declared.code for family in families)
        return score_block(families, of)

    monkeypatch.setattr(distributed, "score_block", counted)
    return found


class After:
    """Cancels when so many blocks are done."""

    def __init__(self, blocks: int) -> None:
        self.blocks, self.done = blocks, 0

    def progress(self, step: str, done: int, _of: int) -> None:
        self.done = done if step == "comparing blocks" else self.done

    def __call__(self) -> bool:
        return self.done >= self.blocks


def cancelled_after(team: Team, blocks: int = 2, *, execution: Execution = ONE_BY_ONE) -> RunLine:
    """A run that was cancelled when so many blocks were done."""
    after = After(blocks)
    with pytest.raises(Cancelled, match="was cancelled"):
        search(team["geneticist"], INCIDENT, seed=5, execution=execution, progress=after.progress, cancelled=after)
    return newest(team)


def newest(team: Team) -> RunLine:
    return list_runs(team["reviewer"], INCIDENT).rows[0]


def full_candidates(team: Team, run: int) -> list[str]:
    """The candidates of a run as they were sealed, without the run's own numbers."""
    rows = list_candidates(team["reviewer"], INCIDENT, run=run).rows
    opened = [read_candidate(team["reviewer"], row.id).candidate for row in rows]
    return [to_json(one) for one in opened]


def resumed(team: Team, run: int, who: str = "geneticist") -> tuple[RunLine, str]:
    told: list[str] = []
    view = resume_search(team[who], run, announce=told.append)
    assert len(told) == 1
    return view.line, told[0]


def kept_rows(registry: Registry) -> tuple[int, int]:
    """Rows of unfinished runs, and of blocks."""
    with snapshot(registry.engine) as connection:
        unended, of = (connection.scalar(select(func.count()).select_from(t)) or 0 for t in (unfinished, blocks))
    return unended, of


ERASED_AT_ONCE = (1, 0)
"""The run can still be resumed, and none of its blocks is left."""
