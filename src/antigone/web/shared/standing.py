"""A search of what is new that starts by itself after an import, in the name of a geneticist whom the service names."""

from __future__ import annotations

from contextlib import suppress

from antigone.errors import Conflict, Forbidden
from antigone.team.access.opening import session_of, worker_key
from antigone.team.runs.pending import read_pending
from antigone.web.requests.visits import Web

PURPOSE = "to search what is new, after an import"


def search_after_import(web: Web, incident: str) -> bool:
    """Start a search of what is new where the service wants it and anything is; whether one was started.

    One that is under way already ends first, and what came in meanwhile waits for the next one.
    """
    user = web.settings.search_new_as
    if not user:
        return False
    with suppress(Conflict, Forbidden):  # whoever imported has done their part
        session = session_of(web.registry, user, purpose=PURPOSE)
        session.require("search")
        found = read_pending(session, incident)
        if found.run is not None and not found.nothing:
            web.jobs.start(user=user, purpose=PURPOSE, incident=incident, only_new=True, key=worker_key(web.registry))
            return True
    return False
