"""What the commands on files have in common: their options, a progress bar, and whether pictures can be drawn."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from antigone.casework.prepare import Progress

IncidentPath = Annotated[Path, typer.Argument(help="A case folder, its workbook (.xlsx), or a Familias .fam file.")]
Attested = Annotated[
    str | None,
    typer.Option(help="Who attests that every donor consented, and where the consents are kept (.fam files only)."),
]
Day = Annotated[
    dt.datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day on which consents must be active. Default: today."),
]


def day_of(on: dt.datetime | None) -> dt.date:
    """The day that was stated, or today."""
    return on.date() if on else dt.datetime.now(tz=dt.UTC).date()


def can_draw() -> bool:
    """Whether the libraries of the extra ``report`` are installed."""
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("altair", "jinja2", "vl_convert"))


def require_drawing(what: str) -> None:
    """Refuse before any work is done, when ``what`` cannot be drawn."""
    from antigone.errors import Unsupported

    if not can_draw():
        raise Unsupported(f"{what} needs the extra 'report'; install it with: pip install 'antigone[report]'")


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
