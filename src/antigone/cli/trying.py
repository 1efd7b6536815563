"""`antigone lr`, `validate`, `simulate`, `demo` and `bench`: the exact core, and simulated incidents. Imports wait."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from antigone.cli.incidents import names_of_search, print_found, search_and_write
from antigone.cli.options import CANNOT_COMPUTE, AsJson, print_json, require_drawing, tell
from antigone.cli.standard_input import given_file
from antigone.version import full_version


def lr(
    case: Annotated[
        Path, typer.Argument(help="A case in JSON, or a .fam file with two pedigrees; - is standard input.")
    ],
    as_json: AsJson = False,
) -> None:
    """The likelihood ratio of any two pedigrees, H1 against H2: per marker and total. One case a call.

    Exit 3: also where the total is not defined, because the data are impossible under both hypotheses.
    """
    from antigone.casework.pairs.explain import compare_hypotheses
    from antigone.cli import console
    from antigone.model.results.file_format import LR

    with given_file(case, text=".fam", json=".json") as path:
        report = compare_hypotheses(path)
    if as_json:
        ratios = {population: ratio.to_dict() for population, ratio in report.ratios.items()}
        said = {"title": report.title, "notices": report.notices, "linkage": report.linkage, "ratios": ratios}
        print_json(LR, {**said, "software": full_version()})
    else:
        console.print_hypotheses(report)
    if any(ratio.log_total is None for ratio in report.ratios.values()):
        raise typer.Exit(CANNOT_COMPUTE)


def simulate(
    out: Annotated[Path, typer.Option(help="The case folder to write; the truth goes into OUT-truth.csv next to it.")],
    families: Annotated[int, typer.Option(min=1, help="How many families.")] = 40,
    unidentified: Annotated[int, typer.Option(min=0, help="How many unidentified persons.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same incident.")] = 1,
) -> None:
    """Write a simulated incident from the NIST 1036 frequencies: no real person is in it."""
    from antigone.casework.incident.files import save_incident
    from antigone.casework.validation.demo import simulated_incident

    incident, truth = simulated_incident(families=families, unidentified=unidentified, seed=seed)
    beside = save_incident(incident, truth, out)
    tell(f"{out}: {families} families, {unidentified} unidentified persons. The truth is in {beside}.")


def demo(out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("demo")) -> None:
    """Simulate a ferry accident, search it, and compare the candidates with the simulated truth."""
    require_drawing("the demonstration's report")
    from antigone.casework.incident.files import load_incident, remove_simulated, save_incident
    from antigone.casework.validation.demo import compare_with_truth, day_of_search, demo_incident, why_open
    from antigone.casework.written import require_ours
    from antigone.cli import console

    require_ours(out, names_of_search())
    folder = out / "incident"
    incident, truth = demo_incident()
    remove_simulated(folder, incident.title)
    save_incident(incident, truth, folder)
    today = day_of_search(incident)
    read = load_incident(folder, attested_by=None, today=today)
    result = search_and_write(read, out, today=today, seed=1, command=["demo"], geneticist=False)
    print_found(result, out)
    console.print_truth(compare_with_truth(result, truth), why_open(result))
    typer.echo(f"\nOpen {(out / 'report.html').resolve()}")


def blind(
    families: Annotated[int, typer.Option(min=1)] = 10_000,
    unidentified: Annotated[int, typer.Option(min=1)] = 50_000,
    markers: Annotated[int, typer.Option(min=1)] = 24,
    workers: Annotated[int, typer.Option(min=1, help="Threads of the pair step.")] = 2,
) -> None:
    """Rates of a blind search over simulated families, beside plain NumPy and the memory; prints JSON."""
    import json

    from antigone.casework.validation.bench import bench_blind

    rates = bench_blind(families=families, unidentified=unidentified, markers=markers, workers=workers)
    typer.echo(json.dumps(rates, indent=1))
