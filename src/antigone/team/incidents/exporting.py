"""An incident for another institution: only what its donors agreed to share, and a count of the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from antigone.casework.incident.files import new_file
from antigone.errors import ConsentError
from antigone.formats.casefolder.writer import pack_case_folder, write_case_folder
from antigone.formats.exchange.cmf_writer import Laboratories, write_cmf
from antigone.formats.exchange.ped_writer import write_ped
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
def export_incident(
    session: Session, incident: str, path: Path, *, laboratories: tuple[str, str, str] = ("", "", "")
) -> Shared:
    """Write an incident: remains, and the families and donors whose consent covers sharing.

    A family none of whose donors agreed to share is left out, with what it told of its missing; so is a living seeker.

    Parameters
    ----------
    path
        Of a case folder; or of a file, which holds a part: ``.ped`` the families, ``.xml`` the remains as CMF of CODIS.
    laboratories
        Of CMF: the codes of the laboratories that send and receive it, and of the user who sends it.

    Raises
    ------
    RegistryError
        When there is no such incident.
    ConsentError
        When no donor agreed to share.
    InputError
        When the folder or file exists or cannot be written, or the laboratories are not named.
    """
    if path.suffix.lower() == ".ped":
        return _export(session, incident, lambda shared: _write(path, write_ped(shared.families)), _families)
    if path.suffix.lower() != ".xml":
        return _export(session, incident, lambda shared: write_case_folder(shared, path))
    named, day = Laboratories(*laboratories), session.registry.today()

    def write_remains(shared: Incident) -> None:
        _write(path, write_cmf(shared.unidentified, named, day).text)

    return _export(session, incident, write_remains, _remains)


def _write(path: Path, text: str) -> None:
    with new_file(path) as file:
        file.write(text.encode())


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


def _families(shared: Incident) -> Incident:
    return replace(shared, unidentified=())


def _remains(shared: Incident) -> Incident:
    return replace(shared, families=())


def _whole(shared: Incident) -> Incident:
    return shared


def _export(
    session: Session,
    incident: str,
    write: Callable[[Incident], None],
    part: Callable[[Incident], Incident] = _whole,
) -> Shared:
    """The line in the audit first, then the file: making a large one takes seconds, in which others go on writing.

    ``part`` is what the file holds of what may be shared; remains need nobody's consent.
    """
    subject = Subject(incident=incident)
    with writing_what_was_read(session, "export", subject, incident=incident, scope=SCOPE_SHARING) as (_, covered):
        kept = _shared(covered.incident)
        held = part(kept)
        donors = sum(len(family.donors) for family in held.families)
        left_out = _not_shared(covered.incident, kept, covered.refused)
        shared = Shared(len(held.unidentified), len(held.families), donors, left_out)
        subject.update(unidentified=shared.unidentified, donors=shared.donors, left_out=shared.left_out)
    if not shared.donors and part is not _remains:
        raise ConsentError(f"no donor of incident '{incident}' agreed to share; ask the families first")
    write(held)
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


def _not_shared(whole: Incident, kept: Incident, refused: Mapping[str, int]) -> dict[str, int]:
    seekers = len(whole.unidentified) - len(kept.unidentified)
    return _left_out(refused, seekers=seekers, families=len(whole.families) - len(kept.families))


def _left_out(refused: Mapping[str, int], *, seekers: int, families: int) -> dict[str, int]:
    counts = {
        **refused,
        names.SEEKERS_OF_ONE_INSTITUTION.code: seekers,
        names.FAMILIES_THAT_SHARE_NOTHING.code: families,
    }
    return {reason: count for reason, count in counts.items() if count}
