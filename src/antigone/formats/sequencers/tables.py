"""One door for every table of genotypes: of sequencers, of other programs, and our own."""

from __future__ import annotations

from antigone.formats.profiles import genemapper
from antigone.formats.profiles.exports import Codes
from antigone.formats.profiles.filenames import SampleNames
from antigone.formats.profiles.profiles import ProfileRows
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Grid
from antigone.formats.sequencers.razor import is_razor, razor_rows
from antigone.formats.sequencers.uas import is_uas, uas_rows
from antigone.model.assumptions.reading import ONE_ALLELE_OF_EXPORTS, ReadingRules


def holds_genotypes(grid: Grid) -> bool:
    """Whether a table of any name is one of genotypes."""
    return is_uas(grid) or is_razor(grid) or genemapper.holds_genotypes(grid)


def genotype_rows(grid: Grid, findings: Findings, rules: ReadingRules, codes: Codes = tuple) -> ProfileRows:
    """The rows of a table of genotypes, in whichever of the forms it has."""
    of_exports = rules.one_allele or ONE_ALLELE_OF_EXPORTS
    if is_uas(grid):
        return uas_rows(grid, findings, of_exports)
    if is_razor(grid):
        return razor_rows(grid, findings, of_exports, SampleNames(codes))
    return genemapper.genotype_rows(grid, findings, rules, codes)
