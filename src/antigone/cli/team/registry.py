"""`antigone registry ...`: a registry and what is in it: families, consents, custody. Imports wait."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import AsJson, print_json
from antigone.cli.team.papers import require_paper, write_paper
from antigone.cli.team.signing import (
    IncidentCode,
    KeyFile,
    Page,
    ask_passphrase,
    require_registry,
    secret,
    signed_in,
)

if TYPE_CHECKING:
    from antigone.team.access.session import Session
    from antigone.team.views import Elsewhere, IncidentStatus, Status

registry_app = typer.Typer(
    help="Samples, families, consents, runs and decisions of a team, in one place, under keys of their own.",
    no_args_is_help=True,
)


@registry_app.command()
def init(
    place: Annotated[str, typer.Argument(help="A new file, or postgresql://... of an empty database.")],
    administrator: Annotated[str, typer.Option(help="The code of the first user.")] = "administrator",
    auditor: Annotated[
        str, typer.Option(help="The code of the auditor, who countersigns what the first user does.")
    ] = "",
    key_file: KeyFile = None,
) -> None:
    """Make a registry, its master key, its first administrator, and the auditor."""
    require_registry()
    from antigone.team.access.opening import has_master_key, init_registry, open_vault, session_of
    from antigone.team.access.users import add_user

    server = has_master_key(os.environ)
    path = None if server else key_file or Path(f"{place}.key" if "://" not in place else "antigone.key")
    passphrase = "" if server else secret("ANTIGONE_PASSPHRASE", "New passphrase of the key file", confirm=True)
    made = init_registry(
        place,
        administrator=administrator,
        password=secret("ANTIGONE_PASSWORD", f"New password of '{administrator}'", confirm=True),
        key_file=path,
        passphrase=passphrase,
        vault=open_vault(os.environ, key_file=None, ask=ask_passphrase) if server else None,
    )
    try:
        if auditor:
            first = secret("ANTIGONE_NEW_PASSWORD", f"First password of '{auditor}'", confirm=True)
            begun = session_of(made, administrator, purpose="to begin the registry")
            add_user(begun, auditor, role="auditor", password=first)
    finally:
        made.close()
    typer.echo(f"The registry is made; '{administrator}' is its administrator.")
    typer.echo(_who_countersigns(administrator, auditor))
    if path:
        typer.echo(f"Its master key is in {path}. Without this file and its passphrase nothing can be read again:")
        typer.echo("keep a copy of it at another place, and think of trustees (antigone registry escrow split).")


def _who_countersigns(administrator: str, auditor: str) -> str:
    """What a team with one administrator has to know."""
    if auditor:
        return (
            f"'{auditor}' is its auditor, and chooses another password at the first sign-in. There is one "
            f"administrator: whose access '{administrator}' gives or changes takes part in no decision until "
            f"'{auditor}' has countersigned it (antigone registry users changes)."
        )
    return (
        f"There is one administrator and no auditor: nobody can countersign what '{administrator}' gives or changes, "
        "and whom it concerns takes part in no decision until then. Add the auditor, or a second administrator, next: "
        "the first one added needs no countersignature."
    )


@registry_app.command()
@signed_in
def status(
    session: Session,
    incident: Annotated[str, typer.Option("--incident", help="Of one incident only.")] = "",
    pdf: Annotated[Path | None, typer.Option(help="Write the status of --incident as PDF: a new file.")] = None,
    language: Annotated[str, typer.Option(help="The language of the PDF: en or es.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Every incident in counts, what waits for you and for families; one incident as PDF."""
    from antigone.cli.team import console as console_registry
    from antigone.model.results.file_format import STATUS
    from antigone.report.tables.files import fields_of
    from antigone.team.overview.status import read_incident, read_status

    if pdf is None:
        shown = read_status(session)
        shown = status_of(shown, read_incident(session, incident)) if incident else shown
        if as_json:
            print_json(STATUS, fields_of(shown))
        else:
            console_registry.print_status(shown)
        return
    if not incident:
        raise typer.BadParameter("--pdf is of one incident; give --incident")
    require_paper()
    from antigone.papers import write_status

    write_paper(pdf, lambda: write_status(session, incident, language=language))


def status_of(status: Status, incident: IncidentStatus) -> Status:
    """What a status says of one incident."""
    from dataclasses import replace

    return replace(
        status,
        incidents=(incident,),
        waiting=tuple(one for one in status.waiting if one.incident == incident.code),
        tasks=tuple(one for one in status.tasks if one.incident == incident.code),
        weak=tuple(one for one in status.weak if one.incident == incident.code),
        running=tuple(one for one in status.running if one.incident == incident.code),
        running_jointly=tuple(one for one in status.running_jointly if one.incident == incident.code),
        news=tuple(one for one in status.news if one.incident == incident.code),
        own_runs=tuple(one for one in status.own_runs if one.incident == incident.code),
        fallen=tuple(one for one in status.fallen if one.incident == incident.code),
    )


@registry_app.command()
@signed_in
def families(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="One family: its members, donors and consents.")] = "",
    page: Page = 1,
) -> None:
    """The families of an incident by code, with the state of their consents."""
    from antigone.cli.team import console as console_registry
    from antigone.team.incidents.families import list_families, read_family

    if family:
        view = read_family(session, incident, family)
        console_registry.print_family(view)
        console_registry.print_standing(view)
    else:
        console_registry.print_families(list_families(session, incident, page=page))


@registry_app.command()
@signed_in
def unidentified(session: Session, incident: IncidentCode, page: Page = 1) -> None:
    """The unidentified persons of an incident by code: remains, and living persons who asked."""
    from antigone.cli.team import console as console_registry
    from antigone.team.incidents.families import list_unidentified

    console_registry.print_unidentified(list_unidentified(session, incident, page=page))


@registry_app.command()
@signed_in
def consent(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="The family's code.")],
    member: Annotated[str, typer.Option(help="The donor's code in the family.")],
    reference: Annotated[str, typer.Option(help="The instrument: where the signed consent is kept.")],
    given: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Its first day.")],
    scope: Annotated[list[str], typer.Option(help="identification, court or sharing; may be repeated.")],
    expires: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it ends.")] = None,
) -> None:
    """Record a donor's consent: what for, since when, until when, and by which instrument."""
    from antigone.cli.team import console as console_registry
    from antigone.model.incident.consent import Consent
    from antigone.team.incidents.consents import record_consent

    ends = expires.date() if expires else None
    new = Consent(reference, given.date(), tuple(scope), ends)
    console_registry.print_family(record_consent(session, incident, family, member, consent=new))


@registry_app.command()
@signed_in
def withdraw(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="The family's code.")] = "",
    member: Annotated[str, typer.Option(help="The donor's code in the family.")] = "",
    seeker: Annotated[str, typer.Option(help="Instead of a donor: the code of a living seeker.")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask again; where the same person surely stands, erase there too.")
    ] = False,
) -> None:
    """Erase a donor, or a living seeker, who withdraws, in every incident. It cannot be undone."""
    from antigone.cli.team import console as console_registry
    from antigone.team.incidents.consents import find_donor, find_seeker, withdraw_donor, withdraw_seeker

    if bool(seeker) == bool(family and member):
        raise typer.BadParameter("give --family and --member, or --seeker")
    who = seeker or f"{member} of family {family}"
    also = None
    if not yes:
        typer.confirm(f"Erase {who} and everything that rested on them, for good?", abort=True, err=True)
        found = find_seeker(session, incident, seeker) if seeker else find_donor(session, incident, family, member)
        also = [one.key for one in found if one.kind != "remains" and _is_erased_too(one)]
    if seeker:
        left = withdraw_seeker(session, incident, seeker, also=also)
    else:
        left = withdraw_donor(session, incident, family, member, also=also)
    console_registry.print_left(left)


def _is_erased_too(one: Elsewhere) -> bool:
    """Ask about one place where the same person stands, or may stand."""
    from antigone.cli.team import console as console_registry

    question = f"{console_registry.place_of(one)}. Erase there too?"
    return typer.confirm(question, default=one.sure, err=True)


@registry_app.command()
@signed_in
def narrow(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="The family's code.")],
    member: Annotated[str, typer.Option(help="The donor's code in the family.")],
    scope: Annotated[str, typer.Option(help="What is taken back: identification, court or sharing.")],
) -> None:
    """Take one purpose back from a donor's consent, in every incident, and keep the others."""
    from antigone.cli.team import console as console_registry
    from antigone.team.incidents.consents import narrow_consent

    console_registry.print_narrowed(narrow_consent(session, incident, family, member, scope=scope))


@registry_app.command()
@signed_in
def custody(
    session: Session,
    sample: Annotated[str, typer.Argument(help="The sample's code.")],
    incident: IncidentCode,
    event: Annotated[str, typer.Option(help="What happened, to add it to the chain.")] = "",
    holder: Annotated[str, typer.Option(help="Who holds the sample now.")] = "",
) -> None:
    """The chain of custody of a sample; with --event and --holder, a new link of it."""
    from antigone.cli.team import console as console_registry
    from antigone.team.incidents.custody import list_custody, record_custody

    adds = bool(event or holder)
    chain = (
        record_custody(session, incident, sample, event=event, holder=holder)
        if adds
        else list_custody(session, incident, sample)
    )
    console_registry.print_custody(chain)


@registry_app.command()
@signed_in
def export(
    session: Session,
    incident: IncidentCode,
    out: Annotated[
        Path, typer.Option(help="The case folder to write; or NAME.ped (families), NAME.xml (remains, CODIS CMF).")
    ],
    source: Annotated[str, typer.Option("--from", help="Of CMF: the code of your laboratory.")] = "",
    destination: Annotated[str, typer.Option("--to", help="Of CMF: the code of the laboratory that receives it.")] = "",
    sent_by: Annotated[str, typer.Option("--user-id", help="Of CMF: the code of the user who sends it.")] = "",
) -> None:
    """Write an incident for another institution: only donors whose consent covers sharing."""
    from antigone.cli.team import console as console_registry
    from antigone.team.incidents.exporting import export_incident

    laboratories = (source, destination, sent_by)
    console_registry.print_exported(out, export_incident(session, incident, out, laboratories=laboratories))
