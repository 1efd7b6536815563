"""Undoing an import: what it added goes, with its keys; what it changed is as it was before.

Nobody has left by it: no digest of anybody is kept, and the same persons may be imported again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, insert, or_, select, update

from antigone.errors import Conflict, InputError
from antigone.registry.audit.chain import audit_head
from antigone.registry.audit.seals import SEALED
from antigone.registry.changes.changes import note_change, note_change_for_all
from antigone.registry.imports.imports import (
    NOTICES,
    STANDING,
    UNDONE,
    Import,
    line_of,
    read_import,
    without_notices,
)
from antigone.registry.imports.journal import within
from antigone.registry.imports.resting import RESULTS, pairings_of, runs_since, what_rests_on
from antigone.registry.imports.touched import Touched, find_touched
from antigone.registry.keys.vault import Vault
from antigone.registry.leaving.erasure import compute_again, erase_candidates
from antigone.registry.rings.ring import outdate_rings
from antigone.registry.runs.answers import erase_answers
from antigone.registry.runs.blocks import erase_blocks
from antigone.registry.runs.joint_runs import erase_joint
from antigone.registry.store import stored
from antigone.registry.store.lookups import find_incident
from antigone.registry.store.schema import (
    candidates,
    changes,
    exceptions,
    import_changes,
    import_rows,
    imports,
    incidents,
    keys,
    marks,
    members,
    metadata,
    model_steps,
    model_versions,
    pairings,
    passes,
    profiles,
    runs,
    samples,
    set_incidents,
    set_runs,
    shown_genotypes,
)
from antigone.registry.typings.conflicts import look_again

NOT_OF_THE_IMPORT = ("model_versions", "model_steps")
"""What stays or goes by itself: a version of the model that nobody took up goes, the others are of two persons."""
_BLOCK = 1000


@dataclass(frozen=True)
class Removed:
    """What an undoing took back: rows by table, candidates, and the searches that are to be computed again."""

    incident: str
    rows: Mapping[str, int]
    candidates: int
    runs: int
    incident_stays: bool


def undo_import(connection: Connection, vault: Vault, number: int, *, at: str, by: int, because: str) -> Removed:
    """Take an import back, in the caller's transaction. Call ``scrub``, and write the rings, when it is committed.

    The next line of the audit must be that of the undoing.

    Raises
    ------
    InputError
        When no reason is given.
    RegistryError
        When there is no such import.
    Conflict
        When it was undone before, or something rests on it: all of that, each with what to do instead.
    """
    one = read_import(connection, number)
    touched = find_touched(connection, one.added, one.changed)
    _check(connection, one, touched, because)
    incident = find_incident(connection, one.row.incident).id
    stays = "incidents" not in one.added or _has_results(connection, incident)
    lost, again = _forget_results(connection, one, touched, incident)
    if _was_read(connection, one, incident):
        _note(connection, incident, touched, at=at)
    else:
        connection.execute(delete(changes).where(within(changes, one.added)))
    removed = _remove(connection, one, touched, incident_stays=stays)
    _restore(connection, vault, one, incident)
    look_again(connection)
    line = audit_head(connection).number + 1
    ended = {"state": UNDONE, "ended": at, "ended_by": by, "ended_line": line, "reason": because.strip()}
    connection.execute(update(imports).where(imports.c.id == number).values(ended))
    connection.execute(update(import_changes).where(import_changes.c["import"] == number).values(before="{}"))
    outdate_rings(connection)
    return Removed(one.row.incident, removed, lost, again, stays)


def _check(connection: Connection, one: Import, touched: Touched, because: str) -> None:
    if not because.strip():
        raise InputError("an import is undone without a reason; state why, without names: it is kept with the import")
    if one.row.state != STANDING:
        raise Conflict(f"import {one.row.id} was undone already, by {one.row.ended_by_code}; nothing is left to undo")
    rests = what_rests_on(connection, one, touched)
    if rests:
        raise Conflict(f"import {one.row.id} cannot be undone, something rests on it: {'. '.join(rests)}")


def _has_results(connection: Connection, incident: int) -> bool:
    asked = [select(SEALED[kind].c.id).where(SEALED[kind].c.incident == incident).limit(1) for kind in RESULTS]
    return any(connection.scalar(query) is not None for query in asked)


def _forget_results(connection: Connection, one: Import, touched: Touched, incident: int) -> tuple[int, int]:
    """Erase what was computed of whom it brought: how many candidates, and how many runs are to be computed again."""
    gone = _pairings_that_go(connection, one, touched)
    lost = 0
    for start in range(0, len(gone), _BLOCK):
        lost += _remove_pairings(connection, one, gone[start : start + _BLOCK])
    lost += erase_candidates(connection, pairings_of(touched.people, touched.families), of_runs=runs_since(one))
    given = select(samples.c.code).where(within(samples, one.added))
    people = {*touched.all_people.values(), *connection.scalars(given)}
    kin = set(touched.all_families.values())
    again = compute_again(connection, incident, families=kin, people=people, since=one.row.at)
    erase_answers(connection, touched.all_families)
    erase_joint(connection, incident)
    erase_blocks(connection, incident)
    return lost, len(again)


def _pairings_that_go(connection: Connection, one: Import, touched: Touched) -> list[int]:
    """The pairings of persons and of members who are removed."""
    of_members = select(members.c.id).where(within(members, one.added))
    found = list(connection.scalars(select(pairings.c.id).where(pairings.c.member.in_(of_members))))
    people = list(touched.new_people)
    for start in range(0, len(people), _BLOCK):
        these = pairings.c.unidentified.in_(people[start : start + _BLOCK])
        found += connection.scalars(select(pairings.c.id).where(these))
    return sorted(set(found))


def _remove_pairings(connection: Connection, one: Import, gone: list[int]) -> int:
    """Remove pairings with their candidates and keys; their numbers are noted, and never given again."""
    of_pairing = candidates.c.pairing.in_(gone)
    held = connection.scalars(select(candidates.c.key).where(of_pairing, candidates.c.key.is_not(None))).all()
    found = connection.execute(select(func.min(candidates.c.id), func.max(candidates.c.id)).where(of_pairing)).one()
    those = select(candidates.c.id).where(of_pairing)
    for about in (shown_genotypes, exceptions):
        connection.execute(delete(about).where(about.c.candidate.in_(those)))
    count = connection.execute(delete(candidates).where(of_pairing)).rowcount
    connection.execute(delete(pairings).where(pairings.c.id.in_(gone)))
    _delete_keys(connection, held)
    spans = {"pairings": (gone[0], gone[-1]), **({"candidates": found} if count else {})}
    rows = [{"import": one.row.id, "kind": kind, "first": a, "last": b} for kind, (a, b) in spans.items()]
    connection.execute(insert(import_rows), rows)
    return count


def _remove(connection: Connection, one: Import, touched: Touched, *, incident_stays: bool) -> dict[str, int]:
    """Remove the rows that it added, those first that are about others."""
    connection.execute(
        delete(marks).where(marks.c.profile.in_(select(profiles.c.id).where(within(profiles, one.added))))
    )
    of_samples = select(samples.c.id).where(within(samples, one.added))
    connection.execute(delete(passes).where(passes.c.sample.in_(of_samples)))
    _remove_changes(connection, one, touched, incident_stays=incident_stays)
    removed = _remove_versions(connection, one, incident_stays=incident_stays)
    for table in reversed(metadata.sorted_tables):
        kept = table is changes or table.name in NOT_OF_THE_IMPORT or (incident_stays and table is incidents)
        if table.name in one.added and not kept:
            removed[table.name] = _remove_rows(connection, table, one)
    return removed


def _remove_versions(connection: Connection, one: Import, *, incident_stays: bool) -> dict[str, int]:
    """Remove the versions of the model that it brought and nobody took up; all of an incident that goes."""
    taken_up = select(model_steps.c.version).where(model_steps.c.action != "bring")
    these: ColumnElement[bool] = and_(
        within(model_versions, one.added), model_versions.c.since.is_(None), model_versions.c.id.not_in(taken_up)
    )
    if not incident_stays:
        these = model_versions.c.incident.in_(select(incidents.c.id).where(within(incidents, one.added)))
    gone = list(connection.scalars(select(model_versions.c.id).where(these)))
    connection.execute(delete(model_steps).where(model_steps.c.version.in_(gone)))
    connection.execute(delete(model_versions).where(model_versions.c.id.in_(gone)))
    return {"model_versions": len(gone)} if gone else {}


def _remove_rows(connection: Connection, table: Table, one: Import) -> int:
    these = within(table, one.added)
    held = []
    if "key" in table.c:
        held = [key for key in connection.scalars(select(table.c.key).where(these)) if key is not None]
    count = connection.execute(delete(table).where(these)).rowcount
    _delete_keys(connection, held)
    return count


def _remove_changes(connection: Connection, one: Import, touched: Touched, *, incident_stays: bool) -> None:
    """What is noted of whom it brought; all of it, when the incident goes too."""
    which = [changes.c.unidentified.in_(list(touched.new_people)), changes.c.family.in_(list(touched.new_families))]
    if not incident_stays:
        which.append(changes.c.incident.in_(select(incidents.c.id).where(within(incidents, one.added))))
    connection.execute(delete(changes).where(or_(*which)))


def _was_read(connection: Connection, one: Import, incident: int) -> bool:
    """Whether a search may have read it, or may be reading: else nothing needs to be known of what came and went."""
    first = one.added.get("changes", (0, 0))[0]
    reading = (runs.c.incident == incident) & (runs.c.state == "running")
    of_set = select(set_incidents.c.run).where(set_incidents.c.incident == incident)
    several = select(set_runs.c.id).where(set_runs.c.id.in_(of_set), set_runs.c.seen >= first)
    asked = (runs_since(one), select(runs.c.id).where(reading), several)
    return any(connection.scalar(query.limit(1)) is not None for query in asked)


def _note(connection: Connection, incident: int, touched: Touched, *, at: str) -> None:
    """That whom it changed is as before: written before what was noted of others goes, so no number is used twice."""
    about = {"unidentified": list(touched.people), "families": list(touched.families)}
    if any(about.values()):
        note_change(connection, incident, "import undone", at=at, **about)
    else:
        note_change_for_all(connection, incident, "import undone", at=at)


def _restore(connection: Connection, vault: Vault, one: Import, incident: int) -> None:
    """What it changed, as it was before. A search that it made old is new again if nothing else happened since."""
    is_last = _is_last(connection, one, incident)
    for (kind, number), before in one.changed.items():
        table = SEALED[kind]
        this = table.c.id == number
        if (kind, *before) == NOTICES:
            now = stored.NOTICES.read(connection.scalar(select(incidents.c.notices).where(this)) or "[]")
            left = stored.NOTICES.write(without_notices(connection, vault, now, before["notices"]))
            connection.execute(update(incidents).where(this).values(notices=left))
        elif kind not in RESULTS or (is_last and line_of(connection, kind, number) == one.row.line):
            _put_back(connection, table, number, before)


def _put_back(connection: Connection, table: Table, number: int, before: Mapping[str, Any]) -> None:
    if "id" in before:
        connection.execute(insert(table).values(before))
        return
    this = table.c.id == number
    if "key" in before:
        held = connection.scalar(select(table.c.key).where(this))
        connection.execute(update(table).where(this).values(before))
        _delete_keys(connection, [held] if held is not None else [])
    else:
        connection.execute(update(table).where(this).values(before))


def _is_last(connection: Connection, one: Import, incident: int) -> bool:
    """Whether nothing was imported into the incident, or noted of it, since."""
    later = select(imports.c.id).where(imports.c.incident == one.row.incident, imports.c.id > one.row.id)
    last = one.added.get("changes", (0, 0))[1]
    noted = select(changes.c.id).where(changes.c.incident == incident, changes.c.id > last)
    noted = noted.where(changes.c.kind != "import undone")
    others = connection.scalars(noted.where(changes.c.at >= one.row.at).limit(1)).first()
    return connection.scalar(later.where(imports.c.state == STANDING).limit(1)) is None and others is None


def _delete_keys(connection: Connection, numbers: Iterable[int]) -> None:
    held = list(numbers)
    for start in range(0, len(held), _BLOCK):
        connection.execute(delete(keys).where(keys.c.id.in_(held[start : start + _BLOCK])))
