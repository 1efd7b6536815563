"""Tables of genotypes of any common shape, told by their headings: our own, long, one allele a row, or wide."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from antigone.formats.profiles.exports import Codes, export_rows
from antigone.formats.profiles.filenames import SampleNames
from antigone.formats.profiles.gathering import gather_profiles
from antigone.formats.profiles.layout import layout_of
from antigone.formats.profiles.profiles import PROFILE_COLUMNS, ProfileRows, profile_rows
from antigone.formats.profiles.replicates import refuse_replicates
from antigone.formats.profiles.turned import is_turned, turned
from antigone.formats.profiles.wide import wide_rows
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.sources import read_bytes
from antigone.formats.reading.tables import Grid, cell_text, read_csv, to_table
from antigone.model.assumptions.reading import ONE_ALLELE_OF_EXPORTS, ReadingRules
from antigone.model.profile import Profile


def read_genemapper(path: Path | str) -> dict[str, Profile]:
    """Read a genotypes table into profiles by sample; an empty second allele is a homozygote in this format.

    Raises
    ------
    InputError
        With every problem: a marker typed twice otherwise, a missing column, an allele far beyond every ladder.
    """
    findings = Findings()
    grid = read_csv(Path(path).name, read_bytes(Path(path)))
    typed = gather_profiles(genotype_rows(grid, findings, ReadingRules()), None, findings)
    refuse_replicates(typed.replicates, typed, findings)
    findings.stop_on_problems()
    return {sample: typed.reference(sample) for sample in typed.genotypes}


def genotype_rows(grid: Grid, findings: Findings, rules: ReadingRules, codes: Codes = tuple) -> ProfileRows:
    """The rows of a table of genotypes, in whichever of the forms its column names say."""
    of_exports = rules.one_allele or ONE_ALLELE_OF_EXPORTS
    grid = _with_row_names(grid)
    layout = layout_of(grid.header[1]) if grid.header else None
    if layout is None and is_turned(grid):
        return wide_rows(turned(grid), findings, of_exports, SampleNames(codes))
    if layout is None or layout.form == "ours":
        return profile_rows(to_table(grid, PROFILE_COLUMNS, findings), rules.one_allele)
    if layout.form == "wide":
        return wide_rows(grid, findings, of_exports, SampleNames(codes))
    return export_rows(grid, layout, findings, rules, of_exports, codes)


def _with_row_names(grid: Grid) -> Grid:
    """R writes the numbers of rows into a column before the first heading, and no heading for them."""
    first = [cell_text(cell) for cell in grid.first_row()]
    if grid.header is None or len(first) != len(grid.header[1]) + 1 or first[0] != "1" or not first[-1]:
        return grid
    return replace(grid, header=(grid.header[0], ["", *grid.header[1]]))


def holds_genotypes(grid: Grid) -> bool:
    """Whether a table of any name is one of genotypes."""
    return grid.header is not None and (layout_of(grid.header[1]) is not None or is_turned(grid))
