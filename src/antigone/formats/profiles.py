"""Rows of genotypes, one marker of one sample a row, gathered into profiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from antigone.formats.alleles import UNKNOWN, AlleleFault, Cell, is_decimal_comma, read_allele
from antigone.formats.findings import Findings
from antigone.formats.markers import marker_kind, normalise_marker
from antigone.formats.tables import Columns, Table, cell_text
from antigone.model.pedigree import Sex
from antigone.model.profile import Genotype

_EXTRA_ALLELES = tuple(f"allele{number}" for number in range(3, 9))
PROFILE_COLUMNS = Columns(
    needed=("sample", "marker", "allele1", "allele2"), optional=_EXTRA_ALLELES, filled=("sample", "marker")
)
_WRITE_TWICE = "write the allele twice for a homozygote, or '?' when the second allele is not known"


@dataclass(frozen=True)
class ProfileRow:
    """One marker of one sample as the file has it: two allele cells, and any further ones that are not empty."""

    where: tuple[str, int]
    sample: str
    marker: str
    alleles: tuple[Cell, ...]
    decimal_comma: bool = False


@dataclass
class TypedSamples:
    """What was typed in each sample, where each sample begins, and the sex that Amelogenin shows."""

    genotypes: dict[str, dict[str, Genotype]] = field(default_factory=dict)
    first_row: dict[str, tuple[str, int]] = field(default_factory=dict)
    amelogenin: dict[str, Sex] = field(default_factory=dict)


@dataclass
class _Counts:
    """Rows by what was done with them, for the notices."""

    renamed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    commas: Counter[str] = field(default_factory=Counter)
    without_frequencies: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


def profile_rows(table: Table) -> Iterator[ProfileRow]:
    """The rows of our own ``profiles`` table."""
    for row in table.rows:
        further = tuple(row.cells[name] for name in _EXTRA_ALLELES if row.text(name))
        alleles = (row.cells["allele1"], row.cells["allele2"], *further)
        yield ProfileRow(row.where, row.text("sample"), row.text("marker"), alleles, table.decimal_comma)


def gather_profiles(
    rows: Iterable[ProfileRow], ladders: Mapping[str, Container[str]] | None, findings: Findings
) -> TypedSamples:
    """Gather rows into the genotypes of each sample.

    ``ladders`` holds the allele labels of each marker that has frequencies; a marker outside it is a problem.
    Without ``ladders`` every autosomal marker is taken. Markers of the X and Y chromosomes are left out
    with a notice, and Amelogenin is kept apart as the sex that it shows.
    """
    typed, counts = TypedSamples(), _Counts()
    names: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.marker not in names:
            marker = normalise_marker(row.marker)
            names[row.marker] = (marker, marker_kind(marker))
        marker, kind = names[row.marker]
        file = row.where[0]
        typed.genotypes.setdefault(row.sample, {})
        typed.first_row.setdefault(row.sample, row.where)
        if kind == "amelogenin":
            _read_amelogenin(row, typed)
        if kind != "autosomal":
            counts.left_out[file, marker] += 1
        elif ladders is not None and marker not in ladders:
            first, number = counts.without_frequencies.get((file, row.marker), (row.where[1], 0))
            counts.without_frequencies[file, row.marker] = (first, number + 1)
        else:
            _add_genotype(row, marker, ladders[marker] if ladders is not None else (), typed, counts, findings)
        if marker != row.marker:
            counts.renamed[file, row.marker, marker] += 1
    _report(counts, findings)
    return typed


def _add_genotype(
    row: ProfileRow, marker: str, ladder: Container[str], typed: TypedSamples, counts: _Counts, findings: Findings
) -> None:
    genotypes = typed.genotypes[row.sample]
    if marker in genotypes:
        found = f"marker '{marker}' of sample '{row.sample}' a second time"
        findings.problem(row.where, "marker", found, "each marker once for a sample", "keep the row that is right")
        return
    if len(row.alleles) > 2:
        found = f"{len(row.alleles)} alleles of sample '{row.sample}' at marker '{marker}'"
        remedy = "check for a mixture; leave this marker of the sample out when the third allele is real"
        findings.problem(row.where, "allele3", found, "two alleles", remedy)
        return
    first, second = row.alleles
    allele1 = _allele(row, "allele1", first, ladder, counts, findings)
    if cell_text(second) == UNKNOWN:
        allele2 = None
    elif not cell_text(second):
        findings.problem(row.where, "allele2", "an empty cell", "an allele or '?'", _WRITE_TWICE)
        return
    else:
        allele2 = _allele(row, "allele2", second, ladder, counts, findings)
    if allele1 is not None:
        genotypes[marker] = (allele1, allele2)


def _allele(
    row: ProfileRow, column: str, cell: Cell, ladder: Container[str], counts: _Counts, findings: Findings
) -> str | None:
    try:
        allele = read_allele(cell, decimal_comma=row.decimal_comma, known=ladder)
    except AlleleFault as fault:
        findings.problem(row.where, column, fault.found, fault.expected, fault.remedy)
        return None
    if is_decimal_comma(cell):
        counts.commas[row.where[0]] += 1
    return allele


def _read_amelogenin(row: ProfileRow, typed: TypedSamples) -> None:
    seen = {cell_text(cell).upper() for cell in row.alleles} - {""}
    if "Y" in seen:
        typed.amelogenin[row.sample] = "male"
    elif seen == {"X"}:
        typed.amelogenin[row.sample] = "female"


def _report(counts: _Counts, findings: Findings) -> None:
    for (file, written, marker), number in counts.renamed.items():
        findings.notice(f"marker '{written}' is read as '{marker}' in {number} rows of {file}")
    for (file, marker), number in counts.left_out.items():
        findings.notice(f"marker '{marker}' is no autosomal STR and takes no part: {number} rows of {file}")
    for file, number in counts.commas.items():
        findings.notice(f"a decimal comma is read as a point in {number} alleles of {file}")
    for (file, marker), (line, number) in counts.without_frequencies.items():
        found = f"marker '{marker}' in {number} rows, without frequencies"
        remedy = "add its frequencies, correct its name, or remove its rows"
        findings.problem((file, line), "marker", found, "a marker of the frequency table", remedy)
