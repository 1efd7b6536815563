"""`antigone registry joint` and `joint-runs`: one answer for a whole incident. Imports wait."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import tell
from antigone.cli.team.signing import IncidentCode, signed_in
from antigone.model.results.joint import DEFAULT_PRIOR

if TYPE_CHECKING:
    from antigone.team.access.session import Session
    from antigone.team.views import JointView

solving_app = typer.Typer()


@solving_app.command()
@signed_in
def joint(
    session: Session,
    incident: IncidentCode,
    prior: Annotated[
        str, typer.Option(help="flat, closed, open=E (missing expected among them), fraction=p, or odds=w.")
    ] = DEFAULT_PRIOR,
    population: Annotated[str, typer.Option(help="The population to report. Default: the weakest one.")] = "",
) -> None:
    """Solve all families of an incident jointly, and keep the answer sealed."""
    from antigone.cli.team import console as console_registry
    from antigone.cli.team import console_runs
    from antigone.model.results.joint import JointPrior
    from antigone.team.runs.joint import solve_jointly

    solved = solve_jointly(
        session,
        incident,
        prior=JointPrior.parse(prior),
        population=population or None,
        progress=console_registry.print_progress,
    )
    console_runs.print_joint_run(solved)


@solving_app.command(name="joint-runs")
@signed_in
def joint_runs(
    session: Session,
    incident: Annotated[str, typer.Option("--incident", help="The joint solutions of this incident.")] = "",
    run: Annotated[int, typer.Option(help="One of them with its answer.")] = 0,
    json: Annotated[
        Path | None, typer.Option("--json", help="With --run: also write the answer as joint.json, for you alone.")
    ] = None,
    cancel: Annotated[int, typer.Option(help="End this one, which is running or whose process has stopped.")] = 0,
) -> None:
    """The joint solutions that were made: who, why, when, how they ended; one of them with its answer."""
    from antigone.cli.team import console_runs
    from antigone.team.runs.joint import cancel_joint, list_joint_runs, read_joint

    if sum(map(bool, (incident, run, cancel))) != 1 or (json and not run):
        raise typer.BadParameter("give one of --incident, --run and --cancel; --json goes with --run")
    if cancel:
        console_runs.print_joint_runs([cancel_joint(session, cancel)])
    elif run:
        shown = read_joint(session, run)
        console_runs.print_joint_run(shown)
        if json:
            write_joint(shown, json)
    else:
        console_runs.print_joint_runs(list_joint_runs(session, incident))


def write_joint(view: JointView, path: Path) -> None:
    """Write an answer as joint.json."""
    from antigone.casework.incident.files import new_file
    from antigone.errors import InputError
    from antigone.report.pages.joint import joint_json

    if view.result is None:
        raise InputError(f"joint run {view.line.id} has no answer to write; solve it again")
    with new_file(path) as file:
        file.write(joint_json(view.result).encode())
    tell(f"Written: {path}")
