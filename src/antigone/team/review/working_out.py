"""One stored candidate in full: its markers, its sensitivity, and how it stands against close relatives."""

from __future__ import annotations

import math
from dataclasses import replace

from antigone.casework.incident.prepare import Progress, silent
from antigone.casework.pairs.explain import explain_pair
from antigone.errors import Conflict
from antigone.model.assumptions.choices import SAME_LOG10_LR
from antigone.model.incident.incident import Incident
from antigone.model.results.search import Candidate, SearchResult
from antigone.registry.review.candidates import replace_candidate
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.reading import writing_what_was_read
from antigone.team.review.candidates import open_for_work


@action("work out")
def work_out(session: Session, candidate: int, *, progress: Progress = silent) -> Candidate:
    """Work a stored candidate out in full, as a search does for its strongest ones, and keep that in its place.

    The incident is read as consent covers it today, because the markers' ladders rest on all that was typed. Rank,
    prior and LR stay those of the search: when the LR is not what it was, something has changed since, and nothing
    is stored.

    Parameters
    ----------
    session
        Who asks; both times the registry is touched, that stands in the audit.
    candidate
        Its number.
    progress
        Told what is being done.

    Raises
    ------
    ConsentError
        When the candidate is closed.
    Conflict
        When the LR is not that of the search any more.
    RegistryError, InputError, ModelError, PlanTooLarge
        As in `search`.
    """
    progress("reading the profiles", 0, 1)
    subject: Subject = {"candidate": candidate}
    with session.looking() as connection:
        asked = open_for_work(session, connection, candidate)
    reading = writing_what_was_read(session, "work out", subject, incident=asked.incident)
    with reading as (_, covered):
        progress("reading the profiles", 1, 1)
    progress("working out the pair", 0, 1)
    worked = _in_full(session, asked.candidate, asked.result, covered.incident)
    progress("working out the pair", 1, 1)
    with session.writing("work out", subject | {"stored": True}) as connection:
        open_for_work(session, connection, candidate)
        replace_candidate(connection, session.registry.vault, candidate, worked)
    return worked


def _in_full(session: Session, stored: Candidate, result: SearchResult, incident: Incident) -> Candidate:
    explained = explain_pair(
        incident,
        family=stored.family,
        missing=stored.missing,
        sample=stored.unidentified,
        today=session.registry.today(),
        prior=result.prior,
    )
    worked = replace(explained.candidate, rank=stored.rank, members=stored.members, references=stored.references)
    if not _same(stored, worked):
        raise Conflict(
            f"{stored.unidentified} as {stored.missing} of family {stored.family}: the LR is not that of the search "
            "any more, because what was typed, declared or consented to has changed since; search again"
        )
    return worked


def _same(stored: Candidate, worked: Candidate) -> bool:
    return stored.log10_lr.keys() == worked.log10_lr.keys() and all(
        math.isclose(value, worked.log10_lr[name], rel_tol=SAME_LOG10_LR, abs_tol=SAME_LOG10_LR)
        for name, value in stored.log10_lr.items()
    )
