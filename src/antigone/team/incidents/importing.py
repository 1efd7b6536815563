"""Importing an incident that was read from files: all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from antigone.casework.incident.model_words import model_differences
from antigone.errors import Conflict, InputError, Problem
from antigone.model.incident.incident import Incident
from antigone.model.incident.incident_model import model_of
from antigone.model.statements.statement import TEXT, Statement
from antigone.registry.changes.coming import mark_rows, note_what_came
from antigone.registry.imports.effects import Listed, effect_of, identify_effect
from antigone.registry.imports.imports import keep_import
from antigone.registry.imports.journal import Journal, journal
from antigone.registry.models.contents import read_content
from antigone.registry.models.versions import Version, steps_of, version_in_force, version_of
from antigone.registry.people.importing import Imported, save_incident
from antigone.registry.people.newcomers import Asked
from antigone.registry.people.skeleton import read_skeleton
from antigone.registry.store.lookups import find_incident
from antigone.registry.store.statistics import refresh_statistics
from antigone.registry.tasks.asking import end_asks_that_came, note_samples
from antigone.team.access.session import Refused, Session, Subject, action
from antigone.team.views import Preview

__all__ = ["ImportAnswer", "Imported", "Listed", "import_incident", "incident_code", "known_incident", "preview_import"]

LONGEST_CODE = 60
FIRST_MODEL = (
    "version 1 is in force and not yet confirmed: searches may run under it, and no identification is confirmed until "
    "a geneticist proposes it and another person confirms it"
)
OTHER_MODEL = "the files state another model than version #, which stays in force;"
REFUSED: Refused = "refused: import"


@dataclass(frozen=True)
class ImportAnswer(Imported):
    """What an import added, and what the readers of its files did that a user should see."""

    notices: tuple[Statement, ...] = ()


_NOT_IN_A_CODE = re.compile(r"[^\w.-]+")


def incident_code(text: str) -> str:
    """A code for an incident, proposed from its title or the name of its folder.

    >>> incident_code("Ferry accident, 2026 (simulated)")
    'Ferry-accident-2026-simulated'
    """
    return _NOT_IN_A_CODE.sub("-", text).strip("-.")[:LONGEST_CODE] or "incident"


@action("import")
def known_incident(session: Session, code: str) -> Incident | None:
    """An incident as the readers of files need it to read an addition: its model, pedigrees and codes, and nothing that
    was typed. None when there is no incident of that code, so that the files must hold a whole one."""
    with session.looking() as connection:
        return read_skeleton(connection, code)


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
    reasons, problems, model = let_in or {}, tuple[Problem, ...](), tuple[Statement, ...]()
    with session.rehearsing() as connection, journal(connection) as noted:
        try:
            model = _write(session, connection, code, incident, reasons).model
        except InputError as error:
            problems = error.problems
        effect = effect_of(noted, incident)
    with session.writing("see imports", {"incident": code, "preview": True, "problems": len(problems)}):
        pass
    seen = "" if problems else identify_effect(effect, incident, code=code, reasons=reasons)
    asked = tuple(dict.fromkeys(code for one in problems if isinstance(one, Asked) for code in one.samples))
    shown = Preview(code, **vars(effect.bounded()), asked=asked, problems=problems, notices=incident.notices, seen=seen)
    return replace(shown, model=model)


@action("import")
def import_incident(
    session: Session, code: str, incident: Incident, *, let_in: Mapping[str, str] | None = None, seen: str = ""
) -> Imported:
    """Add an incident under a code, or what is new in it when the code is known.

    What is new is noted as not searched yet (`read_pending`).

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
    How much was added, and what came of the model that the files state: it is in force when the incident is new, and
    otherwise at most kept as a version that a geneticist may propose. All counts are 0 when the registry had everything
    already.

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


def _model_said(connection: Connection, code: str, incident: Incident, *, brought: bool) -> tuple[Statement, ...]:
    """What came of the model that was read, in words; nothing when it is the one in force already."""
    number, model = find_incident(connection, code).id, model_of(incident)
    now, read = version_in_force(connection, number), version_of(connection, number, model)
    if read is None or read.in_force:
        return (TEXT(text=FIRST_MODEL),) if brought else ()
    differing = model_differences(read_content(connection, now.parts), model)
    became = _became(connection, read).replace("INCIDENT", code)
    return (TEXT(text=f"{OTHER_MODEL.replace('#', str(now.number))} {became}"), *differing)


def _became(connection: Connection, version: Version) -> str:
    """What can be done with a model that an import brought and that is not in force."""
    last = steps_of(connection, version)[-1]
    if version.state == "refused":
        return f"it is version {version.number}, which '{last.user}' refused on {last.at[:10]}: {last.reason}"
    if version.state == "confirmed":
        return f"it is version {version.number}, which was in force until {(version.until or '')[:10]}"
    if version.state == "proposed":
        return f"it is version {version.number}, which '{last.user}' proposed on {last.at[:10]}"
    return (
        f"it is kept as version {version.number}, which a geneticist may propose (page 'Model', or antigone registry "
        f"model INCIDENT --propose {version.number})"
    )


def _check_code(code: str) -> None:
    if incident_code(code) != code:
        raise InputError(
            f"an incident's code of {len(code)} characters; expected 1 to {LONGEST_CODE} letters, digits, dots, "
            f"hyphens or underlines, such as '{incident_code(code)}'"
        )


def _import(session: Session, code: str, incident: Incident, let_in: Mapping[str, str], seen: str) -> Imported:
    subject: Subject = {"incident": code}
    with session.writing("import", subject) as connection:
        added, kept = import_within(session, connection, code, incident, let_in=let_in, seen=seen)
        subject.update(added.counts | {"number": kept})
        if let_in:
            subject.update({"let in": len(let_in), "why": sorted(set(let_in.values()))})
    return added


def import_within(
    session: Session,
    connection: Connection,
    code: str,
    incident: Incident,
    *,
    let_in: Mapping[str, str] | None = None,
    seen: str = "",
) -> tuple[Imported, int | None]:
    """`import_incident` in the caller's transaction, whose next line of the audit must tell of it; what was added, and
    the number of the import if it did anything.

    Raises
    ------
    InputError, Conflict
        As `import_incident` does.
    """
    reasons = let_in or {}
    with journal(connection) as noted:
        added = _write(session, connection, code, incident, reasons)
    if seen:
        _check_seen(noted, code, incident, reasons, seen)
    kept = keep_import(
        connection,
        session.registry.vault,
        noted,
        incident=code,
        files=incident.sources,
        counts=added.counts,
        at=session.registry.now(),
        user=session.user,
    )
    return added, kept


def _write(
    session: Session, connection: Connection, code: str, incident: Incident, let_in: Mapping[str, str]
) -> Imported:
    """Everything that an import writes: what it added, and what is to be searched because of it."""
    before, at, asked = mark_rows(connection), session.registry.now(), note_samples(connection, code)
    added = save_incident(
        connection,
        session.registry.vault,
        incident,
        code=code,
        at=at,
        holder=session.code,
        recorded_by=session.user,
        let_in=let_in,
    )
    number, today = find_incident(connection, code).id, session.registry.today()
    note_what_came(connection, number, before, day=today, at=at)
    end_asks_that_came(connection, code, asked, day=today)
    return replace(added, model=_model_said(connection, code, incident, brought=added.models > 0))


def _check_seen(noted: Journal, code: str, incident: Incident, let_in: Mapping[str, str], seen: str) -> None:
    if identify_effect(effect_of(noted, incident), incident, code=code, reasons=let_in) != seen:
        raise Conflict(
            f"incident '{code}': this import would do something else than was shown: the files, or the registry, "
            "changed since; nothing was imported; look at the preview again"
        )
