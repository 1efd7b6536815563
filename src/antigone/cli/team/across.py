"""`antigone registry search A B`, `reassociate` and `across`: over several incidents. Imports wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.team.signing import signed_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from antigone.team.access.session import Session

across_app = typer.Typer()

SeveralCodes = Annotated[
    list[str] | None,
    typer.Argument(help="The incident's code; several are searched together.", metavar="[INCIDENT]..."),
]
ModelOf = Annotated[
    str, typer.Option(help="Of several incidents: whose frequencies and settings hold for all, where they differ.")
]


def search_several(session: Session, incidents: Sequence[str], *, model_of: str, seed: int) -> None:
    """Search several incidents together, and print what was found."""
    from antigone.cli.team import console, console_across
    from antigone.team.runs.across import search_across

    console_across.print_set(
        search_across(session, incidents, model_of=model_of, seed=seed, progress=console.print_progress)
    )


@across_app.command()
@signed_in
def reassociate(
    session: Session,
    incidents: Annotated[list[str], typer.Argument(help="The codes of one or several incidents.")],
    model_of: ModelOf = "",
) -> None:
    """Compare remains with remains, of one or several incidents: which are probably parts of one person. No donor takes
    part."""
    from antigone.cli.team import console, console_across
    from antigone.team.runs.across import reassociate_across

    console_across.print_set(reassociate_across(session, incidents, model_of=model_of, progress=console.print_progress))


@across_app.command()
@signed_in
def across(
    session: Session,
    number: Annotated[int, typer.Argument(help="Of one of them: its answer. Default: the list.")] = 0,
    cancel: Annotated[bool, typer.Option("--cancel", help="End this one, which is running.")] = False,
) -> None:
    """The searches, and comparisons of remains, over several incidents; one with its answer."""
    from antigone.cli.team import console_across
    from antigone.team.runs.across import cancel_across, list_across, read_across

    if cancel and not number:
        raise typer.BadParameter("give the number of the run that is to be ended")
    if cancel:
        console_across.print_sets([cancel_across(session, number)])
    elif number:
        console_across.print_set(read_across(session, number))
    else:
        console_across.print_sets(list_across(session))
