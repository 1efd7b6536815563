"""One door for every kind of file that holds an incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from antigone.errors import InputError, Problem
from antigone.formats.casefolder.reader import read_case_folder, stated_title
from antigone.formats.exchange.incident import Stated, exchange_files, read_exchange
from antigone.formats.familias.choice import FamChoice
from antigone.formats.familias.reader import read_familias_incident
from antigone.formats.profiles.mapping import read_layout, with_stated_columns
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.kinds import READERS
from antigone.formats.reading.sources import HashedFile, read_bytes
from antigone.formats.sequencers.tables import columns_taken, holds_genotypes, looks_like
from antigone.model.file_kinds import FAMILIAS, kind_of_table
from antigone.model.incident.incident import Incident


def read_incident(
    paths: Path | str | Sequence[Path],
    attested_by: str | None = None,
    *,
    attested_on: dt.date | None = None,
    missing: Sequence[str] = (),
    pedigrees: Sequence[str] = (),
    known: Incident | None = None,
) -> Incident:
    """Read an incident: a case folder, its workbook (``.xlsx``), or Familias files (``.fam``) with a DVI part.

    Parameters
    ----------
    paths
        One path; or several Familias files, such as the families in one and the unidentified persons in another.
    attested_by
        Who attests the donors' consent. Needed for ``.fam``, which has no place for consent; refused for the
        others, whose table ``donors`` states each consent.
    missing, pedigrees
        Of ``.fam`` alone: the codes of missing persons (a star stands for any letters), and which pedigree counts
        where a family has several.
    known
        The incident that the files add to, as a registry knows it, without what was typed: what the files do not state
        is that of the incident, and of other formats than ``.fam`` one or several tables are enough.

    Raises
    ------
    InputError
        With every problem found.
    ConsentError
        When a ``.fam`` file is read and nobody attests.
    """
    several = [Path(paths)] if isinstance(paths, Path | str) else [*paths]
    if exchange := exchange_files(several):
        stated = Stated(attested_by, attested_on or dt.date.today(), missing)
        return read_exchange(several, exchange, stated, known)
    if several and all(FAMILIAS.has_ending(path) and not path.is_dir() for path in several):
        choice = FamChoice(tuple(missing), tuple(pedigrees))
        return read_familias_incident(several, attested_by or "", attested_on=attested_on, choice=choice, known=known)
    problems = _of_other_formats(several, attested_by, (*missing, *pedigrees), adds=known is not None)
    if problems:
        raise InputError(problems)
    return read_case_folder(several, known=known)


def read_columns(
    path: Path, layout: Path | None = None, *, any_table: bool = False
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each column of a genotype table is taken for, sheet by sheet; ``layout`` is a file that states columns. Of
    ``any_table`` also those that hold no genotypes, as far as anything can tell.

    Raises
    ------
    InputError
        When the file is no table of genotypes, with what it looks like, or the layout cannot be read.
    """
    findings = Findings()
    stated = read_layout(layout.name, read_bytes(layout), findings) if layout else {}
    findings.stop_on_problems()
    with HashedFile.open(path) as file, path.open("rb") as beginning:
        sheets = READERS[kind_of_table(path.name, beginning.read(4))](path.name, file)
        grids = [with_stated_columns(grid, stated) for grid in sheets.values()]
        found = [(grid.name, columns_taken(grid)) for grid in grids if any_table or holds_genotypes(grid)]
        if found:
            return found
        what, needed = looks_like(grids[0])
    remedy = "state its columns in a layout file, or rename them"
    raise InputError([Problem(path.name, 0, "", what or "no table", needed or "a table of genotypes", remedy)])


def read_title(paths: Path | str | Sequence[Path]) -> str:
    """The title that the files of an incident state, or the names of Familias files; empty when there is none.

    Nothing else is read, and no problem told: `read_incident` does both.
    """
    several = [Path(paths)] if isinstance(paths, Path | str) else [*paths]
    if any(not path.is_dir() for path in exchange_files(several)) and not any(path.is_dir() for path in several):
        return " and ".join(path.stem for path in several)
    if several and all(FAMILIAS.has_ending(path) and not path.is_dir() for path in several):
        return " and ".join(path.stem for path in several)
    try:
        return stated_title(several[0]) if len(several) == 1 else ""
    except InputError:
        return ""


def _of_other_formats(
    paths: Sequence[Path], attested_by: str | None, choices: Sequence[str], *, adds: bool
) -> list[Problem]:
    """What cannot be asked of a case folder or a workbook."""
    problems = []
    if len(paths) != 1 and not (adds and paths):
        remedy = "name one case folder or workbook; several Familias files (.fam) can be one incident"
        found = f"{len(paths)} paths that are not all Familias files"
        problems.append(Problem(", ".join(path.name for path in paths), 0, "", found, "one incident", remedy))
    name = paths[0].name if paths else ""
    if attested_by is not None and all(path.exists() for path in paths):
        remedy = "enter each consent in the table 'donors', and leave the attestation out"
        found = "an attestation for a format that states each consent"
        problems.append(Problem(name, 0, "", found, "no attestation", remedy))
    if choices:
        remedy = "state it in the table 'families' (column 'missing'), and leave the choice out"
        found = "a choice of pedigrees or missing persons for a format that states them"
        problems.append(Problem(name, 0, "", found, "no choice", remedy))
    return problems
