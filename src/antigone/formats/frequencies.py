"""Allele frequency tables: our own, a ladder, the pedsuite's ``.freq``, STRidER's XML, and the packaged NIST table."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from antigone.formats.alleles import AlleleFault, Cell, read_allele
from antigone.formats.findings import Findings
from antigone.formats.markers import marker_kind, normalise_marker
from antigone.formats.parquet import read_parquet
from antigone.formats.sources import decode_text, read_bytes
from antigone.formats.tables import (
    Cells,
    Columns,
    Grid,
    Table,
    cell_text,
    column_key,
    read_csv,
    read_workbook,
    to_table,
)
from antigone.model.frequency import FrequencyTable

NIST_1036 = "nist1036"
"""The name under which a case folder asks for the packaged NIST table."""

NIST_1036_SOURCE = (
    "U.S. population data of NIST (1036 revised genotypes): Steffen et al. 2017, "
    "Forensic Sci. Int. Genet. 31:e36-e40, doi:10.1016/j.fsigen.2017.08.011"
)
SILENT = "silent"
"""The allele label under which our frequency table gives the frequency of a silent allele."""

LARGEST_ROUNDING = 0.01
"""How far the frequencies of a marker may be from a sum of 1 and still be taken as rounded."""

LONG_COLUMNS = Columns(
    needed=("population", "marker", "allele", "frequency"),
    optional=("count", "alleles_sampled"),
    filled=("population", "marker", "allele", "frequency"),
)


@dataclass
class _Draft:
    """One population's table while it is read: frequencies, 2N, and where each marker began."""

    frequencies: dict[str, dict[str, float]] = field(default_factory=dict)
    alleles_sampled: dict[str, int] = field(default_factory=dict)
    first_row: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, marker: str, allele: str, frequency: float, where: tuple[str, int], findings: Findings) -> None:
        alleles = self.frequencies.setdefault(marker, {})
        self.first_row.setdefault(marker, where)
        if allele in alleles:
            findings.problem(
                where, "allele", f"an allele of marker '{marker}' a second time", "one row", "remove one of the rows"
            )
        alleles[allele] = frequency


def nist1036() -> tuple[FrequencyTable, ...]:
    """The packaged NIST table: 29 autosomal STR markers, four U.S. populations and all of them pooled.

    Public domain; counted from the genotypes of Steffen et al. 2017, doi:10.1016/j.fsigen.2017.08.011.

    Examples
    --------
    >>> [table.population for table in nist1036()][-1]
    'US pooled'
    """
    content = resources.files("antigone").joinpath("data/nist1036_frequencies.csv").read_bytes()
    findings = Findings()
    tables = frequency_tables(read_csv("nist1036_frequencies.csv", content), findings, source=NIST_1036_SOURCE)
    findings.stop_on_problems()
    return tables


def read_frequencies(path: Path | str, *, population: str = "") -> tuple[FrequencyTable, ...]:
    """Read a file of allele frequencies; its kind is taken from its ending and its column names.

    ``.freq`` is the pedsuite's list, ``.xml`` is STRidER's; ``.csv`` and ``.xlsx`` hold either our long table
    (population, marker, allele, frequency) or a ladder (Allele, then a column for each marker). A format
    without population names takes ``population``, or else the name of the file.

    Raises
    ------
    InputError
        With every problem found in the file.
    """
    findings = Findings()
    tables = frequency_file(Path(path), read_bytes(Path(path)), findings, population=population)
    findings.stop_on_problems()
    return tables


def frequency_file(
    path: Path, content: bytes, findings: Findings, *, population: str = "", source: str = ""
) -> tuple[FrequencyTable, ...]:
    """The tables of a frequency file whose bytes are given; problems and notices go to ``findings``."""
    population = population or path.stem
    source = source or path.name
    kind = path.suffix.lower()
    if kind == ".freq":
        rows = _pedsuite_rows(path.name, decode_text(path.name, content), population, findings)
        return _tables(path.name, _drafts(rows, findings), findings, source)
    if kind == ".xml":
        return _tables(path.name, _strider(path.name, content, findings), findings, source)
    if kind in (".xlsx", ".xlsm"):
        sheets = read_workbook(path.name, content)
        grid = sheets.get("frequencies") or next(iter(sheets.values()))
    elif kind == ".parquet":
        grid = read_parquet(path.name, content)
    else:
        grid = read_csv(path.name, content)
    return frequency_tables(grid, findings, population=population, source=source)


def frequency_tables(
    grid: Grid, findings: Findings, *, population: str = "", source: str = ""
) -> tuple[FrequencyTable, ...]:
    """The tables of our long format or of a ladder, whichever the column names say."""
    header = grid.header[1] if grid.header else ()
    keys = [column_key(cell) for cell in header]
    if keys and keys[0] == "allele" and "marker" not in keys:
        drafts = _ladder(grid, header, population or "population", findings)
    else:
        table = to_table(grid, LONG_COLUMNS, findings)
        drafts = _drafts(_long_rows(table), findings)
        if table.broken:  # the half of a table that was read would sum to anything but 1
            return ()
    return _tables(grid.name, drafts, findings, source or grid.name)


@dataclass(frozen=True)
class _Entry:
    """One frequency of a file, with the place it stands at."""

    where: tuple[str, int]
    population: str
    marker: str
    allele: Cell
    frequency: str
    alleles_sampled: str = ""
    decimal_comma: bool = False


def _long_rows(table: Table) -> Iterator[_Entry]:
    for line, cells in table.rows("population", "marker", "allele", "frequency", "alleles_sampled"):
        population, marker, allele, frequency, sampled = cells
        yield _Entry(
            (table.name, line),
            cell_text(population),
            cell_text(marker),
            allele,
            cell_text(frequency),
            cell_text(sampled),
            table.decimal_comma,
        )


def _drafts(entries: Iterable[_Entry], findings: Findings) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    renamed: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        draft = drafts.setdefault(entry.population, _Draft())
        marker = normalise_marker(entry.marker)
        if marker != entry.marker:
            key = (entry.where[0], entry.marker, marker)
            renamed[key] = renamed.get(key, 0) + 1
        _add_entry(draft, marker, entry, findings)
    for (name, written, marker), rows in renamed.items():
        findings.notice(f"marker '{written}' is read as '{marker}' in {rows} rows of {name}")
    return drafts


def _add_entry(draft: _Draft, marker: str, entry: _Entry, findings: Findings) -> None:
    frequency = _frequency(entry.frequency, entry.where, entry.decimal_comma, findings)
    allele = _allele_label(entry.allele, entry.where, entry.decimal_comma, findings)
    if allele is not None and frequency is not None:
        draft.add(marker, allele, frequency, entry.where, findings)
    if entry.alleles_sampled:
        sampled = _count(entry.alleles_sampled, entry.where, findings)
        before = draft.alleles_sampled.setdefault(marker, sampled)
        if before != sampled:
            findings.problem(
                entry.where,
                "alleles_sampled",
                f"another number than in the rows before, for marker '{marker}'",
                "one number for each marker and population",
                "correct alleles_sampled",
            )


def _ladder(grid: Grid, header: Cells, population: str, findings: Findings) -> dict[str, _Draft]:
    markers = [normalise_marker(cell_text(cell)) for cell in header]
    where = (grid.name, grid.header[0] if grid.header else 0)
    if len(set(markers)) != len(markers) or "" in markers or len(markers) < 2:
        expected = "a different marker name in each column after the first"
        findings.problem(where, "", "an empty or doubled marker name", expected, "correct the column names")
        return {}
    for written, marker in zip(header, markers, strict=True):
        if cell_text(written) != marker and column_key(written) != "allele":
            findings.notice(f"marker '{cell_text(written)}' is read as '{marker}' in {grid.name}")
    draft = _Draft()
    for line, cells in grid.rows:
        if any(cell_text(cell) for cell in cells):
            _ladder_row(draft, markers, (grid.name, line), cells, grid.decimal_comma, findings)
    return {population: draft}


def _ladder_row(
    draft: _Draft, markers: list[str], where: tuple[str, int], cells: Cells, decimal_comma: bool, findings: Findings
) -> None:
    if len(cells) != len(markers):
        findings.problem(where, "", f"{len(cells)} cells", f"{len(markers)} cells", "check the separators")
        return
    filled = [(marker, text) for marker, cell in zip(markers, cells, strict=True) if (text := cell_text(cell))]
    if cell_text(cells[0]).lower() in ("n", "2n"):
        per_person = 2 if cell_text(cells[0]).lower() == "n" else 1
        for marker, text in filled[1:]:
            draft.alleles_sampled[marker] = per_person * _count(text, where, findings)
        return
    allele = _allele_label(cells[0], where, decimal_comma, findings)
    for marker, text in filled[1:] if cell_text(cells[0]) else filled:
        frequency = _frequency(text, where, decimal_comma, findings)
        if allele is not None and frequency:
            draft.add(marker, allele, frequency, where, findings)


def _pedsuite_rows(name: str, text: str, population: str, findings: Findings) -> Iterator[_Entry]:
    """Marker name on its own line, then ``allele frequency`` lines, up to a blank line."""
    marker = ""
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if not words:
            marker = ""
        elif not marker:
            marker = content.strip()
        elif len(words) == 2:
            yield _Entry((name, line), population, marker, words[0], words[1])
        else:
            expected = "an allele and its frequency, or a blank line before the next marker"
            findings.problem((name, line), "", f"{len(words)} values", expected, "correct the line")


def _strider(name: str, content: bytes, findings: Findings) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for marker, origin in _origins(name, content, findings):
        population = origin.get("name", "").strip() or "STRidER"
        draft = drafts.setdefault(population, _Draft())
        size = origin.get("n", "").strip()
        if size:
            # Peers read it as the number of alleles; were it of persons, the floor would only be more careful.
            draft.alleles_sampled[marker] = _count(size, (name, 0), findings)
        for item in origin.findall("{*}frequency"):
            place = f"origin '{population}'"
            where = (f"{name}, marker {marker}, {place}", 0)
            entry = _Entry(where, population, marker, item.get("allele", ""), item.text or "")
            _add_entry(draft, marker, entry, findings)
    if any("99" in alleles for draft in drafts.values() for alleles in draft.frequencies.values()):
        findings.notice(f"alleles '1' and '99' of {name} are STRidER's pools of rare short and rare long alleles")
    return drafts


def _origins(name: str, content: bytes, findings: Findings) -> Iterator[tuple[str, Element]]:
    """Every ``origin`` of every ``marker``, whatever stands around them."""
    try:
        for _, element in iterparse(io.BytesIO(content), forbid_dtd=True):
            if element.tag.rpartition("}")[2] == "marker":
                marker = normalise_marker(element.findtext("{*}name") or element.get("name", ""))
                yield from ((marker, origin) for origin in element.findall(".//{*}origin"))
    except ParseError as error:
        line = error.position[0]
        findings.problem((name, line), "", "no well-formed XML", "STRidER's XML", "download the file again")
    except (DefusedXmlException, ValueError, LookupError):
        findings.problem(
            (name, 0), "", "XML with entities, or in an unknown encoding", "STRidER's XML", "download the file again"
        )


def _allele_label(cell: Cell, where: tuple[str, int], decimal_comma: bool, findings: Findings) -> str | None:
    """An allele of a frequency table: a repeat number, or any short word, because the table itself defines it."""
    text = cell_text(cell)
    try:
        return read_allele(cell, decimal_comma=decimal_comma)
    except AlleleFault as fault:
        if isinstance(cell, str) and text.replace(" ", "").isalpha() and not text.upper().startswith("OL"):
            return text
        findings.problem(where, "allele", fault.found, fault.expected, fault.remedy)
        return None


def _frequency(text: str, where: tuple[str, int], decimal_comma: bool, findings: Findings) -> float | None:
    try:
        value = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        value = math.nan
    if 0 <= value <= 1:
        return value
    remedy = "correct the frequency; write a decimal point"
    findings.problem(where, "frequency", f"'{text[:20]}'", "a number from 0 to 1", remedy)
    return None


def _count(text: str, where: tuple[str, int], findings: Findings) -> int:
    if text.isdecimal() and int(text[:12]) > 0:
        return int(text[:12])
    findings.problem(where, "alleles_sampled", f"'{text[:20]}'", "a whole number above 0", "correct the number")
    return 0


def _tables(name: str, drafts: Mapping[str, _Draft], findings: Findings, source: str) -> tuple[FrequencyTable, ...]:
    if not any(draft.frequencies for draft in drafts.values()) and not findings.number_of_problems:
        findings.problem((name, 0), "", "no frequencies", "a table of allele frequencies", "check the file's format")
    return tuple(_table(population, draft, findings, source) for population, draft in drafts.items())


def _table(population: str, draft: _Draft, findings: Findings, source: str) -> FrequencyTable:
    silent = {marker: alleles.pop(SILENT) for marker, alleles in draft.frequencies.items() if SILENT in alleles}
    frequencies = {
        marker: _summing_to(1 - silent.get(marker, 0.0), population, marker, alleles, draft.first_row[marker], findings)
        for marker, alleles in draft.frequencies.items()
    }
    x_markers = frozenset(marker for marker in frequencies if marker_kind(marker) == "X")
    return FrequencyTable(population, frequencies, draft.alleles_sampled, source, silent or None, x_markers)


def _summing_to(
    target: float, population: str, marker: str, alleles: dict[str, float], where: tuple[str, int], findings: Findings
) -> dict[str, float]:
    """The frequencies, divided by their sum where rounding in print has moved it."""
    total = math.fsum(alleles.values())
    if abs(total - target) <= 1e-6:
        return alleles
    if abs(total - target) > LARGEST_ROUNDING or not total:
        findings.problem(
            where,
            "frequency",
            f"frequencies of marker '{marker}' in '{population}' that sum to {total:.4g}",
            f"a sum of {target:g}, or within {LARGEST_ROUNDING:g} of it",
            "correct or complete the frequencies of this marker",
        )
        return alleles
    findings.notice(
        f"frequencies of marker '{marker}' in '{population}' ({where[0]}) sum to {total:.6g}; "
        f"they were divided by it, as rounded frequencies"
    )
    return {allele: value * target / total for allele, value in alleles.items()}
