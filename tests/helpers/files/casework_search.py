"""A search of the small example, and incidents with a reference that does not fit."""

from __future__ import annotations

import datetime as dt

import pytest
from small_search import DAY

from antigone.casework.pairs.search import SearchOutcome, search_incident
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import DEFAULT_MUTATION, SearchSettings
from antigone.report.pages.search import render_report
from antigone.report.tables.files import candidates_csv, results_json

ANY_STRENGTH = SearchSettings(DEFAULT_MUTATION, threshold=1e-12, threshold_grows=False)


def search(of: Incident, *, today: dt.date = DAY, created: str = "2026-05-01T10:00:00+00:00") -> SearchOutcome:
    return search_incident(of, today=today, created=created, command="antigone search X", seed=1)


def outputs(of: Incident, *, created: str = "2026-05-01T10:00:00+00:00") -> dict[str, str]:
    """What an ordinary search writes."""
    result = search(of, created=created).result
    return {
        "candidates.csv": candidates_csv(result),
        "results.json": results_json(result),
        "report.html": render_report(result, of),
    }


@pytest.fixture(scope="module")
def ferry():
    """A simulated incident with one father who is not the father; few markers, for speed."""
    from antigone.formats.frequencies import nist1036
    from antigone.simulation.incident import simulate_incident

    tables = tuple(table for table in nist1036() if table.population in ("US Caucasian", "US Asian"))
    names = tuple(tables[0].frequencies)[:20]
    made, truth = simulate_incident(
        families=9, unidentified=12, seed=3, tables=tables, markers=names, settings=SearchSettings(DEFAULT_MUTATION)
    )
    return made, truth, search(made, today=dt.date(2025, 8, 1))
