"""`antigone registry import`, `imports` and `undo-import`. Imports of the program wait."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import IncidentPaths, MissingCodes, PedigreeNames
from antigone.cli.team.signing import Reason, signed_in

if TYPE_CHECKING:
    from antigone.team.access.session import Session

imports_app = typer.Typer()


@imports_app.command(name="import")
@signed_in
def import_(
    session: Session,
    incident: IncidentPaths,
    code: Annotated[
        str, typer.Option("--as", help="The incident's code in the registry. Default: from its title.")
    ] = "",
    consent_attested: Annotated[
        str | None, typer.Option(help="Who attests consent (.fam, .ped, CODIS and NIEM files only).")
    ] = None,
    missing: MissingCodes = [],  # noqa: B006 - Typer gives each call a list of its own
    pedigree: PedigreeNames = [],  # noqa: B006
    let_in: Annotated[
        list[str] | None, typer.Option(help="A sample that was refused and is right all the same; with --because.")
    ] = None,
    because: Annotated[str, typer.Option(help="Why the samples of --let-in are right. No names.")] = "",
    kit: Annotated[str, typer.Option(help="What the new typings are called. Default: by their file.")] = "",
    as_replicates: Annotated[
        bool, typer.Option("--as-replicates", help="They are further amplifications, no second opinion.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show what it would add, change, leave alone and ask about.")
    ] = False,
    seen: Annotated[
        str, typer.Option(help="What --preview printed last: nothing is imported if it would do anything else.")
    ] = "",
) -> None:
    """Add an incident, or what is new in it: a whole one, or new remains, donors or profiles alone. All of it, or
    nothing."""
    from antigone.casework.incident.files import load_incident, read_title
    from antigone.cli.team import console as console_registry
    from antigone.cli.team import console_imports
    from antigone.errors import InputError
    from antigone.team.incidents.importing import import_incident, incident_code, known_incident, preview_import

    title = "" if code else read_title(incident)
    code = code or (incident_code(title) if title else "")
    read = load_incident(
        incident,
        attested_by=consent_attested,
        today=session.registry.today(),
        missing=missing,
        pedigrees=pedigree,
        known=known_incident(session, code) if code else None,
    )
    read = replace(read, kit=kit.strip(), as_replicates=as_replicates)
    code = code or incident_code(read.title)
    reasons = dict.fromkeys(let_in or (), because)
    if preview:
        shown = preview_import(session, code, read, let_in=reasons)
        console_imports.print_preview(shown)
        if shown.problems:
            raise InputError(shown.problems)
        return
    added = import_incident(session, code, read, let_in=reasons, seen=seen)
    console_registry.print_imported(code, added, read.notices)


@imports_app.command()
@signed_in
def imports(session: Session, incident: Annotated[str, typer.Argument(help="The incident's code.")]) -> None:
    """The imports of an incident, and what stands against undoing each."""
    from antigone.cli.team import console_imports
    from antigone.team.incidents.undoing import list_imports, read_import

    console_imports.print_imports([read_import(session, line.number) for line in list_imports(session, incident)])


@imports_app.command()
@signed_in
def undo_import(
    session: Session,
    number: Annotated[int, typer.Argument(help="The number of the import, as 'imports' lists it.")],
    because: Reason = "",
) -> None:
    """Undo an import, as long as nothing rests on it: who came by it goes, and what it changed is as before."""
    from antigone.cli.team import console_imports
    from antigone.team.incidents import undoing

    console_imports.print_undone(undoing.undo_import(session, number, because=because))
