"""The typings of a sample: seen by those who work with samples, changed and settled by a geneticist, with a reason."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from antigone.errors import Conflict, ConsentError
from antigone.formats.profiles.replicates import why_impossible
from antigone.model.assumptions.observation import Replicate
from antigone.model.incident.consent import SCOPE_IDENTIFICATION, judge_consents
from antigone.model.typings.rule import combine_typings, shown_at
from antigone.model.typings.typing import AMELOGENIN, MTDNA, RATES
from antigone.registry.consent.coverage import instruments_of
from antigone.registry.consent.one_pair import read_person
from antigone.registry.models.versions import model_in_force
from antigone.registry.runs.growth import mark_old
from antigone.registry.store.lookups import consents_of, find_incident
from antigone.registry.typings import changing
from antigone.registry.typings.changing import Deciding
from antigone.registry.typings.conflicts import note_conflicts
from antigone.registry.typings.passes import typists_of
from antigone.registry.typings.samples import (
    OwnedSample,
    conflicts_of,
    find_sample,
    markers_in_conflict,
    open_conflicts,
    typings_of,
)
from antigone.team.access.roles import Action
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.corrections import marker_of, read_right
from antigone.team.views import (
    ConflictLine,
    ConflictPage,
    ConflictView,
    MarkerConflict,
    SettledLine,
    ShownThere,
    TypingLine,
    TypingsView,
)

CHANGE: Action = "change typings"
_ALONE = (AMELOGENIN, MTDNA, RATES)
_NOT_TOGETHER = "this is settled by keeping what one typing says"


@action("see typings")
def list_typings(session: Session, incident: str, sample: str) -> TypingsView:
    """The typings of a sample, and its conflicts: by whom and when, and what became of each; no genotype.

    Raises
    ------
    RegistryError
        When there is no such sample, or its person has left.
    """
    with session.reading("see typings", {"incident": incident, "sample": sample}) as connection:
        return _view(connection, find_sample(connection, incident, sample))


@action("see typings")
def list_conflicts(session: Session, incident: str, *, page: int = 1, size: int = 50) -> ConflictPage:
    """The samples of an incident with markers in conflict: those that wait longest first.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.writing("see typings", {"incident": incident}) as connection:
        number = find_incident(connection, incident).id
        note_conflicts(connection, session.registry.vault, at=session.registry.now())
        rows, total = open_conflicts(connection, number, page=page, size=size)
    lines = (ConflictLine(row.code, row.family or "", row.markers, row.since) for row in rows)
    return ConflictPage(tuple(lines), total, page, size)


@action("see conflict")
def read_conflict(session: Session, incident: str, sample: str) -> ConflictView:
    """The conflicts of one sample with what each typing shows there: nobody can decide without.

    Raises
    ------
    RegistryError
        When there is no such sample, or its person has left.
    ConsentError
        When it is a donor's without an active consent: then the profile stays sealed.
    """
    with session.reading("see conflict", {"incident": incident, "sample": sample}) as connection:
        found = find_sample(connection, incident, sample)
        require_consent(session, connection, found)
        deciding = Deciding(connection, session.registry.vault, found, "", session.user, "")
        return _conflict(connection, deciding)


@action("change typings")
def correct_typing(
    session: Session, incident: str, sample: str, typing: int, *, marker: str, alleles: str, reason: str
) -> TypingsView:
    """Put a corrected typing in the place of one that is in force, which stays, superseded.

    ``alleles`` is what is right at one marker, as `corrections.read_right` takes it: a genotype as ``9.3/9.3``, a Y
    locus as ``14`` or ``11/14``, Amelogenin as ``X/Y``, mtDNA as ``16024-16365: 16189C``; empty, it takes the marker
    out.

    Raises
    ------
    RegistryError, ConsentError
        As in `read_conflict`.
    Conflict, InputError
        When the typing is not in force or lacks the marker, the alleles cannot be read, nothing would change, or
        without a reason.
    """
    subject: Subject = {"typing": typing, "step": "correct"}
    with _changing(session, incident, sample, subject, reason) as deciding:
        tables = model_in_force(deciding.connection, deciding.sample.incident).tables
        of = deciding.valid()[0].get(typing)
        name = subject["marker"] = marker_of(of, marker)
        changing.correct_typing(deciding, typing, {name: read_right(of, name, alleles, tables)})
        return _view(deciding.connection, deciding.sample)


@action("change typings")
def retire_typing(session: Session, incident: str, sample: str, typing: int, *, reason: str) -> TypingsView:
    """Take a typing out of force: no search uses it any more.

    Raises
    ------
    RegistryError, ConsentError
        As in `read_conflict`.
    Conflict, InputError
        When the typing is not in force, or without a reason.
    """
    with _changing(session, incident, sample, {"typing": typing, "step": "retire"}, reason) as deciding:
        changing.retire_typing(deciding, typing)
        return _view(deciding.connection, deciding.sample)


@action("change typings")
def settle_conflict(
    session: Session, incident: str, sample: str, marker: str, *, keep: int | None = None, reason: str
) -> TypingsView:
    """Settle a conflict at a marker: keep what typing ``keep`` shows there, or without it take all as replicates.

    Raises
    ------
    RegistryError, ConsentError
        As in `read_conflict`.
    Conflict, InputError
        When the marker is not in conflict, no such typing has it, they cannot be replicates, or without a reason.
    """
    subject: Subject = {"marker": marker, "step": "settle", "keep": keep or "replicates"}
    with _changing(session, incident, sample, subject, reason) as deciding:
        if keep is not None:
            changing.keep_one(deciding, marker, keep)
        else:
            shown = changing.shown_in_conflict(deciding, marker)
            why_not = _why_no_replicates(deciding, marker, shown)
            if why_not:
                raise Conflict(f"'{sample}' at {marker}: {why_not}; keep one typing, or retire one")
            changing.take_as_replicates(deciding, marker)
        return _view(deciding.connection, deciding.sample)


@contextmanager
def _changing(session: Session, incident: str, sample: str, subject: Subject, reason: str) -> Iterator[Deciding]:
    """One change of typings: what rested on them is marked to be computed again."""
    subject |= {"incident": incident, "sample": sample, "reason": reason}
    with session.writing(CHANGE, subject) as connection:
        found = find_sample(connection, incident, sample)
        require_consent(session, connection, found)
        registry = session.registry
        yield Deciding(connection, registry.vault, found, registry.now(), session.user, reason)
        subject["runs"] = mark_old(connection, found.incident)


def require_consent(session: Session, connection: Connection, sample: OwnedSample) -> None:
    """Raise ConsentError for a donor's sample that no consent to identification covers today."""
    if sample.owner == "unidentified":
        return
    given = instruments_of(consents_of(connection, [sample.person]))
    consent, why_not = judge_consents(given, scope=SCOPE_IDENTIFICATION, day=session.registry.today())
    if consent is None:
        raise ConsentError(
            f"sample '{sample.code}' stays sealed ({why_not}); record a consent first, or let the donor leave"
        )


def _view(connection: Connection, sample: OwnedSample) -> TypingsView:
    typists = typists_of(connection, sample)
    return TypingsView(
        sample.code,
        tuple(_typing_line(row, typists.get(row.id, ())) for row in typings_of(connection, sample)),
        tuple(_settled_line(row) for row in conflicts_of(connection, sample)),
    )


def _typing_line(row: Any, typists: tuple[str, ...]) -> TypingLine:
    return TypingLine(
        row.id,
        row.sample,
        row.kit or "",
        row.added,
        row.imported_by or "",
        bool(row.replicate),
        row.state,
        row.corrects,
        row.ended,
        row.ended_by or "",
        row.reason or "",
        typists,
    )


def _settled_line(row: Any) -> SettledLine:
    aside = tuple(json.loads(row.aside))
    return SettledLine(row.marker, row.opened, row.closed, row.how or "", row.closed_by_code or "", row.reason, aside)


def _conflict(connection: Connection, deciding: Deciding) -> ConflictView:
    kits = {row.id: row.kit or "" for row in typings_of(connection, deciding.sample)}
    valid, _ = deciding.valid()
    markers = markers_in_conflict(connection, deciding.sample.id)
    used = combine_typings(list(valid.values()))[1] if valid else None
    found = []
    for marker in markers:
        shown = {number: value for number, one in valid.items() if (value := shown_at(one, marker)) is not None}
        why_not = _why_no_replicates(deciding, marker, shown)
        lines = tuple(ShownThere(number, kits[number], _in_words(value)) for number, value in shown.items())
        found.append(MarkerConflict(marker, lines, not why_not, why_not))
    doubt = "so much differs that the typings may be of two persons" if used is not None and used.is_doubtful else ""
    return ConflictView(deciding.sample.code, tuple(found), len(used.confirmed) if used else 0, doubt)


def _in_words(value: Any) -> tuple[str, ...]:
    """What a typing shows, one text for each amplification."""
    if not isinstance(value, tuple):
        return (_of_sample(value),)
    amplified = value if value and all(isinstance(one, tuple) for one in value) else (value,)
    return tuple(", ".join(allele or "?" for allele in one) or "nothing" for one in amplified)


def _of_sample(value: Any) -> str:
    if hasattr(value, "differences"):
        ranges = " ".join(f"{start}-{end}" for start, end in value.ranges)
        return f"{ranges}: {' '.join(map(str, value.differences)) or 'no difference'}"
    return str(value.describe())


def _why_no_replicates(deciding: Deciding, marker: str, shown: Mapping[int, Any]) -> str:
    """Why what the typings show cannot be taken as replicates; empty when it can."""
    amplified = [replicate for value in shown.values() for replicate in _replicates(value)]
    if marker in _ALONE or not amplified or not _has_alleles(deciding, marker):
        return _NOT_TOGETHER
    if deciding.sample.owner == "donor":
        return "a reference is taken as read"
    conditions = model_in_force(deciding.connection, deciding.sample.incident)
    person = read_person(deciding.connection, deciding.vault, deciding.sample.person)
    x_markers = frozenset().union(*(table.x_markers for table in conditions.tables))
    copies = 1 if marker in x_markers and person.sex == "male" else 2
    reason = why_impossible(person, marker, amplified, conditions.settings.observation, copies)
    return f"{reason[1].rstrip(',')}: {reason[2]}" if reason else ""


def _replicates(value: Any) -> Collection[Replicate]:
    return value if isinstance(value, tuple) and all(isinstance(one, tuple) for one in value) else ()


def _has_alleles(deciding: Deciding, marker: str) -> bool:
    """Whether a marker is one of genotypes, no locus of the Y."""
    return any(marker in one.genotypes or marker in one.replicates for one in deciding.valid()[0].values())
