"""Alleles far beyond every ladder are asked about, and no allele that people really have."""

from __future__ import annotations

import csv
import os
from itertools import pairwise
from pathlib import Path

import pytest

from antigone.formats.frequencies.nist import nist1036, nist1036_alleles
from antigone.formats.labels.ladders import FAR, Ladder

SHARED = Path(os.environ.get("ANTIGONE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
GENOTYPES = SHARED / "data" / "nist1036_genotypes.csv"


def test_far__is_the_largest_gap_of_the_packaged_table():
    lengths = [sorted(map(float, alleles)) for alleles in nist1036_alleles().values()]
    assert max(high - low for of_marker in lengths for low, high in pairwise(of_marker)) == pytest.approx(FAR)


@pytest.mark.parametrize("population", [table.population for table in nist1036()])
def test_no_allele_of_the_packaged_table_is_asked_about(population):
    (table,) = (table for table in nist1036() if table.population == population)
    doubts = [Ladder(nist1036_alleles()[marker]).doubt(a) for marker, of in table.frequencies.items() for a in of]
    assert len(doubts) > 200
    assert not any(doubts)


@pytest.mark.skipif(not GENOTYPES.is_file(), reason="the genotypes of NIST in ../shared are absent")
def test_no_allele_of_nists_genotypes_is_asked_about():
    ladders = {marker: Ladder(alleles) for marker, alleles in nist1036_alleles().items()}
    with GENOTYPES.open(encoding="utf-8", newline="") as file:
        seen = {(row["marker"], row[allele]) for row in csv.DictReader(file) for allele in ("allele1", "allele2")}
    assert {marker for marker, _ in seen} == set(ladders)
    assert [one for one in sorted(seen) if ladders[one[0]].doubt(one[1])] == []


@pytest.mark.parametrize(
    ("marker", "label", "doubt"),
    [
        ("TH01", "93", "perhaps 9.3"),
        ("D21S11", "312", "perhaps 31.2"),
        ("FGA", "432", "perhaps 43.2"),
        ("TH01", "23", ""),
        ("TH01", "23.1", "far beyond"),
        ("D21S11", "12", "far beyond"),
        ("D21S11", "12.2", ""),
    ],
)
def test_doubt__by_the_range_and_its_margin(marker, label, doubt):
    asked = Ladder(nist1036_alleles()[marker]).doubt(label)
    assert asked.startswith(doubt)
    assert bool(asked) == bool(doubt)


def test_range__has_no_pools_of_strider():
    alleles = nist1036_alleles()["TH01"]
    assert (
        Ladder(alleles | {"1", "99"}).doubt("93")
        == Ladder(alleles).doubt("93")
        == "perhaps 9.3, its decimal point lost"
    )


def test_range__of_a_marker_without_tables_asks_nothing():
    assert Ladder(()).doubt("930") == ""
