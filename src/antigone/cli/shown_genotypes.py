"""How genotypes beside each other are printed."""

from __future__ import annotations

from antigone.cli.console import table_of
from antigone.cli.terminal import words_console
from antigone.report.tables.genotypes import GenotypeCell, GenotypeTable, ShownAllele

SHARED = ("{}", "[{}]", "({})", "<{}>")
"""How an allele is written that the unidentified person does not show, and their first, second and further one."""


def print_genotypes(table: GenotypeTable) -> None:
    """The genotypes behind a candidate, marker by marker."""
    console = words_console()
    printed = table_of("marker", table.unidentified, *table.relatives, "log10 LR")
    for row in table.rows:
        number = "not compared" if row.log10_lr is None else f"{row.log10_lr:.3f}"
        printed.add_row(
            row.marker, *(_text(cell) for cell in row.cells), f"{number}{' mutation' if row.mutation else ''}"
        )
    for part, value in table.beyond.items():
        printed.add_row(part, *("" for _ in range(len(table.relatives) + 1)), f"{value:.3f}")
    printed.add_row("together", *("" for _ in range(len(table.relatives) + 1)), f"{table.log10_lr:.3f}")
    console.print(printed)
    console.print(
        f"[15] is the first allele that {table.unidentified} shows at the marker, (17) the second, <19> a further one; "
        "without a sign: one that is not shown there. '?': whether there is another allele is not known; '|': another "
        f"amplification. LRs in the population '{table.population}'."
    )


def _text(cell: GenotypeCell) -> str:
    readings = (
        ", ".join([*(_allele(one) for one in reading), *(["?"] if unknown else [])]) or "nothing"
        for reading, unknown in zip(cell.readings, cell.one_known, strict=True)
    )
    return " | ".join(readings) or "-"


def _allele(one: ShownAllele) -> str:
    return SHARED[one.shared].format(one.label)
