"""The imports of an incident, and undoing one: what it brought goes, as long as nothing rests on it."""

from __future__ import annotations

import json

from antigone.registry.imports import undoing
from antigone.registry.imports.imports import list_imports as rows_of
from antigone.registry.imports.imports import read_import as row_of
from antigone.registry.imports.resting import what_rests_on
from antigone.registry.imports.touched import find_touched
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.statistics import refresh_statistics
from antigone.team.access.leaving import begin_leaving, finish_leaving
from antigone.team.access.session import Session, Subject, action
from antigone.team.views import ImportLine, ImportView, Undone


@action("see imports")
def list_imports(session: Session, incident: str) -> tuple[ImportLine, ...]:
    """The imports of an incident, the newest first; also of one that is gone, because its import was undone."""
    with session.looking() as connection:
        return tuple(map(_line, rows_of(connection, incident)))


@action("see imports")
def read_import(session: Session, number: int) -> ImportView:
    """An import, and everything that rests on it: with nothing there, it can be undone.

    Raises
    ------
    RegistryError
        When there is none of that number.
    """
    with session.looking() as connection:
        one = row_of(connection, number)
        if one.row.state != "standing":
            return ImportView(_line(one.row), ())
        touched = find_touched(connection, one.added, one.changed)
        return ImportView(_line(one.row), tuple(what_rests_on(connection, one, touched)))


@action("undo import")
def undo_import(session: Session, number: int, *, because: str) -> Undone:
    """Undo an import: the persons, families, donors, consents and typings that it added go, with their keys, and what
    it changed is as it was before. All of it, or nothing.

    Nobody has left by it, and the same files may be imported again. What was computed of whom it brought goes too.

    Raises
    ------
    InputError
        When no reason is given.
    RegistryError
        When there is no such import.
    Conflict
        When it was undone before, or something rests on it: all of that, each with what to do instead.
    """
    subject: Subject = {"import": number}
    registry = session.registry
    with session.writing("undo import", subject) as connection:
        done = undoing.undo_import(
            connection, registry.vault, number, at=registry.now(), by=session.user, because=because
        )
        subject.update(incident=done.incident, removed=done.rows, candidates=done.candidates, runs=done.runs)
        begin_leaving(connection)
    left = finish_leaving(registry)
    refresh_statistics(registry.engine)
    return Undone(number, done.incident, done.rows, done.candidates, done.runs, done.incident_stays, left)


def _line(row: AnyRow) -> ImportLine:
    files = tuple((name, sha256) for name, sha256 in json.loads(row.files))
    ended = (row.ended, row.ended_by_code, row.reason)
    return ImportLine(row.id, row.incident, row.at, row.user_code, files, json.loads(row.counts), row.state, *ended)
