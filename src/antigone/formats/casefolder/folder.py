"""The files of a case folder: which one holds which table, whatever its name, ending and format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from antigone.errors import InputError
from antigone.formats.haplotypes.empop import MARK as EMPOP
from antigone.formats.haplotypes.empop import read_empop
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.profiles.mapping import read_layout, with_stated_columns
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.kinds import READERS
from antigone.formats.reading.sources import HashedFile
from antigone.formats.reading.tables import Columns, Grid, Table, no_table, read_workbook, to_table
from antigone.formats.sequencers.tables import looks_like
from antigone.model.file_kinds import LISTS, TEXT, WORKBOOK, endings_of, kind_of_table
from antigone.model.file_kinds import TABLES as TABLE_KINDS
from antigone.model.statements import readers

SETTINGS_FILE = "incident.toml"
WORKBOOK_FILE = "incident.xlsx"
TABLES = (
    "families", "donors", "unidentified", "profiles", "frequencies", "y_haplotypes", "y_reference", "y_counts",
    "y_laplace", "mt_haplotypes", "mt_reference", "mt_counts", "circumstances_missing", "circumstances_unidentified",
)  # fmt: skip
IN_PARTS = ("profiles", "y_haplotypes", "mt_haplotypes")
"""Tables that may come in several files, such as ``profiles_run2.txt`` beside ``profiles.txt``."""
MOST_UNREAD_LISTED = 20
"""Files and sheets that were not read and are named one by one."""
_ENDINGS = endings_of(TABLE_KINDS)
_OF_FREQUENCIES = (*_ENDINGS, *endings_of(LISTS))
_NOTHING_STATED: Mapping[str, str] = {}
_KEYS = {word_key(table): table for table in TABLES}


def is_table_name(path: Path) -> bool:
    """Whether the ending of a file is one of those that the files of a case folder have."""
    return path.suffix.lower() in (*_OF_FREQUENCIES, Path(SETTINGS_FILE).suffix)


@dataclass
class CaseFiles:
    """The tables found in a folder or workbook, and the files that were opened, in this order.

    ``stated`` are headings of a laboratory's own; ``reports`` are workbooks that may hold haplotypes beside profiles.

    ``recognise`` says whether column names are those of a table; so a table is found whose file has another name.
    ``only`` are the files of the folder that count (none: all). What ``adds`` to a known incident needs no table: one
    that is ``absent`` has nothing.
    """

    name: str
    path: Path | None
    findings: Findings
    recognise: Callable[[str, Grid], bool]
    only: Sequence[Path] = ()
    adds: bool = False
    sheets: dict[str, Grid] = field(default_factory=dict)
    given: dict[str, list[Grid]] = field(default_factory=dict)
    """Tables that come from files of other programs, by the name of the table."""
    files: list[HashedFile] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    incomplete: bool = False
    stated: Mapping[str, str] = field(default_factory=dict)
    reports: list[Path] = field(default_factory=list)

    def open(self, path: Path) -> HashedFile:
        self.files.append(HashedFile.open(path))
        return self.files[-1]

    def close(self) -> None:
        for file in self.files:
            file.close()

    def open_workbook(self, path: Path) -> None:
        """Take the sheets of a workbook as tables."""
        sheets = read_workbook(path.name, self.open(path).read())
        self.sheets = {_KEYS.get(word_key(name), name): grid for name, grid in sheets.items()}

    def find(self, name: str, endings: Sequence[str]) -> Path | None:
        """The file of this name with one of these endings, in capitals or not."""
        return next((path for path in self._paths() if path.stem.lower() == name and _ending(path) in endings), None)

    def settings_file(self) -> Path | None:
        return self.find(Path(SETTINGS_FILE).stem, (".toml",))

    def take_layout(self, stated: Mapping[str, str], name: str) -> None:
        """Take what is stated of headings: in the settings, and in a layout file, the named one or the only one."""
        known = self.settings_file()
        others = [path for path in self._paths() if _ending(path) == ".toml" and path != known]
        chosen = [path for path in others if path.name == name or not name]
        self.stated = stated
        if name and not chosen:
            self.findings.problem((self.name, 0), "layout", f"no file '{name[:40]}'", "a file in this folder", "add it")
        if len(chosen) == 1:
            try:
                layout = read_layout(chosen[0].name, self.open(chosen[0]).read(), self.findings)
                self.stated = {**layout, **stated}
            except InputError as error:
                self.findings.add_problems(error.problems)

    def workbook(self) -> Path | None:
        return self.find(Path(WORKBOOK_FILE).stem, WORKBOOK.endings)

    def candidates(self, table: str) -> list[Path]:
        """The files that hold a table which comes in one file; more than one place of it is a problem."""
        endings = _OF_FREQUENCIES if table == "frequencies" else _ENDINGS
        found = [path for path in self._paths() if _ending(path) in endings and _holds(path, table)]
        if len(found) + (table in self.sheets) > 1:
            names = " and ".join([path.name for path in found] + ["a sheet"] * (table in self.sheets))
            self.findings.problem((self.name, 0), "", names, f"the table '{table}' once", "remove one of them")
        return found

    def grid(self, table: str) -> Grid | None:
        """The cells of a table that comes in one file; a file that cannot be read is a problem like any other."""
        grids = self.parts(table)
        if len(grids) > 1:
            names = " and ".join(grid.name for grid in grids)
            self.findings.problem((self.name, 0), "", names, f"the table '{table}' once", "remove one of them")
        return grids[0] if grids else None

    def parts(self, table: str) -> list[Grid]:
        """The cells of each file that holds a table."""
        named = [path for path in self._tables() if _holds(path, table)]
        whole = [path.name for path in named if word_key(path.stem) == word_key(table)]
        if len(whole) > 1 and table in IN_PARTS:
            remedy = f"remove one of them, or call a further part '{table}_2'"
            self.findings.problem((self.name, 0), "", " and ".join(whole), f"the table '{table}' once", remedy)
        paths = sorted(named, key=lambda path: (len(path.stem), path.name))
        grids = [grid for path in paths for grid in self._read(path, table)]
        if table in self.sheets:
            grids.append(self.sheets.pop(table))
        grids += self.given.pop(table, [])
        if not grids or table in IN_PARTS:
            grids += self._recognised(table)
        self.grids += grids
        return grids

    def holds(self, table: str) -> bool:
        """Whether a file or sheet has the name of a table."""
        return table in self.sheets or any(_holds(path, table) for path in self._tables())

    def samples_named(self) -> set[str]:
        """The samples in the tables of donors and unidentified persons, read for their names alone."""
        found: set[str] = set()
        for table in ("donors", "unidentified"):
            named = [path for path in self._tables() if _holds(path, table)]
            for path in named or [path for path in self._strangers() if self._is_recognised(path, table)]:
                found.update(_samples_in(path, table))
        return found

    def table(self, table: str, columns: Columns) -> Table:
        grid = self.grid(table)
        if grid is None:
            self.lacks(f"no table '{table}'", f"'{table}.csv' or '{table}.xlsx'", "add the table", of=table)
            return no_table(table, self.findings)
        return to_table(grid, columns, self.findings)

    def is_unread(self, table: Table) -> bool:
        """Whether a table that should be there could not be read; one that an addition does without is read, empty."""
        return table.unread and table.name not in self.absent

    def lacks(self, found: str, expected: str, remedy: str, *, of: str = "") -> None:
        """Record that something is missing without which there is no incident; ``of``: a table, which an addition may
        do without."""
        if of and self.adds:
            self.absent.add(of)
            return
        self.incomplete = True
        self.findings.problem((self.name, 0), "", found, expected, remedy)

    def finish(self) -> None:
        """Pass on what was assumed about the files, and name what lies in the folder and was not read."""
        for grid in self.grids:
            grid.tell(self.findings)
        strangers = [path.name[:60] for path in self._strangers()] + [f"sheet {name[:40]}" for name in self.sheets]
        if self.incomplete:  # then a file of a known name waits for what is missing
            strangers = [name for name in strangers if word_key(Path(name).stem) not in _KEYS]
        listed, more = strangers[:MOST_UNREAD_LISTED], len(strangers) - MOST_UNREAD_LISTED
        if self.incomplete:
            expected = f"'{SETTINGS_FILE}' and tables such as 'families.csv'"
            remedy = "give it the name of the table that it holds, or remove it"
            for name in listed:
                found, needed = self._looks(name)
                self.findings.problem((name, 0), "", found, needed or expected, remedy)
        elif listed:
            files = tuple(listed)
            more_left = readers.NOT_READ_AND_MORE(files=files, number=more) if more > 0 else None
            self.findings.notice(more_left or readers.NOT_READ(files=files))

    def _looks(self, name: str) -> tuple[str, str]:
        """What is found of a file that was not read: what its table looks like, and what it would need."""
        found = "a file of no known name, which was not read"
        path = next((path for path in self._tables() if path.name == name), None)
        if path is None:
            return found, ""
        try:
            with HashedFile.open(path) as file:
                what, needed = looks_like(_by_content(file, path, "profiles", self._is_sheet, self.stated)[0])
        except InputError:
            return found, ""
        return (f"{found}; it looks like {what}", needed) if what else (found, "")

    def _paths(self) -> list[Path]:
        inside = sorted(self.only or self.path.iterdir()) if self.path is not None else []
        return [path for path in inside if path.is_file() and not path.name.startswith(".")]

    def _tables(self) -> list[Path]:
        return [path for path in self._paths() if _ending(path) in _ENDINGS]

    def _strangers(self) -> list[Path]:
        """What was not opened, but for hidden files."""
        opened = {file.name for file in self.files}
        return [path for path in self._paths() if path.name not in opened]

    def _recognised(self, table: str) -> list[Grid]:
        """The files of no known name whose column names are those of the table: several only where it has parts."""
        found = [path for path in self._strangers() if self._is_recognised(path, table)]
        if len(found) > 1 and table not in IN_PARTS:
            return []
        for path in found:
            self.findings.notice(readers.READ_AS_TABLE(name=path.name[:60], table=table))
        grids = [grid for path in found for grid in self._read(path, table)]
        if table == "profiles":
            self.reports = [path for path in found if WORKBOOK.has_ending(path)]
        if table == "y_haplotypes":
            again = [path for path in self.reports if self._is_recognised(path, table)]
            grids += [grid for path in again for grid in self._read(path, table, again=True)]
        return grids + self._recognised_sheets(table) if table in IN_PARTS else grids or self._recognised_sheets(table)

    def _recognised_sheets(self, table: str) -> list[Grid]:
        """The sheet of no known name whose column names are those of the table: several only where it has parts."""
        for name in [name for name in self.sheets if name not in TABLES and table in IN_PARTS]:
            self.sheets[name] = with_stated_columns(self.sheets[name], self.stated)
        found = [name for name, grid in self.sheets.items() if name not in TABLES and self._is_sheet(grid, table)]
        if len(found) > 1 and table not in IN_PARTS:
            return []
        for name in found:
            self.findings.notice(readers.SHEET_READ_AS_TABLE(name=name[:40], table=table))
        return [self.sheets.pop(name) for name in found]

    def _is_sheet(self, grid: Grid, table: str) -> bool:
        return grid.header is not None and self.recognise(table, grid)

    def _is_recognised(self, path: Path, table: str) -> bool:
        if not path.is_file() or _ending(path) not in _ENDINGS or word_key(path.stem) in _KEYS:
            return False
        try:
            with HashedFile.open(path) as file:
                grids = _by_content(file, path, table, self._is_sheet, self.stated)
                return any(self._is_sheet(grid, table) for grid in grids)
        except InputError:
            return False

    def _read(self, path: Path, table: str, *, again: bool = False) -> list[Grid]:
        """The tables of a file; one that is read ``again`` for another table stands among the sources already."""
        try:
            file = HashedFile.open(path) if again else self.open(path)
            return _by_content(file, path, table, self._is_sheet, self.stated)
        except InputError as error:
            self.findings.add_problems(error.problems)
            return [Grid(path.name, iter(()), unreadable=True)]


def _ending(path: Path) -> str:
    return path.suffix.lower()


def _holds(path: Path, table: str) -> bool:
    """Whether a file's name is that of the table or, of a table in parts, begins with it and a separator."""
    key = word_key(path.stem)
    if key == word_key(table):
        return True
    begins = re.sub(r"[\s.(-]+", "_", path.stem.lower())
    return table in IN_PARTS and key not in _KEYS and begins.startswith(f"{table}_")


def _by_content(
    file: HashedFile,
    path: Path,
    table: str,
    recognise: Callable[[Grid, str], bool],
    stated: Mapping[str, str] = _NOTHING_STATED,
) -> list[Grid]:
    """Read a file as what its first bytes show, whatever its ending. A table in parts may be several sheets."""
    with path.open("rb") as beginning:
        head = beginning.read(4)
    kind = kind_of_table(path.name, head)
    sheets = {"": read_empop(path.name, file)} if head.startswith(EMPOP) else READERS[kind](path.name, file)
    if table in IN_PARTS:
        sheets = {name: with_stated_columns(grid, stated) for name, grid in sheets.items()}
    grids = [grid for grid in sheets.values() if recognise(grid, table)] if table in IN_PARTS else []
    if len(grids) < 2:
        grids = [_sheet(sheets, path.name, table, grids)]
    elif others := [sheet[:40] for sheet, grid in sheets.items() if grid not in grids]:
        grids[0].notices.append(readers.SHEETS_NOT_READ(file=path.name, names=tuple(others[:MOST_UNREAD_LISTED])))
    if WORKBOOK.has_ending(path) and kind is TEXT:
        grids[0].notices.append(readers.NO_WORKBOOK(file=path.name))
    return grids


def _sheet(sheets: Mapping[str, Grid], name: str, table: str, recognised: Sequence[Grid]) -> Grid:
    """The sheet of the table's name, or the one that is recognised, or else the first."""
    known = next((sheet for sheet, grid in sheets.items() if grid in recognised), next(iter(sheets)))
    taken = next((sheet for sheet in sheets if _KEYS.get(word_key(sheet)) == table), known)
    others = [sheet[:40] for sheet in sheets if sheet != taken]
    grid = sheets[taken]
    if others:
        grid.notices.append(readers.SHEETS_NOT_READ(file=name, names=tuple(others[:MOST_UNREAD_LISTED])))
    return grid


def _samples_in(path: Path, table: str) -> set[str]:
    """The cells of the column of samples; what is wrong with the file is said when it is read in earnest."""
    columns = Columns(needed=("sample",), filled=("sample",), others_allowed=True)
    try:
        with HashedFile.open(path) as file:
            (grid,) = _by_content(file, path, table, lambda _grid, _table: False)
            return {sample for _, (sample, _) in to_table(grid, columns, Findings()).texts("sample", "")}
    except InputError:
        return set()
