"""An incident from files in which programs hand on families and profiles, alone or beside tables of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from antigone.errors import ConsentError, InputError
from antigone.formats.casefolder.folder import CaseFiles
from antigone.formats.casefolder.reader import incident_of, is_table, without_collection
from antigone.formats.exchange.declared import Attested, Declared
from antigone.formats.exchange.files import ExchangeFiles, Kind, kind_of
from antigone.formats.frequencies.nist import NIST_1036
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Grid
from antigone.model.incident.incident import Incident
from antigone.model.statements import exchange as said

_PEOPLE = ("families", "donors", "unidentified")


def exchange_files(paths: Sequence[Path]) -> dict[Path, Kind]:
    """The exchange files among paths, or in the one folder that is given; a list of markers alone is none."""
    folder = len(paths) == 1 and paths[0].is_dir()
    candidates = sorted(paths[0].iterdir()) if folder else paths
    found = {path: kind for path in candidates if not path.name.startswith(".") and (kind := kind_of(path))}
    return found if any(kind != "names" for kind in found.values()) else {}


@dataclass(frozen=True)
class Stated:
    """What the one who reads exchange files states: who attests consent, and who is missing."""

    attested_by: str | None
    attested_on: dt.date
    missing: Sequence[str] = ()


def read_exchange(
    paths: Sequence[Path], kinds: Mapping[Path, Kind], stated: Stated, known: Incident | None = None
) -> Incident:
    """Read exchange files as one incident, with whatever tables and settings of ours stand beside them.

    What has no frequencies takes the packaged ones, and says so; what a table of ours states counts.

    Raises
    ------
    ConsentError
        When there are donors, no table of donors, and nobody attests.
    InputError
        With every problem found.
    """
    others = [path for path in paths if path not in kinds]
    folder = others[0] if others and others[0].is_dir() else None
    findings, name = Findings(), folder.name if folder else ", ".join(path.name for path in paths)
    where = folder or (others[0].parent if others else None)
    files = CaseFiles(name, where, findings, is_table, only=() if folder else others, adds=True)
    with closing(files), without_collection():
        workbook = files.workbook() if where else None
        if workbook is not None:
            files.open_workbook(workbook)
        declared = _declared(files, kinds, stated)
        findings.stop_on_problems()
        title_stated = _settle(files, declared, stated, known)
        incident = incident_of(files, known)
    return incident if title_stated else replace(incident, title_stated=False)


def _declared(files: CaseFiles, kinds: Mapping[Path, Kind], stated: Stated) -> list[Declared]:
    """What each file declares; the names of markers are read first."""
    reader = ExchangeFiles(stated.missing, files.findings)
    for path in (path for path, kind in kinds.items() if kind == "names"):
        reader.take_names(files.open(path).read())
    found = []
    for path, kind in kinds.items():
        if kind != "names":
            try:
                found.append(reader.read(path, kind, files.open(path).read()))
            except InputError as error:
                files.findings.add_problems(error.problems)
    return found


def _settle(files: CaseFiles, declared: Sequence[Declared], stated: Stated, known: Incident | None) -> bool:
    """Give the tables that the folder has not; whether a title is stated."""
    own = {table for table in _PEOPLE if files.holds(table)}
    attests = (stated.attested_by or "").strip()
    attested = Attested(attests, stated.attested_on) if attests else None
    if any(one.has_donors for one in declared) and not own & {"donors", "families"} and attested is None:
        names = ", ".join(one.name for one in declared if one.has_donors)
        raise ConsentError(
            f"{names} has no place for the consent of the donors; state who attests that every donor consented, and "
            "where the consents are kept (--consent-attested), or enter the consents in a table 'donors'"
        )
    whose = own | ({"families", "donors"} if "families" in own else set())
    for table in _PEOPLE:
        grids = [(one.name, grid) for one in declared if (grid := one.table(table, attested)) is not None]
        if table in whose:
            for file in {file for file, _ in grids}:
                files.findings.notice(said.OWN_TABLE_COUNTS(table=table, file=file))
        elif grids:
            files.given[table] = [_joined(grids)]
    files.given["profiles"] = [grid for one in declared for grid in one.typed()]
    if files.settings_file() is not None or "incident" in files.sheets or known is not None:
        return True
    settings = [(1, ("title", " and ".join(Path(one.name).stem for one in declared)))]
    if not files.holds("frequencies"):
        settings.append((2, ("frequencies.builtin", NIST_1036)))
        files.findings.notice(said.PACKAGED_FREQUENCIES(file=files.name, table=NIST_1036))
    files.sheets["incident"] = Grid(files.name, iter(settings), (0, ("key", "value")))
    return False


def _joined(grids: Sequence[tuple[str, Grid]]) -> Grid:
    """The rows of several files as one table, which comes once in an incident."""
    first = grids[0][1]
    if len(grids) == 1:
        return first
    rows = (row for _, grid in grids for row in grid.rows)
    return Grid(" and ".join(file for file, _ in grids), rows, first.header)
