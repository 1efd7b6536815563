"""Every format of a genotype or haplotype table that docs/formats.md lists: its example is read, or asked about."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.model.incident.incident import Incident

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHARED = Path(os.environ.get("ANTIGONE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
FORMATS, INPUTS = SHARED / "field" / "formats", SHARED / "field" / "inputs"
needs_shared = pytest.mark.skipif(not FORMATS.is_dir(), reason="the formats of laboratories in ../shared are absent")

WHOLE = {
    "GeneMapper wide": "genemapper_wide.txt",
    "NIST 1036 genotypes": "nist1036_genotypes.csv",
    "OSIRIS": "osiris_tab.txt",
    "LabRetriever": "labretriever_genemapper.txt",
    "LUS+": "lusplus_efm.csv",
    "bracketed alleles": "bracketed_mpsproto.csv",
}
"""Tables of all four samples, by the name in the matrix."""
OF_ONE = {
    "ForenSeq UAS": ("forenseq_uas_sample_report.xlsx", "report.xlsx"),
    "STRait Razor": ("strait_razor_v3.txt", "PM001.txt"),
    "GeneMarker HTS": ("genemarker_hts_str_table.csv", "table.csv"),
}
"""Files of PM001 alone, and the name under which they are laid into the folder."""
OTHERS = {
    "GeneMapper long", "GeneMarker HID", "EuroForMix", "STRmix", "strvalidator", "GENis", "Familias", "lusSTR",
    "Y tables (YHRD)", "EMPOP", "GENis mito",
}  # fmt: skip
"""Rows of the matrix whose examples are in tests/formats/test_genotype_tables.py and test_haplotype_tables.py."""


def folder(tmp_path: Path, name: str, content: bytes, *, without: str = "") -> Path:
    """num00 with another file in place of its profiles, or of those of one sample."""
    place = tmp_path / "case"
    shutil.copytree(INPUTS / "num00", place)
    lines = (place / "profiles.txt").read_text().splitlines(True)
    (place / "profiles.txt").unlink()
    if without:
        (place / "others.txt").write_text("".join(line for line in lines if not line.startswith(without)))
    (place / name).write_bytes(content)
    return place


def genotypes(incident: Incident) -> dict[str, dict[str, tuple[str | None, ...]]]:
    donors = [donor.profile for family in incident.families for donor in family.donors]
    profiles = [*donors, *(person.profile for person in incident.unidentified)]
    return {one.sample: {marker: tuple(sorted(map(str, g))) for marker, g in one.genotypes.items()} for one in profiles}


@needs_shared
@pytest.mark.parametrize("name", WHOLE)
def test_format__shows_the_genotypes_of_all_samples(tmp_path, name):
    read = read_case_folder(folder(tmp_path, "export" + Path(WHOLE[name]).suffix, (FORMATS / WHOLE[name]).read_bytes()))
    assert genotypes(read) == genotypes(read_case_folder(INPUTS / "num00"))


@needs_shared
@pytest.mark.parametrize("name", OF_ONE)
def test_format__shows_the_genotypes_of_one_sample_beside_the_others(tmp_path, name):
    example, called = OF_ONE[name]
    read = read_case_folder(folder(tmp_path, called, (FORMATS / example).read_bytes(), without="PM001"))
    assert genotypes(read) == genotypes(read_case_folder(INPUTS / "num00"))


@needs_shared
@pytest.mark.parametrize(
    ("name", "found"),
    [("empop.emp", "haplotypes in 'mt_haplotypes' without frequencies"), ("genis_mito.txt", "position 263, outside")],
)
def test_format__of_mtdna_is_asked_about(tmp_path, name, found):
    """As of s02: haplotypes need frequencies. The example of GENis has a difference outside its stated range."""
    place = folder(tmp_path, name, (FORMATS / name).read_bytes(), without="-")
    with pytest.raises(InputError) as error:
        read_case_folder(place)
    assert found in str(error.value)


@needs_shared
def test_empop__is_read_where_its_haplotypes_have_frequencies(tmp_path):
    place = folder(tmp_path, "a.emp", (FORMATS / "empop.emp").read_bytes(), without="-")
    (place / "mt_counts.csv").write_text("sample,count\nPM001,0\n")
    with (place / "incident.toml").open("a") as file:
        file.write("[lineage.mt]\ndatabase_size = 1000\n")
    read = read_case_folder(place)
    assert {sample: len(one.differences) for sample, one in read.further.mt.items()} == {"R002": 4, "PM001": 4}


def test_matrix__has_every_format_that_is_tried():
    """And no other."""
    text = (DOCS / "formats.md").read_text()
    table = text[text.index("| program or form |") :].partition("\n\n")[0]
    rows = [re.split(r"\s*\|\s*", line)[1] for line in table.splitlines()[2:]]
    assert sorted(rows) == sorted({*WHOLE, *OF_ONE, *OTHERS})
