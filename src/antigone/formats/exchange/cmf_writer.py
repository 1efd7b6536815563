"""Unidentified remains as a file of CODIS, CMF 3.2: markers that the format names, genotypes that it can hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from antigone.errors import InputError, Problem
from antigone.model.incident.incident import UnidentifiedPerson

LONGEST_CODE, LONGEST_LABORATORY, LONGEST_USER = 24, 10, 20
"""Letters of a specimen's code, of a laboratory's and of a user's, in the schema of CMF."""
_LOCI = {
    **{name: name for name in (
        "CSF1PO", "D10S1248", "D12S391", "D13S317", "D16S539", "D18S51", "D19S433", "D1S1656", "D21S11", "D22S1045",
        "D2S1338", "D2S441", "D3S1358", "D5S818", "D7S820", "D8S1179", "FGA", "SE33", "TH01", "TPOX", "vWA",
    )},
    "Penta_D": "Penta D", "Penta_E": "Penta E",
}  # fmt: skip


@dataclass(frozen=True)
class Laboratories:
    """Who sends a file, to whom, and the user who does; ``source`` and ``destination`` are codes of laboratories."""

    source: str
    destination: str
    user: str


@dataclass(frozen=True)
class Written:
    """The text of a file, and how many persons and genotypes it could not hold."""

    text: str
    persons: int
    left_out_persons: int
    left_out_genotypes: int


def write_cmf(persons: Sequence[UnidentifiedPerson], laboratories: Laboratories, day: dt.date) -> Written:
    """The remains among persons; never a living seeker, never a donor.

    A marker that CMF does not name, a genotype of one known allele and several amplifications are left out and counted,
    since CMF writes one allele for a homozygote. Dates of readings are the day of the export.

    Raises
    ------
    InputError
        When a code is longer than the format allows.
    """
    _check(persons, laboratories)
    remains = [person for person in persons if person.kind == "remains"]
    held = [(person, loci) for person in remains if (loci := list(_genotypes(person)))]
    time = f"{day.isoformat()}T00:00:00"
    if remains and not held:
        found, expected = "remains without a genotype that CMF can hold", "both alleles at a marker of CODIS"
        raise InputError([Problem("CMF", 0, "", found, expected, "export a case folder")])
    specimens = "".join(_specimen(person.code, loci, laboratories.user, time) for person, loci in held)
    head = (
        f"<HEADERVERSION>3.2</HEADERVERSION><MESSAGETYPE>Import</MESSAGETYPE>"
        f"<DESTINATIONORI>{escape(laboratories.destination)}</DESTINATIONORI>"
        f"<SOURCELAB>{escape(laboratories.source)}</SOURCELAB>"
        f"<SUBMITBYUSERID>{escape(laboratories.user)}</SUBMITBYUSERID><SUBMITDATETIME>{time}</SUBMITDATETIME>"
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<CODISImportFile xmlns="urn:CODISImportFile-schema">{head}\n'
    typed = sum(len(person.profile.genotypes) + len(person.replicates) for person in remains)
    written = sum(len(loci) for _, loci in held)
    return Written(f"{text}{specimens}</CODISImportFile>\n", len(held), len(persons) - len(held), typed - written)


def _check(persons: Sequence[UnidentifiedPerson], laboratories: Laboratories) -> None:
    problems = [
        Problem("CMF", 0, "", f"the code '{person.code}'", f"at most {LONGEST_CODE} letters", "shorten the code")
        for person in persons
        if person.kind == "remains" and len(person.code) > LONGEST_CODE
    ]
    given = ((laboratories.source, LONGEST_LABORATORY), (laboratories.destination, LONGEST_LABORATORY))
    for text, longest in (*given, (laboratories.user, LONGEST_USER)):
        if not 1 <= len(text) <= longest:
            expected = f"1 to {longest} letters"
            problems.append(
                Problem("CMF", 0, "", f"'{text[:40]}'", expected, "give the code of the laboratory or user")
            )
    if problems:
        raise InputError(problems)


def _genotypes(person: UnidentifiedPerson) -> Iterator[tuple[str, tuple[str, ...]]]:
    for marker, (first, second) in person.profile.genotypes.items():
        if marker in _LOCI and first is not None and second is not None:
            yield _LOCI[marker], (first,) if first == second else (first, second)


def _specimen(code: str, loci: Sequence[tuple[str, tuple[str, ...]]], user: str, time: str) -> str:
    read = f"<READINGBY>{escape(user)}</READINGBY><READINGDATETIME>{time}</READINGDATETIME>"
    typed = "".join(
        f"<LOCUS><LOCUSNAME>{escape(name)}</LOCUSNAME>{read}"
        + "".join(f"<ALLELE><ALLELEVALUE>{escape(allele)}</ALLELEVALUE></ALLELE>" for allele in alleles)
        + "</LOCUS>"
        for name, alleles in loci
    )
    category = "<SPECIMENCATEGORY>Unidentified Person</SPECIMENCATEGORY>"
    return f"<SPECIMEN SOURCEID={quoteattr('No')}><SPECIMENID>{escape(code)}</SPECIMENID>{category}{typed}</SPECIMEN>\n"
