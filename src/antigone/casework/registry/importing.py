"""Importing an incident that was read from files: all of it or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from antigone.casework.registry.session import Session, Subject, action
from antigone.errors import InputError
from antigone.model.case import Incident
from antigone.registry.growth import mark_grown, note_families
from antigone.registry.incidents import Imported, save_incident
from antigone.registry.statistics import refresh_statistics

__all__ = ["ImportAnswer", "Imported", "import_incident", "incident_code"]

LONGEST_CODE = 60


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
def import_incident(session: Session, code: str, incident: Incident) -> Imported:
    """Add an incident under a code, or what is new in it when the code is known.

    Searches that compared a family to which something was added are marked "to be computed again".

    Returns
    -------
    How much was added; all counts are 0 when the registry had everything already.

    Raises
    ------
    InputError
        With everything in it that contradicts the registry; nothing was written then.
    """
    if incident_code(code) != code:
        raise InputError(
            f"an incident's code of {len(code)} characters; expected 1 to {LONGEST_CODE} letters, digits, dots, "
            f"hyphens or underlines, such as '{incident_code(code)}'"
        )
    registry = session.registry
    subject: Subject = {"incident": code}
    with session.writing("import", subject) as connection:
        before = note_families(connection, code)
        added = save_incident(
            connection,
            registry.vault,
            incident,
            code=code,
            at=registry.now(),
            holder=session.code,
            recorded_by=session.user,
        )
        subject.update(vars(added) | {"runs": mark_grown(connection, before)})
    refresh_statistics(registry.engine)
    return added
