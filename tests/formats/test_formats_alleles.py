"""Allele labels and marker names as laboratories write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.formats.frequencies import nist1036
from antigone.formats.labels.alleles import AlleleFault, read_allele
from antigone.formats.labels.markers import marker_kind, normalise_marker


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        ("12", "12"),
        (" 9.3 ", "9.3"),
        ("09.3", "9.3"),
        ("12.0", "12"),
        ("12.00", "12"),
        ("9.30", "9.3"),
        (12.0, "12"),
        (12, "12"),
        (9.3, "9.3"),
        (13.299999, "13.3"),
        (13.300000000000001, "13.3"),
        (33.2, "33.2"),
    ],
)
def test_read_allele__one_label_for_every_spelling(cell, label):
    assert read_allele(cell) == label


@pytest.mark.parametrize(
    "cell",
    [
        "9-Mar",
        "9. Mrz",
        "03.Sep",
        "Mar-09",
        "09-mars",
        "2023-03-09",
        "2023-03-09 00:00:00",
        "9/3/2023",
        "09.03.23",
        "9/3",
        "44994",
        "44994.0",
        dt.date(2023, 3, 9),
        dt.datetime(2023, 3, 9),
        dt.time(9, 3),
        dt.timedelta(hours=9),
    ],
)
def test_read_allele__dates_are_excels_work(cell):
    with pytest.raises(AlleleFault) as fault:
        read_allele(cell)
    assert "Excel turned" in fault.value.remedy


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("", "row out"),
        ("0", "row out"),
        ("-", "row out"),
        ("NA", "row out"),
        ("?", "row out"),
        ("OL", "off-ladder"),
        ("ol 12", "off-ladder"),
        ("Off-ladder", "off-ladder"),
        (">20", "sized"),
        ("<8", "sized"),
        ("≤ 8", "sized"),
        ("9,3", "point"),
        ("12,13", "point"),
        ("9.33", "correct"),
        ("abc", "correct"),
        ("12*", "correct"),
        ("1234", "correct"),
        (9.33, "correct"),
        (float("nan"), "correct"),
        (float("inf"), "correct"),
        (1e300, "correct"),
        (-3.0, "correct"),
        ("٩", "correct"),
    ],
)
def test_read_allele__each_refusal_says_what_to_do(cell, word):
    with pytest.raises(AlleleFault) as fault:
        read_allele(cell)
    assert word in fault.value.remedy


def test_read_allele__a_decimal_comma_is_one_digit_long():
    assert read_allele("9,3", decimal_comma=True) == "9.3"
    with pytest.raises(AlleleFault):
        read_allele("12,13", decimal_comma=True)


def test_read_allele__a_label_of_the_table_stands_as_it_is():
    assert read_allele("A", known={"A", "G"}) == "A"


@pytest.mark.slow
@given(st.one_of(st.text(max_size=12), st.floats(), st.dates(), st.integers()))
def test_read_allele__gives_a_plausible_label_or_refuses(cell):
    try:
        label = read_allele(cell, decimal_comma=True)
    except AlleleFault:
        return
    assert 0 < float(label) < 1000
    assert read_allele(label) == label


@given(st.integers(1, 99), st.integers(0, 9))
def test_read_allele__text_and_number_agree(whole, tenth):
    text = f"{whole}.{tenth}"
    assert read_allele(text) == read_allele(float(text))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *[(name, "TH01") for name in ("THO1", "th01", "HUMTH01", "TC11", " TH01 ", "TH-01")],
        *[(name, "vWA") for name in ("VWA", "VWA31", "HUMVWA", "vWA31/A", "HumvWFA31")],
        *[(name, "Penta_D") for name in ("Penta D", "PentaD", "PENTA_D", "penta-d")],
        *[(name, "D2S441") for name in ("d2s441", "D2 S441", "D2-S441", "D2S-441", "D2S_441")],
        *[(name, "FGA") for name in ("FIBRA", "HUMFIBRA")],
        *[(name, "SE33") for name in ("ACTBP2", "se-33")],
        *[(name, "CSF1PO") for name in ("CSF", "CSF1P0")],
        *[
            ("F13A1", "F13A01"),
            ("FES/FPS", "FESFPS"),
            ("AMEL", "Amelogenin"),
            ("dys 391", "DYS391"),
            ("Y indel", "Yindel"),
        ],
        *[("my marker", "my marker"), ("rs123", "rs123")],
    ],
)
def test_normalise_marker__one_name_for_every_spelling(written, name):
    assert normalise_marker(written) == name


def test_normalise_marker__the_packaged_table_uses_these_names():
    for marker in nist1036()[0].frequencies:
        assert normalise_marker(marker) == marker
        assert marker_kind(marker) == "autosomal"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[("DYS391", "Y"), ("DYS385a/b", "Y"), ("YGATAH4", "Y"), ("SRY", "Y"), ("Yindel", "Y"), ("DYF387S1", "Y")],
        *[("DXS7132", "X"), ("HPRTB", "X"), ("Amel", "amelogenin"), ("TH01", "autosomal"), ("rs12", "autosomal")],
    ],
)
def test_marker_kind__knows_the_sex_chromosomes(name, kind):
    assert marker_kind(name) == kind


@given(st.text(max_size=20))
def test_normalise_marker__is_its_own_result(name):
    assert normalise_marker(normalise_marker(name)) == normalise_marker(name)
