"""One door for every kind of file that holds an incident."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from antigone.errors import InputError, Problem
from antigone.formats.casefolder import read_case_folder
from antigone.formats.familias import read_familias_incident
from antigone.model.case import Incident


def read_incident(path: Path | str, attested_by: str | None = None, *, attested_on: dt.date | None = None) -> Incident:
    """Read an incident: a case folder, its workbook (``.xlsx``), or a Familias file (``.fam``) with a DVI part.

    Parameters
    ----------
    attested_by
        Who attests the donors' consent. Needed for ``.fam``, which has no place for consent; refused for the
        others, whose table ``donors`` states each consent.

    Raises
    ------
    InputError
        With every problem found.
    ConsentError
        When a ``.fam`` file is read and nobody attests.
    """
    path = Path(path)
    if path.suffix.lower() == ".fam" and not path.is_dir():
        return read_familias_incident(path, attested_by or "", attested_on=attested_on)
    if attested_by is not None:
        remedy = "enter each consent in the table 'donors', and leave the attestation out"
        found = "an attestation for a format that states each consent"
        raise InputError([Problem(path.name, 0, "", found, "no attestation", remedy)])
    return read_case_folder(path)
