"""What several tests share: see ``test_casefolder``, where it is used most."""

from __future__ import annotations

from pathlib import Path

import pytest

from antigone.errors import InputError, Problem
from antigone.formats.casefolder.reader import read_case_folder

FILES = {
    "incident.toml": 'title = "Flood 2026"\n',
    "families.csv": (
        "family,member,sex,father,mother,missing\n"
        "F1,FA,male,,,no\n"
        "F1,MO,female,,,no\n"
        "F1,SON,male,FA,MO,yes\n"
        "F2,SIS,female,X,Y,\n"
        "F2,BRO,male,X,Y,yes\n"
        "F2,X,male,,,\n"
        "F2,Y,female,,,\n"
    ),
    "donors.csv": (
        "family,member,sample,consent_reference,consent_date,consent_scope,consent_expires,consent_withdrawn\n"
        "F1,FA,R1,C-1,2026-01-05,identification,,\n"
        "F1,MO,R2,C-2,2026-01-05,identification research,2027-01-01,2026-02-01\n"
        "F2,SIS,R3,,,,,\n"
    ),
    "unidentified.csv": "sample,sex,kind,request\nPM1,male,remains,\nPM2,,,\n",
    "profiles.csv": (
        "sample,marker,allele1,allele2\n"
        "R1,TH01,6,9.3\n"
        "R1,vWA,14,14\n"
        "R2,TH01,6,7\n"
        "R3,TH01,7,7\n"
        "PM1,TH01,6,?\n"
        "PM2,vWA,14,15\n"
    ),
    "frequencies.csv": (
        "population,marker,allele,frequency,alleles_sampled\n"
        "Here,TH01,6,0.25,200\nHere,TH01,7,0.5,200\nHere,TH01,9.3,0.25,200\n"
        "Here,vWA,14,0.5,200\nHere,vWA,15,0.5,200\n"
    ),
}


HEADER = {name: text.splitlines()[0] + "\n" for name, text in FILES.items()}


def folder(path: Path, **changes: str | None) -> Path:
    """The good folder with some files replaced; ``None`` leaves a file out."""
    texts: dict[str, str | None] = {**FILES, **{name.replace("__", "."): text for name, text in changes.items()}}
    for name, text in texts.items():
        if text is not None:
            (path / name).write_text(text, encoding="utf-8")
    return path


def edited(name: str, old: str, new: str) -> dict[str, str]:
    assert old in FILES[name]
    return {name.replace(".", "__"): FILES[name].replace(old, new)}


def problems(path: Path) -> list[Problem]:
    with pytest.raises(InputError) as error:
        read_case_folder(path)
    return list(error.value.problems)


def places(path: Path) -> list[tuple[str, int, str]]:
    return [(p.file, p.line, p.column) for p in problems(path)]


PROFILE_FAULTS = {
    "an allele far beyond": (HEADER["profiles.csv"] + "R1,TH01,6,93\n", 2, "allele2"),
    "empty second allele": (HEADER["profiles.csv"] + "R1,TH01,6,\n", 2, "allele2"),
    "empty first allele": (HEADER["profiles.csv"] + "R1,TH01,,6\n", 2, "allele1"),
    "unknown first allele": (HEADER["profiles.csv"] + "R1,TH01,?,6\n", 2, "allele1"),
    "a range": (HEADER["profiles.csv"] + "R1,TH01,6,>11\n", 2, "allele2"),
    "a date": (HEADER["profiles.csv"] + "R1,TH01,6,9-Mar\n", 2, "allele2"),
    "a word": (HEADER["profiles.csv"] + "R1,TH01,6,abc\n", 2, "allele2"),
    "a decimal comma in a comma table": (HEADER["profiles.csv"] + 'R1,TH01,6,"9,3"\n', 2, "allele2"),
    "a marker without frequencies": (HEADER["profiles.csv"] + "R1,D99S1,6,6\n", 2, "marker"),
    "a sample of nobody": (HEADER["profiles.csv"] + "R9,TH01,6,6\n", 2, "sample"),
    "no marker": (HEADER["profiles.csv"] + "R1,,6,6\n", 2, "marker"),
    "a ragged row": (HEADER["profiles.csv"] + "R1,TH01,6,9,3\n", 2, ""),
    "a missing column": ("sample,marker,allele1\nR1,TH01,6\n", 1, "allele2"),
    "an unknown column": ("sample,marker,allele1,allele2,plate\nR1,TH01,6,6,7\n", 1, "plate"),
    "a column twice": ("sample,marker,allele1,allele2,Allele 2\nR1,TH01,6,6,7\n", 1, "allele2"),
    "an empty file": ("", 1, ""),
    "an open quotation mark": (HEADER["profiles.csv"] + 'R1,TH01,"6,6\n', 2, ""),
}


FAMILY_FAULTS = {
    "father is female": (("F1,SON,male,FA,MO,yes", "F1,SON,male,MO,FA,yes"), 4, "father"),
    "absent parent": (("F1,SON,male,FA,MO,yes", "F1,SON,male,ZZ,MO,yes"), 4, "father"),
    "own ancestor": (("F1,FA,male,,,no", "F1,FA,male,SON,,no"), 2, "member"),
    "doubled member": (("F1,MO,female,,,no", "F1,FA,male,,,no"), 3, "member"),
    "unknown word for sex": (("F1,FA,male,,,no", "F1,FA,1,,,no"), 2, "sex"),
    "no missing member": (("F1,SON,male,FA,MO,yes", "F1,SON,male,FA,MO,no"), 2, "missing"),
    "unknown word for missing": (("F1,FA,male,,,no", "F1,FA,male,,,perhaps"), 2, "missing"),
    "no member code": (("F1,FA,male,,,no", "F1,,male,,,no"), 2, "member"),
}


DONOR_FAULTS = {
    "the missing person": (("F1,FA,R1,", "F1,SON,R1,"), 2, "member"),
    "unknown family": (("F1,FA,R1,", "F9,FA,R1,"), 2, "family"),
    "unknown member": (("F1,FA,R1,", "F1,UNCLE,R1,"), 2, "member"),
    "sample twice": (("F1,MO,R2,", "F1,MO,R1,"), 3, "sample"),
    "member twice": (("F1,MO,R2,", "F1,FA,R2,"), 3, "member"),
    "also unidentified": (("F1,FA,R1,", "F1,FA,PM1,"), 2, "sample"),
    "ambiguous date": (("C-1,2026-01-05", "C-1,05/01/2026"), 2, "consent_date"),
    "impossible date": (("C-1,2026-01-05", "C-1,2026-02-30"), 2, "consent_date"),
    "no date": (("C-1,2026-01-05", "C-1,"), 2, "consent_date"),
    "no scope": (("2026-01-05,identification,,", "2026-01-05,,,"), 2, "consent_scope"),
    "expired before given": (
        ("2026-01-05,identification,,", "2026-01-05,identification,2025-01-01,"),
        2,
        "consent_expires",
    ),
}
