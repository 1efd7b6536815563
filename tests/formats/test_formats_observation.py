"""Rates, replicates and peak heights in our own tables and in GeneMapper's: read, refused with a remedy, written."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from antigone.casework.pairs.search import search_incident
from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.casefolder.writer import write_case_folder
from antigone.formats.profiles.genemapper import read_genemapper
from antigone.model.assumptions.observation import HeightCurve, MarkerRates, ObservationModel, ObservationRates
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.report.words.statements import say_all

FREQUENCIES = "population,marker,allele,frequency,alleles_sampled\n" + "".join(
    f"Coast,{marker},{allele},0.2,400\n" for marker in ("TH01", "FGA", "DXS10103") for allele in (6, 7, 8, 9, 10)
)
DEGRADED = "[observation]\ndropout = 0.2\ndropin = 0.01\nerror = 0.001\n"


def case_folder(
    path: Path, *, profiles: str = "", unidentified: str = "sample,sex\nPM1,male\n", settings: str = DEGRADED,
    header: str = "sample,marker,allele1,allele2,allele3,replicate",
) -> Path:  # fmt: skip
    path.mkdir(exist_ok=True)
    reference = "R1,TH01,6,7" + "," * (header.count(",") - 3)
    for name, text in {
        "incident.toml": f'title = "Ferry"\n{settings}',
        "families.csv": "family,member,sex,father,mother,missing\nF1,FA,male,,,no\nF1,SON,male,FA,,yes\n",
        "donors.csv": "family,member,sample,consent_reference,consent_date,consent_scope\n"
        "F1,FA,R1,C1,2026-01-01,identification\n",
        "unidentified.csv": unidentified,
        "profiles.csv": f"{header}\n{reference}\n{profiles}",
        "frequencies.csv": FREQUENCIES,
    }.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def read(path: Path, **parts: str) -> Incident:
    return read_case_folder(case_folder(path / "case", **parts))


def problem(path: Path, **parts: str) -> str:
    with pytest.raises(InputError) as refusal:
        read(path, **parts)
    return str(refusal.value)


def only(incident: Incident) -> UnidentifiedPerson:
    [person] = incident.unidentified
    return person


def test_profiles__replicates_are_kept_apart_and_one_is_a_genotype(tmp_path):
    person = only(
        read(
            tmp_path,
            profiles="PM1,TH01,6,6,,1\nPM1,TH01,nothing,,,2\nPM1,TH01,6,7,8,3\nPM1,TH01,7,?,,4\nPM1,FGA,6,9,,a\n",
        )
    )
    assert person.replicates == {"TH01": (("6", "6"), (), ("6", "7", "8"), ("7", None))}
    assert person.profile.genotypes == {"FGA": ("6", "9")}
    assert person.typed_markers == {"TH01", "FGA"}


def test_profiles__nothing_and_three_alleles_need_no_replicate_column(tmp_path):
    header = "sample,marker,allele1,allele2,allele3"
    person = only(read(tmp_path, profiles="PM1,TH01,nothing,,\nPM1,FGA,6,7,8\n", header=header))
    assert person.replicates == {"TH01": ((),), "FGA": (("6", "7", "8"),)}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("PM1,TH01,6,7,,1\nPM1,TH01,6,8,,1\n", "a second time in '1'"),
        ("PM1,TH01,6,7,,\nPM1,TH01,6,8,,1\n", "with and without a replicate"),
        ("PM1,TH01,nothing,7,,1\n", "an allele beside 'nothing'"),
        ("PM1,TH01,6,,,1\n", "an empty cell"),
        ("R1,FGA,6,7,,1\nR1,FGA,6,8,,2\n", "a reference is taken as read"),
        ("R1,FGA,nothing,,,\n", "remove the row of a marker that showed nothing"),
    ],
)
def test_profiles__replicates_that_cannot_be_read_are_refused(tmp_path, rows, words):
    assert words in problem(tmp_path, profiles=rows)


@pytest.mark.parametrize(
    ("rows", "settings", "words"),
    [
        ("PM1,TH01,6,7,8,1\n", "[observation]\ndropout = 0.2\n", "state a drop-in rate above 0"),
        ("PM1,TH01,6,7,,1\nPM1,TH01,8,9,,2\n", "[observation]\ndropout = 0.2\n", "state a drop-in or error rate"),
        ("PM1,TH01,6,7,,1\nPM1,TH01,6,6,,2\n", "", "amplifications that differ, with drop-out 0"),
        ("PM1,TH01,nothing,,,1\n", "", "nothing seen, with drop-out 0"),
        (
            "PM1,DXS10103,6,7,,1\nPM1,DXS10103,6,6,,2\n",
            "[observation]\ndropout = 0.2\n",
            "state a drop-in rate above 0",
        ),
    ],
)
def test_profiles__what_no_rate_explains_is_refused_with_the_remedy(tmp_path, rows, settings, words):
    assert words in problem(tmp_path, profiles=rows, settings=settings)


def test_profiles__four_alleles_are_a_mixture_whatever_the_drop_in(tmp_path):
    header = "sample,marker,allele1,allele2,allele3,allele4,replicate"
    assert "check for a mixture" in problem(tmp_path, profiles="PM1,TH01,6,7,8,9,1\n", header=header)


def test_profiles__a_drop_in_of_a_male_on_the_x_is_possible_as_a_replicate(tmp_path):
    person = only(read(tmp_path, profiles="PM1,DXS10103,6,7,,1\nPM1,DXS10103,6,6,,2\n"))
    assert person.replicates == {"DXS10103": (("6", "7"), ("6", "6"))}


def test_unidentified__empty_rates_are_the_common_ones(tmp_path):
    people = read(
        tmp_path,
        unidentified="sample,sex,dropout,dropin,error,peak_height\nPM1,male,0.4,,,\nPM2,,estimate,0.05,,120\nPM3,,,,,80\n",
    ).unidentified
    assert people[0].rates == ObservationRates(0.4, 0.01, 0.001)
    assert (people[1].estimate_dropout, people[1].rates, people[1].peak_height) == (
        True,
        ObservationRates(0.2, 0.05, 0.001),
        120.0,
    )
    assert (people[2].rates, people[2].peak_height) == (None, 80.0)


@pytest.mark.parametrize("cell", ["1.5", "much", "-0.1"])
def test_unidentified__a_rate_that_is_none_is_refused(tmp_path, cell):
    words = problem(tmp_path, unidentified=f"sample,sex,dropout\nPM1,male,{cell}\n")
    assert 'a probability from 0 to 1, and below 1, or "estimate"' in words


def test_settings__rates_of_markers_estimates_and_the_curve_of_peak_heights(tmp_path):
    settings = (
        '[observation]\ndropout = "peak heights"\nerror = 0.001\n[observation.peak_heights]\nintercept = 18.0\n'
        'slope = -4.0\n[observation.markers.FGA]\ndropout_odds = 2.5\n[observation.markers."th01"]\ndropin = 0.1\n'
    )
    model = read(tmp_path, settings=settings).settings.observation
    assert model == ObservationModel(
        ObservationRates(error=0.001),
        {"FGA": MarkerRates(dropout_odds=2.5), "TH01": MarkerRates(dropin=0.1)},
        "peak heights",
        HeightCurve(18.0, -4.0),
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ('[observation]\ndropout = "much"\n', 'or one of "estimate"'),
        ('[observation]\ndropout = "peak heights"\n', "add [observation.peak_heights]"),
        ("[observation.peak_heights]\nslope = 1.0\n", "state the curve of your own validation"),
        ("[observation.markers.FGA]\ndropout = 0.2\ndropout_odds = 2\n", "give one of them"),
        ("[observation.markers.FGA]\ndropot = 0.2\n", "an unknown key"),
        ("[observation.markers.FGA]\ndropout = 2\n", "a probability from 0 to 1"),
        ('[observation]\ndropout = "estimate"\n[observation.markers.FGA]\ndropout = 0.2\n', "state dropout_odds"),
    ],
)
def test_settings__rates_that_cannot_be_are_refused(tmp_path, settings, words):
    assert words in problem(tmp_path, settings=settings)


def test_case_folder__degraded_samples_survive_the_way_round(tmp_path):
    settings = (
        DEGRADED + "[observation.markers.FGA]\ndropout = 0.3\n[observation.peak_heights]\nintercept=18\nslope=-4\n"
    )
    incident = read(
        tmp_path,
        profiles="PM1,TH01,6,6,,1\nPM1,TH01,nothing,,,2\nPM1,FGA,6,7,8,\nPM2,TH01,7,?,,1\nPM2,TH01,6,7,,2\n",
        unidentified="sample,sex,dropout,dropin,error,peak_height\nPM1,male,0.4,,,55.5\nPM2,,estimate,,,\nPM3,,,,,\n",
        settings=settings,
    )
    write_case_folder(incident, tmp_path / "again")
    again = read_case_folder(tmp_path / "again")
    assert again.unidentified == incident.unidentified
    assert again.settings.observation == incident.settings.observation


GENEMAPPER = "Sample File\tSample Name\tMarker\tAllele 1\tAllele 2\tAllele 3\tHeight 1\tHeight 2\n"


def genemapper_case(path: Path, rows: str) -> Path:
    folder = case_folder(path / "case")
    (folder / "profiles.csv").unlink()
    (folder / "profiles.txt").write_text(GENEMAPPER + "r.fsa\tR1\tTH01\t6\t7\t\t900\t800\n" + rows, encoding="utf-8")
    return folder


def test_genemapper__sample_files_are_replicates_and_heights_are_a_mean_of_copies(tmp_path):
    rows = (
        "a.fsa\tPM1\tTH01\t6\t7\t\t100\t60\nb.fsa\tPM1\tTH01\t6\t\t\t80\t\na.fsa\tPM1\tFGA\t9\t9\t\t120\t\n"
        "a.fsa\tPM1\tAMEL\tX\tY\t\t999\t999\n"
    )
    person = only(read_case_folder(genemapper_case(tmp_path, rows)))
    assert person.replicates == {"TH01": (("6", "7"), ("6", "6"))}
    assert person.profile.genotypes == {"FGA": ("9", "9")}
    assert person.peak_height == pytest.approx((100 + 60 + 80 + 120) / 6)


def test_genemapper__a_height_that_is_no_number_is_refused(tmp_path):
    with pytest.raises(InputError, match="a peak height in RFU"):
        read_case_folder(genemapper_case(tmp_path, "a.fsa\tPM1\tTH01\t6\t7\t\thigh\t60\n"))


def test_read_genemapper__several_sample_files_of_one_sample_are_refused(tmp_path):
    path = tmp_path / "export.txt"
    path.write_text(GENEMAPPER + "a.fsa\tS\tTH01\t6\t7\t\t\t\nb.fsa\tS\tTH01\t6\t8\t\t\t\n", encoding="utf-8")
    with pytest.raises(InputError, match="2 amplifications"):
        read_genemapper(path)


def test_search__of_a_folder_with_replicates_and_an_estimate_states_both(tmp_path):
    incident = read(
        tmp_path,
        profiles="PM1,TH01,6,6,,1\nPM1,TH01,6,7,,2\nPM1,FGA,nothing,,,1\n",
        unidentified="sample,sex,dropout\nPM1,male,estimate\n",
    )
    result = search_incident(
        replace(incident, settings=replace(incident.settings, threshold=0.01, threshold_grows=False)),
        today=dt.date(2026, 6, 1), created="now", command="test",
    ).result  # fmt: skip
    assert [c.unidentified for c in result.candidates] == ["PM1"]
    assert any("sample 'PM1': drop-out estimated as" in notice for notice in say_all(result.notices))
    assert any("its uncertainty" in notice for notice in say_all(result.notices))
    assert result.unidentified[0].markers_typed == 2
    assert f"drop-out estimated as {result.unidentified[0].dropout:g}" in " ".join(say_all(result.notices))
