"""Starting a run over several incidents in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from antigone.errors import InputError
from antigone.team.access.opening import worker_key
from antigone.team.access.session import Session
from antigone.team.overview.status import read_incident
from antigone.team.runs.across import cancel_across
from antigone.team.views import SetLine
from antigone.web.jobs.jobs import Job, JobKind
from antigone.web.requests.visits import Web

Kind = Literal["search", "remains"]
KINDS: Mapping[Kind, JobKind] = {"search": "across", "remains": "remains"}
"""What is asked for, and the kind of job that does it."""
FEWEST: Mapping[Kind, int] = {"search": 2, "remains": 1}


def start_across(web: Web, session: Session, kind: Kind, incidents: Sequence[str], model_of: str) -> Job:
    """Start it.

    Raises
    ------
    Forbidden, RegistryError
        When the user may not search, or there is no such incident.
    InputError
        When too few incidents are named, or one twice.
    Conflict
        When one of the same kind over the same incidents is under way.
    """
    session.require("search")
    for code in incidents:
        read_incident(session, code)
    if len(set(incidents)) < max(FEWEST[kind], len(incidents)):
        named = ", ".join(incidents) or "none"
        raise InputError(f"the incidents named are: {named}; expected {FEWEST[kind]} or more, each once")
    return web.jobs.start(
        user=session.code,
        purpose=session.purpose,
        incident=" + ".join(incidents),
        key=worker_key(web.registry),
        kind=KINDS[kind],
        incidents=tuple(incidents),
        model_of=model_of,
    )


def cancel_of(web: Web, session: Session, run: int) -> SetLine:
    """End a run that is running, and its process: it may compute for long between two looks.

    Raises
    ------
    RegistryError, Conflict
        When there is no such run, or it is not running any more.
    """
    line = cancel_across(session, run)
    for job in web.jobs.all():
        if job.run == run and job.kind in KINDS.values() and not job.has_ended:
            web.jobs.cancel(job)
    return line
