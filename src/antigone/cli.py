"""The command line: arguments in, casework called, words out. Imports wait until a command needs them."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli_keeping import registry_app
from antigone.cli_serve import serve
from antigone.errors import AntigoneError

if TYPE_CHECKING:
    from antigone.casework.found import Execution
    from antigone.casework.prepare import Progress
    from antigone.model.case import Incident
    from antigone.model.result import SearchResult

app = typer.Typer(
    name="antigone",
    help="Compare unidentified persons with the families of the missing. The software proposes; a person identifies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

bench_app = typer.Typer(help="Measure this machine.", no_args_is_help=True)
app.add_typer(bench_app, name="bench")
app.add_typer(registry_app, name="registry")
app.command()(serve)

IncidentPath = Annotated[Path, typer.Argument(help="A case folder, its workbook (.xlsx), or a Familias .fam file.")]
Attested = Annotated[
    str | None,
    typer.Option(help="Who attests that every donor consented, and where the consents are kept (.fam files only)."),
]
Day = Annotated[
    dt.datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day on which consents must be active. Default: today."),
]


def main() -> None:
    """Run a command; a refusal is words on stderr and exit code 1, never a traceback."""
    try:
        app()
    except AntigoneError as error:
        problems = getattr(error, "problems", ())
        if problems:
            count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
            typer.echo(f"{count}; nothing was computed and nothing was written:", err=True)
            typer.echo("\n".join(f"  {problem}" for problem in problems), err=True)
        else:
            typer.echo(f"antigone: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("antigone: stopped; no result was written. A large search goes on with --resume.", err=True)
        sys.exit(130)


@app.command()
def search(
    incident: IncidentPath,
    out: Annotated[Path, typer.Option(help="The folder for candidates.csv, results.json and report.html.")],
    consent_attested: Attested = None,
    geneticist: Annotated[
        bool, typer.Option(help="Also write the two files for the responsible geneticist alone (mode 0600).")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the simulated estimate of chance matches.")] = 1,
    on: Day = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes for a large search (needs antigone with the extra 'scale').")
    ] = 1,
    scheduler: Annotated[str, typer.Option(help="Address of a Dask scheduler, such as tcp://host:8786.")] = "",
    resume: Annotated[bool, typer.Option(help="Go on with a large search that was stopped.")] = False,
    block_families: Annotated[
        int, typer.Option(min=0, help="Cut the search into blocks of so many families; 0: only when it is large.")
    ] = 0,
    parquet: Annotated[
        bool, typer.Option(help="Also write candidates.parquet (needs antigone with the extra 'scale').")
    ] = False,
    groups: Annotated[
        Path | None, typer.Option(help="groups.json of `antigone reassociate`: search each group as one person.")
    ] = None,
    joint: Annotated[
        str, typer.Option(help="Also solve all families jointly under this prior (see `antigone joint`).")
    ] = "",
) -> None:
    """Compare every unidentified person with every missing person; write ranked, explained candidates."""
    from antigone.casework.files import load_incident
    from antigone.casework.found import plan_execution
    from antigone.casework.groups import Grouped, group_remains

    today = _day(on)
    read = load_incident(incident, attested_by=consent_attested, today=today)
    grouped = group_remains(read, groups) if groups else Grouped(read, {})
    read = grouped.incident
    command = ["search", str(incident), "--seed", str(seed), "--on", today.isoformat()]
    command += ["--consent-attested", consent_attested] if consent_attested else []
    command += ["--groups", str(groups)] if groups else []
    command += ["--joint", joint] if joint else []
    execution = plan_execution(
        read, out, today=today, workers=workers, scheduler=scheduler, resume=resume, block_families=block_families
    )
    result = _search_and_write(
        read,
        out,
        today=today,
        seed=seed,
        command=command,
        geneticist=geneticist,
        execution=execution,
        samples=grouped.samples,
        parquet=parquet,
        joint=joint,
    )
    _print_search(result, out)


@app.command()
def reassociate(
    incident: IncidentPath,
    out: Annotated[Path, typer.Option(help="The folder for groups.html, groups.csv and groups.json.")],
    dropout: Annotated[float | None, typer.Option(help="Drop-out rate of an allele copy in every sample.")] = None,
    dropin: Annotated[float | None, typer.Option(help="Drop-in rate of every sample.")] = None,
    error: Annotated[float | None, typer.Option(help="Rate of typing errors of a marker.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="LR from which two samples are linked. Default: 100 x the number of pairs.")
    ] = None,
    relative_threshold: Annotated[
        float | None, typer.Option(help="LR that a link also needs against siblings, and parent and child.")
    ] = None,
    consent_attested: Attested = None,
    on: Day = None,
) -> None:
    """Compare remains with remains: which are probably parts of one person. No donor takes part."""
    _require_drawing("the page of the groups")
    from antigone import console
    from antigone.casework.files import load_incident, write_folder
    from antigone.casework.reassociate import choose_settings, reassociate_incident
    from antigone.report.groups import groups_csv, groups_json, render_groups

    read = load_incident(incident, attested_by=consent_attested, today=_day(on))
    stated = {
        "dropout": dropout,
        "dropin": dropin,
        "error": error,
        "threshold": threshold,
        "relative_threshold": relative_threshold,
    }
    settings = choose_settings(**stated)
    created = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    given = {f"--{name.replace('_', '-')}": value for name, value in stated.items() if value is not None}
    words = [text for name, value in given.items() for text in (name, f"{value:g}")]
    command = shlex.join(["antigone", "reassociate", str(incident), *words])
    with _progress() as progress:
        result = reassociate_incident(read, created=created, command=command, settings=settings, progress=progress)
    files = {
        "groups.html": render_groups(result),
        "groups.csv": groups_csv(result),
        "groups.json": groups_json(result),
    }
    write_folder(out, files, private=["groups.json"])
    console.print_groups(result)
    typer.echo(f"Written: {', '.join(str(out / name) for name in files)}")


@app.command()
def joint(
    incident: IncidentPath,
    out: Annotated[Path, typer.Option(help="The folder for joint.html, joint.csv and joint.json.")],
    prior: Annotated[
        str, typer.Option(help="flat, closed, open=E (missing expected among them), fraction=p, or odds=w.")
    ] = "flat",
    population: Annotated[str | None, typer.Option(help="The population to report. Default: the weakest one.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many of the best joint assignments to list.")] = 10,
    groups: Annotated[
        Path | None, typer.Option(help="groups.json of `antigone reassociate`: each group counts as one person.")
    ] = None,
    consent_attested: Attested = None,
    on: Day = None,
) -> None:
    """One consistent answer for all: the posterior over joint assignments, the best ones, what stays open."""
    _require_drawing("the page of the joint answer")
    from antigone import console
    from antigone.casework.files import load_incident, write_folder
    from antigone.casework.groups import group_remains
    from antigone.casework.joint import joint_incident
    from antigone.model.joint_result import JointPrior
    from antigone.report.joint import joint_csv, joint_json, render_joint

    today, stated = _day(on), JointPrior.parse(prior)
    read = load_incident(incident, attested_by=consent_attested, today=today)
    read = group_remains(read, groups).incident if groups else read
    words = ["antigone", "joint", str(incident), "--prior", prior, "--count", str(count), "--on", today.isoformat()]
    words += ["--population", population] if population else []
    words += ["--groups", str(groups)] if groups else []
    with _progress() as progress:
        result = joint_incident(
            read,
            today=today,
            created=dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
            command=shlex.join(words),
            prior=stated,
            population=population,
            count=count,
            progress=progress,
        )
    files = {
        "joint.html": render_joint(result, read),
        "joint.csv": joint_csv(result),
        "joint.json": joint_json(result),
    }
    write_folder(out, files)
    console.print_joint(result)
    typer.echo(f"Written: {', '.join(str(out / name) for name in files)}")


@app.command()
def explain(
    incident: IncidentPath,
    family: Annotated[str, typer.Option(help="The family's code.")] = "",
    missing: Annotated[str, typer.Option(help="The missing member's code.")] = "",
    sample: Annotated[str, typer.Option(help="The unidentified person's code.")] = "",
    assignment: Annotated[
        Path | None, typer.Option(help="joint.json: explain its best joint assignment marker by marker.")
    ] = None,
    consent_attested: Attested = None,
    on: Day = None,
) -> None:
    """Explain one pair in full, or with --assignment a joint assignment: by marker and population."""
    if assignment is None and not (family and missing and sample):
        raise typer.BadParameter("give --family, --missing and --sample, or --assignment DIR/joint.json")
    from antigone import console
    from antigone.casework.explain import explain_pair
    from antigone.casework.files import load_incident
    from antigone.casework.joint_explain import explain_assignment

    today = _day(on)
    read = load_incident(incident, attested_by=consent_attested, today=today)
    if assignment is not None:
        console.print_assignment(explain_assignment(read, assignment, today=today))
        return
    explanation = explain_pair(read, family=family, missing=missing, sample=sample, today=today)
    console.print_explanation(explanation)
    console.print_sensitivity(explanation.candidate)


@app.command()
def lr(case: Annotated[Path, typer.Argument(help="A case in JSON, or a .fam file with two pedigrees.")]) -> None:
    """The likelihood ratio of any two pedigrees, H1 against H2: per marker and total."""
    from antigone import console
    from antigone.casework.explain import compare_hypotheses

    for report in compare_hypotheses(case):
        console.print_hypotheses(report)


@app.command()
def validate(files: Annotated[list[Path], typer.Argument(help="Validation cases in JSON.")]) -> None:
    """Compare with expected values. Exit 1: beyond tolerance; exit 2: something this version cannot compute."""
    from antigone import console
    from antigone.casework.validate import validate_files

    with _progress() as progress:
        checks = validate_files(files, progress=progress)
    console.print_checks(checks)
    if any(check.largest is not None and not check.passed for check in checks):
        raise typer.Exit(1)
    if any(check.largest is None for check in checks):
        raise typer.Exit(2)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="The case folder to write; the truth goes into OUT-truth.csv beside it.")],
    families: Annotated[int, typer.Option(min=1, help="How many families.")] = 40,
    unidentified: Annotated[int, typer.Option(min=0, help="How many unidentified persons.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same incident.")] = 1,
) -> None:
    """Write a simulated incident from the NIST 1036 frequencies: no real person is in it."""
    from antigone.casework.demo import simulated_incident
    from antigone.casework.files import save_incident

    incident, truth = simulated_incident(families=families, unidentified=unidentified, seed=seed)
    beside = save_incident(incident, truth, out)
    typer.echo(f"{out}: {families} families, {unidentified} unidentified persons. The truth is in {beside}.")


@app.command()
def demo(out: Annotated[Path, typer.Option(help="The folder to write.")] = Path("demo")) -> None:
    """Simulate a ferry accident, search it, and compare the candidates with the simulated truth."""
    _require_drawing("the demonstration's report")
    from antigone import console
    from antigone.casework.demo import compare_with_truth, day_of_search, demo_incident, why_open
    from antigone.casework.files import load_incident, remove_simulated, save_incident

    folder = out / "incident"
    incident, truth = demo_incident()
    remove_simulated(folder, incident.title)
    save_incident(incident, truth, folder)
    today = day_of_search(incident)
    read = load_incident(folder, attested_by=None, today=today)
    result = _search_and_write(read, out, today=today, seed=1, command=["demo"], geneticist=False)
    _print_search(result, out)
    console.print_truth(compare_with_truth(result, truth), why_open(result))
    typer.echo(f"\nOpen {(out / 'report.html').resolve()}")


@bench_app.command()
def blind(
    families: Annotated[int, typer.Option(min=1)] = 10_000,
    unidentified: Annotated[int, typer.Option(min=1)] = 50_000,
    markers: Annotated[int, typer.Option(min=1)] = 24,
    workers: Annotated[int, typer.Option(min=1, help="Threads of the pair step.")] = 2,
) -> None:
    """Rates of a blind search over simulated families, beside plain NumPy and the memory; prints JSON."""
    import json

    from antigone.casework.bench import bench_blind

    rates = bench_blind(families=families, unidentified=unidentified, markers=markers, workers=workers)
    typer.echo(json.dumps(rates, indent=1))


def _day(on: dt.datetime | None) -> dt.date:
    return on.date() if on else dt.datetime.now(tz=dt.UTC).date()


def _search_and_write(
    read: Incident,
    out: Path,
    *,
    today: dt.date,
    seed: int,
    command: list[str],
    geneticist: bool,
    execution: Execution | None = None,
    samples: Mapping[str, tuple[str, ...]] | None = None,
    parquet: bool = False,
    joint: str = "",
) -> SearchResult:
    """``command`` is what changes the answer, not where it is written: two runs write the same bytes.

    ``samples`` are the samples that a group's person stands for.
    """
    from antigone.casework.checkpoint import forget_unfinished
    from antigone.casework.files import GENETICIST_ONLY, GENETICIST_PAIRS, geneticist_csv, write_folder
    from antigone.casework.groups import name_samples
    from antigone.casework.joint import joint_incident
    from antigone.casework.search import ALONE, search_incident
    from antigone.model.joint_result import JointPrior
    from antigone.report.files import candidates_csv, pairs_csv, results_json
    from antigone.report.parquet import candidates_parquet

    if joint:
        _require_drawing("a joint section")
    created = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    words = shlex.join(["antigone", *command])
    with _progress() as progress:
        outcome = search_incident(
            read,
            today=today,
            created=created,
            command=words,
            seed=seed,
            execution=execution or ALONE,
            progress=progress,
        )
        progress("writing the report", 0, 1)
        result = name_samples(outcome.result, samples or {})
        section, files = "", dict[str, str | bytes]()
        if joint:
            from antigone.report.joint import joint_csv, joint_json, joint_section

            prior = JointPrior.parse(joint)
            solved = joint_incident(read, today=today, created=created, command=words, prior=prior, progress=progress)
            section = joint_section(solved, read)
            files |= {"joint.csv": joint_csv(solved), "joint.json": joint_json(solved)}
        files |= {
            "candidates.csv": candidates_csv(result),
            "results.json": results_json(result),
        }
        if _can_draw():
            from antigone.report.html import render_report

            files["report.html"] = render_report(result, read, joint=section)
        if parquet:
            files["candidates.parquet"] = candidates_parquet(result)
        if geneticist:
            files[GENETICIST_ONLY] = geneticist_csv(outcome.incidental)
            files[GENETICIST_PAIRS] = pairs_csv(result)
        private = [GENETICIST_ONLY, GENETICIST_PAIRS]
        write_folder(out, files, private=private, outdated=private)
        forget_unfinished(out)
        progress("writing the report", 1, 1)
    return result


def _print_search(result: SearchResult, out: Path) -> None:
    from antigone import console

    console.print_search(result)
    report = f"{out / 'report.html'}, " if _can_draw() else ""
    typer.echo(f"Written: {report}{out / 'results.json'}, {out / 'candidates.csv'}")
    if not report:
        typer.echo("report.html needs the extra 'report': pip install 'antigone[report]'", err=True)


def _can_draw() -> bool:
    """Whether the libraries of the extra ``report`` are installed."""
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("altair", "jinja2", "vl_convert"))


def _require_drawing(what: str) -> None:
    from antigone.errors import Unsupported

    if not _can_draw():
        raise Unsupported(f"{what} needs the extra 'report'; install it with: pip install 'antigone[report]'")


@contextmanager
def _progress() -> Iterator[Progress]:
    """A progress bar with an estimate on a terminal; silence where nobody watches."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, disable=not sys.stderr.isatty()) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, of: int) -> None:
            if step not in tasks:
                for task in tasks.values():
                    bars.update(task, completed=bars.tasks[task].total or 0)
                tasks[step] = bars.add_task(step, total=of, rate="")
            speed = bars.tasks[tasks[step]].speed
            bars.update(tasks[step], completed=done, total=of, rate=f"{speed:,.1f}/s" if speed else "")

        yield show
