"""`antigone columns`: what the columns of a genotype table are taken for, and a layout file to change and keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def columns(
    table: Annotated[Path, typer.Argument(help="A table of genotypes: text, workbook or Parquet.")],
    layout: Annotated[Path | None, typer.Option(help="A layout file that states columns.")] = None,
    save: Annotated[Path | None, typer.Option(help="Write what is taken as a new layout file.")] = None,
) -> None:
    """What each column of a genotype table is taken for. The layout file can be changed, and laid beside the table."""
    from antigone.casework.incident.columns import columns_of, save_layout
    from antigone.cli import console

    taken = columns_of(table, layout)
    console.print_columns(taken)
    if save is not None:
        save_layout(taken, save)
        typer.echo(f"{save}: change it where it is wrong, and lay it beside the table.")
