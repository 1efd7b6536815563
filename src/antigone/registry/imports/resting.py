"""What rests on an import, so that it cannot be undone: all of it, by code, each with what to do instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, not_, or_, select

from antigone.registry.audit.seals import SEALED
from antigone.registry.imports.imports import NOTICES, STANDING, Import, line_of
from antigone.registry.imports.journal import within
from antigone.registry.imports.touched import Touched
from antigone.registry.store.lookups import AnyRow
from antigone.registry.store.schema import (
    alive,
    asks,
    audit,
    candidates,
    conflicts,
    consents,
    custody,
    decisions,
    donors,
    families,
    import_changes,
    import_rows,
    imports,
    incidents,
    members,
    metadata,
    pairings,
    parts,
    passes,
    profiles,
    reviews,
    runs,
    samples,
    seals,
    tellings,
    typings,
    unidentified,
)

GOES_ALONG = ("marks", "changes", "pairings", "candidates", "model_versions", "model_steps", "family_answers", "passes")
"""Tables whose rows go with the rows that they are about; of a pairing, only while nobody said anything about it."""
RESULTS = ("runs", "joint_runs", "set_incidents")
"""What was computed of an incident; it keeps an incident from vanishing, and no import from being undone."""
BLOCK = 1000


def what_rests_on(connection: Connection, one: Import, touched: Touched) -> list[str]:
    """Everything that stands against undoing an import; nothing when it can be undone."""
    later, found = set[int](), list[str]()
    for kind, numbers in (*_references(connection, one), *_changed_since(connection, one)):
        by_import, others = _by_import(connection, one, kind, numbers)
        later |= by_import
        found += _described(connection, kind, others)
    found = [f"import {number} rests on it; undo that one first" for number in sorted(later)] + found
    found += [*_settled(connection, one), *_half_typed(connection, one), *_decided(connection, one, touched)]
    return list(dict.fromkeys((*found, *_written(connection, one, touched))))


def runs_since(one: Import) -> Select[Any]:
    """The searches of the incident that may have read an import."""
    joined = runs.join(incidents, runs.c.incident == incidents.c.id)
    of_incident = select(runs.c.id).select_from(joined).where(incidents.c.code == one.row.incident)
    return of_incident.where(runs.c.finished >= one.row.at, runs.c.result.is_not(None))


def pairings_of(people: Iterable[int], kin: Iterable[int]) -> Select[Any]:
    """The pairings that are about these persons or families."""
    these = or_(pairings.c.unidentified.in_(list(people)), members.c.family.in_(list(kin)))
    return select(pairings.c.id).select_from(pairings.join(members)).where(these)


Found = Iterator[tuple[str, Sequence[int]]]
"""Tables, and rows of them."""


def _references(connection: Connection, one: Import) -> Found:
    """Rows that somebody else added to what the import added."""
    for table in metadata.sorted_tables:
        if table.name in GOES_ALONG:
            continue
        for key in table.foreign_keys:
            target = key.column.table.name
            if target in one.added and not (target == "incidents" and table.name in RESULTS):
                theirs = key.parent.between(*one.added[target]) & not_(within(table, one.added))
                yield table.name, connection.scalars(select(table.c.id).where(theirs)).all()


def _changed_since(connection: Connection, one: Import) -> Found:
    """Rows that the import added or changed, and that somebody wrote again: by their seals."""
    later = seals.c.line > one.row.line
    for kind, (first, last) in one.added.items():
        if kind not in (*GOES_ALONG, *RESULTS, "incidents"):
            here = (seals.c.kind == kind) & seals.c.number.between(first, last) & later
            yield kind, _written_later(connection, one, kind, here)
    changed = [which for which, columns in one.changed.items() if (which[0], *columns) != NOTICES]
    for kind in dict.fromkeys(kind for kind, _ in changed if kind not in RESULTS):
        numbers = [number for of, number in changed if of == kind]
        for start in range(0, len(numbers), BLOCK):
            here = (seals.c.kind == kind) & seals.c.number.in_(numbers[start : start + BLOCK]) & later
            yield kind, _written_later(connection, one, kind, here)


def _written_later(connection: Connection, one: Import, kind: str, here: ColumnElement[bool]) -> list[int]:
    """The rows that were written since, and not only put back by an undoing."""
    numbers = connection.scalars(select(seals.c.number).where(here)).all()
    return [number for number in numbers if line_of(connection, kind, number) > one.row.line]


def _by_import(connection: Connection, one: Import, kind: str, numbers: Sequence[int]) -> tuple[set[int], list[int]]:
    """Which later imports that stand wrote these rows, and the rows that none of them wrote."""
    standing = (imports.c.state == STANDING) & (imports.c.id != one.row.id)
    ranges = select(import_rows).join(imports).where(standing, import_rows.c.kind == kind)
    added = connection.execute(ranges).all() if numbers else []
    asked = select(import_changes.c["import"], import_changes.c.number).join(imports)
    changes = {
        row.number: row[0]
        for row in connection.execute(asked.where(standing, imports.c.id > one.row.id, import_changes.c.kind == kind))
    }
    of = {number: _adder(added, number) or changes.get(number) for number in numbers}
    return {number for number in of.values() if number}, [number for number in numbers if not of[number]]


def _adder(ranges: Sequence[AnyRow], number: int) -> int | None:
    return next((row[1] for row in ranges if row.first <= number <= row.last), None)


_IN_FAMILY = members.join(families)
_CODES = {
    "unidentified": select(unidentified.c.id, unidentified.c.code),
    "members": select(members.c.id, families.c.code, members.c.code).select_from(_IN_FAMILY),
    "donors": select(donors.c.id, families.c.code, members.c.code).select_from(donors.join(_IN_FAMILY)),
    "consents": select(consents.c.id, families.c.code, members.c.code).select_from(
        consents.join(donors).join(_IN_FAMILY)
    ),
    "samples": select(samples.c.id, samples.c.code),
    "custody": select(custody.c.id, samples.c.code).select_from(custody.join(samples)),
    "profiles": select(profiles.c.id, samples.c.code).select_from(profiles.join(samples)),
    "asks": select(asks.c.id, families.c.code).select_from(asks.join(families)),
    "tellings": select(tellings.c.id, families.c.code, members.c.code).select_from(tellings.join(_IN_FAMILY)),
    "alive": select(alive.c.id, families.c.code, members.c.code).select_from(
        alive.join(members, alive.c.member == members.c.id).join(families)
    ),
    "typings": select(typings.c.id, samples.c.code).select_from(
        typings.join(profiles, typings.c.profile == profiles.c.id).join(samples)
    ),
    "conflicts": select(conflicts.c.id, samples.c.code, conflicts.c.marker).select_from(conflicts.join(samples)),
    "parts": select(parts.c.id, unidentified.c.code).select_from(
        parts.join(unidentified, parts.c.one == unidentified.c.id)
    ),
}
"""How a row of a table is named: by the codes of whom it is about."""
_SINCE = {
    "unidentified": ("unidentified persons were changed, or left", "correct the persons themselves"),
    "members": ("members of families were changed, or a name was recorded", "change the pedigree"),
    "donors": ("donors left, or a name was recorded", "who is to be erased withdraws"),
    "consents": ("consents were recorded, withdrawn or narrowed", "withdraw or narrow the consents themselves"),
    "custody": ("custody was recorded of samples", "record in the chain of custody what happened instead"),
    "profiles": ("typings were added, corrected or retired, of samples", "correct or retire the typings"),
    "typings": ("typings were corrected or retired, of samples", "correct or retire the typings"),
    "conflicts": ("conflicts between typings were settled, or came, of samples", "settle them, or retire the typing"),
    "samples": ("samples were changed", "correct the samples"),
    "asks": ("families were asked for a sample, or said no", "correct the families themselves"),
    "tellings": ("families were told of their missing persons", "correct the families themselves"),
    "alive": ("missing persons were reported found alive", "correct the families themselves"),
    "parts": ("remains were declared parts of one person", "decide on the remains themselves"),
}
"""By table, what happened since, and what to do instead of undoing."""
MOST_NAMED = 20


def _described(connection: Connection, kind: str, numbers: Sequence[int]) -> Iterator[str]:
    if not numbers:
        return
    words, remedy = _SINCE.get(kind, (f"there is more of it ({kind.replace('_', ' ')})", "end that first"))
    asked = _CODES.get(kind)
    codes = [str(number) for number in numbers]
    if asked is not None:
        rows = connection.execute(asked.where(SEALED[kind].c.id.in_(list(numbers[:BLOCK]))).order_by(SEALED[kind].c.id))
        codes = list(dict.fromkeys(" ".join(row[1:]) for row in rows))
    more = f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else ""
    yield f"{words}: {', '.join(codes[:MOST_NAMED])}{more}; {remedy}"


def _settled(connection: Connection, one: Import) -> Iterator[str]:
    """Conflicts that a geneticist settled with a typing of it."""
    first, last = one.added.get("profiles", (1, 0))
    of_sample = select(profiles.c.sample).where(within(profiles, one.added))
    query = select(conflicts, samples.c.code).select_from(conflicts.join(samples))
    rows = connection.execute(query.where(conflicts.c.sample.in_(of_sample), conflicts.c.closed.is_not(None)))
    for row in rows:
        if any(first <= typing <= last for typing in (*json.loads(row.aside), *json.loads(row.together))):
            yield f"{row.marker} of sample {row.code} was settled with a typing of it; retire that typing instead"


def _half_typed(connection: Connection, one: Import) -> Iterator[str]:
    """Profiles of its samples that were typed in once."""
    waiting = within(samples, one.added) & (passes.c.state == "open")
    query = select(samples.c.code).select_from(passes.join(samples)).where(waiting).distinct()
    codes = connection.scalars(query.order_by(samples.c.code)).all()
    if codes:
        yield f"profiles were typed in once, of samples: {', '.join(codes[:MOST_NAMED])}; discard those passes"


def _decided(connection: Connection, one: Import, touched: Touched) -> Iterator[str]:
    """What was decided or said on searches that may have read it."""
    about = pairings_of(touched.all_people, touched.all_families)
    of_run = select(candidates.c.id).where(candidates.c.run.in_(runs_since(one)))
    on_it = or_(decisions.c.candidate.in_(of_run), decisions.c.pairing.in_(about) & (decisions.c.at >= one.row.at))
    said = reviews.c.pairing.in_(about) & (reviews.c.at >= one.row.at)
    for table, which, words in (
        (decisions, on_it, "was decided upon"),
        (reviews, said, "was commented on"),
    ):
        numbers = connection.scalars(select(table.c.pairing).where(which).distinct()).all()
        for row in connection.execute(_PAIRS.where(pairings.c.id.in_(numbers)).order_by(pairings.c.id)):
            yield (
                f"{row.unidentified} with {row.missing} of family {row.family} {words} (pairing {row.id}); what was "
                "said stays: correct the persons themselves"
            )


_PAIRS = (
    select(
        pairings.c.id,
        unidentified.c.code.label("unidentified"),
        families.c.code.label("family"),
        members.c.code.label("missing"),
    )
    .select_from(pairings)
    .join(unidentified, pairings.c.unidentified == unidentified.c.id)
    .join(members, pairings.c.member == members.c.id)
    .join(families, members.c.family == families.c.id)
)


def _written(connection: Connection, one: Import, touched: Touched) -> Iterator[str]:
    """Letters to its families, and expert reports on searches that may have read it."""
    kin, read = set(touched.all_families.values()), set[int]()
    wanted = audit.c.action.in_(("write family letter", "write expert report"))
    for row in connection.execute(select(audit).where(wanted, audit.c.number > one.row.line).order_by(audit.c.number)):
        subject = json.loads(row.subject)
        if "refused" in subject:
            continue
        if subject.get("incident") == one.row.incident and subject.get("family") in kin:
            yield f"a letter was written to family {subject['family']} (audit line {row.number}); write to them again"
        elif "candidate" in subject:
            read = read or set(connection.scalars(select(candidates.c.id).where(candidates.c.run.in_(runs_since(one)))))
            if subject["candidate"] in read:
                yield f"an expert report was made of candidate {subject['candidate']} (audit line {row.number})"
