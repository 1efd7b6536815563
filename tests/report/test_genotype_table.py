"""The genotypes behind a candidate, as an expert sees them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from report_example import candidate as some_candidate

from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.report.tables.genotypes import GenotypeTable, genotype_table

CONSENT = Consent("C", dt.date(2026, 1, 5))
KIN = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"))
CANDIDATE = replace(
    some_candidate(1, "PM1", "F1", "MP", 3.0, "strong"),
    log10_lr={"Here": 3.5, "There": 9.0},
    smallest_population="Here",
    log10_lr_by_marker={"Here": {"TH01": 1.0, "vWA": 2.0}, "There": {"TH01": 4.0, "vWA": 5.0}},
    log10_lr_beyond={"sex": {"Here": 0.5, "There": 0.0}},
    markers_compared=("TH01", "vWA"),
    markers_missing=("FGA", "SE33"),
    mutations=(),
)
PERSON = UnidentifiedPerson(
    "PM1", Profile("PM1", {"TH01": ("6", "9.3"), "SE33": ("17", None)}), replicates={"vWA": (("14", "15"), ("15",), ())}
)
MOTHER = Donor("MO", Profile("S-MO", {"TH01": ("9.3", "9.3"), "vWA": ("15", "16")}), CONSENT)
FATHER = Donor("FA", Profile("S-FA", {"TH01": ("6", "7"), "vWA": ("14", None)}), CONSENT)
FAMILY = Family("F1", KIN, ("MP",), (MOTHER, FATHER))


def written(table: GenotypeTable) -> dict[str, list[str]]:
    def one(cell):
        readings = (
            "/".join([f"{a.label}:{a.shared}" for a in reading] + ["?"] * unknown)
            for reading, unknown in zip(cell.readings, cell.one_known, strict=True)
        )
        return " ".join(reading or "nothing" for reading in readings)

    return {row.marker: [one(cell) for cell in row.cells] for row in table.rows}


def test_table__marks_what_the_unidentified_person_shows_too_in_the_order_of_the_pedigree():
    table = genotype_table(CANDIDATE, FAMILY, PERSON)
    assert table.relatives == ("FA", "MO")
    assert written(table) == {
        "TH01": ["6:1/9.3:2", "6:1/7:0", "9.3:2/9.3:2"],
        "vWA": ["14:1/15:2 15:2 nothing", "14:1/?", "15:2/16:0"],
        "SE33": ["17:1/?", "", ""],
    }


def test_table__adds_up_to_the_log10_lr_of_the_population_where_it_is_smallest():
    table = genotype_table(CANDIDATE, FAMILY, PERSON)
    assert [row.log10_lr for row in table.rows] == [1.0, 2.0, None]
    total = sum(row.log10_lr or 0 for row in table.rows) + sum(table.beyond.values())
    assert table.population == "Here"
    assert total == pytest.approx(table.log10_lr)


def test_table__shows_the_members_that_are_named_and_nobody_else():
    table = genotype_table(CANDIDATE, FAMILY, PERSON, shown=["MO"])
    assert table.relatives == ("MO",)
    assert written(table)["TH01"] == ["6:1/9.3:2", "9.3:2/9.3:2"]


def test_table__of_a_group_of_samples_shows_each_of_them():
    other = UnidentifiedPerson("PM2", Profile("PM2", {"TH01": ("6", "6"), "FGA": ("21", "22")}))
    group = UnidentifiedPerson("G1", Profile("G1", {"TH01": ("6", "9.3")}), parts=(PERSON, other))
    found = written(genotype_table(CANDIDATE, FAMILY, group, shown=[]))
    assert found["TH01"] == ["6:1/9.3:2 6:1/6:1"]
    assert found["FGA"] == ["21:1/22:2"]
