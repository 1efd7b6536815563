"""Frequencies as programs, papers and laboratories write them: one small table in many forms, with the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from antigone.errors import InputError
from antigone.formats.frequencies import read_frequencies

EXPECTED = {"TH01": {"6": 0.25, "9.3": 0.75}, "vWA": {"16": 0.5, "17": 0.5}}
LADDER = "6,0.25,\n9.3,0.75,\n16,,0.5\n17,,0.5\n"
R_NAMES = "TH01 = c(`6` = 0.25, `9.3` = 0.75), vWA = c(`16` = 0.5, `17` = 0.5)"

ONE_POPULATION = {
    "lrmix.csv": "Allele,TH01,vWA\n" + LADDER,
    "efm_semicolon.csv": "Allele;TH01;vWA\n6;0,25;\n9,3;0,75;\n16;;0,5\n17;;0,5\n",
    "tabs_decimal_comma.txt": "Allele\tTH01\tvWA\n6\t0,25\t\n9.3\t0,75\t\n16\t\t0,5\n17\t\t0,5\n",
    "pedsuite_matrix.txt": "\tTH01\tvWA\n6\t0.25\tNA\n9.3\t0.75\tNA\n16\tNA\t0.5\n17\tNA\t0.5\n",
    "r_csv.csv": '"","TH01","vWA"\n"6",0.25,NA\n"9.3",0.75,NA\n"16",NA,0.5\n"17",NA,0.5\n',
    "r_table.txt": '"TH01" "vWA"\n"6" 0.25 NA\n"9.3" 0.75 NA\n"16" NA 0.5\n"17" NA 0.5\n',
    "spaces.txt": "Allele TH01 vWA\n6 0.25 -\n9.3 0.75 -\n16 - 0.5\n17 - 0.5\n",
    "familias.txt": "TH01\n6\t0.25\n9.3\t0.75\n\nvWA\n16\t0.5\n17\t0.5\n",
    "familias_comma.csv": "TH01\n6 0,25\n9.3 0,75\n\nvWA\n16 0,5\n17 0,5\n",
    "dput.R": f"list({R_NAMES})\n",
    "dput_structure.txt": f'x <- structure(list({R_NAMES}), class = "freqDatabase")\n',
    "dput_old.txt": 'list(TH01 = structure(c(0.25, 0.75), .Names = c("6", "9.3")),\n'
    ' vWA = structure(c(0.5, 0.5), names = c("16", "17")))\n',
    "r_print.txt": "$TH01\n   6  9.3 \n0.25 0.75 \n\n$vWA\n 16  17 \n0.5 0.5 \n",
    "merlin.freq": "M TH01\nA 6 0.25\nA 9.3 0.75\nM vWA\nA 16 0.5\nA 17 0.5\n",
    "long.csv": "Locus,Allele,Frequency\nTH01,6,0.25\nTH01,9.3,0.75\nvWA,16,0.5\nvWA,17,0.5\n",
    "long_p.csv": "locus;allele;p\nTH01;6;0,25\nTH01;9.3;0,75\nvWA;16;0,5\nvWA;17;0,5\n",
    "merged_cells.csv": "Locus,Allele,Frequency\nTH01,6,0.25\n,9.3,0.75\nvWA,16,0.5\n,17,0.5\n",
    "percent.csv": "Allele,TH01,vWA\n6,25%,\n9.3,75%,\n16,,50 %\n17,,50 %\n",
    "counts.csv": "Allele,TH01,vWA\n6,50,\n9.3,150,\n16,,100\n17,,100\n",
    "transposed.csv": "Locus,6,9.3,16,17\nTH01,0.25,0.75,,\nvWA,,,0.5,0.5\n",
    "two_n.csv": "Allele,TH01,vWA\n" + LADDER + "2N,200,200\n",
    "individuals.csv": "Allele,TH01,vWA\nNumber of individuals,200,200\n" + LADDER,
    "country.csv": "Country,Marker,Allele,Frequency\nX,TH01,6,0.25\nX,TH01,9.3,0.75\nX,vWA,16,0.5\nX,vWA,17,0.5\n",
    "strider.xml": "<f><marker><name>TH01</name><origin name='X'><frequency allele='6'>0.25</frequency>"
    "<frequency allele='9.3'>0.75</frequency></origin></marker><marker><name>vWA</name><origin name='X'>"
    "<frequency allele='16'>0.5</frequency><frequency allele='17'>0.5</frequency></origin></marker></f>",
}


@pytest.mark.parametrize("name", ONE_POPULATION)
def test_every_form_has_the_same_numbers(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(ONE_POPULATION[name], "utf-8")
    (table,) = read_frequencies(path)
    assert {marker: dict(alleles) for marker, alleles in table.frequencies.items()} == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_encodings_of_laboratories(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("Población de Málaga\nAlelo,TH01,vWA\n" + LADDER).encode(encoding))
    (table,) = read_frequencies(path)
    assert dict(table.frequencies["TH01"]) == EXPECTED["TH01"]


TWO_POPULATIONS = {
    "strider.csv": "Marker,Allele,A,B\nTH01,6,0.25,0.5\nTH01,9.3,0.75,0.5\n",
    "merged.csv": "Marker,Allele,A,B\nTH01,6,0.25,0.5\n,9.3,0.75,0.5\n",
    "long.csv": "Population,Marker,Allele,Frequency\nA,TH01,6,0.25\nA,TH01,9.3,0.75\nB,TH01,6,0.5\nB,TH01,9.3,0.5\n",
    "rows.csv": "Population,Allele,TH01\nA,6,0.25\nA,9.3,0.75\nB,6,0.5\nB,9.3,0.5\n",
    "beside.csv": "NIST 1036,,,,\nA (2N=400),,,B (2N=600),\nAllele,TH01,,Allele,TH01\n"
    "6,0.25,,6,0.5\n9.3,0.75,,9.3,0.5\n",
}


@pytest.mark.parametrize("name", TWO_POPULATIONS)
def test_populations_in_columns_rows_and_side_by_side(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(TWO_POPULATIONS[name], "utf-8")
    found = {table.population: dict(table.frequencies["TH01"]) for table in read_frequencies(path)}
    assert found == {"A": {"6": 0.25, "9.3": 0.75}, "B": {"6": 0.5, "9.3": 0.5}}


def test_populations_side_by_side_in_a_workbook_have_their_own_sizes(tmp_path: Path) -> None:
    rows: list[list[str | float]] = [["Table 1"], ["A (2N = 400)", "", "", "", "B (2N = 600)"],
            ["Allele", "TH01", "vWA", "", "Allele", "TH01", "vWA"],
            [6, 0.25, "", "", 6, 0.5, ""], [9.3, 0.75, "", "", 9.3, 0.5, ""], [16, "", 1, "", 16, "", 1]]  # fmt: skip
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook.add_worksheet("Frequencies by group")
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if cell != "":
                    sheet.write(number, place, cell)
    found = {table.population: table.alleles_sampled["TH01"] for table in read_frequencies(tmp_path / "a.xlsx")}
    assert found == {"A": 400, "B": 600}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("M TH01\nF 0.25\nF 0.75\n", "without alleles"),
        ("list(TH01 = c(0.25, 0.75))", "without names of alleles"),
        ("Allele,TH01,Allele,TH01\n6,0.25,6,0.5\n9.3,0.75,9.3,0.5\n", "without a title above it"),
    ],
)
def test_what_names_no_allele_or_population_is_asked(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(InputError, match=found):
        read_frequencies(tmp_path / "a.txt")
