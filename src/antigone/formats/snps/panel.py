"""`snp_panel.csv`: which SNPs a panel types, where they lie, and the frequency of allele 1 in each population."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from antigone.errors import ModelError
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.kinds import READERS
from antigone.formats.reading.sources import HashedFile
from antigone.formats.reading.tables import Columns, Grid, Table, to_table
from antigone.formats.snps.kept_out import KEPT_OUT
from antigone.model.assumptions.snp_panel import Snp, SnpPanel, place
from antigone.model.file_kinds import kind_of_table
from antigone.model.statements import evidence as said
from antigone.model.statements.statement import Statement

_NEEDED = ("marker", "chromosome", "cM", "allele1", "allele2", "population", "frequency1")
PANEL_COLUMNS = Columns(needed=_NEEDED, optional=("alleles_sampled",), filled=tuple(c for c in _NEEDED if c != "cM"))
_AMBIGUOUS = (frozenset("AT"), frozenset("CG"))


@dataclass
class _Gathered:
    """The rows of one panel: a SNP with its frequencies, and those left out by reason."""

    snps: dict[str, Snp] = field(default_factory=dict)
    frequencies: dict[str, dict[str, float]] = field(default_factory=dict)
    left_out: dict[Statement, dict[str, None]] = field(default_factory=dict)
    kept_out: set[str] = field(default_factory=set)

    def drop(self, name: str, reason: Statement) -> None:
        self.left_out.setdefault(reason, {})[name] = None
        self.snps.pop(name, None)

    def is_out(self, name: str) -> bool:
        return any(name in names for names in self.left_out.values())


def read_panel(path: Path, findings: Findings) -> SnpPanel | None:
    """The panel of a table; nothing when it cannot be used, which the findings say.

    Left out by name: SNPs off the map, of more than two alleles, strand-ambiguous, or with an allele of frequency 0.
    SNPs known for ancestry or appearance are dropped unread and counted.
    """
    with HashedFile.open(path) as file:
        table = to_table(first_grid(path, file), PANEL_COLUMNS, findings)
        gathered = _Gathered()
        for line, cells in table.texts(*_NEEDED):
            _add(table, line, cells, gathered)
    _tell(path.name, gathered, findings)
    return None if table.unread or findings.problems else _panel(table, gathered)


def first_grid(path: Path, file: HashedFile) -> Grid:
    """The first table of a file, as what its first bytes show it to be."""
    with path.open("rb") as beginning:
        kind = kind_of_table(path.name, beginning.read(4))
    return next(iter(READERS[kind](path.name, file).values()))


def _add(table: Table, line: int, cells: list[str], gathered: _Gathered) -> None:
    name, chromosome, cm, first, second, population, frequency = cells
    if name.lower() in KEPT_OUT:
        gathered.kept_out.add(name)
    elif gathered.is_out(name):
        return
    elif reason := _reason_to_leave_out(cm, first, second, frequency):
        gathered.drop(name, reason)
    elif (snp := _snp(table, line, name, chromosome, cm, first, second)) is not None:
        _add_frequency(table, line, gathered, snp, population, frequency)


def _reason_to_leave_out(cm: str, first: str, second: str, frequency: str) -> Statement | None:
    if not cm:
        return said.SNP_OFF_THE_MAP()
    if "," in first + second or "/" in first + second:
        return said.SNP_MORE_THAN_TWO()
    if frozenset((first.upper(), second.upper())) in _AMBIGUOUS:
        return said.SNP_SAME_ON_BOTH_STRANDS()
    return said.SNP_NOT_VARIABLE() if _number(frequency) in (0.0, 1.0) else None


def _snp(table: Table, line: int, name: str, chromosome: str, cm: str, first: str, second: str) -> Snp | None:
    chromosome = chromosome.removeprefix("chr").removeprefix("Chr").upper()
    position = _number(cm)
    try:
        if math.isnan(position):
            raise ModelError(f"SNP {name}: the position '{cm[:20]}' is no number of cM")
        return Snp(name, chromosome, position, (first.upper(), second.upper()))
    except ModelError as error:
        table.problem(line, "marker", str(error), "chromosome 1 to 22 or X, cM, two alleles", "correct the row")
        return None


def _add_frequency(table: Table, line: int, gathered: _Gathered, snp: Snp, population: str, text: str) -> None:
    known = gathered.snps.setdefault(snp.marker, snp)
    frequency, of = _number(text), gathered.frequencies.setdefault(population, {})
    if known != snp:
        remedy = "state each SNP once, with one row for each population"
        table.problem(line, "marker", f"SNP {snp.marker} at another place or with other alleles", "one place", remedy)
    elif snp.marker in of:
        table.problem(line, "marker", f"SNP {snp.marker} twice in {population}", "one row", "keep one of the rows")
    elif not 0 < frequency < 1:
        table.problem(line, "frequency1", f"'{text[:20]}'", "a number between 0 and 1", "correct the frequency")
    else:
        of[snp.marker] = frequency


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


def _panel(table: Table, gathered: _Gathered) -> SnpPanel | None:
    """In map order; a population that lacks a SNP is a problem."""
    snps = tuple(sorted(gathered.snps.values(), key=place))
    if not snps:
        table.problem(1, "marker", "no SNP that can be used", "SNPs with positions and frequencies", "see the notices")
        return None
    lacking = [
        f"SNP {snp.marker} in {population}"
        for population, of in gathered.frequencies.items()
        for snp in snps
        if snp.marker not in of
    ]
    if lacking:
        found = f"no frequency of {', '.join(lacking[:5])}" + (f" and {len(lacking) - 5} more" if lacking[5:] else "")
        table.problem(1, "frequency1", found, "each SNP in every population", "add the rows")
        return None
    return SnpPanel(
        snps, {p: tuple(of[snp.marker] for snp in snps) for p, of in gathered.frequencies.items()}, table.name
    )


def _tell(file: str, gathered: _Gathered, findings: Findings) -> None:
    if gathered.kept_out:
        findings.notice(said.SNP_KEPT_OUT(number=len(gathered.kept_out)))
    for reason, names in gathered.left_out.items():
        findings.notice(said.SNP_LEFT_OUT(file=file, words_reason=reason, names=tuple(_first(names))))


def _first(names: dict[str, None], most: int = 10) -> Iterator[str]:
    """The first names; how many more there are stands in place of the others."""
    yield from list(names)[:most]
    if len(names) > most:
        yield f"and {len(names) - most:,} more"
