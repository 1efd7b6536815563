"""Our own format: a folder (or one workbook) with the tables of an incident.

``incident.toml``, ``families``, ``donors``, ``unidentified``, ``profiles`` and, unless a packaged table is named,
``frequencies``; each table as text, workbook or ``.parquet``, see ``folder``. ``docs/formats.md`` describes the
columns.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from antigone.errors import InputError, Problem
from antigone.formats.casefolder.evidence import FURTHER_COLUMNS, FurtherTables, People, read_further
from antigone.formats.casefolder.families import (
    DONOR_COLUMNS,
    FAMILY_COLUMNS,
    UNIDENTIFIED_COLUMNS,
    read_families,
    read_unidentified,
)
from antigone.formats.casefolder.folder import SETTINGS_FILE, CaseFiles
from antigone.formats.casefolder.samples import check_hemizygous, check_samples
from antigone.formats.casefolder.settings import (
    IncidentSettings,
    incident_settings,
    parse_incident_toml,
    settings_of_rows,
)
from antigone.formats.frequencies.nist import NIST_1036, nist1036
from antigone.formats.frequencies.sizes import ask_sizes
from antigone.formats.frequencies.tables import FrequencyFile, frequency_file, frequency_grids, one_of_each
from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.vocabulary import is_remark, word_key
from antigone.formats.profiles.gathering import gather_profiles
from antigone.formats.profiles.genemapper import genotype_rows
from antigone.formats.profiles.profiles import TypedSamples
from antigone.formats.profiles.replicates import check_replicates, refuse_replicates
from antigone.formats.profiles.wide import is_wide
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Cells, Columns, cell_text, column_key, to_table
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.mutation import MODELS
from antigone.model.assumptions.reading import ReadingRules
from antigone.model.file_kinds import WORKBOOK
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings

_SETTINGS_COLUMNS = Columns(needed=("key", "value"), filled=("key",))
_UNKNOWN_SETTINGS = IncidentSettings("", SearchSettings(), known=False)
_COLUMNS = {
    **{"families": FAMILY_COLUMNS, "donors": DONOR_COLUMNS, "unidentified": UNIDENTIFIED_COLUMNS},
    **FURTHER_COLUMNS,
}


def read_case_folder(path: Path | str) -> Incident:
    """Read a case folder, or the one workbook ``incident.xlsx`` that stands for it.

    Raises
    ------
    InputError
        With every problem of every file: file, line, column, what was found, what was expected, what to do.
    """
    path = Path(path)
    if path.is_dir() or (path.is_file() and WORKBOOK.has_ending(path)):
        folder = CaseFiles(path.name, path if path.is_dir() else None, Findings(), _is_table)
    else:
        expected = f"a folder with '{SETTINGS_FILE}', or a workbook"
        if path.is_file() and path.suffix.lower() == ".zip":
            remedy = "unpack it, and give the folder"
            raise InputError([Problem(path.name, 0, "", "a packed folder", expected, remedy)])
        raise InputError(
            [Problem(path.name, 0, "", "no such case folder", f"{expected}, or a .fam file", "check the path")]
        )
    with closing(folder), _without_collection():
        workbook = folder.workbook() if path.is_dir() else path
        if workbook is not None:
            folder.open_workbook(workbook)
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


def _incident(folder: CaseFiles) -> Incident:
    findings = folder.findings
    settings = _settings(folder)
    frequencies = _frequencies(folder, settings)
    tables = frequencies.tables
    ladders = _ladders(tables) if tables else None
    typed = _profiles(folder, ladders, settings.reading)
    donors, kin = folder.table("donors", DONOR_COLUMNS), folder.table("families", FAMILY_COLUMNS)
    families, samples = read_families(kin, donors, typed)
    observation, found = settings.settings.observation, folder.table("unidentified", UNIDENTIFIED_COLUMNS)
    unidentified = read_unidentified(found, typed, observation)
    if typed.genotypes:
        refuse_replicates(samples.lines, typed, findings)
        all_known = not (donors.unread or found.unread)
        check_samples(samples, unidentified, typed, findings, rules=settings.reading, all_known=all_known)
        x_markers = frozenset().union(*(table.x_markers for table in tables))
        check_hemizygous(families, unidentified, x_markers, typed, findings)
        if settings.known:
            check_replicates(unidentified, observation, typed, x_markers, findings)
    if settings.known:
        ask_sizes(frequencies.questions, tables, typed.seen(), settings.settings.rule, findings)
        _check_mutation_models(settings, tables, typed, findings)
    people = People(
        None if found.unread else {person.code for person in unidentified},
        None if donors.unread else samples.lines.keys(),
        None if kin.unread else {(family.code, member) for family in families for member in family.missing},
    )
    beside = FurtherTables(folder.grid, findings, settings.place, settings.known)
    further = read_further(beside, settings.further, people)
    folder.finish()
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
        typings=typed.typings,
        typings_used=typed.typings_used,
        profiles_in=typed.file,
    )


def _settings(folder: CaseFiles) -> IncidentSettings:
    findings = folder.findings
    path = folder.settings_file()
    if path is not None:
        try:
            return parse_incident_toml(path.name, folder.open(path).read(), findings)
        except InputError as error:
            findings.add_problems(error.problems)
            return _UNKNOWN_SETTINGS
    grid = folder.sheets.pop("incident", None)
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


def _frequencies(folder: CaseFiles, settings: IncidentSettings) -> FrequencyFile:
    found = FrequencyFile(nist1036()) if settings.builtin else _own_frequencies(folder, settings)
    tables = tuple(
        replace(table, source=settings.sources.get(table.population, table.source)) for table in found.tables
    )
    chosen = _chosen(tables, settings, folder)
    if chosen:
        _say_lacking(chosen, folder.findings)
    return replace(found, tables=chosen)


def _own_frequencies(folder: CaseFiles, settings: IncidentSettings) -> FrequencyFile:
    """The tables of the files that the settings name, or of the table ``frequencies`` in the folder."""
    if settings.frequency_files:
        files = [_named_file(folder, name, settings) for name in settings.frequency_files]
    elif paths := folder.candidates("frequencies"):
        files = [_frequency_file(folder, paths[0], settings)]
    elif "frequencies" in folder.sheets:
        grids = {"": folder.sheets.pop("frequencies")}
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


def _named_file(folder: CaseFiles, name: str, settings: IncidentSettings) -> FrequencyFile:
    if folder.path is None or Path(name).name != name:
        remedy = "put the file into the case folder and write its name without a path"
        folder.findings.problem(
            settings.place("frequencies", "file"), "file", f"'{name[:60]}'", "a file in this folder", remedy
        )
        return FrequencyFile()
    return _frequency_file(folder, folder.path / name, settings)


def _frequency_file(folder: CaseFiles, path: Path, settings: IncidentSettings) -> FrequencyFile:
    try:
        content = folder.open(path).read()
        return frequency_file(path, content, folder.findings, choices=settings.frequency_choices)
    except InputError as error:
        folder.findings.add_problems(error.problems)
        return FrequencyFile()


def _chosen(
    tables: tuple[FrequencyTable, ...], settings: IncidentSettings, folder: CaseFiles
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


def _is_table(table: str, header: Cells) -> bool:
    """Whether column names are those of a table, two of them at least, and of no other."""
    if table == "profiles":
        keys = {column_key(cell) for cell in header}
        return is_wide(header) or {"sample", "marker", "allele1"} <= keys
    columns = _COLUMNS.get(table)
    if columns is None:
        return False
    needed, optional = {word_key(name) for name in columns.needed}, {word_key(name) for name in columns.optional}
    keys = {column_key(cell) for cell in header if cell_text(cell) and not is_remark(cell_text(cell))}
    return len(keys) >= 2 and needed <= keys <= needed | optional


def _profiles(folder: CaseFiles, ladders: Mapping[str, frozenset[str]] | None, rules: ReadingRules) -> TypedSamples:
    grids = folder.parts("profiles")
    if not grids:
        expected = "'profiles.csv', 'profiles.xlsx', or another program's table as 'profiles.txt'"
        folder.lacks("no table 'profiles'", expected, "add the table")
        return TypedSamples()
    return gather_profiles(
        [genotype_rows(grid, folder.findings, rules) for grid in grids], ladders, folder.findings, rules
    )


def _check_mutation_models(
    settings: IncidentSettings, tables: tuple[FrequencyTable, ...], typed: TypedSamples, findings: Findings
) -> None:
    """A model that counts repeats needs alleles with numbers."""
    for marker in sorted(typed.markers):
        models = settings.settings.mutation.of(marker)
        if any(model.counts_repeats for model in models) and any(
            not _is_number(allele) for table in tables for allele in table.frequencies.get(marker, ())
        ):
            found = f"marker '{marker}', whose alleles have no numbers, with a model that counts repeats"
            others = [f"'{name}'" for name, model in MODELS.items() if not model.counts_repeats]
            expected = f"one of the models {', '.join(others)} for this marker"
            remedy = f'add [mutation.markers."{marker}"] with such a model'
            findings.problem((settings.file, 0), "mutation", found, expected, remedy)


def _is_number(allele: str) -> bool:
    return allele.replace(".", "", 1).isdigit()
