"""`antigone registry model`: the model of an incident, proposed by one, confirmed by another. Imports wait."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.team.signing import signed_in

if TYPE_CHECKING:
    from antigone.team.access.session import Session
    from antigone.team.views import ModelView

models_app = typer.Typer()


@models_app.command()
@signed_in
def model(
    session: Session,
    incident: Annotated[str, typer.Argument(help="The incident's code.")],
    version: Annotated[int, typer.Option(help="Show this version instead of the one in force.")] = 0,
    compare: Annotated[int, typer.Option(help="What this version would change in the candidates under review.")] = 0,
    propose: Annotated[int, typer.Option(help="Propose this version, which an import brought.")] = 0,
    propose_files: Annotated[
        list[Path] | None,
        typer.Option(help="Propose what a folder or file states, such as an incident.toml; may be repeated."),
    ] = None,
    name: Annotated[str, typer.Option(help="What the version of --propose-files is called.")] = "",
    confirm: Annotated[int, typer.Option(help="Confirm this version, which another person proposed.")] = 0,
    refuse: Annotated[int, typer.Option(help="Refuse this version.")] = 0,
    reason: Annotated[str, typer.Option(help="Why; kept with the version. No names.")] = "",
) -> None:
    """The model of an incident: what is in force and in which version, what was proposed, and who agreed on it."""
    from antigone.cli.models import console as models_console
    from antigone.cli.team import console as console_registry
    from antigone.team.models import versions
    from antigone.team.models.comparing import compare_versions

    asked = [bool(one) for one in (version, compare, propose, propose_files, confirm, refuse)]
    if sum(asked) > 1:
        raise typer.BadParameter(
            "give one of --version, --compare, --propose, --propose-files, --confirm and --refuse at a time"
        )
    if compare:
        found = compare_versions(session, incident, compare, progress=console_registry.print_progress)
        models_console.print_differences(versions.read_model(session, incident, version=compare))
        models_console.print_comparison(found)
        return
    if propose_files:
        shown = _propose_files(session, incident, propose_files, name=name, reason=reason)
    elif propose:
        shown = versions.propose_version(session, incident, propose, reason=reason)
    elif confirm:
        shown = versions.confirm_version(session, incident, confirm, reason=reason)
    elif refuse:
        shown = versions.refuse_version(session, incident, refuse, reason=reason)
    else:
        shown = versions.read_model(session, incident, version=version or None)
    models_console.print_model(shown)


def _propose_files(session: Session, incident: str, paths: list[Path], *, name: str, reason: str) -> ModelView:
    """Propose the model that files state; what they do not state is as in force."""
    from antigone.casework.incident.files import load_incident
    from antigone.team.models.versions import model_in_force, propose_model

    before = model_in_force(session, incident)
    read = load_incident(paths, attested_by=None, today=session.registry.today(), known=before)
    return propose_model(session, incident, read, name=name, reason=reason)
