"""Tables of Y and mitochondrial haplotypes: of samples, and the counts of a reference database without any person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from antigone.errors import ModelError
from antigone.formats.reading.tables import Columns, Table
from antigone.model.assumptions.lineage import Copies, LaplaceCluster, MtDifference, MtHaplotype, YHaplotype

Y_COLUMNS = Columns(needed=("sample", "marker", "alleles"), filled=("sample", "marker", "alleles"))
MT_COLUMNS = Columns(needed=("sample", "range", "differences"), filled=("sample", "range"))
COUNT_COLUMNS = Columns(needed=("sample", "count"), filled=("sample", "count"))
Y_REFERENCE_COLUMNS = Columns(
    needed=("haplotype", "count", "marker", "alleles"), filled=("haplotype", "count", "marker", "alleles")
)
MT_REFERENCE_COLUMNS = Columns(needed=("count", "range", "differences"), filled=("count", "range"))
LAPLACE_COLUMNS = Columns(
    needed=("cluster", "weight", "marker", "centre", "dispersion"),
    filled=("cluster", "weight", "marker", "centre", "dispersion"),
)

_NO_ALLELE = {"0", "-", "null", "nd", "na"}
_ALLELE = re.compile(r"[0-9]{1,3}(?:\.[0-9])?")
_ONE_COPY_OF_TWO = re.compile(r"(DYS385|DYF387S1|DYS459|YCAII)[AB]")


def y_marker(name: str) -> str:
    """The spelling of a Y marker that is used here.

    >>> [y_marker(name) for name in ("DYS385 a/b", "dys389-i", "GATA H4", "Y-GATA-H4")]
    ['DYS385', 'DYS389I', 'YGATAH4', 'YGATAH4']
    """
    plain = re.sub(r"[\s_/-]+", "", name).upper()
    plain = re.sub(r"^(DYS385|DYF387S1|DYS459|YCAII)AB$", r"\1", plain)
    return f"Y{plain}" if plain.startswith("GATA") else plain


def read_y_haplotypes(table: Table) -> tuple[dict[str, YHaplotype], dict[str, int]]:
    """The haplotype of each sample, and the line where it begins. A locus without an allele is left out."""
    loci: dict[str, dict[str, Copies]] = {}
    lines: dict[str, int] = {}
    for line, (sample, name, text) in table.texts("sample", "marker", "alleles"):
        lines.setdefault(sample, line)
        typed = loci.setdefault(sample, {})
        _add_locus(table, line, typed, name, text)
    return {sample: YHaplotype(sample, typed) for sample, typed in loci.items()}, lines


def _add_locus(table: Table, line: int, typed: dict[str, Copies], name: str, text: str) -> None:
    marker = y_marker(name)
    if _ONE_COPY_OF_TWO.fullmatch(marker):
        remedy = "write the marker without a or b, and both alleles in one row, as 11/14"
        table.problem(line, "marker", f"marker '{name[:20]}'", "a locus with both copies", remedy)
    elif marker in typed:
        table.problem(
            line, "marker", f"marker '{marker}' a second time", "each marker once in a sample", "keep one row"
        )
    elif (alleles := _alleles(table, line, text)) is not None:
        typed[marker] = alleles


def _alleles(table: Table, line: int, text: str) -> Copies | None:
    """The alleles of a cell, shortest first; nothing when there is none, or a problem."""
    if text.strip().lower() in _NO_ALLELE:
        return None
    copies = y_copies(text)
    if copies is None:
        expected, remedy = "one allele, or two as 11/14", "correct the alleles; write 0 for a locus without an allele"
        table.problem(line, "alleles", f"'{text[:20]}'", expected, remedy)
    return copies


def y_copies(text: str) -> Copies | None:
    """The alleles of a Y locus, shortest first; nothing when they cannot be read.

    >>> y_copies("14/11"), y_copies("9.0"), y_copies("x")
    (('11', '14'), ('9',), None)
    """
    parts = [part for part in re.split(r"[,;/\s]+", text) if part]
    if not parts or len(parts) > 4 or not all(_ALLELE.fullmatch(part) for part in parts):
        return None
    return tuple(sorted((re.sub(r"^0+(?=\d)|\.0$", "", part) for part in parts), key=float))


def read_mt_haplotypes(table: Table) -> tuple[dict[str, MtHaplotype], dict[str, int]]:
    """The haplotype of each sample over all its rows, one for each range or several, and where it begins."""
    found: dict[str, tuple[tuple[tuple[int, int], ...], tuple[MtDifference, ...]]] = {}
    lines: dict[str, int] = {}
    for line, (sample, ranges, differences) in table.texts("sample", "range", "differences"):
        lines.setdefault(sample, line)
        read = _mt_haplotype(table, line, sample, ranges, differences)
        if read is not None:
            before = found.get(sample, ((), ()))
            found[sample] = before[0] + read.ranges, before[1] + read.differences
    haplotypes = {}
    for sample, (all_ranges, every) in found.items():
        try:
            haplotypes[sample] = MtHaplotype(sample, all_ranges, every)
        except ModelError as error:
            table.problem(lines[sample], "differences", str(error), "each position once", "keep one of the rows")
    return haplotypes, lines


def _mt_haplotype(table: Table, line: int, sample: str, ranges: str, differences: str) -> MtHaplotype | None:
    """One row; every fault of it is a problem."""
    try:
        return mt_haplotype(sample, ranges, differences)
    except ModelError as error:
        expected = "a range such as 16024-16365, and differences to the rCRS within it, separated by spaces"
        table.problem(line, "differences", str(error), expected, "correct the row; leave differences empty for none")
        return None


def mt_haplotype(sample: str, ranges: str, differences: str) -> MtHaplotype:
    """A mitochondrial haplotype as it is written: ranges, and the differences to the rCRS within them.

    Raises
    ------
    ModelError
        When a range or a difference cannot be read, or a difference lies outside the ranges or out of order.
    """
    spans = [re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", part) for part in ranges.split()]
    if not spans or None in spans:
        raise ModelError(f"the range '{ranges[:30]}'")
    shown = tuple(MtDifference.parse(part) for part in differences.split())
    haplotype = MtHaplotype(sample, tuple((int(m[1]), int(m[2])) for m in spans if m), shown)
    _check_within(haplotype)
    _check_order(haplotype)
    return haplotype


def _check_within(haplotype: MtHaplotype) -> None:
    for d in haplotype.differences:
        inside = (
            start <= d.position <= end if start <= end else d.position >= start or d.position <= end
            for start, end in haplotype.ranges
        )
        if not any(inside):
            raise ModelError(f"a difference at position {d.position}, outside the range")


def _check_order(haplotype: MtHaplotype) -> None:
    """Differences go up along the genome, from whichever position on; a step back more is a slip of the hand."""
    sites = [difference.site for difference in haplotype.differences]
    back = [later for before, later in zip(sites, [*sites[1:], *sites[:1]], strict=True) if later < before]
    if len(back) > 1:
        raise ModelError(f"differences that are not in their order, at position {back[0][0]}")


def read_counts(table: Table) -> dict[str, int]:
    """How often the haplotype of each unidentified sample was met in the database that was asked."""
    counts: dict[str, int] = {}
    for line, (sample, text) in table.texts("sample", "count"):
        if sample in counts:
            table.problem(line, "sample", f"sample '{sample}' a second time", "each sample once", "keep one row")
        counts[sample] = _whole(table, line, "count", text)
    return counts


def _whole(table: Table, line: int, column: str, text: str) -> int:
    """A whole number: of a haplotype too, so that no code of a person can stand there."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    table.problem(line, column, f"'{text[:20]}'", "a whole number", "enter a number; no code of a person is kept here")
    return 0


def read_y_reference(table: Table) -> list[tuple[dict[str, Copies], int]]:
    """Haplotypes of a reference database by running number, each with its count."""
    loci: dict[int, dict[str, Copies]] = {}
    counts: dict[int, int] = {}
    for line, (number, count, name, alleles) in table.texts(*Y_REFERENCE_COLUMNS.needed):
        key = _whole(table, line, "haplotype", number)
        if counts.setdefault(key, _whole(table, line, "count", count)) != int(count if count.isdigit() else 0):
            table.problem(line, "count", "another count", "one count for a haplotype", "correct one of the rows")
        _add_locus(table, line, loci.setdefault(key, {}), name, alleles)
    return [(loci[key], counts[key]) for key in loci]


def read_mt_reference(table: Table) -> list[tuple[MtHaplotype, int]]:
    """Haplotypes of a reference database, one a row."""
    rows = []
    for line, (count, ranges, differences) in table.texts("count", "range", "differences"):
        haplotype = _mt_haplotype(table, line, "", ranges, differences)
        if haplotype is not None:
            rows.append((haplotype, _whole(table, line, "count", count)))
    return rows


def read_laplace(table: Table) -> list[LaplaceCluster]:
    """The clusters of a fitted discrete Laplace mixture, one locus of one cluster a row."""
    weights: dict[str, float] = {}
    centres: dict[str, dict[str, int]] = {}
    dispersions: dict[str, dict[str, float]] = {}
    for line, (cluster, weight, name, centre, dispersion) in table.texts(*LAPLACE_COLUMNS.needed):
        numbers = _numbers((weight, centre, dispersion))
        if numbers is None:
            table.problem(line, "", "a cell that is no number", "numbers", "correct the row")
            continue
        weights[cluster] = numbers[0]
        centres.setdefault(cluster, {})[y_marker(name)] = int(numbers[1])
        dispersions.setdefault(cluster, {})[y_marker(name)] = numbers[2]
    return [LaplaceCluster(weights[key], centres[key], dispersions[key]) for key in weights]


def _numbers(cells: Iterable[str]) -> list[float] | None:
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return None
