"""An incident for another institution: only what its donors agreed to share, and a count of the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from antigone.errors import ConsentError
from antigone.formats.casefolder.writer import pack_case_folder, write_case_folder
from antigone.model.incident.incident import Incident
from antigone.model.statements import names
from antigone.registry.consent.sharing import count_shareable
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.reading import writing_what_was_read
from antigone.team.views import Packed, Shared

SCOPE_SHARING = "sharing"


@action("export")
def read_shareable(session: Session, incident: str) -> Shared:
    """What an export would hold today, and who would be left out. Nothing sealed is read.

    Raises
    ------
    RegistryError
        When there is no such incident.
    """
    with session.looking() as connection:
        found = count_shareable(connection, incident, scope=SCOPE_SHARING, day=session.registry.today())
    left_out = _left_out(found.refused, seekers=found.living, families=found.families - found.sharing)
    return Shared(found.unidentified - found.living, found.sharing, found.donors, left_out)


@action("export")
def export_incident(session: Session, incident: str, folder: Path) -> Shared:
    """Write an incident as a case folder: remains, and the families and donors whose consent covers sharing.

    A family none of whose donors agreed to share is left out, with what it told of its missing; so is a living seeker.

    Raises
    ------
    RegistryError
        When there is no such incident.
    ConsentError
        When no donor agreed to share.
    InputError
        When the folder exists or cannot be written.
    """
    return _export(session, incident, lambda shared: write_case_folder(shared, folder))


@action("export")
def pack_incident(session: Session, incident: str) -> Packed:
    """An incident as `export_incident` writes it, in one file (zip) that was on no disk.

    Raises
    ------
    RegistryError
        When there is no such incident.
    ConsentError
        When no donor agreed to share.
    """
    file = BytesIO()
    shared = _export(session, incident, lambda incident: pack_case_folder(incident, file))
    return Packed(shared, file.getvalue())


def _export(session: Session, incident: str, write: Callable[[Incident], None]) -> Shared:
    """The line in the audit first, then the file: making a large one takes seconds, in which others go on writing."""
    subject = Subject(incident=incident)
    with writing_what_was_read(session, "export", subject, incident=incident, scope=SCOPE_SHARING) as (_, covered):
        kept = _shared(covered.incident)
        shared = _counted(covered.incident, kept, covered.refused)
        subject.update(unidentified=shared.unidentified, donors=shared.donors, left_out=shared.left_out)
    if not shared.donors:
        raise ConsentError(f"no donor of incident '{incident}' agreed to share; ask the families first")
    write(kept)
    return shared


def _shared(incident: Incident) -> Incident:
    """The incident without living seekers and without families that share nothing."""
    remains = tuple(person for person in incident.unidentified if person.kind == "remains")
    families = tuple(family for family in incident.families if family.donors)
    codes, kept = {family.code for family in families}, {person.code for person in remains}
    samples = kept | {donor.profile.sample for family in families for donor in family.donors}
    further = incident.further.of_samples(samples)
    further = replace(
        further,
        missing={who: told for who, told in further.missing.items() if who[0] in codes},
        unidentified={code: known for code, known in further.unidentified.items() if code in kept},
    )
    return replace(incident, unidentified=remains, families=families, further=further, notices=())


def _counted(whole: Incident, kept: Incident, refused: Mapping[str, int]) -> Shared:
    seekers = len(whole.unidentified) - len(kept.unidentified)
    left_out = _left_out(refused, seekers=seekers, families=len(whole.families) - len(kept.families))
    donors = sum(len(family.donors) for family in kept.families)
    return Shared(len(kept.unidentified), len(kept.families), donors, left_out)


def _left_out(refused: Mapping[str, int], *, seekers: int, families: int) -> dict[str, int]:
    counts = {
        **refused,
        names.SEEKERS_OF_ONE_INSTITUTION.code: seekers,
        names.FAMILIES_THAT_SHARE_NOTHING.code: families,
    }
    return {reason: count for reason, count in counts.items() if count}
