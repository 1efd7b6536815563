"""Our own format: a folder (or one workbook) with the tables of an incident.

``incident.toml``, ``families``, ``donors``, ``unidentified``, ``profiles`` and, unless a packaged table is named,
``frequencies``; each table as text, workbook or ``.parquet``, see ``folder``. ``docs/formats.md`` describes the
columns.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from antigone.errors import InputError, Problem
from antigone.formats.casefolder.additions import add_known, known_of, samples_of
from antigone.formats.casefolder.evidence import FURTHER_COLUMNS, FurtherTables, People, read_further
from antigone.formats.casefolder.families import (
    DONOR_COLUMNS,
    FAMILY_COLUMNS,
    UNIDENTIFIED_COLUMNS,
    DonorSamples,
    read_families,
    read_unidentified,
)
from antigone.formats.casefolder.folder import SETTINGS_FILE, CaseFiles, is_table_name
from antigone.formats.casefolder.samples import check_hemizygous, check_samples
from antigone.formats.casefolder.settings import (
    NEW_INCIDENT,
    IncidentSettings,
    Unstated,
    incident_settings,
    parse_incident_toml,
    settings_of_rows,
)
from antigone.formats.frequencies.nist import NIST_1036, nist1036
from antigone.formats.frequencies.sizes import ask_sizes
from antigone.formats.frequencies.tables import FrequencyFile, frequency_file, frequency_grids, one_of_each
from antigone.formats.haplotypes.mito_tables import holds_mito
from antigone.formats.haplotypes.y_tables import holds_y
from antigone.formats.labels.alleles import Cell
from antigone.formats.labels.vocabulary import is_remark, word_key
from antigone.formats.profiles.exports import Codes
from antigone.formats.profiles.gathering import gather_profiles
from antigone.formats.profiles.profiles import TypedSamples
from antigone.formats.profiles.replicates import check_replicates, refuse_replicates
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Columns, Grid, cell_text, column_key, to_table
from antigone.formats.sequencers.tables import genotype_rows, holds_genotypes
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.mutation import MODELS
from antigone.model.assumptions.reading import ReadingRules
from antigone.model.file_kinds import WORKBOOK
from antigone.model.incident.incident import Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.statements import readers

_SETTINGS_COLUMNS = Columns(needed=("key", "value"), filled=("key",))
_UNKNOWN_SETTINGS = IncidentSettings("", SearchSettings(), known=False)
_COLUMNS = {
    **{"families": FAMILY_COLUMNS, "donors": DONOR_COLUMNS, "unidentified": UNIDENTIFIED_COLUMNS},
    **FURTHER_COLUMNS,
}


def read_case_folder(path: Path | str | Sequence[Path], *, known: Incident | None = None) -> Incident:
    """Read a case folder, or the one workbook ``incident.xlsx`` that stands for it.

    Parameters
    ----------
    path
        The folder or workbook; of what adds to a known incident also one or several files with tables.
    known
        The incident that the files add to, as a registry knows it, without what was typed. What they do not state is
        then that of the incident, and a table that is absent has nothing.

    Raises
    ------
    InputError
        With every problem of every file: file, line, column, what was found, what was expected, what to do.
    """
    paths = [Path(path)] if isinstance(path, Path | str) else [*path]
    folder = _opened(paths, known)
    with closing(folder), without_collection():
        workbook = folder.workbook() if folder.path is not None else paths[0]
        if workbook is not None:
            folder.open_workbook(workbook)
        return incident_of(folder, known)


def stated_title(path: Path) -> str:
    """The title in the settings of a case folder or workbook; empty when they state none.

    Raises
    ------
    InputError
        When there is no such folder or workbook, or its settings cannot be read.
    """
    folder, nobody = _opened([path], None), Incident("", (), (), ())
    with closing(folder):
        workbook = folder.workbook() if folder.path is not None else path
        if workbook is not None:
            folder.open_workbook(workbook)
        return _settings(folder, nobody).title


def _opened(paths: Sequence[Path], known: Incident | None) -> CaseFiles:
    path, adds = paths[0], known is not None
    if len(paths) == 1 and (path.is_dir() or (path.is_file() and WORKBOOK.has_ending(path))):
        return CaseFiles(path.name, path if path.is_dir() else None, Findings(), is_table, adds=adds)
    if adds and all(one.is_file() and is_table_name(one) for one in paths):
        name = ", ".join(one.name for one in paths)
        return CaseFiles(name, path.parent, Findings(), is_table, only=tuple(paths), adds=True)
    raise _no_incident(path)


def _no_incident(path: Path) -> InputError:
    expected = f"a folder with '{SETTINGS_FILE}', or a workbook"
    if path.is_file() and path.suffix.lower() == ".zip":
        return InputError([Problem(path.name, 0, "", "a packed folder", expected, "unpack it, and give the folder")])
    remedy = "check the path"
    if path.is_file() and is_table_name(path):
        remedy = "give the folder; a file alone can only be added to an incident of a registry, by its code (--as)"
    return InputError([Problem(path.name, 0, "", "no such case folder", f"{expected}, or a .fam file", remedy)])


@contextmanager
def without_collection() -> Iterator[None]:
    """Reading makes millions of objects and no rubbish; to look for it again and again takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def incident_of(folder: CaseFiles, known: Incident | None, *, rules: ReadingRules | None = None) -> Incident:
    """The incident that the tables of a folder, a workbook or other files hold; see `read_case_folder`.

    ``rules`` are those of genotypes that were typed in; of files, their settings state them.
    """
    findings, before = folder.findings, known_of(known)
    settings = _settings(folder, known)
    settings = settings if rules is None else replace(settings, reading=rules)
    folder.take_layout(settings.reading.columns, settings.reading.layout)
    frequencies = _frequencies(folder, settings, known)
    codes = cache(lambda: frozenset({*before.samples, *before.persons, *folder.samples_named()}))
    typed = _profiles(folder, _all_ladders(frequencies.tables, known), settings.reading, codes)
    donors, kin = folder.table("donors", DONOR_COLUMNS), folder.table("families", FAMILY_COLUMNS)
    families, samples = read_families(kin, donors, typed, before.families)
    found = folder.table("unidentified", UNIDENTIFIED_COLUMNS)
    persons = read_unidentified(found, typed, (known or settings).settings.observation)
    persons, families = add_known(persons, families, before, typed, samples_of(typed))
    if typed.genotypes:
        all_known = not (folder.is_unread(donors) or folder.is_unread(found))
        _check_typed(settings, frequencies, typed, (persons, families, samples), findings)
        check_samples(
            samples, persons, typed, findings, rules=settings.reading, all_known=all_known, known=before.samples
        )
    if settings.known:
        ask_sizes(frequencies.questions, frequencies.tables, typed.seen(), settings.settings.rule, findings)
        _check_mutation_models(settings, frequencies.tables, typed, findings)
    people = People(
        None if folder.is_unread(found) else {person.code for person in persons},
        None if folder.is_unread(donors) else samples.lines.keys(),
        None if folder.is_unread(kin) else {(family.code, m) for family in families for m in family.missing},
    )
    beside = FurtherTables(folder, findings, settings.place, codes, settings.known)
    further = read_further(beside, settings.further, before.with_those_read(people), known.further if known else None)
    touched = samples_of(typed, further) | {*further.unidentified}
    persons, families = add_known(persons, families, before, typed, touched, {code for code, _ in further.missing})
    _refuse_nothing(folder, settings)
    folder.finish()
    findings.stop_on_problems()
    return Incident(
        title=settings.title,
        unidentified=persons,
        families=families,
        tables=frequencies.tables,
        settings=settings.settings,
        sources=tuple(file.source_file() for file in folder.files),
        notices=findings.notices,
        further=further,
        title_stated=settings.title_stated,
        typings=typed.typings,
        typings_used=typed.typings_used,
        profiles_in=typed.file,
    )


def _check_typed(
    settings: IncidentSettings,
    frequencies: FrequencyFile,
    typed: TypedSamples,
    whose: tuple[tuple[UnidentifiedPerson, ...], tuple[Family, ...], DonorSamples],
    findings: Findings,
) -> None:
    """What was typed agrees with whose it is: no replicates of donors, one allele of a male on the X chromosome."""
    persons, families, samples = whose
    refuse_replicates(samples.lines, typed, findings)
    x_markers = frozenset().union(*(table.x_markers for table in frequencies.tables))
    check_hemizygous(families, persons, x_markers, typed, findings)
    if settings.known:
        check_replicates(persons, settings.settings.observation, typed, x_markers, findings)


def _refuse_nothing(folder: CaseFiles, settings: IncidentSettings) -> None:
    """Files in which nothing was found that adds to an incident."""
    if folder.adds and not folder.grids and not settings.file and not folder.files:
        expected = "a table such as 'profiles', 'unidentified' or 'donors', by its name or its column names"
        folder.lacks("nothing of an incident", expected, "name the columns as docs/formats.md says")


def _settings(folder: CaseFiles, known: Incident | None) -> IncidentSettings:
    findings = folder.findings
    unstated = NEW_INCIDENT if known is None else Unstated(known.settings, known.further, known.title)
    path = folder.settings_file()
    if path is not None:
        try:
            return parse_incident_toml(path.name, folder.open(path).read(), findings, unstated)
        except InputError as error:
            findings.add_problems(error.problems)
            return _UNKNOWN_SETTINGS
    grid = folder.sheets.pop("incident", None)
    if grid is None and known is not None:
        return incident_settings("", {}, {}, findings, unstated)
    if grid is None:
        expected = f"'{SETTINGS_FILE}', or a sheet 'incident' in the workbook"
        remedy = f'add the file, with title = "..." and [frequencies] builtin = "{NIST_1036}" or your own table'
        remedy += "; what only adds to an incident of a registry needs its code (--as)"
        folder.lacks("no settings", expected, remedy)
        return _UNKNOWN_SETTINGS
    table = to_table(grid, _SETTINGS_COLUMNS, findings)
    rows = [(line, cell_text(key), value) for line, (key, value) in table.rows("key", "value")]
    settings = settings_of_rows([((grid.name, line), key, _setting(key, value)) for line, key, value in rows], findings)
    lines = {_section_and_key(key): line for line, key, _ in rows}
    return incident_settings(grid.name, settings, lines, findings, unstated)


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


def _frequencies(folder: CaseFiles, settings: IncidentSettings, known: Incident | None) -> FrequencyFile:
    found = FrequencyFile(nist1036()) if settings.builtin else _own_frequencies(folder, settings, known)
    tables = tuple(
        replace(table, source=settings.sources.get(table.population, table.source)) for table in found.tables
    )
    chosen = _chosen(tables, settings, folder)
    if chosen:
        _say_lacking(chosen, folder.findings)
    return replace(found, tables=chosen)


def _own_frequencies(folder: CaseFiles, settings: IncidentSettings, known: Incident | None) -> FrequencyFile:
    """The tables of the files that the settings name, or of the table ``frequencies`` in the folder; or the known."""
    if settings.frequency_files:
        files = [_named_file(folder, name, settings) for name in settings.frequency_files]
    elif paths := folder.candidates("frequencies"):
        files = [_frequency_file(folder, paths[0], settings)]
    elif "frequencies" in folder.sheets:
        grids = {"": folder.sheets.pop("frequencies")}
        choices = settings.frequency_choices
        files = [frequency_grids(grids[""].name, grids, folder.findings, choices=choices)]
    elif known is not None:
        return FrequencyFile(known.tables)
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
            findings.notice(readers.ONLY_SOME_POPULATIONS(population=table.population, markers=tuple(only)))


def _all_ladders(tables: tuple[FrequencyTable, ...], known: Incident | None) -> dict[str, frozenset[str]] | None:
    """The allele labels of the markers that take part: under the tables that were read, or those of the incident."""
    ladders = ladders_of(tables) if tables else {}
    for marker, labels in (ladders_of(known.tables) if known else {}).items():
        ladders[marker] = labels | ladders.get(marker, frozenset())
    return ladders or None


def ladders_of(tables: tuple[FrequencyTable, ...]) -> dict[str, frozenset[str]]:
    """The allele labels of the markers that every chosen population has."""
    markers = set.intersection(*(set(table.frequencies) for table in tables))
    return {marker: frozenset(allele for table in tables for allele in table.frequencies[marker]) for marker in markers}


def is_table(table: str, grid: Grid) -> bool:
    """Whether column names are those of a table, two of them at least, and of no other."""
    if table == "profiles":
        return holds_genotypes(grid) and not holds_y(grid)
    if table == "y_haplotypes":
        return holds_y(grid)
    if table == "mt_haplotypes" and holds_mito(grid):
        return True
    columns, header = _COLUMNS.get(table), grid.header[1] if grid.header else ()
    if columns is None:
        return False
    needed, optional = {word_key(name) for name in columns.needed}, {word_key(name) for name in columns.optional}
    keys = {column_key(cell) for cell in header if cell_text(cell) and not is_remark(cell_text(cell))}
    return len(keys) >= 2 and needed <= keys <= needed | optional


def _profiles(
    folder: CaseFiles, ladders: Mapping[str, frozenset[str]] | None, rules: ReadingRules, codes: Codes
) -> TypedSamples:
    grids = folder.parts("profiles")
    if not grids:
        expected = "'profiles.csv', 'profiles.xlsx', or another program's table as 'profiles.txt'"
        folder.lacks("no table 'profiles'", expected, "add the table", of="profiles")
        return TypedSamples()
    rows = [genotype_rows(grid, folder.findings, rules, codes) for grid in grids]
    return gather_profiles(rows, ladders, folder.findings, rules)


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
