"""A profile that is typed in, twice: the first pass is sealed, the second compared with it, and what agrees becomes a
typing of the sample by the road of an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from antigone.errors import Conflict, InputError, Problem, RegistryError
from antigone.formats.labels.markers import marker_kind
from antigone.formats.passes.cells import CellFault, TypedMarker, read_typed
from antigone.formats.passes.kits import kits, typed_marker
from antigone.formats.passes.profile import GRID, ladders_of, profile_typed_in
from antigone.model.incident.incident import Incident
from antigone.model.typings.typing import AMELOGENIN
from antigone.registry.models.versions import model_in_force
from antigone.registry.people.skeleton import read_skeleton
from antigone.registry.store.lookups import find_incident
from antigone.registry.typings.passes import Pass, end_passes, keep_pass, open_passes, passes_of, settled
from antigone.registry.typings.samples import OwnedSample, find_sample
from antigone.team.access.roles import Action
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.importing import import_within
from antigone.team.incidents.typings import require_consent
from antigone.team.views import Entered, EntryView, PassLine

TYPE: Action = "type profile"
OF_THE_INCIDENT = "markers of the incident"
"""What is chosen in place of a kit: every marker with frequencies, by name."""
NO_FREQUENCIES = "no frequencies in this incident"
NO_Y = "this incident has no frequencies of Y haplotypes"
DECLARED = "the sex of a donor is declared, not typed"


@dataclass(frozen=True)
class _Grid:
    """What can be typed of a sample: the alleles of each marker with frequencies, and whether the Y is asked for."""

    sample: OwnedSample
    ladders: Mapping[str, frozenset[str]]
    has_y: bool

    @property
    def is_reference(self) -> bool:
        return self.sample.owner == "donor"

    def why_not(self, marker: str) -> str:
        """Why a marker is not asked for; empty when it is."""
        kind = marker_kind(marker)
        if kind == "Y":
            return "" if self.has_y else NO_Y
        if marker == AMELOGENIN:
            return DECLARED if self.is_reference else ""
        return "" if marker in self.ladders else NO_FREQUENCIES

    def markers(self, kit: str) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        """The markers of a kit that are asked for, in its order, and the others by why they are not."""
        if kit == OF_THE_INCIDENT:
            own = () if self.is_reference else (AMELOGENIN,)
            return (*own, *sorted(self.ladders, key=str.casefold)), {}
        if kit not in kits():
            raise InputError(f"no kit '{kit[:60]}'; choose one of {', '.join(kits())}, or '{OF_THE_INCIDENT}'")
        not_asked: dict[str, tuple[str, ...]] = {}
        for marker in kits()[kit]:
            if why := self.why_not(marker):
                not_asked[why] = (*not_asked.get(why, ()), marker)
        return tuple(marker for marker in kits()[kit] if not self.why_not(marker)), not_asked

    def read(self, marker: str, text: str) -> TypedMarker:
        return read_typed(marker, text, self.ladders, reference=self.is_reference)


@action("type profile")
def read_entry(session: Session, incident: str, sample: str, *, kit: str = "") -> EntryView:
    """What is to be typed of a sample now: a first pass of a kit, a second one, or the markers that differ.

    Raises
    ------
    RegistryError, ConsentError
        When there is no such sample, or no consent covers it today.
    InputError
        When there is no such kit.
    """
    with session.reading(TYPE, {"incident": incident, "sample": sample, "step": "look"}) as connection:
        grid = _grid(session, connection, incident, sample)
        given = open_passes(connection, session.registry.vault, grid.sample)
        chosen = given[0].row.kit if given else kit
        markers, not_asked = grid.markers(chosen) if chosen else ((), {})
        return EntryView(
            sample,
            grid.is_reference,
            (OF_THE_INCIDENT, *kits()),
            chosen,
            _asked(given) or markers,
            not_asked,
            bool(given and given[0].row.apart),
            tuple(_line(one.row, sample) for one in given),
        )


@action("type profile")
def check_cell(session: Session, incident: str, sample: str, marker: str, text: str) -> str:
    """What is typed at one marker, as it is read; nothing is kept of it, and nothing of it stands in the audit.

    Raises
    ------
    InputError
        When it cannot be read, with what to do.
    """
    with session.looking() as connection:
        grid = _grid(session, connection, incident, sample)
        try:
            return grid.read(typed_marker(marker), text).text
        except CellFault as fault:
            raise InputError(f"{typed_marker(marker)}: {fault}") from None


@action("type profile")
def type_pass(
    session: Session, incident: str, sample: str, *, kit: str, markers: Mapping[str, str], apart: bool = False
) -> Entered:
    """Keep one pass, sealed; with an earlier one, compare them. When two passes agree at every marker, that is a typing
    of the sample, brought by an import that can be undone.

    Parameters
    ----------
    session, incident, sample
        Who, and of what.
    kit
        That of the first pass.
    markers
        What stands at each marker that is asked for (`read_entry`), as ``9.3/9.3`` or ``15/?``; empty, or absent, where
        it was not typed.
    apart
        Of a first pass: the passes that agree must be of two persons.

    Raises
    ------
    RegistryError, ConsentError
        As in `read_entry`.
    InputError
        With everything that cannot be read, marker by marker, without alleles; nothing is kept then.
    Conflict
        When another kit is being typed, or the passes must be of two persons and one person typed every one.
    """
    subject: Subject = {"incident": incident, "sample": sample, "kit": kit}
    with session.writing(TYPE, subject) as connection:
        grid = _grid(session, connection, incident, sample)
        given = open_passes(connection, session.registry.vault, grid.sample)
        if given and given[0].row.kit != kit:
            raise Conflict(f"'{sample}' is being typed by {given[0].row.kit}; type the next pass, or discard those")
        asked = _asked(given) or grid.markers(kit)[0]
        typed = _read(grid, asked, markers)
        if not given and not any(one.alleles for one in typed.values()):
            raise InputError(f"nothing is typed of '{sample}'; type at least one marker")
        if not given:  # what an import refuses is refused now, not after a second pass
            profile_typed_in(_known_of(connection, incident, sample), sample, typed)
        keep_pass(
            connection, session.registry.vault, grid.sample, {marker: one.text for marker, one in typed.items()},
            kit=kit, apart=given[0].row.apart if given else apart, user=session.user, at=session.registry.now(),
        )  # fmt: skip
        given = open_passes(connection, session.registry.vault, grid.sample)
        agreed, differing = settled(given)
        subject |= {"pass": len(given), "agreed": len(agreed), "differing": len(differing) if len(given) > 1 else 0}
        if len(given) == 1:
            return Entered(sample, 0)
        if differing:
            return Entered(sample, len(agreed), tuple(differing))
        return _take(session, connection, incident, grid, given, agreed, subject)


@action("type profile")
def discard_passes(session: Session, incident: str, sample: str) -> int:
    """Discard the open passes of a sample: what was typed is gone; how many there were.

    Raises
    ------
    RegistryError
        When there is no such sample.
    Conflict
        When nothing is open.
    """
    subject: Subject = {"incident": incident, "sample": sample, "step": "discard"}
    with session.writing(TYPE, subject) as connection:
        found = find_sample(connection, incident, sample)
        given = open_passes(connection, session.registry.vault, found)
        if not given:
            raise Conflict(f"no pass of '{sample}' is open; somebody finished or discarded it")
        numbers = [one.row.id for one in given]
        end_passes(connection, numbers, "discarded", user=session.user, at=session.registry.now())
        subject["passes"] = len(numbers)
    return len(numbers)


@action("see passes")
def list_passes(session: Session, incident: str) -> tuple[PassLine, ...]:
    """The passes of an incident that wait for another one, the oldest first; nothing that was typed.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.reading("see passes", {"incident": incident}) as connection:
        number = find_incident(connection, incident).id
        return tuple(_line(row, row.code) for row in passes_of(connection, number))


def _grid(session: Session, connection: Connection, incident: str, sample: str) -> _Grid:
    found = find_sample(connection, incident, sample)
    require_consent(session, connection, found)
    model = model_in_force(connection, found.incident)
    return _Grid(found, ladders_of(model.tables), model.further.y_model is not None)


def _asked(given: Sequence[Pass]) -> tuple[str, ...]:
    """The markers of the next pass: all of the first one, or those at which no two agree."""
    return tuple(settled(given)[1])


def _line(row: object, sample: str) -> PassLine:
    return PassLine(row.id, sample, row.kit, row.typist, row.at)  # type: ignore[attr-defined]


def _read(grid: _Grid, asked: Sequence[str], markers: Mapping[str, str]) -> dict[str, TypedMarker]:
    """What stands at each marker; all faults at once, and at least one marker typed."""
    given: dict[str, str] = {}
    problems = []
    for name, text in markers.items():
        marker = typed_marker(name)
        if marker in given:
            problems.append(Problem(GRID, 0, marker, "a marker twice", "each marker once", "leave one of them out"))
        elif marker not in asked and text.strip():
            found = "a marker that is not asked for"
            problems.append(Problem(GRID, 0, marker, found, "the markers of the grid", "leave it out"))
        given[marker] = text
    typed: dict[str, TypedMarker] = {}
    for line, marker in enumerate(asked, start=1):
        try:
            typed[marker] = grid.read(marker, given.get(marker, ""))
        except CellFault as fault:
            found = "something that cannot be used"
            problems.append(Problem(GRID, line, marker, found, fault.expected, fault.remedy))
    if problems:
        raise InputError(problems)
    return typed


def _take(
    session: Session,
    connection: Connection,
    incident: str,
    grid: _Grid,
    given: Sequence[Pass],
    agreed: Mapping[str, str],
    subject: Subject,
) -> Entered:
    """Make what the passes agree on a typing of the sample."""
    sample, row = grid.sample.code, given[0].row
    try:
        typed = {marker: grid.read(marker, text) for marker, text in agreed.items()}
    except CellFault:
        raise Conflict(
            f"the frequencies of '{incident}' changed since '{sample}' was typed; discard the passes, and type it anew"
        ) from None
    if not any(one.alleles for one in typed.values()):
        raise InputError(f"the passes of '{sample}' agree on no allele; discard them, and type the profile anew")
    read = profile_typed_in(_known_of(connection, incident, sample), sample, typed)
    kit = "" if row.kit == OF_THE_INCIDENT else row.kit
    added, number = import_within(session, connection, incident, replace(read, kit=kit or GRID))
    numbers, at = [one.row.id for one in given], session.registry.now()
    end_passes(connection, numbers, "agreed", user=session.user, at=at, brought_by=number)
    subject |= {"number": number, "profiles": added.profiles}
    return Entered(
        sample, len(agreed), is_typing=True, was_known=not added.profiles, notices=(*read.notices, *added.model)
    )


def _known_of(connection: Connection, incident: str, sample: str) -> Incident:
    """The incident as far as it is about one sample."""
    known = read_skeleton(connection, incident)
    if known is None:
        raise RegistryError(f"there is no incident '{incident}'; correct its code")
    people = tuple(one for one in known.unidentified if one.code == sample)
    kin = tuple(one for one in known.families if any(donor.profile.sample == sample for donor in one.donors))
    return replace(known, unidentified=people, families=kin)
