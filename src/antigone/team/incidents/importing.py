"""Importing an incident that was read from files: all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from antigone.errors import InputError
from antigone.model.incident.incident import Incident
from antigone.registry.people.importing import Imported, save_incident
from antigone.registry.runs.growth import mark_grown, note_families
from antigone.registry.store.statistics import refresh_statistics
from antigone.registry.tasks.asking import end_asks_that_came, note_samples
from antigone.team.access.session import Refused, Session, Subject, action

__all__ = ["ImportAnswer", "Imported", "import_incident", "incident_code"]

LONGEST_CODE = 60
REFUSED: Refused = "refused: import"


@dataclass(frozen=True)
class ImportAnswer(Imported):
    """What an import added, and what the readers of its files did that a user should see."""

    notices: tuple[str, ...] = ()


_NOT_IN_A_CODE = re.compile(r"[^\w.-]+")


def incident_code(text: str) -> str:
    """A code for an incident, proposed from its title or the name of its folder.

    >>> incident_code("Ferry accident, 2026 (simulated)")
    'Ferry-accident-2026-simulated'
    """
    return _NOT_IN_A_CODE.sub("-", text).strip("-.")[:LONGEST_CODE] or "incident"


@action("import")
def import_incident(
    session: Session, code: str, incident: Incident, *, let_in: Mapping[str, str] | None = None
) -> Imported:
    """Add an incident under a code, or what is new in it when the code is known.

    Searches that compared a family to which something was added are marked "to be computed again". ``let_in`` says, by
    sample, why one is let in although something stands against it, such as an identical twin's. The audit keeps that an
    import was refused, or how many were let in, and not which.

    Returns
    -------
    How much was added; all counts are 0 when the registry had everything already.

    Raises
    ------
    InputError
        With everything in it that contradicts the registry, and everybody who left, is a donor called unidentified, or
        has a search already; nothing was written then.
    """
    if incident_code(code) != code:
        raise InputError(
            f"an incident's code of {len(code)} characters; expected 1 to {LONGEST_CODE} letters, digits, dots, "
            f"hyphens or underlines, such as '{incident_code(code)}'"
        )
    try:
        added = _import(session, code, incident, let_in or {})
    except InputError as error:
        with session.writing(REFUSED, {"incident": code, "problems": len(error.problems)}):
            pass
        raise
    refresh_statistics(session.registry.engine)
    return added


def _import(session: Session, code: str, incident: Incident, let_in: Mapping[str, str]) -> Imported:
    registry = session.registry
    subject: Subject = {"incident": code}
    with session.writing("import", subject) as connection:
        before, asked = note_families(connection, code), note_samples(connection, code)
        added = save_incident(
            connection,
            registry.vault,
            incident,
            code=code,
            at=registry.now(),
            holder=session.code,
            recorded_by=session.user,
            let_in=let_in,
        )
        subject.update(vars(added) | {"runs": mark_grown(connection, before)})
        end_asks_that_came(connection, code, asked, day=registry.today())
        if let_in:
            subject.update({"let in": len(let_in), "why": sorted(set(let_in.values()))})
    return added
