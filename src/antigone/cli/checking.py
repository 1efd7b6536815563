"""`antigone check` and `validate`: that an installation computes what it should, with a page to file. Imports wait."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import CANNOT_COMPUTE, progress_bar, require_drawing, tell
from antigone.cli.standard_input import given_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from antigone.casework.validation.validate import Check


def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Validation cases in JSON; - is standard input.", metavar="FILE...")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="The packaged cases, which takes some minutes.")] = False,
    report: Annotated[Path | None, typer.Option(help="A new PDF for a laboratory's file.")] = None,
) -> None:
    """Compare with expected values; whatever cannot be run is named, and the others go on.

    Exit 1: beyond tolerance, or a case that could not be run. Exit 3: only what this version cannot compute.
    """
    if not files and not everything:
        raise typer.BadParameter("name files of cases, or --all for the packaged ones")
    if report is not None:
        require_drawing("the report of a validation")
    from contextlib import ExitStack

    from antigone.casework.incident.files import new_file
    from antigone.casework.validation.packaged import packaged_cases, record_of
    from antigone.casework.validation.validate import validate_files
    from antigone.cli import console

    began = time.perf_counter()
    with ExitStack() as opened:
        if report is not None:
            written = opened.enter_context(new_file(report))
        paths = opened.enter_context(given_files(files or [], text=".fam", json=".json"))
        paths += opened.enter_context(packaged_cases()) if everything else []
        with progress_bar() as progress:
            checks = validate_files(paths, progress=progress)
        console.print_checks(checks)
        if report is not None:
            from antigone.report.paper.validation import validation_report

            record = record_of(checks, paths, time.perf_counter() - began)
            written.write(validation_report(record, day=dt.datetime.now(tz=dt.UTC).date()))
            tell(f"Written: {report}")
    _end(checks)


def _end(checks: Sequence[Check]) -> None:
    if any(check.failed or check.outcome in ("not run", "not read") for check in checks):
        raise typer.Exit(1)
    if any(check.outcome == "not supported" for check in checks):
        raise typer.Exit(CANNOT_COMPUTE)


def check(
    out: Annotated[Path | None, typer.Option(help="A new text file with the same page.")] = None,
) -> None:
    """Check this installation in a minute: what it computes, on which machine, and a page to file.

    Exit 1: a step failed.
    """
    from antigone.casework.installation import check_installation
    from antigone.casework.validation.packaged import facts_of
    from antigone.version import this_machine

    with progress_bar() as progress:
        steps = check_installation(progress=progress)
    now = dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds")
    passed = all(step.passed for step in steps)
    lines = [f"Check of an installation of Antigone, {now}", ""]
    lines += [f"{name + ':':<31}{said}" for name, said in facts_of(this_machine())]
    lines += ["", *(f"{_verdict(one.passed)}  {one.what}: {one.found} ({one.seconds:.1f} s)" for one in steps), ""]
    lines += ["Every step passed." if passed else "A STEP FAILED: do not use this installation for casework."]
    lines += ["", "Not checked here: your own kits, frequencies, files and people; and the rest of the packaged cases,"]
    lines += ["which antigone validate --all compares.", "", "Checked by: ____________________   On: ______________"]
    page = "\n".join(lines)
    typer.echo(page)
    if out is not None:
        with out.open("x", encoding="utf-8") as file:
            file.write(page + "\n")
        tell(f"Written: {out}")
    if not passed:
        raise typer.Exit(1)


def _verdict(passed: bool) -> str:
    return "passed" if passed else "FAILED"
