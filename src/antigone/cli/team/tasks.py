"""`antigone registry tasks`, `ask`, `told`, ...: what waits for families, and what was done about it. Imports wait."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.team.signing import IncidentCode, Page, Reason, signed_in

if TYPE_CHECKING:
    from antigone.model.results.power import Basis
    from antigone.team.access.session import Session

tasks_app = typer.Typer()

FamilyCode = Annotated[str, typer.Argument(help="The family's code.")]
MissingCode = Annotated[str, typer.Option(help="The code of the missing person.")]


@tasks_app.command()
@signed_in
def tasks(
    session: Session,
    incident: Annotated[str, typer.Option("--incident", help="Of one incident only.")] = "",
    page: Page = 1,
) -> None:
    """What waits for families, the oldest first: to tell them, to ask them, to act for them."""
    from antigone.cli.team import console as console_registry
    from antigone.team.tasks.listing import list_tasks

    console_registry.print_tasks(list_tasks(session, incident, page=page))


@tasks_app.command()
@signed_in
def compared(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="Of one family only.")] = "",
) -> None:
    """What the newest search truly compared; only for the geneticist who ran it."""
    from antigone.cli.team import console as console_registry
    from antigone.team.tasks.asking import read_compared

    console_registry.print_compared(read_compared(session, incident, family=family))


@tasks_app.command()
@signed_in
def power(
    session: Session,
    incident: IncidentCode,
    family: Annotated[
        str, typer.Option(help="Numbers, of this family; without it the list of where samples help.")
    ] = "",
    missing: Annotated[str, typer.Option(help="Only this missing person of the family.")] = "",
    candidates: Annotated[str, typer.Option(help="Members who might be typed, by code, with commas between.")] = "",
    sets: Annotated[int, typer.Option(min=1, max=2, help="Up to how many of them together.")] = 1,
    threshold: Annotated[float, typer.Option(help="The LR that a candidate must reach.")] = 10_000.0,
    given: Annotated[
        bool,
        typer.Option("--given", help="Given what was found in the typed relatives: for the responsible geneticist."),
    ] = False,
) -> None:
    """Where the next ten samples help most, in words; of one family, what each further relative would add."""
    from antigone.casework.power.families import PowerChoices
    from antigone.cli.options import progress_bar
    from antigone.cli.power import print_power, print_sampling
    from antigone.team.runs.power import list_sampling, read_power

    if not family and (missing or candidates or sets > 1 or given):
        raise typer.BadParameter("--missing, --candidates, --sets and --given are of one family; name it by --family")
    with progress_bar() as progress:
        if not family:
            sampling = list_sampling(session, incident, threshold=threshold, progress=progress)
        else:
            codes = tuple(code.strip() for code in candidates.split(",") if code.strip())
            basis: Basis = "typed" if given else "declared"
            choices = PowerChoices(family, missing, codes, sets, threshold, basis=basis)
            found = read_power(session, incident, choices, progress=progress)
    if family:
        print_power(found)
    else:
        print_sampling(sampling)


@tasks_app.command()
@signed_in
def ask(
    session: Session,
    families: Annotated[list[str], typer.Argument(help="The codes of the families.")],
    incident: IncidentCode,
    take_back: Annotated[bool, typer.Option("--take-back", help="Take back that they are asked.")] = False,
) -> None:
    """Ask families for one more sample; nobody is told why, and there is no place for a reason."""
    from antigone.team.tasks.asking import ask_for_samples, take_back_ask

    if take_back:
        for family in families:
            take_back_ask(session, incident, family)
            typer.echo(f"Family {family} is asked no more.")
        return
    ask_for_samples(session, incident, families)
    typer.echo(f"Asked for one more sample: {', '.join(sorted(set(families)))}.")


@tasks_app.command()
@signed_in
def declined(
    session: Session,
    family: FamilyCode,
    incident: IncidentCode,
    donor: Annotated[str, typer.Option(help="Instead of a sample: the donor who gives no consent again.")] = "",
) -> None:
    """Record that a family said no to what it was asked; nobody has to say why."""
    from antigone.team.tasks.telling import record_declined

    record_declined(session, incident, family, donor=donor)
    typer.echo(f"Recorded: {donor or 'family ' + family} said no.")


@tasks_app.command()
@signed_in
def told(
    session: Session,
    family: FamilyCode,
    incident: IncidentCode,
    missing: MissingCode,
    about: Annotated[str, typer.Option(help="identified, 'found alive', 'checked again' or 'not upheld'.")],
    on: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which they were told.")],
    form: Annotated[str, typer.Option(help="'in person', 'by telephone', 'by letter' or 'by another'.")],
    by: Annotated[str, typer.Option(help="Who told them: a code. Default: you.")] = "",
) -> None:
    """Record that a family was told: the day, by whom, in what form; never what was said."""
    from antigone.cli.team import console as console_registry
    from antigone.team.tasks.telling import ABOUTS, record_told

    if about not in ABOUTS:
        raise typer.BadParameter(f"about '{about}'; expected one of {', '.join(ABOUTS)}")
    view = record_told(session, incident, family, missing, about=ABOUTS[about], told_on=on.date(), form=form, teller=by)
    console_registry.print_standing(view)


@tasks_app.command()
@signed_in
def alive(
    session: Session,
    step: Annotated[str, typer.Argument(help="propose, confirm, return, 'ask to reopen', reopen or keep.")],
    family: FamilyCode,
    incident: IncidentCode,
    missing: MissingCode,
    reason: Reason,
    version: Annotated[int, typer.Option(help="The version that 'families --family' printed; 0 when there is none.")],
) -> None:
    """A missing person was found alive: propose it, and another person confirms it; each with a reason."""
    from antigone.cli.team import console as console_registry
    from antigone.team.tasks.alive import STEPS_OF, confirm_alive, report_alive

    if step not in STEPS_OF:
        raise typer.BadParameter(f"step '{step}'; expected one of {', '.join(STEPS_OF)}")
    known, role = STEPS_OF[step]
    act = report_alive if role == "report alive" else confirm_alive
    console_registry.print_standing(act(session, incident, family, missing, step=known, version=version, reason=reason))
