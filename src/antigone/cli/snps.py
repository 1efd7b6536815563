"""`antigone snps`: the missing of an incident against its unidentified persons by a panel of SNPs. Imports wait."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import AsJson, Attested, Day, IncidentPaths, day_of, load_given, print_json, progress_bar

if TYPE_CHECKING:
    from antigone.model.results.snps import SnpResult


FILES = ("snp_candidates.csv", "snps.html")


def snps(
    incident: IncidentPaths,
    panel: Annotated[Path, typer.Option(help="The panel: snp_panel.csv, as docs/formats.md describes it.")],
    readings: Annotated[
        list[Path], typer.Option(help="What was read: a table of genotypes or of reads, Parquet, or VCF; repeatable.")
    ],
    out: Annotated[Path | None, typer.Option(help="A folder for snp_candidates.csv and snps.html.")] = None,
    theta: Annotated[float, typer.Option(help="Theta of the SNPs.")] = 0.01,
    error: Annotated[float, typer.Option(help="How often a reading of an unidentified person is wrong.")] = 0.01,
    reference_error: Annotated[float, typer.Option(help="How often a reading of a relative is wrong.")] = 0.002,
    read_error: Annotated[float, typer.Option(help="How often one read shows the other allele.")] = 0.01,
    genetic_map: Annotated[str, typer.Option("--map", help="Haldane or Kosambi.")] = "Haldane",
    listed_from: Annotated[float, typer.Option(help="The log10 LR from which a pair is listed.")] = 3.0,
    as_json: AsJson = False,
    consent_attested: Attested = None,
    on: Day = None,
) -> None:
    """Compare every unidentified person with every missing person by thousands of linked SNPs."""
    from dataclasses import replace

    from antigone.casework.incident.files import write_folder
    from antigone.casework.incident.prepare import prepare
    from antigone.casework.incident.provenance import describe_run
    from antigone.casework.snps.compare import compare_by_snps
    from antigone.casework.snps.files import hashes_of, read_snp_files
    from antigone.casework.written import require_ours
    from antigone.model.assumptions.snp_panel import SnpModel
    from antigone.model.results.file_format import SNPS

    today = day_of(on)
    command = ["antigone", "snps", *map(str, incident), "--panel", str(panel)]
    command += [word for path in readings for word in ("--readings", str(path))]
    command += ["--theta", f"{theta:g}", "--error", f"{error:g}", "--reference-error", f"{reference_error:g}"]
    command += ["--read-error", f"{read_error:g}", "--map", genetic_map, "--listed-from", f"{listed_from:g}"]
    command += ["--consent-attested", consent_attested] if consent_attested else []
    command += ["--on", today.isoformat()]
    if out is not None:
        require_ours(out, FILES)
    model = SnpModel(theta, error, reference_error, read_error, genetic_map)
    prepared = prepare(load_given(incident, attested_by=consent_attested, today=today), today=today)
    read, given, notices = read_snp_files(panel, readings, prepared, model)
    created = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    run = describe_run(prepared.incident, created=created, command=shlex.join(command), seed=0)
    run = replace(run, inputs={**run.inputs, **hashes_of([panel, *readings])})
    with progress_bar() as progress:
        result = compare_by_snps(
            prepared, read, given, model, listed_from=listed_from, provenance=run, progress=progress
        )
    result = replace(result, notices=(*notices, *result.notices))
    if out is not None:
        from antigone.report.pages.snps import snps_csv, snps_page

        page = snps_page(result, prepared.incident)
        write_folder(out, {"snp_candidates.csv": snps_csv(result), "snps.html": page})
    if as_json:
        print_json(SNPS, asdict(result))
    else:
        _print(result, out)


def _print(result: SnpResult, out: Path | None) -> None:
    from antigone.cli.console import table_of
    from antigone.cli.terminal import words_console
    from antigone.plain_words import log10_text
    from antigone.report.words.statements import say

    console = words_console()
    table = table_of(
        "rank",
        "unidentified",
        "family",
        "missing",
        "SNPs",
        "log10 LR",
        "as unlinked",
        "theta 0 to 0.05",
        "STRs",
        "together",
    )
    for one in result.candidates:
        thetas = f"{log10_text(max(one.by_theta.values()))} to {log10_text(min(one.by_theta.values()))}"
        strs = "" if one.log10_str is None else log10_text(one.log10_str)
        row = (str(one.rank), one.unidentified, one.family, one.missing, f"{one.snps:,}", log10_text(one.log10_lr))
        table.add_row(*row, log10_text(one.unlinked), thetas, strs, log10_text(one.together))
    console.print(table)
    console.print(
        f"{result.compared:,} pairs compared at {result.snps:,} SNPs, theta {result.theta:g}; listed from a log10 LR "
        f"of {result.listed_from:g}. The software proposes; a person decides."
    )
    for statement in (*result.assumptions, *result.notices):
        console.print(f"Note: {say(statement)}.")
    if out is not None:
        console.print(f"Written: {out / 'snp_candidates.csv'} and {out / 'snps.html'}")
