"""`antigone registry type-in`, `passes`, `discard-passes`: a profile typed in, twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.samples.typings import Sample
from antigone.cli.team.signing import IncidentCode, signed_in

if TYPE_CHECKING:
    from antigone.team.access.session import Session

passes_app = typer.Typer()


@passes_app.command("type-in")
@signed_in
def type_in(
    session: Session,
    sample: Sample,
    incident: IncidentCode,
    kit: Annotated[str, typer.Option(help="The kit of a first pass; without it the kits are listed.")] = "",
    apart: Annotated[bool, typer.Option("--apart", help="Another person types the second pass.")] = False,
) -> None:
    """Type in one pass of a profile, marker by marker: 9.3/9.3, 15/? for a second allele not known, nothing to skip."""
    from antigone.cli.samples.shown_passes import ask_markers, print_entered
    from antigone.cli.team.console import print_words
    from antigone.team.incidents.passes import read_entry, type_pass

    found = read_entry(session, incident, sample, kit=kit)
    if not found.kit:
        print_words(f"Choose one with --kit: {', '.join(found.kits)}.")
        return
    typed = ask_markers(found)
    print_entered(type_pass(session, incident, sample, kit=found.kit, markers=typed, apart=apart))


@passes_app.command("passes")
@signed_in
def passes(session: Session, incident: IncidentCode) -> None:
    """The profiles of an incident that were typed in once, and wait for another pass."""
    from antigone.cli.samples.shown_passes import print_passes
    from antigone.team.incidents.passes import list_passes

    print_passes(list_passes(session, incident))


@passes_app.command("discard-passes")
@signed_in
def discard_passes(session: Session, sample: Sample, incident: IncidentCode) -> None:
    """Discard what was typed of a sample so far."""
    from antigone.cli.team.console import print_words
    from antigone.plain_words import counted
    from antigone.team.incidents import passes as typed

    print_words(f"{counted(typed.discard_passes(session, incident, sample), 'pass', 'passes')} discarded.")
