"""What a registry answers of a case, and what a fresh one answers that was given everything at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from growing_case import CASE, STORY, Files
from growing_doors import written
from registry_prepared import Prepared
from registry_team import NOON, Team, agree_on_model

from antigone.casework.incident.files import load_incident
from antigone.model.results.search import Candidate
from antigone.registry.review.candidates import open_candidate, read_candidates
from antigone.registry.store.database import snapshot
from antigone.team.incidents.importing import import_incident
from antigone.team.runs.searching import list_runs, search

Pair = tuple[str, str]
Answer = Mapping[Pair, Mapping[str, float]]
"""Of each candidate, by person and family, every number that the pair has."""


def numbers_of(candidate: Candidate) -> dict[str, float]:
    """The rank, the posterior and the log10 LRs of a candidate, in all and by marker."""
    whole = {f"log10 LR, {population}": value for population, value in candidate.log10_lr.items()}
    by_marker = {
        f"{marker}, {population}": value
        for population, markers in candidate.log10_lr_by_marker.items()
        for marker, value in markers.items()
    }
    return {"rank": candidate.rank, "posterior": candidate.posterior, **whole, **by_marker}


def answer_of(team: Team) -> Answer:
    """The candidates of the newest search of the case."""
    run = list_runs(team["geneticist"], CASE).rows[0].id
    with snapshot(team.registry.engine) as connection:
        lines = read_candidates(connection, run, count=100).lines
        opened = [open_candidate(connection, team.registry.vault, line.id) for line in lines]
    return {(one.unidentified, one.family): numbers_of(one) for one in opened}


def answer_at_once(prepared: Prepared, files: Files, folder: Path) -> Answer:
    """The answer of a fresh registry that is given all files at once, and searched as a whole."""
    written(files, folder / "files")
    team = prepared.team("users", str(folder / "registry.db"))
    read = load_incident(folder / "files", attested_by=None, today=NOON.date())
    import_incident(team["registrar"], CASE, read)
    agree_on_model(team, CASE)
    search(team["geneticist"], CASE)
    found = answer_of(team)
    team.registry.close()
    return found


def answers_at_once(prepared: Prepared, folder: Path) -> dict[str, Answer]:
    """By the name of each step, what a fresh registry answers then."""
    files: Files = {}
    found = {}
    for number, step in enumerate(STORY):
        files = step.at_once(files)
        found[step.name] = answer_at_once(prepared, files, folder / str(number))
    return found
