"""`antigone power`: how well the families of an incident can be found, and who to sample next. Imports wait."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import AsJson, Attested, Day, IncidentPaths, day_of, load_given, print_json, progress_bar

if TYPE_CHECKING:
    from antigone.model.results.power import Interval, PowerAnswer, SamplingAnswer


def power(
    incident: IncidentPaths,
    family: Annotated[str, typer.Option(help="Only this family, and with each of its untyped members typed.")] = "",
    missing: Annotated[str, typer.Option(help="Only this missing person of the family.")] = "",
    candidates: Annotated[str, typer.Option(help="Members who might be typed, by code, with commas between.")] = "",
    sets: Annotated[int, typer.Option(min=1, max=2, help="Up to how many of them together.")] = 1,
    threshold: Annotated[float, typer.Option(help="The LR that a candidate must reach.")] = 10_000.0,
    population: Annotated[str, typer.Option(help="Whose frequencies. Default: the first of the incident.")] = "",
    given: Annotated[
        bool,
        typer.Option(
            "--given",
            help="Given what was found in the typed relatives: for the responsible geneticist alone. Without it the "
            "answer tells of the pedigree and of who is typed, and of nobody's genotypes.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of simulated families, where some are needed.")] = 1,
    as_json: AsJson = False,
    consent_attested: Attested = None,
    on: Day = None,
) -> None:
    """Compute how surely each missing person would be found, and what each further relative would add."""
    from antigone.casework.incident.prepare import prepare
    from antigone.casework.power.families import PowerChoices, power_of_incident
    from antigone.model.results.file_format import POWER

    today = day_of(on)
    prepared = prepare(load_given(incident, attested_by=consent_attested, today=today), today=today)
    codes = tuple(code.strip() for code in candidates.split(",") if code.strip())
    choices = PowerChoices(family, missing, codes, sets, threshold, population, "typed" if given else "declared", seed)
    with progress_bar() as progress:
        answer = power_of_incident(prepared, choices, progress=progress)
    if as_json:
        print_json(POWER, asdict(answer))
    else:
        print_power(answer)


def print_power(answer: PowerAnswer) -> None:
    """The steps as a table, and what its columns mean."""
    from antigone.cli.console import table_of
    from antigone.cli.terminal import words_console
    from antigone.plain_words import threshold_text

    console = words_console()
    excludes = any(step.exclusion > 0 for step in answer.steps)
    table = table_of(
        *("family", "missing", "typed as well", "expected log10 LR", "found", "by chance"),
        *(["excluded"] if excludes else []),
    )
    for step in answer.steps:
        expected = f"{step.expected_log10_lr:.2f}{_error(step.expected_error)}"
        row = (step.family, step.missing, ", ".join(step.new) or "(as it is)", expected)
        more = [f"{step.exclusion:.4f}"] if excludes else []
        table.add_row(*row, _chance(step.inclusion), f"{answer.chance_pairs(step).high:.2g}", *more)
    console.print(table)
    console.print(
        f"Threshold: an LR of {threshold_text(answer.threshold)}. Found: how often, at least, the right person reaches "
        f"it. By chance: how many, at most, of {answer.unidentified} unidentified persons reach it though they are "
        "unrelated."
    )
    if excludes:
        console.print("Excluded: how often an unrelated person has an LR of 0.")
    console.print(
        f"Frequencies: {answer.population}; {answer.markers} markers, fully typed in the unidentified person."
    )
    if answer.basis == "typed":
        console.print("Given what was found in the typed relatives: for the responsible geneticist alone.")
    else:
        console.print("Over whatever the typed relatives may show; it tells nothing of what was found in anybody.")
    for notice in answer.notices:
        console.print(f"Note: {notice}.")


def _chance(interval: Interval) -> str:
    """A probability by its lower bound, with its standard error where some of it was simulated."""
    from antigone.plain_words import probability_text

    return probability_text(interval.low) + _error(interval.standard_error)


def _error(standard_error: float) -> str:
    """Said where families were simulated."""
    return f" (standard error {standard_error:.1g})" if standard_error else ""


def print_sampling(answer: SamplingAnswer) -> None:
    """Where the next samples help most, in words."""
    from antigone.cli.console import table_of
    from antigone.cli.terminal import words_console
    from antigone.plain_words import threshold_text

    console = words_console()
    if answer.lines:
        table = table_of("family", "missing", "sample of", "found today", "found then")
        for line in answer.lines:
            table.add_row(line.family, line.missing, line.member, line.today, line.then)
        console.print(table)
    else:
        console.print("No first sample of a relative who may be asked is needed.")
    console.print(
        f"Found: an LR of {threshold_text(answer.threshold)} or more, if the right person is among the unidentified "
        "and fully typed. It rests on the pedigrees as declared and on who is typed; it tells of nobody's genotypes."
    )
    for notice in answer.notices:
        console.print(f"Note: {notice}.")
