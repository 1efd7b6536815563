"""Frequency tables in every form, and GeneMapper's genotypes table."""

from __future__ import annotations

import math

import pytest
from frequency_files import GENES as GENES
from frequency_files import STRIDER as STRIDER

from antigone.errors import InputError
from antigone.formats.frequencies import nist1036, read_frequencies
from antigone.formats.profiles.genemapper import read_genemapper


def written(path, name, text):
    file = path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_nist1036__sums_to_one_and_states_its_source():
    tables = nist1036()
    assert [table.population for table in tables] == [
        "US African American",
        "US Asian",
        "US Caucasian",
        "US Hispanic",
        "US pooled",
    ]
    assert "10.1016/j.fsigen.2017.08.011" in tables[0].source
    for table in tables:
        assert len(table.frequencies) == len(table.alleles_sampled) == 29
        for alleles in table.frequencies.values():
            assert math.fsum(alleles.values()) == pytest.approx(1, abs=1e-9)


def test_long_table(tmp_path):
    header = "population,marker,allele,count,alleles_sampled,frequency\n"
    text = header + "A,THO1,6,1,4,0.25\nA,THO1,9.3,3,4,0.75\nB,THO1,6,,,1\n"
    first, second = read_frequencies(written(tmp_path, "f.csv", text))
    assert (first.population, first.frequencies, first.alleles_sampled) == (
        "A",
        {"TH01": {"6": 0.25, "9.3": 0.75}},
        {"TH01": 4},
    )
    assert (second.population, second.alleles_sampled, second.silent) == ("B", {}, None)


def test_long_table__a_silent_allele_and_letters(tmp_path):
    text = "population,marker,allele,frequency\nA,M,A,0.5\nA,M,G,0.4\nA,M,silent,0.1\n"
    (table,) = read_frequencies(written(tmp_path, "f.csv", text))
    assert (table.frequencies, table.silent) == ({"M": {"A": 0.5, "G": 0.4}}, {"M": 0.1})


def test_long_table__with_decimal_commas_between_semicolons(tmp_path):
    text = "population;marker;allele;frequency\nA;TH01;6;0,25\nA;TH01;9,3;0,75\n"
    (table,) = read_frequencies(written(tmp_path, "f.csv", text))
    assert table.frequencies == {"TH01": {"6": 0.25, "9.3": 0.75}}


def test_ladder(tmp_path):
    text = "Allele,TH01,Penta D\n6,0.25,\n9.3,0.75,0.5\n10,,0.5\nPersons,100,99\n"
    (table,) = read_frequencies(written(tmp_path, "Hereland.csv", text))
    assert table.population == "Hereland"
    assert table.frequencies == {"TH01": {"6": 0.25, "9.3": 0.75}, "Penta_D": {"9.3": 0.5, "10": 0.5}}
    assert table.alleles_sampled == {"TH01": 200, "Penta_D": 198}


def test_pedsuite_list(tmp_path):
    text = "THO1\n6 0.25\n9.3 0.75\n\nrs1\nA 0.5\nG 0.5\n"
    (table,) = read_frequencies(written(tmp_path, "x.freq", text), population="Here")
    assert (table.population, table.frequencies) == (
        "Here",
        {"TH01": {"6": 0.25, "9.3": 0.75}, "rs1": {"A": 0.5, "G": 0.5}},
    )


def test_strider(tmp_path):
    first, second = read_frequencies(written(tmp_path, "s.xml", STRIDER))
    assert (first.population, first.frequencies, first.alleles_sampled) == (
        "Hereland",
        {"TH01": {"6": 0.4, "7": 0.6}},
        {"TH01": 100},
    )
    assert second.frequencies == {"TH01": {"9.3": 1.0}}


def test_strider__entities_and_broken_xml_are_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><frequencies>&a;</frequencies>'
    with pytest.raises(InputError, match="entities"):
        read_frequencies(written(tmp_path, "s.xml", bomb))
    with pytest.raises(InputError) as error:
        read_frequencies(written(tmp_path, "s.xml", STRIDER[:200]))
    assert error.value.problems[0].line > 0


LONG = "population,marker,allele,frequency,alleles_sampled\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "column"),
    [
        ("f.csv", LONG + "A,M,6,0.5,\nA,M,7,0.3,\n", 2, "frequency"),
        ("f.csv", LONG + "A,M,6,1.5,\n", 2, "frequency"),
        ("f.csv", LONG + "A,M,6,many,\n", 2, "frequency"),
        ("f.csv", LONG + "A,M,6,nan,\n", 2, "frequency"),
        ("f.csv", LONG + "A,M,6,0.5,\nA,M,6,0.5,\n", 3, "allele"),
        ("f.csv", LONG + "A,M,OL,1,\n", 2, "allele"),
        ("f.csv", LONG + "A,M,9-Mar,1,\n", 2, "allele"),
        ("f.csv", LONG + "A,M,6,0.5,10\nA,M,7,0.5,12\n", 3, "alleles_sampled"),
        ("f.csv", LONG + "A,M,6,1,few\n", 2, "alleles_sampled"),
        ("f.csv", LONG + ",M,6,1,\n", 2, "population"),
        ("l.csv", "Allele,M,M\n6,1,1\n", 1, ""),
        ("l.csv", "Allele,M\n6,1,1\n", 2, ""),
        ("l.csv", "Allele,M\n,1\n", 2, "allele"),
        ("x.freq", "M\n6 0.5 7\n", 2, ""),
        ("x.freq", "M\n6 x\n", 2, "frequency"),
    ],
)
def test_faults__have_their_place(tmp_path, name, text, line, column):
    with pytest.raises(InputError) as error:
        read_frequencies(written(tmp_path, name, text))
    assert (name, line, column) in [(p.file, p.line, p.column) for p in error.value.problems]


def test_rounded_frequencies__are_divided_by_their_sum(tmp_path):
    (table,) = read_frequencies(written(tmp_path, "f.csv", LONG + "A,M,6,0.333,\nA,M,7,0.333,\nA,M,8,0.333,\n"))
    assert table.frequencies["M"] == {allele: pytest.approx(1 / 3) for allele in "678"}


def test_genemapper__an_empty_second_allele_is_a_homozygote(tmp_path):
    text = GENES + "S1\tTHO1\t6\t\t\nS1\tAMEL\tX\tY\t\nS1\tD2S441\t\t\t\nS2\tFGA\t20\t22.2\t\n"
    found = read_genemapper(written(tmp_path, "g.txt", text))
    assert {sample: profile.genotypes for sample, profile in found.items()} == {
        "S1": {"TH01": ("6", "6")},
        "S2": {"FGA": ("20", "22.2")},
    }


@pytest.mark.parametrize(
    ("rows", "column"),
    [("S1\tFGA\t20\t>30\t\n", "Allele 2"), ("\tFGA\t20\t21\t\n", "Sample Name")],
)
def test_genemapper__faults_have_their_place(tmp_path, rows, column):
    with pytest.raises(InputError) as error:
        read_genemapper(written(tmp_path, "g.txt", GENES + rows))
    assert [(p.line, p.column) for p in error.value.problems] == [(2, column)]


@pytest.mark.parametrize(
    ("name", "text"), [("x.freq", "\n"), ("s.xml", "<html></html>"), ("f.csv", LONG), ("l.csv", "Allele,M\n")]
)
def test_a_file_without_frequencies__is_a_problem(tmp_path, name, text):
    with pytest.raises(InputError, match="no frequencies"):
        read_frequencies(written(tmp_path, name, text))


def test_strider__with_a_namespace(tmp_path):
    text = STRIDER.replace("<frequencies>", '<frequencies xmlns="urn:x">')
    assert [table.population for table in read_frequencies(written(tmp_path, "s.xml", text))] == [
        "Hereland",
        "Thereland",
    ]
