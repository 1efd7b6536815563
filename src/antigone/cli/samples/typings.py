"""`antigone registry typings`, `conflicts`, `settle`, `correct`, `retire`: several typings of one sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.team.signing import IncidentCode, Page, Reason, signed_in

if TYPE_CHECKING:
    from antigone.team.access.session import Session

typings_app = typer.Typer()

Sample = Annotated[str, typer.Argument(help="The sample's code.")]
Number = Annotated[int, typer.Argument(help="The number of the typing, as 'typings' lists it.")]


@typings_app.command()
@signed_in
def typings(session: Session, sample: Sample, incident: IncidentCode) -> None:
    """The typings of a sample: kit, day, who, whether it counts, and the markers at which they differ."""
    from antigone.cli.samples.shown_typings import print_typings
    from antigone.team.incidents.typings import list_typings

    print_typings(list_typings(session, incident, sample))


@typings_app.command()
@signed_in
def conflicts(
    session: Session,
    incident: IncidentCode,
    sample: Annotated[str, typer.Option(help="Show the genotypes of one sample's conflicts.")] = "",
    page: Page = 1,
) -> None:
    """The samples whose typings differ at a marker, those that wait longest first; of one, what each typing shows."""
    from antigone.cli.samples.shown_typings import print_conflict, print_conflicts
    from antigone.team.incidents.typings import list_conflicts, read_conflict

    if sample:
        print_conflict(read_conflict(session, incident, sample))
    else:
        print_conflicts(list_conflicts(session, incident, page=page))


@typings_app.command()
@signed_in
def settle(
    session: Session,
    sample: Sample,
    incident: IncidentCode,
    marker: Annotated[str, typer.Option(help="The marker in conflict.")],
    reason: Reason,
    keep: Annotated[int | None, typer.Option(help="The number of the typing that is right there.")] = None,
    replicates: Annotated[bool, typer.Option("--replicates", help="Take all as amplifications of it.")] = False,
) -> None:
    """Settle a conflict: keep what one typing shows at a marker, or take all of them as replicates."""
    from antigone.cli.samples.shown_typings import print_typings
    from antigone.team.incidents.typings import settle_conflict

    if (keep is None) != replicates:
        raise typer.BadParameter("give either --keep NUMBER or --replicates")
    print_typings(settle_conflict(session, incident, sample, marker, keep=keep, reason=reason))


@typings_app.command()
@signed_in
def correct(
    session: Session,
    sample: Sample,
    number: Number,
    incident: IncidentCode,
    reason: Reason,
    marker: Annotated[str, typer.Option(help="The marker that was wrong.")],
    alleles: Annotated[
        str,
        typer.Option(
            help="What is right: a genotype as 9.3/9.3 or 15/?, a Y locus as 14 or 11/14, Amelogenin as X/Y, mtDNA as "
            "'16024-16365: 16189C'; empty: the marker is taken out."
        ),
    ] = "",
) -> None:
    """Put a corrected typing in the place of one; the old one stays, superseded."""
    from antigone.cli.samples.shown_typings import print_typings
    from antigone.team.incidents.typings import correct_typing

    print_typings(correct_typing(session, incident, sample, number, marker=marker, alleles=alleles, reason=reason))


@typings_app.command()
@signed_in
def retire(session: Session, sample: Sample, number: Number, incident: IncidentCode, reason: Reason) -> None:
    """Take a typing out of use: no search uses it any more; it stays in the list."""
    from antigone.cli.samples.shown_typings import print_typings
    from antigone.team.incidents.typings import retire_typing

    print_typings(retire_typing(session, incident, sample, number, reason=reason))
