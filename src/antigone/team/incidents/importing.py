"""Importing an incident that was read from files: all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from antigone.errors import Conflict, InputError, Problem
from antigone.model.incident.incident import Incident
from antigone.registry.imports.effects import Listed, effect_of, identify_effect
from antigone.registry.imports.imports import keep_import
from antigone.registry.imports.journal import Journal, journal
from antigone.registry.people.importing import Imported, save_incident
from antigone.registry.people.newcomers import Asked
from antigone.registry.runs.growth import mark_grown, note_families
from antigone.registry.store.statistics import refresh_statistics
from antigone.team.access.session import Refused, Session, Subject, action
from antigone.team.views import Preview

__all__ = ["ImportAnswer", "Imported", "Listed", "import_incident", "incident_code", "preview_import"]

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
def preview_import(
    session: Session, code: str, incident: Incident, *, let_in: Mapping[str, str] | None = None
) -> Preview:
    """What `import_incident` would do now with the same arguments: it is done, looked at, and not kept.

    The audit keeps that somebody looked, and nothing of what was in the files.

    Raises
    ------
    InputError
        When ``code`` is none for an incident.
    """
    _check_code(code)
    reasons, problems = let_in or {}, tuple[Problem, ...]()
    with session.rehearsing() as connection, journal(connection) as noted:
        try:
            _write(session, connection, code, incident, reasons)
        except InputError as error:
            problems = error.problems
        effect = effect_of(noted, incident)
    with session.writing("see imports", {"incident": code, "preview": True, "problems": len(problems)}):
        pass
    seen = "" if problems else identify_effect(effect, incident, code=code, reasons=reasons)
    asked = tuple(dict.fromkeys(code for one in problems if isinstance(one, Asked) for code in one.samples))
    return Preview(code, **vars(effect.bounded()), asked=asked, problems=problems, notices=incident.notices, seen=seen)


@action("import")
def import_incident(
    session: Session, code: str, incident: Incident, *, let_in: Mapping[str, str] | None = None, seen: str = ""
) -> Imported:
    """Add an incident under a code, or what is new in it when the code is known.

    Searches that compared a family to which something was added are marked "to be computed again".

    Parameters
    ----------
    session, code, incident
        Who, under which code, and what was read.
    let_in
        By sample, why one is let in although something stands against it, such as an identical twin's. The audit keeps
        that an import was refused, or how many were let in, and not which.
    seen
        What `preview_import` gave: nothing is done when this import would do anything else than was shown.

    Returns
    -------
    How much was added; all counts are 0 when the registry had everything already.

    Raises
    ------
    InputError
        With everything in it that contradicts the registry, and everybody who left, is a donor called unidentified, or
        has a search already; nothing was written then.
    Conflict
        When the files, or the registry, are not what was previewed.
    """
    _check_code(code)
    try:
        added = _import(session, code, incident, let_in or {}, seen)
    except InputError as error:
        with session.writing(REFUSED, {"incident": code, "problems": len(error.problems)}):
            pass
        raise
    refresh_statistics(session.registry.engine)
    return added


def _check_code(code: str) -> None:
    if incident_code(code) != code:
        raise InputError(
            f"an incident's code of {len(code)} characters; expected 1 to {LONGEST_CODE} letters, digits, dots, "
            f"hyphens or underlines, such as '{incident_code(code)}'"
        )


def _import(session: Session, code: str, incident: Incident, let_in: Mapping[str, str], seen: str) -> Imported:
    subject: Subject = {"incident": code}
    with session.writing("import", subject) as connection:
        with journal(connection) as noted:
            added, runs = _write(session, connection, code, incident, let_in)
        if seen:
            _check_seen(noted, code, incident, let_in, seen)
        kept = keep_import(
            connection,
            session.registry.vault,
            noted,
            incident=code,
            files=incident.sources,
            counts=vars(added),
            at=session.registry.now(),
            user=session.user,
        )
        subject.update(vars(added) | {"runs": runs, "number": kept})
        if let_in:
            subject.update({"let in": len(let_in), "why": sorted(set(let_in.values()))})
    return added


def _write(
    session: Session, connection: Connection, code: str, incident: Incident, let_in: Mapping[str, str]
) -> tuple[Imported, int]:
    """Everything that an import writes: what it added, and how many runs are to be computed again."""
    before = note_families(connection, code)
    added = save_incident(
        connection,
        session.registry.vault,
        incident,
        code=code,
        at=session.registry.now(),
        holder=session.code,
        recorded_by=session.user,
        let_in=let_in,
    )
    return added, mark_grown(connection, before)


def _check_seen(noted: Journal, code: str, incident: Incident, let_in: Mapping[str, str], seen: str) -> None:
    if identify_effect(effect_of(noted, incident), incident, code=code, reasons=let_in) != seen:
        raise Conflict(
            f"incident '{code}': this import would do something else than was shown: the files, or the registry, "
            "changed since; nothing was imported; look at the preview again"
        )
