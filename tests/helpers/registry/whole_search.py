"""A search of what is new beside a search that knows nothing from before."""

from __future__ import annotations

from dataclasses import replace

from answers import same
from registry_team import INCIDENT, Team
from sqlalchemy import select

from antigone.casework.pairs.search import search_incident
from antigone.model.plain import as_plain
from antigone.model.results.search import SearchResult
from antigone.registry.consent.coverage import read_covered
from antigone.registry.review.candidates import open_candidate
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import candidates
from antigone.team.runs.searching import read_run, search


def search_new(team: Team) -> int:
    return search(team["geneticist"], INCIDENT, only_new=True).line.id


def stored_answer(team: Team, run: int) -> SearchResult:
    """The answer of a run with its lines and its candidates."""
    result = read_run(team["geneticist"], run, whole=True).result
    assert result is not None
    with snapshot(team.registry.engine) as connection:
        numbers = connection.scalars(select(candidates.c.id).where(candidates.c.run == run).order_by(candidates.c.rank))
        opened = tuple(open_candidate(connection, team.registry.vault, number) for number in numbers.all())
    return replace(result, candidates=opened)


def whole_answer(team: Team) -> SearchResult:
    """The answer of a search that knows nothing from before, of the registry as it is."""
    registry, day = team.registry, team.registry.today()
    with snapshot(registry.engine) as connection:
        covered = read_covered(connection, registry.vault, INCIDENT, scope="identification", day=day)
    found = search_incident(covered.incident, today=day, created="", command="", seed=1).result
    without = covered.refused_by_family
    lines = tuple(replace(line, donors_without_consent=without.get(line.family, 0)) for line in found.families)
    return replace(found, left_out=dict(covered.refused), families=lines, pairs=())


def is_whole(team: Team, run: int) -> bool:
    found, whole = stored_answer(team, run), whole_answer(team)
    found = replace(found, provenance=whole.provenance)  # which names the model's version, the moment, the command
    return same(as_plain(found), as_plain(whole))
