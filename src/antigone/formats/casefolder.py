"""Our own format: a folder (or one workbook) with the tables of an incident.

``incident.toml``, ``families``, ``donors``, ``unidentified``, ``profiles`` and, unless a packaged table is named,
``frequencies``; each table as ``.csv``, ``.xlsx`` or ``.parquet``. ``docs/formats.md`` describes every column.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from antigone.errors import InputError, Problem
from antigone.formats.alleles import Cell
from antigone.formats.families import (
    DONOR_COLUMNS,
    FAMILY_COLUMNS,
    UNIDENTIFIED_COLUMNS,
    check_hemizygous,
    check_samples,
    read_families,
    read_unidentified,
)
from antigone.formats.findings import Findings
from antigone.formats.frequencies.nist import NIST_1036, nist1036
from antigone.formats.frequencies.sizes import ask_sizes
from antigone.formats.frequencies.tables import FrequencyFile, frequency_file, frequency_grids, one_of_each
from antigone.formats.further import FurtherTables, People, read_further
from antigone.formats.genemapper import genemapper_rows, is_genemapper
from antigone.formats.parquet import read_parquet
from antigone.formats.profiles import PROFILE_COLUMNS, TypedSamples, gather_profiles, profile_rows
from antigone.formats.replicates import check_replicates, refuse_replicates
from antigone.formats.settings import IncidentSettings, incident_settings, parse_incident_toml, settings_of_rows
from antigone.formats.sources import HashedFile
from antigone.formats.tables import Columns, Grid, Table, cell_text, no_table, read_csv, read_workbook, to_table
from antigone.model.case import Incident, SearchSettings
from antigone.model.frequency import FrequencyTable
from antigone.model.mutation import Custom, Equal, MutationModel, NoMutation, Proportional, Transformed

SETTINGS_FILE = "incident.toml"
WORKBOOK = "incident.xlsx"
_SETTINGS_COLUMNS = Columns(needed=("key", "value"), filled=("key",))
TABLES = (
    "families", "donors", "unidentified", "profiles", "frequencies", "y_haplotypes", "y_reference", "y_counts",
    "y_laplace", "mt_haplotypes", "mt_reference", "mt_counts", "circumstances_missing", "circumstances_unidentified",
)  # fmt: skip
_ENDINGS = {
    "profiles": (".csv", ".xlsx", ".parquet", ".txt"),
    "frequencies": (".csv", ".xlsx", ".parquet", ".txt", ".tsv", ".xlsm", ".xls", ".ods", ".freq", ".xml", ".fam"),
}
_UNKNOWN_SETTINGS = IncidentSettings("", SearchSettings(), known=False)
MOST_STRANGERS = 10
"""Files of no known name that are named when something is missing."""


@dataclass
class _Folder:
    """The tables found in a folder or workbook, and the files that were opened, in this order."""

    name: str
    path: Path | None
    findings: Findings
    sheets: Mapping[str, Grid] = field(default_factory=dict)
    files: list[HashedFile] = field(default_factory=list)
    incomplete: bool = False

    def open(self, path: Path) -> HashedFile:
        self.files.append(HashedFile.open(path))
        return self.files[-1]

    def close(self) -> None:
        for file in self.files:
            file.close()

    def grid(self, table: str) -> Grid | None:
        """The cells of a table; a file that cannot be read is a problem like any other."""
        candidates = self.candidates(table)
        if not candidates:
            return self.sheets.get(table)
        name, ending = candidates[0].name, candidates[0].suffix
        try:
            file = self.open(candidates[0])
            if ending == ".xlsx":
                sheets = read_workbook(name, file.read())
                return sheets.get(table) or next(iter(sheets.values()))
            return read_parquet(name, file) if ending == ".parquet" else read_csv(name, file)
        except InputError as error:
            self.findings.add_problems(error.problems)
            return Grid(name, iter(()), unreadable=True)

    def table(self, table: str, columns: Columns) -> Table:
        grid = self.grid(table)
        if grid is None:
            self.lacks(f"no table '{table}'", f"'{table}.csv' or '{table}.xlsx'", "add the table")
            return no_table(table, self.findings)
        return to_table(grid, columns, self.findings)

    def lacks(self, found: str, expected: str, remedy: str) -> None:
        """Record that something is missing without which there is no incident."""
        self.incomplete = True
        self.findings.problem((self.name, 0), "", found, expected, remedy)

    def name_strangers(self) -> None:
        """Name the files that no reader knows, where something is missing: one of them may be it, misnamed."""
        if self.path is None or not self.incomplete:
            return
        opened = {SETTINGS_FILE, *(file.name for file in self.files)}
        others = (path for path in sorted(self.path.iterdir()) if path.is_file() and not path.name.startswith("."))
        strangers = [path.name for path in others if path.name not in opened and path.stem not in TABLES]
        for name in strangers[:MOST_STRANGERS]:
            expected = f"'{SETTINGS_FILE}' and tables such as 'families.csv'"
            remedy = "give it the name of the table that it holds, or remove it"
            self.findings.problem((name[:60], 0), "", "a file of no known name, which was not read", expected, remedy)

    def candidates(self, table: str) -> list[Path]:
        """The files that hold a table; more than one place of it is a problem."""
        endings = _ENDINGS.get(table, (".csv", ".xlsx", ".parquet"))
        paths = [self.path / f"{table}{ending}" for ending in endings] if self.path is not None else []
        found = [path for path in paths if path.is_file()]
        if len(found) + (table in self.sheets) > 1:
            names = " and ".join([path.name for path in found] + ["a sheet"] * (table in self.sheets))
            self.findings.problem((self.name, 0), "", f"{names}", f"the table '{table}' once", "remove one of them")
        return found


def read_case_folder(path: Path | str) -> Incident:
    """Read a case folder, or the one workbook ``incident.xlsx`` that stands for it.

    Raises
    ------
    InputError
        With every problem of every file: file, line, column, what was found, what was expected, what to do.
    """
    path = Path(path)
    if path.is_dir():
        folder = _Folder(path.name, path, Findings())
    elif path.is_file() and path.suffix.lower() == ".xlsx":
        folder = _Folder(path.name, None, Findings())
    else:
        expected = f"a folder with '{SETTINGS_FILE}', or a workbook"
        if path.is_file() and path.suffix.lower() == ".zip":
            remedy = "unpack it, and give the folder"
            raise InputError([Problem(path.name, 0, "", "a packed folder", expected, remedy)])
        raise InputError(
            [Problem(path.name, 0, "", "no such case folder", f"{expected}, or a .fam file", "check the path")]
        )
    with closing(folder), _without_collection():
        workbook = path / WORKBOOK if path.is_dir() else path
        if workbook.is_file():
            folder.sheets = read_workbook(workbook.name, folder.open(workbook).read())
        return _incident(folder)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Reading makes millions of objects and no rubbish; to look for it again and again takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _incident(folder: _Folder) -> Incident:
    findings = folder.findings
    settings = _settings(folder)
    frequencies = _frequencies(folder, settings)
    tables = frequencies.tables
    ladders = _ladders(tables) if tables else None
    typed = _profiles(folder, ladders)
    donors, kin = folder.table("donors", DONOR_COLUMNS), folder.table("families", FAMILY_COLUMNS)
    families, samples = read_families(kin, donors, typed)
    observation, found = settings.settings.observation, folder.table("unidentified", UNIDENTIFIED_COLUMNS)
    unidentified = read_unidentified(found, typed, observation)
    if typed.genotypes:
        check_samples(samples, unidentified, typed, findings, all_known=not (donors.unread or found.unread))
        x_markers = frozenset().union(*(table.x_markers for table in tables))
        check_hemizygous(families, unidentified, x_markers, typed, findings)
        refuse_replicates([sample for sample, _ in samples.samples], typed, findings)
        if settings.known:
            check_replicates(unidentified, observation, typed, x_markers, findings)
    if settings.known:
        ask_sizes(frequencies.questions, tables, typed.seen(), settings.settings.rule, findings)
        _check_mutation_models(settings, tables, typed, findings)
    people = People(
        None if found.unread else {person.code for person in unidentified},
        None if donors.unread else {sample for sample, _ in samples.samples},
        None if kin.unread else {(family.code, member) for family in families for member in family.missing},
    )
    beside = FurtherTables(folder.grid, findings, settings.place, settings.known)
    further = read_further(beside, settings.further, people)
    folder.name_strangers()
    findings.stop_on_problems()
    return Incident(
        title=settings.title,
        unidentified=unidentified,
        families=families,
        tables=tables,
        settings=settings.settings,
        sources=tuple(file.source_file() for file in folder.files),
        notices=findings.notices,
        further=further,
    )


def _settings(folder: _Folder) -> IncidentSettings:
    findings = folder.findings
    if folder.path is not None and (folder.path / SETTINGS_FILE).is_file():
        try:
            return parse_incident_toml(SETTINGS_FILE, folder.open(folder.path / SETTINGS_FILE).read(), findings)
        except InputError as error:
            findings.add_problems(error.problems)
            return _UNKNOWN_SETTINGS
    grid = folder.sheets.get("incident")
    if grid is None:
        expected = f"'{SETTINGS_FILE}', or a sheet 'incident' in the workbook"
        remedy = f'add the file, with title = "..." and [frequencies] builtin = "{NIST_1036}" or your own table'
        folder.lacks("no settings", expected, remedy)
        return _UNKNOWN_SETTINGS
    table = to_table(grid, _SETTINGS_COLUMNS, findings)
    rows = [(line, cell_text(key), value) for line, (key, value) in table.rows("key", "value")]
    settings = settings_of_rows([((grid.name, line), key, _setting(key, value)) for line, key, value in rows], findings)
    lines = {_section_and_key(key): line for line, key, _ in rows}
    return incident_settings(grid.name, settings, lines, findings)


def _setting(key: str, cell: Cell) -> object:
    """A value of the sheet ``incident``: numbers, yes and no, and lists separated by semicolons."""
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if key.rpartition(".")[2] in ("populations", "file"):
        return [part.strip() for part in text.split(";")]
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return text if key == "title" else float(text)
    except ValueError:
        return text


def _section_and_key(dotted: str) -> tuple[str, str]:
    section, _, key = dotted.rpartition(".")
    return section, key


def _frequencies(folder: _Folder, settings: IncidentSettings) -> FrequencyFile:
    found = FrequencyFile(nist1036()) if settings.builtin else _own_frequencies(folder, settings)
    tables = tuple(
        replace(table, source=settings.sources.get(table.population, table.source)) for table in found.tables
    )
    chosen = _chosen(tables, settings, folder)
    if chosen:
        _say_lacking(chosen, folder.findings)
    return replace(found, tables=chosen)


def _own_frequencies(folder: _Folder, settings: IncidentSettings) -> FrequencyFile:
    """The tables of the files that the settings name, or of the table ``frequencies`` in the folder."""
    if settings.frequency_files:
        files = [_named_file(folder, name, settings) for name in settings.frequency_files]
    elif paths := folder.candidates("frequencies"):
        files = [_frequency_file(folder, paths[0], settings)]
    elif "frequencies" in folder.sheets:
        grids = {"": folder.sheets["frequencies"]}
        choices = settings.frequency_choices
        files = [frequency_grids(grids[""].name, grids, folder.findings, choices=choices)]
    else:
        if settings.known:
            expected = f"'frequencies.csv', or builtin = \"{NIST_1036}\" under [frequencies]"
            folder.lacks("no allele frequencies", expected, "add one of them")
        return FrequencyFile()
    tables = tuple(table for file in files for table in file.tables)
    one_of_each(tables, settings.place("frequencies", "file"), folder.findings)
    return FrequencyFile(tables, tuple(question for file in files for question in file.questions))


def _named_file(folder: _Folder, name: str, settings: IncidentSettings) -> FrequencyFile:
    if folder.path is None or Path(name).name != name:
        remedy = "put the file into the case folder and write its name without a path"
        folder.findings.problem(
            settings.place("frequencies", "file"), "file", f"'{name[:60]}'", "a file in this folder", remedy
        )
        return FrequencyFile()
    return _frequency_file(folder, folder.path / name, settings)


def _frequency_file(folder: _Folder, path: Path, settings: IncidentSettings) -> FrequencyFile:
    try:
        content = folder.open(path).read()
        return frequency_file(path, content, folder.findings, choices=settings.frequency_choices)
    except InputError as error:
        folder.findings.add_problems(error.problems)
        return FrequencyFile()


def _chosen(
    tables: tuple[FrequencyTable, ...], settings: IncidentSettings, folder: _Folder
) -> tuple[FrequencyTable, ...]:
    by_name = {table.population: table for table in tables}
    populations = settings.populations
    for name in populations:
        if name not in by_name and tables:
            expected = "one of " + ", ".join(by_name)
            where = settings.place("frequencies", "populations")
            folder.findings.problem(where, "populations", f"'{name[:60]}'", expected, "correct the name")
    return tuple(by_name[name] for name in populations if name in by_name) if populations else tables


def _say_lacking(tables: tuple[FrequencyTable, ...], findings: Findings) -> None:
    """Name the markers that only some of the populations have: they take no part in any."""
    everywhere = set.intersection(*(set(table.frequencies) for table in tables))
    for table in tables:
        only = sorted(table.frequencies.keys() - everywhere)
        if only:
            findings.notice(
                f"only some populations, '{table.population}' among them, have frequencies of {', '.join(only)}"
            )


def _ladders(tables: tuple[FrequencyTable, ...]) -> dict[str, frozenset[str]]:
    """The allele labels of the markers that every chosen population has."""
    markers = set.intersection(*(set(table.frequencies) for table in tables))
    return {marker: frozenset(allele for table in tables for allele in table.frequencies[marker]) for marker in markers}


def _profiles(folder: _Folder, ladders: Mapping[str, frozenset[str]] | None) -> TypedSamples:
    grid = folder.grid("profiles")
    if grid is None:
        expected = "'profiles.csv', 'profiles.xlsx', or 'profiles.txt' from GeneMapper"
        folder.lacks("no table 'profiles'", expected, "add the table")
        return TypedSamples()
    if is_genemapper(grid):
        rows = genemapper_rows(grid, folder.findings)
    else:
        rows = profile_rows(to_table(grid, PROFILE_COLUMNS, folder.findings))
    return gather_profiles(rows, ladders, folder.findings)


def _check_mutation_models(
    settings: IncidentSettings, tables: tuple[FrequencyTable, ...], typed: TypedSamples, findings: Findings
) -> None:
    """A model that counts repeats needs alleles with numbers."""
    for marker in sorted(typed.markers):
        models = settings.settings.mutation.of(marker)
        if any(_counts_repeats(model) for model in models) and any(
            not _is_number(allele) for table in tables for allele in table.frequencies.get(marker, ())
        ):
            found = f"marker '{marker}', whose alleles have no numbers, with a model that counts repeats"
            expected = "the model 'equal', 'proportional', 'custom' or 'none' for this marker"
            remedy = f'add [mutation.markers."{marker}"] with such a model'
            findings.problem((settings.file, 0), "mutation", found, expected, remedy)


def _counts_repeats(model: MutationModel) -> bool:
    base = model.model if isinstance(model, Transformed) else model
    return not isinstance(base, NoMutation | Equal | Proportional | Custom)


def _is_number(allele: str) -> bool:
    return allele.replace(".", "", 1).isdigit()
