"""What a case folder holds beside autosomal profiles: haplotypes with their frequencies, and circumstances."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from antigone.errors import ModelError
from antigone.formats.casefolder.circumstances import (
    FOUND_COLUMNS,
    MISSING_COLUMNS,
    read_found_circumstances,
    read_missing_circumstances,
)
from antigone.formats.casefolder.evidence_settings import BasisSettings, FurtherSettings
from antigone.formats.casefolder.folder import CaseFiles
from antigone.formats.casefolder.haplotypes import (
    COUNT_COLUMNS,
    LAPLACE_COLUMNS,
    MT_COLUMNS,
    MT_REFERENCE_COLUMNS,
    Y_COLUMNS,
    Y_REFERENCE_COLUMNS,
    read_counts,
    read_laplace,
    read_mt_haplotypes,
    read_mt_reference,
    read_y_haplotypes,
    read_y_reference,
)
from antigone.formats.haplotypes.mito_tables import holds_mito, mito_grid
from antigone.formats.haplotypes.y_tables import holds_y, is_our_y, y_grid
from antigone.formats.profiles.exports import Codes
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Columns, Table, no_table, to_table
from antigone.formats.sequencers.uas import is_uas
from antigone.model.assumptions.lineage import (
    DiscreteLaplace,
    MtHaplotype,
    MtModel,
    MtReference,
    StatedCounts,
    YHaplotype,
    YModel,
    YReference,
)
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.statements import genotypes

_Made = TypeVar("_Made")
_Model = TypeVar("_Model", YModel, MtModel)

_Y_FREQUENCIES = ("y_reference", "y_counts", "y_laplace")
FURTHER_COLUMNS = {
    "y_haplotypes": Y_COLUMNS,
    "mt_haplotypes": MT_COLUMNS,
    "circumstances_missing": MISSING_COLUMNS,
    "circumstances_unidentified": FOUND_COLUMNS,
}
"""The tables beside the profiles that are known by their column names."""


@dataclass(frozen=True)
class People:
    """Who is in an incident: unidentified persons, donors' samples, and missing members by family and code.

    ``None`` where the table that says so could not be read: that table is to be mended, not those that name somebody.
    """

    unidentified: Collection[str] | None
    donors: Collection[str] | None
    missing: Collection[tuple[str, str]] | None


@dataclass(frozen=True)
class FurtherTables:
    """The tables beside the profiles; each may be absent, and is then empty.

    ``place`` gives the file and line of a section's key in the settings. Where the settings could not be read
    (``settled`` is false) nothing is asked of them.
    """

    folder: CaseFiles
    findings: Findings
    place: Callable[[str, str], tuple[str, int]]
    codes: Codes
    settled: bool = True

    def table(self, name: str, columns: Columns) -> Table:
        grid = self.folder.grid(name)
        return no_table(name, self.findings) if grid is None else to_table(grid, columns, self.findings)


def read_further(
    tables: FurtherTables, settings: FurtherSettings, people: People, known: FurtherEvidence | None = None
) -> FurtherEvidence:
    """Everything beside the profiles; what is wrong goes to the findings. Models of haplotypes that need tables are the
    ``known`` ones, where there are no such tables."""
    of = known or FurtherEvidence()
    y, mt = _y_haplotypes(tables, settings, of, people), _mt_haplotypes(tables, people)
    return FurtherEvidence(
        y=y,
        mt=mt,
        y_model=_y_model(tables, settings, of.y_model)
        if y and tables.settled
        else _like(of.y_model, settings.y_rates, settings.y_basis),
        mt_model=_mt_model(tables, settings, of.mt_model)
        if mt and tables.settled
        else _like(of.mt_model, settings.mt_rates, settings.mt_basis),
        missing=read_missing_circumstances(tables.table("circumstances_missing", MISSING_COLUMNS), people.missing),
        unidentified=read_found_circumstances(
            tables.table("circumstances_unidentified", FOUND_COLUMNS), people.unidentified
        ),
        rates=settings.circumstances,
        sex=settings.sex,
    )


def _y_haplotypes(
    tables: FurtherTables, settings: FurtherSettings, known: FurtherEvidence, people: People
) -> dict[str, YHaplotype]:
    """The haplotypes of all files; a sheet of a report of all markers is used where haplotypes have frequencies."""
    grids = tables.folder.parts("y_haplotypes")
    stated = settings.y_basis.database_size or known.y_model or any(map(tables.folder.holds, _Y_FREQUENCIES))
    if not stated and (reports := [grid for grid in grids if is_uas(grid)]):
        tables.findings.notice(genotypes.Y_WITHOUT_FREQUENCIES(files=tuple(grid.name for grid in reports)))
        grids = [grid for grid in grids if not is_uas(grid)]
    found: dict[str, YHaplotype] = {}
    for grid in grids:
        ours = grid if is_our_y(grid) or not holds_y(grid) else y_grid(grid, tables.findings, tables.codes)
        table = to_table(ours, Y_COLUMNS, tables.findings)
        read, lines = read_y_haplotypes(table)
        _check_samples(table, lines, people)
        for sample, haplotype in read.items():
            found[sample] = _joined(table, lines[sample], haplotype, found.get(sample))
    return found


def _joined(table: Table, line: int, one: YHaplotype, before: YHaplotype | None) -> YHaplotype:
    """The loci of a sample in two files; one that differs is a problem."""
    for locus, copies in one.loci.items() if before else ():
        if before and before.loci.get(locus, copies) != copies:
            found = f"marker '{locus}' of sample '{one.sample}' otherwise than in another file"
            table.problem(line, "alleles", found, "the same alleles", "correct one of the files, or leave it out")
    return replace(one, loci={**before.loci, **one.loci}) if before else one


def _mt_haplotypes(tables: FurtherTables, people: People) -> dict[str, MtHaplotype]:
    """The haplotypes of all files; a sample stands in one of them."""
    found: dict[str, MtHaplotype] = {}
    for grid in tables.folder.parts("mt_haplotypes"):
        table = to_table(mito_grid(grid, tables.findings) if holds_mito(grid) else grid, MT_COLUMNS, tables.findings)
        read, lines = read_mt_haplotypes(table)
        _check_samples(table, lines, people)
        for sample in read.keys() & found.keys():
            remedy = "keep it in one of the files"
            table.problem(lines[sample], "sample", f"sample '{sample}' in two files", "each sample once", remedy)
        found |= read
    return found


def _check_samples(table: Table, lines: Mapping[str, int], people: People) -> None:
    if people.unidentified is None or people.donors is None:
        return
    for sample, line in lines.items():
        if sample not in people.unidentified and sample not in people.donors:
            remedy = "add the sample to 'donors' or 'unidentified', or remove its rows"
            expected = "a sample of a donor or of an unidentified person"
            table.problem(line, "sample", f"sample '{sample}', which belongs to nobody", expected, remedy)


def _y_model(tables: FurtherTables, settings: FurtherSettings, known: YModel | None) -> YModel | None:
    basis = settings.y_basis
    if basis.estimator == "discrete laplace":
        clusters = read_laplace(tables.table("y_laplace", LAPLACE_COLUMNS))
        if not clusters and known is not None:
            return _like(known, settings.y_rates, basis)
        if not clusters:
            _no_frequencies(tables, "y", "the table 'y_laplace'")
            return None
        fitted = partial(DiscreteLaplace, tuple(clusters))
        return _model(tables, "y", lambda: YModel(settings.y_rates, fitted(), basis.estimator, basis.theta))
    rows = read_y_reference(tables.table("y_reference", Y_REFERENCE_COLUMNS))
    counts = YReference(tuple(rows)) if rows else _stated(tables, "y", basis)
    if counts is None and known is not None:
        return _like(known, settings.y_rates, basis)
    if counts is None:
        _no_frequencies(tables, "y", "the table 'y_reference', or 'y_counts' with [lineage.y] database_size")
        return None
    return _model(tables, "y", lambda: YModel(settings.y_rates, counts, basis.estimator, basis.theta))


def _mt_model(tables: FurtherTables, settings: FurtherSettings, known: MtModel | None) -> MtModel | None:
    basis = settings.mt_basis
    rows = read_mt_reference(tables.table("mt_reference", MT_REFERENCE_COLUMNS))
    counts = MtReference(tuple(rows)) if rows else _stated(tables, "mt", basis)
    if counts is None and known is not None:
        return _like(known, settings.mt_rates, basis)
    if counts is None:
        _no_frequencies(tables, "mt", "the table 'mt_reference', or 'mt_counts' with [lineage.mt] database_size")
        return None
    return _model(tables, "mt", lambda: MtModel(settings.mt_rates, counts, basis.estimator, basis.theta))


def _like(known: _Model | None, rates: Any, basis: BasisSettings) -> _Model | None:
    """A known model with what the settings state."""
    return known and replace(known, rates=rates, estimator=basis.estimator, theta=basis.theta)


def _stated(tables: FurtherTables, kind: str, basis: BasisSettings) -> StatedCounts | None:
    """Counts that the laboratory looked up, in a database of a stated size."""
    seen = read_counts(tables.table(f"{kind}_counts", COUNT_COLUMNS))
    if not seen or not basis.database_size:
        return None
    return _model(tables, kind, lambda: StatedCounts(basis.database_size, seen, basis.singletons))


def _model(tables: FurtherTables, kind: str, make: Callable[[], _Made]) -> _Made | None:
    try:
        return make()
    except ModelError as error:
        expected, where = "frequencies and an estimator that agree", tables.place(f"lineage.{kind}", "estimator")
        tables.findings.problem(where, f"[lineage.{kind}] estimator", str(error), expected, "correct one of them")
        return None


def _no_frequencies(tables: FurtherTables, kind: str, expected: str) -> None:
    remedy = "state how often haplotypes are met, or remove the table"
    found = f"haplotypes in '{kind}_haplotypes' without frequencies"
    tables.findings.problem((f"{kind}_haplotypes", 0), "", found, expected, remedy)
