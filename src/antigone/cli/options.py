"""What the commands on files have in common: their options, a progress bar, and whether pictures can be drawn."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antigone.model.file_kinds import FAMILIAS, INCIDENT_HELP

if TYPE_CHECKING:
    from antigone.casework.incident.prepare import Progress
    from antigone.model.incident.incident import Incident
    from antigone.model.results.file_format import FileFormat

MISUSED, CANNOT_COMPUTE, STOPPED = 2, 3, 130
"""Exit codes beside 0 (done) and 1 (refused); the table is in docs/cli.md."""
LOUDNESS: ContextVar[str] = ContextVar("loudness", default="usual")
"""How much a command says: "quiet", "usual" or "verbose"."""

MISSING_HELP = (
    "Of .fam and .ped files: who is missing, by code; * stands for any letters. May be repeated. Default: 'Missing*'."
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
IncidentPaths = Annotated[list[Path], typer.Argument(help=INCIDENT_HELP, metavar="INCIDENT...")]
MissingCodes = Annotated[list[str], typer.Option("--missing", help=MISSING_HELP, metavar="PATTERN")]
PedigreeNames = Annotated[
    list[str],
    typer.Option(
        "--pedigree",
        help="Of .fam files: which pedigree of a family counts, as NAME or FAMILY=NAME. May be repeated.",
        metavar="NAME",
    ),
]
Attested = Annotated[
    str | None,
    typer.Option(
        help="Who attests that every donor consented, and where the consents are kept (.fam, .ped, CODIS, NIEM only)."
    ),
]
Day = Annotated[
    dt.datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day on which consents must be active. Default: today."),
]


def load_given(paths: list[Path], **how: Any) -> Incident:
    """The incident of the files that were named; ``-`` stands for standard input."""
    from antigone.casework.incident.files import load_incident
    from antigone.cli.standard_input import given_files

    with given_files(paths, text=FAMILIAS.endings[0], json=".json", packed=".xlsx") as found:
        return load_incident(found, **how)


def stated_choices(missing: list[str], pedigree: list[str]) -> list[str]:
    """The options that name missing persons and pedigrees, as they stand in a command that is recorded."""
    words = [word for pattern in missing for word in ("--missing", pattern)]
    return words + [word for name in pedigree for word in ("--pedigree", name)]


def codes_to_explain(incident: list[Path], missing: str, stated: list[str]) -> list[str]:
    """Who is named as missing in a Familias file is a missing person there, whatever the code."""
    of_familias = FAMILIAS.has_ending(incident[0]) and missing and not missing.startswith("Missing")
    return stated or ([missing] if of_familias else [])


def day_of(on: dt.datetime | None) -> dt.date:
    """The day that was stated, or today."""
    return on.date() if on else dt.datetime.now(tz=dt.UTC).date()


def can_draw() -> bool:
    """Whether the libraries of the extra ``report`` are installed."""
    from importlib.util import find_spec

    return find_spec("jinja2") is not None


def require_drawing(what: str) -> None:
    """Refuse before any work is done, when ``what`` cannot be drawn."""
    from antigone.errors import Unsupported

    if not can_draw():
        raise Unsupported(f"{what} needs the extra 'report'; install it with: pip install 'antigone[report]'")


def tell(words: str) -> None:
    """Words about what went into files; none when the command is quiet."""
    if LOUDNESS.get() != "quiet":
        typer.echo(words)


def tell_verbosely(words: str) -> None:
    """What only somebody who asked for more is told, on the error stream."""
    if LOUDNESS.get() == "verbose":
        typer.echo(words, err=True)


def print_json(kind: FileFormat, content: Mapping[str, Any]) -> None:
    """One JSON object that says its format and version first; numbers that are not finite are words."""
    from antigone.report.tables.files import plain_value

    typer.echo(json.dumps(kind.labelled(plain_value(content)), indent=1, ensure_ascii=False, allow_nan=False))


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar with an estimate on a terminal; silence where nobody watches."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    hidden = not sys.stderr.isatty() or LOUDNESS.get() == "quiet"
    with Progress(*columns, disable=hidden) as bars:
        tasks: dict[str, TaskID] = {}
        begun: dict[str, float] = {}

        def show(step: str, done: int, of: int) -> None:
            if step not in tasks:
                begun[step] = time.perf_counter()
                for task in tasks.values():
                    bars.update(task, completed=bars.tasks[task].total or 0)
                tasks[step] = bars.add_task(step, total=of, rate="")
            if done >= of:
                tell_verbosely(f"{step}: {of:,} in {time.perf_counter() - begun[step]:.2f} s")
            speed = bars.tasks[tasks[step]].speed
            bars.update(tasks[step], completed=done, total=of, rate=f"{speed:,.1f}/s" if speed else "")

        yield show
