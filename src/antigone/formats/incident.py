"""One door for every kind of file that holds an incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from antigone.errors import InputError, Problem
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.familias.choice import FamChoice
from antigone.formats.familias.reader import read_familias_incident
from antigone.model.file_kinds import FAMILIAS
from antigone.model.incident.incident import Incident


def read_incident(
    paths: Path | str | Sequence[Path],
    attested_by: str | None = None,
    *,
    attested_on: dt.date | None = None,
    missing: Sequence[str] = (),
    pedigrees: Sequence[str] = (),
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

    Raises
    ------
    InputError
        With every problem found.
    ConsentError
        When a ``.fam`` file is read and nobody attests.
    """
    several = [Path(paths)] if isinstance(paths, Path | str) else [*paths]
    if several and all(FAMILIAS.has_ending(path) and not path.is_dir() for path in several):
        choice = FamChoice(tuple(missing), tuple(pedigrees))
        return read_familias_incident(several, attested_by or "", attested_on=attested_on, choice=choice)
    problems = _of_other_formats(several, attested_by, (*missing, *pedigrees))
    if problems:
        raise InputError(problems)
    return read_case_folder(several[0])


def _of_other_formats(paths: Sequence[Path], attested_by: str | None, choices: Sequence[str]) -> list[Problem]:
    """What cannot be asked of a case folder or a workbook."""
    problems = []
    if len(paths) != 1:
        remedy = "name one case folder or workbook; several Familias files (.fam) can be one incident"
        found = f"{len(paths)} paths that are not all Familias files"
        problems.append(Problem(", ".join(path.name for path in paths), 0, "", found, "one incident", remedy))
    name = paths[0].name if paths else ""
    if attested_by is not None:
        remedy = "enter each consent in the table 'donors', and leave the attestation out"
        found = "an attestation for a format that states each consent"
        problems.append(Problem(name, 0, "", found, "no attestation", remedy))
    if choices:
        remedy = "state it in the table 'families' (column 'missing'), and leave the choice out"
        found = "a choice of pedigrees or missing persons for a format that states them"
        problems.append(Problem(name, 0, "", found, "no choice", remedy))
    return problems
