"""What was typed goes into the registry by the road of an import: the same checks, audit, undoing and tasks."""

from __future__ import annotations

from antigone.errors import InputError, RegistryError
from antigone.model.incident.incident import Incident
from antigone.report.words.statements import say_all
from antigone.team.incidents.importing import import_incident, known_incident, preview_import
from antigone.web.requests.visits import Visit
from antigone.web.shared.standing import search_after_import


def known_or_refused(visit: Visit, incident: str) -> Incident:
    """The incident to which something is added.

    Raises
    ------
    RegistryError
        When there is none of that code.
    """
    known = known_incident(visit.session, incident)
    if known is None:
        raise RegistryError(f"incident '{incident}' is not in this registry; choose one on the first page")
    return known


def keep(visit: Visit, code: str, typed: Incident) -> str:
    """Save what was typed, all or nothing; in words what came of it.

    Raises
    ------
    InputError
        With everything that stands against it; nothing is saved then.
    Conflict
        When the registry changed meanwhile.
    """
    shown = preview_import(visit.session, code, typed)
    if shown.problems:
        raise InputError(shown.problems)
    kept = import_incident(visit.session, code, typed, seen=shown.seen)
    begun = ["A search of what is new has begun."] if search_after_import(visit.web, code) else []
    return "\n".join(("Saved.", *begun, *say_all(kept.model)))
