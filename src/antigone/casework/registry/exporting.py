"""An incident for another institution: only what its donors agreed to share, and a count of the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from antigone.casework.registry.session import Session, Subject, action
from antigone.casework.registry.views import Exported
from antigone.errors import ConsentError
from antigone.formats.casewriter import write_case_folder
from antigone.model.case import Incident
from antigone.registry.consent import read_incident

SCOPE_SHARING = "sharing"
SEEKERS = "living seekers, who asked this institution alone"
ALONE = "families none of whose donors agreed to share"


@action("export")
def export_incident(session: Session, incident: str, folder: Path) -> Exported:
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
    registry, subject = session.registry, Subject(incident=incident)
    with session.writing("export", subject) as connection:
        covered = read_incident(
            connection,
            registry.vault,
            incident,
            scope=SCOPE_SHARING,
            day=registry.today(),
            at=registry.now(),
            actor=session.code,
            purpose=session.purpose,
        )
        shared, left_out = _shared(covered.incident)
        left_out = dict(covered.refused) | left_out
        donors = sum(len(family.donors) for family in shared.families)
        if donors:
            write_case_folder(shared, folder)
        subject.update(unidentified=len(shared.unidentified), donors=donors, left_out=left_out)
    if not donors:
        raise ConsentError(f"no donor of incident '{incident}' agreed to share; ask the families first")
    return Exported(folder, len(shared.unidentified), len(shared.families), donors, left_out)


def _shared(incident: Incident) -> tuple[Incident, dict[str, int]]:
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
    left_out = {SEEKERS: len(incident.unidentified) - len(remains), ALONE: len(incident.families) - len(families)}
    shared = replace(incident, unidentified=remains, families=families, further=further, notices=())
    return shared, {reason: count for reason, count in left_out.items() if count}
