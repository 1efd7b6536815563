"""Whole incidents for a notebook, under the consents of a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from antigone.casework.incident.files import load_incident
from antigone.casework.joint.solve import joint_incident as solve
from antigone.casework.pairs.search import search_incident as find
from antigone.model.incident.incident import Incident
from antigone.model.results.joint import DEFAULT_PRIOR, JointPrior, JointResult
from antigone.model.results.search import SearchResult

__all__ = ["joint_incident", "read_incident", "search_incident"]


def read_incident(path: Path | str, *, on: dt.date, consent_attested: str | None = None) -> Incident:
    """A case folder, a workbook, a ``.fam`` file with a DVI part, or another file that ``antigone search`` reads.

    Raises
    ------
    InputError, ConsentError
        With every problem found; and where nobody attests the consents of a file that has no place for them.
    """
    return load_incident(Path(path), attested_by=consent_attested, today=on)


def search_incident(incident: Incident, *, on: dt.date, seed: int = 1) -> SearchResult:
    """Every unidentified person of an incident against every missing person, under the consents of a day.

    The same as ``antigone search``; the files are written by that command alone.
    """
    return find(incident, today=on, created=on.isoformat(), command="antigone.search_incident", seed=seed).result


def joint_incident(incident: Incident, *, on: dt.date, prior: str = DEFAULT_PRIOR) -> JointResult:
    """One consistent answer for all families of an incident, under the consents of a day; see ``antigone joint``."""
    stated = JointPrior.parse(prior)
    return solve(incident, today=on, created=on.isoformat(), command="antigone.joint_incident", prior=stated)
