"""`antigone search`, `reassociate`, `joint` and `explain`: the work on an incident in files. Imports wait."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import (
    LOUDNESS,
    MISSING_HELP,
    AsJson,
    Attested,
    Day,
    IncidentPaths,
    MissingCodes,
    PedigreeNames,
    can_draw,
    codes_to_explain,
    day_of,
    load_given,
    print_json,
    progress_bar,
    require_drawing,
    stated_choices,
    tell,
)
from antigone.model.results.joint import DEFAULT_PRIOR
from antigone.version import full_version

JOINT_FILES = ("joint.html", "joint.csv", "joint.json")
FRAGMENTS_FILES = ("fragments.csv", "fragments.json")

if TYPE_CHECKING:
    from antigone.casework.pairs.pairs import Execution
    from antigone.model.incident.incident import Incident
    from antigone.model.results.search import Candidate, SearchResult


def search(
    incident: IncidentPaths,
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
    missing: MissingCodes = [],  # noqa: B006 - Typer gives each call a list of its own
    pedigree: PedigreeNames = [],  # noqa: B006
) -> None:
    """Compare every unidentified person with every missing person; write ranked, explained candidates."""
    from antigone.casework.pairs.pairs import plan_execution
    from antigone.casework.remains.groups import Grouped, group_remains
    from antigone.casework.written import require_ours

    today = day_of(on)
    require_ours(out, names_of_search(parquet=parquet, joint=bool(joint)))
    read = load_given(incident, attested_by=consent_attested, today=today, missing=missing, pedigrees=pedigree)
    grouped = group_remains(read, groups) if groups else Grouped(read, {})
    read = grouped.incident
    command = ["search", *map(str, incident), "--seed", str(seed), "--on", today.isoformat()]
    command += stated_choices(missing, pedigree)
    command += ["--consent-attested", consent_attested] if consent_attested else []
    command += ["--groups", str(groups)] if groups else []
    command += ["--joint", joint] if joint else []
    execution = plan_execution(
        read, out, today=today, workers=workers, scheduler=scheduler, resume=resume, block_families=block_families
    )
    result = search_and_write(
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
    print_found(result, out)


def reassociate(
    incident: IncidentPaths,
    out: Annotated[Path, typer.Option(help="The folder for groups.html, groups.csv and groups.json.")],
    dropout: Annotated[
        float | None, typer.Option(help="Drop-out rate of an allele copy, in samples without rates of their own.")
    ] = None,
    dropin: Annotated[float | None, typer.Option(help="Drop-in rate, in the same samples.")] = None,
    error: Annotated[float | None, typer.Option(help="Rate of typing errors of a marker, in the same samples.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="LR from which two samples are linked. Default: 100 x the number of pairs.")
    ] = None,
    relative_threshold: Annotated[
        float | None, typer.Option(help="LR that a link also needs against siblings, and parent and child.")
    ] = None,
    consent_attested: Attested = None,
    on: Day = None,
    missing: MissingCodes = [],  # noqa: B006
    pedigree: PedigreeNames = [],  # noqa: B006
) -> None:
    """Compare remains with remains: which are probably parts of one person. No donor takes part."""
    require_drawing("the page of the groups")
    from antigone.casework.incident.files import write_folder
    from antigone.casework.remains.reassociate import choose_settings, reassociate_incident
    from antigone.casework.written import require_ours
    from antigone.cli import console
    from antigone.report.pages.groups import groups_csv, groups_json, render_groups

    require_ours(out, ("groups.html", "groups.csv", "groups.json"))
    read = load_given(incident, attested_by=consent_attested, today=day_of(on), missing=missing, pedigrees=pedigree)
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
    words = [text for name, value in given.items() for text in (name, f"{value:.12g}")]
    command = shlex.join(["antigone", "reassociate", *map(str, incident), *words])
    with progress_bar() as progress:
        result = reassociate_incident(read, created=created, command=command, settings=settings, progress=progress)
    files = {
        "groups.html": render_groups(result),
        "groups.csv": groups_csv(result),
        "groups.json": groups_json(result),
    }
    write_folder(out, files, private=["groups.json"])
    if LOUDNESS.get() != "quiet":
        console.print_groups(result)
    tell(f"Written: {', '.join(str(out / name) for name in files)}")


def joint(
    incident: IncidentPaths,
    out: Annotated[
        Path | None, typer.Option(help="The folder for joint.html, joint.csv and joint.json; needed without --json.")
    ] = None,
    prior: Annotated[
        str, typer.Option(help="flat, closed, open=E (missing expected among them), fraction=p, or odds=w.")
    ] = DEFAULT_PRIOR,
    population: Annotated[str | None, typer.Option(help="The population to report. Default: the weakest one.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many of the best joint assignments to list.")] = 10,
    groups: Annotated[
        Path | None, typer.Option(help="groups.json of `antigone reassociate`: each group counts as one person.")
    ] = None,
    fragments: Annotated[
        bool,
        typer.Option("--fragments", help="Samples may be parts of one person: also weigh which. No page."),
    ] = False,
    consent_attested: Attested = None,
    on: Day = None,
    missing: MissingCodes = [],  # noqa: B006
    pedigree: PedigreeNames = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """One consistent answer for all: the posterior over joint assignments, the best ones, what stays open."""
    if out is None and not as_json:
        raise typer.BadParameter("give --out, a folder for the answer, or --json")
    if fragments:
        chosen = missing, pedigree
        _joint_of_fragments(incident, out, groups, prior, population, consent_attested, on, chosen, as_json=as_json)
        return
    if out is not None:
        require_drawing("the page of the joint answer")
    from antigone.casework.incident.files import write_folder
    from antigone.casework.joint.solve import joint_incident
    from antigone.casework.remains.groups import group_remains
    from antigone.casework.written import require_ours
    from antigone.cli import console
    from antigone.model.results.joint import JointPrior
    from antigone.report.pages.joint import joint_csv, joint_json, render_joint

    today, stated = day_of(on), JointPrior.parse(prior)
    if out is not None:
        require_ours(out, JOINT_FILES)
    read = load_given(incident, attested_by=consent_attested, today=today, missing=missing, pedigrees=pedigree)
    read = group_remains(read, groups).incident if groups else read
    words = ["antigone", "joint", *map(str, incident), "--prior", prior]
    words += ["--count", str(count), "--on", today.isoformat(), *stated_choices(missing, pedigree)]
    words += ["--population", population] if population else []
    words += ["--groups", str(groups)] if groups else []
    with progress_bar() as progress:
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
    if out is not None:
        texts = (render_joint(result, read), joint_csv(result), joint_json(result))
        write_folder(out, dict(zip(JOINT_FILES, texts, strict=True)))
    if as_json:
        typer.echo(joint_json(result), nl=False)
        return
    if LOUDNESS.get() != "quiet":
        console.print_joint(result)
    tell(f"Written: {', '.join(str(Path(str(out)) / name) for name in JOINT_FILES)}")


def _joint_of_fragments(
    incident: list[Path], out: Path | None, groups: Path | None, prior: str, population: str | None,
    attested: str | None, on: dt.datetime | None, chosen: tuple[list[str], list[str]], *, as_json: bool,
) -> None:  # fmt: skip
    """Fragments and identities in one model: fragments.csv and fragments.json."""
    from antigone.casework.incident.files import write_folder
    from antigone.casework.joint.fragments import fragments_incident
    from antigone.casework.remains.groups import group_remains
    from antigone.casework.written import require_ours
    from antigone.cli import console
    from antigone.model.results.joint import JointPrior
    from antigone.report.pages.fragments import fragments_csv, fragments_json

    today, stated = day_of(on), JointPrior.parse(prior)
    if out is not None:
        require_ours(out, FRAGMENTS_FILES)
    read = load_given(incident, attested_by=attested, today=today, missing=chosen[0], pedigrees=chosen[1])
    read = group_remains(read, groups).incident if groups else read
    words = ["antigone", "joint", *map(str, incident), "--fragments", "--prior", prior, "--on", today.isoformat()]
    words += [*stated_choices(*chosen), *(["--population", population] if population else [])]
    words += ["--groups", str(groups)] if groups else []
    with progress_bar() as progress:
        result = fragments_incident(
            read,
            today=today,
            created=dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
            command=shlex.join(words),
            prior=stated,
            population=population,
            progress=progress,
        )
    if out is not None:
        write_folder(out, dict(zip(FRAGMENTS_FILES, (fragments_csv(result), fragments_json(result)), strict=True)))
    if as_json:
        typer.echo(fragments_json(result), nl=False)
        return
    if LOUDNESS.get() != "quiet":
        console.print_fragments(result)
    tell(f"Written: {', '.join(str(Path(str(out)) / name) for name in FRAGMENTS_FILES)}")


def explain(
    incident: IncidentPaths,
    family: Annotated[str, typer.Option(help="The family's code.")] = "",
    missing: Annotated[
        str, typer.Option(help="The missing member's code; in a .fam file also one not called 'Missing ...'.")
    ] = "",
    sample: Annotated[str, typer.Option(help="The unidentified person's code.")] = "",
    assignment: Annotated[
        Path | None, typer.Option(help="joint.json: explain its best joint assignment marker by marker.")
    ] = None,
    genotypes: Annotated[
        bool, typer.Option("--genotypes", help="Show the genotypes too: the person beside the relatives.")
    ] = False,
    consent_attested: Attested = None,
    on: Day = None,
    missing_codes: Annotated[list[str], typer.Option("--missing-codes", help=MISSING_HELP, metavar="PATTERN")] = [],  # noqa: B006
    pedigree: PedigreeNames = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """Explain one pair in full, or with --assignment a joint assignment: by marker and population."""
    if assignment is None and not (family and missing and sample):
        raise typer.BadParameter("give --family, --missing and --sample, or --assignment DIR/joint.json")
    from antigone.casework.joint.explain import explain_assignment
    from antigone.casework.pairs.explain import explain_pair
    from antigone.cli import console
    from antigone.model.results.file_format import ASSIGNMENT, EXPLANATION
    from antigone.report.tables.files import fields_of

    today = day_of(on)
    codes = codes_to_explain(incident, missing, missing_codes)
    read = load_given(incident, attested_by=consent_attested, today=today, missing=codes, pedigrees=pedigree)
    if assignment is not None:
        explained = explain_assignment(read, assignment, today=today)
        if as_json:
            print_json(ASSIGNMENT, {**fields_of(explained), "software": full_version()})
        else:
            console.print_assignment(explained)
        return
    explanation = explain_pair(read, family=family, missing=missing, sample=sample, today=today)
    if as_json:
        print_json(EXPLANATION, {**fields_of(explanation), "software": full_version()})
    else:
        console.print_explanation(explanation)
        console.print_sensitivity(explanation.candidate)
        console.print_relatives(explanation.candidate)
        if genotypes:
            _print_genotypes(explanation.candidate, read)


def _print_genotypes(candidate: Candidate, incident: Incident) -> None:
    """Those of the donors whom a consent covers, all of them: who has the files sees them anyway."""
    from antigone.cli.shown_genotypes import print_genotypes
    from antigone.report.tables.genotypes import genotype_table

    family = next(one for one in incident.families if one.code == candidate.family)
    person = next(one for one in incident.unidentified if one.code == candidate.unidentified)
    print_genotypes(genotype_table(candidate, family, person, shown=candidate.references))


def names_of_search(*, parquet: bool = False, joint: bool = False) -> list[str]:
    """The files that a search writes into its folder, or removes from it because they would be out of date."""
    from antigone.casework.incident.files import GENETICIST_ONLY, GENETICIST_PAIRS

    names = ["candidates.csv", "results.json", GENETICIST_ONLY, GENETICIST_PAIRS]
    names += ["report.html"] if can_draw() else []
    names += ["candidates.parquet"] if parquet else []
    return names + (["joint.csv", "joint.json"] if joint else [])


def search_and_write(
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
    from antigone.casework.incident.files import GENETICIST_ONLY, GENETICIST_PAIRS, geneticist_csv, write_folder
    from antigone.casework.joint.solve import joint_incident
    from antigone.casework.pairs.checkpoint import forget_unfinished
    from antigone.casework.pairs.search import ALONE, search_incident
    from antigone.casework.remains.groups import name_samples
    from antigone.model.results.joint import JointPrior
    from antigone.report.tables.files import candidates_csv, pairs_csv, results_json
    from antigone.report.tables.parquet import candidates_parquet

    if joint:
        require_drawing("a joint section")
    created = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    words = shlex.join(["antigone", *command])
    with progress_bar() as progress:
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
            from antigone.report.pages.joint import joint_csv, joint_json, joint_section

            prior = JointPrior.parse(joint)
            solved = joint_incident(read, today=today, created=created, command=words, prior=prior, progress=progress)
            section = joint_section(solved, read)
            files |= {"joint.csv": joint_csv(solved), "joint.json": joint_json(solved)}
        files |= {
            "candidates.csv": candidates_csv(result),
            "results.json": results_json(result),
        }
        if can_draw():
            from antigone.report.pages.search import render_report

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


def print_found(result: SearchResult, out: Path) -> None:
    """The candidates on the terminal, and which files hold the rest."""
    from antigone.cli import console

    if LOUDNESS.get() != "quiet":
        console.print_search(result)
    report = f"{out / 'report.html'}, " if can_draw() else ""
    tell(f"Written: {report}{out / 'results.json'}, {out / 'candidates.csv'}")
    if not report:
        typer.echo("report.html needs the extra 'report': pip install 'antigone[report]'", err=True)
