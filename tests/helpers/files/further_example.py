"""What several tests share: see ``test_further``, where it is used most."""

from __future__ import annotations

from pathlib import Path

import pytest

Y_LOCI = ("DYS19", "DYS390", "DYS391", "DYS392", "DYS393", "DYS437")


FILES = {
    "incident.toml": (
        'title = "Flood 2026"\n[lineage.y]\ndatabase_size = 999\nrate = 0.002\ntwo_steps = 0.0\n'
        "[lineage.y.rates]\nDYS19 = 0.01\n[lineage.mt]\nrate = 0.0\n"
        "[circumstances.findings.hip-prosthesis]\nfrequency = 0.01\n[search]\nthreshold = 1\n"
    ),
    "families.csv": (
        "family,member,sex,father,mother,missing\n"
        "F1,GF,male,,,\nF1,FA,male,GF,,\nF1,UN,male,GF,,\nF1,MO,female,,,\nF1,SON,male,FA,MO,yes\n"
    ),
    "donors.csv": (
        "family,member,sample,consent_reference,consent_date,consent_scope\n"
        "F1,FA,R1,C-1,2026-01-05,identification\nF1,UN,R2,C-2,2026-01-05,identification\n"
        "F1,MO,R3,C-3,2026-01-05,identification\n"
    ),
    "unidentified.csv": "sample,sex,kind,request\nPM1,male,remains,\nPM2,male,,\n",
    "profiles.csv": "sample,marker,allele1,allele2\nR1,TH01,6,6\nPM1,TH01,6,7\nPM2,TH01,7,7\nR3,TH01,7,7\n",
    "frequencies.csv": (
        "population,marker,allele,frequency,alleles_sampled\nCoast,TH01,6,0.4,400\nCoast,TH01,7,0.6,400\n"
    ),
    "y_haplotypes.csv": "sample,marker,alleles\n"
    + "".join(f"{sample},{locus},14\n" for sample in ("R1", "R2", "PM1") for locus in Y_LOCI)
    + "PM1,DYS385 a/b,11/14\nR1,DYS385,14/11\nPM2,DYS19,15\nPM2,DYS448,0\n",
    "y_counts.csv": "sample,count\nPM1,0\n",
    "mt_haplotypes.csv": (
        "sample,range,differences\nPM1,16024-16365,16189Y\nPM1,73-340,263G 309.1C\nR3,16024-576,A263G 16189C\n"
    ),
    "mt_reference.csv": "count,range,differences\n3,16024-576,263G\n1,16024-576,263G 16189C\n5,73-340,\n",
    "circumstances_missing.csv": (
        "family,member,age_from,age_to,last_seen,places,findings\n"
        "F1,SON,30,34,2026-01-01,bay shore,hip-prosthesis:present\n"
    ),
    "circumstances_unidentified.csv": (
        "sample,age_from,age_to,found,place,findings\nPM1,25,40,2026-02-01,bay,hip-prosthesis:present\n"
    ),
}


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path)


def write(path: Path, **changes: str | None) -> Path:
    folder = path / "case"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    for name, changed in changes.items():
        file = folder / f"{name}.{'toml' if name == 'incident' else 'csv'}"
        file.unlink() if changed is None else file.write_text(changed, "utf-8")
    return folder
