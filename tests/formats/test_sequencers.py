"""What sequencers write: reports of ForenSeq in three versions, lists of STRait Razor, alleles as sequences."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from antigone.errors import InputError
from antigone.formats.labels.alleles import AlleleFault, Cell
from antigone.formats.labels.sequences import read_sequence
from antigone.formats.profiles.gathering import gather_profiles
from antigone.formats.profiles.profiles import TypedSamples
from antigone.formats.reading.findings import Findings
from antigone.formats.reading.tables import Grid, read_csv
from antigone.formats.sequencers.tables import genotype_rows, holds_genotypes
from antigone.model.assumptions.reading import ReadingRules
from antigone.report.words.statements import say_all

TH01 = {"6": "AATG" * 6, "9.3": "AATG" * 6 + "ATG" + "AATG" * 3}
D3 = {"15": "TCTATCTG" + "TCTA" * 13, "17": "TCTATCTGTCTG" + "TCTA" * 14}


@pytest.mark.parametrize(
    ("marker", "text", "length"),
    [
        ("D12S391", "18_11_6_0", "18"),
        ("D10S1248", "13_13", "13"),
        ("TH01", "9.3_6", "9.3"),
        ("D12S391", "[AGAT]11 [AGAC]6 AGAT", "18"),
        ("D13S317", "[TATC]12 AATC [ATCT]3 TTCT GTCT GTC", "11"),
        ("vWA", "TCTA [TCTG]3 [TCTA]12 TCCA TCTA", "16"),
        ("D21S11", "[TCTA]4 [TCTG]6 [TCTA]3 TA [TCTA]3 TCA [TCTA]2 TCCA TA [TCTA]11", "29"),
        ("D3S1358", "TCTA[1]TCTG[1]TCTA[13]", "15"),
        ("TH01", TH01["9.3"], "9.3"),
        ("SE33", "[CTTT]17", "17"),
        ("SE33", "28.2:[CTTT]11 TT [CTTT]17", "28.2"),
        ("D13S317", "D13S317[CE12]-Chr13-GRCh38 82148025-82148068 [TATC]12", "12"),
        ("D5S818", "CE11_[ATCT]11", "11"),
    ],
)
def test_sequence__is_its_length(marker, text, length):
    assert read_sequence(text, marker) == length


@pytest.mark.parametrize(
    ("marker", "text", "found"),
    [
        (
            "D3S1358",
            "14:TCTA [TCTG]1 [TCTA]13",
            "a sequence at marker 'D3S1358' of another length than is stated with it",
        ),
        ("D5S818", "12:[ATCT]11", "a sequence at marker 'D5S818' of another length than is stated with it"),
        ("SE33", "[CTTT]11 TT [CTTT]17", "a sequence at marker 'SE33'"),
    ],
)
def test_sequence__of_another_or_no_length_is_refused(marker, text, found):
    with pytest.raises(AlleleFault) as error:
        read_sequence(text, marker)
    assert error.value.found == found


@pytest.mark.parametrize("text", ["9.3", "X", "OL", "[TCTA", "TC_TA", "[]", "12:", "[TCTA]]15"])
def test_sequence__other_cells_are_none(text):
    assert read_sequence(text, "TH01") is None


Rows = list[list[Cell]]

SAMPLE: Rows = [["Sample Autosomal STR Report"], [], ["Sample", "PM001"], ["Project", "P1"], ["Run", "R1"], []]
COVERAGE: list[Cell] = ["Locus", "Allele Name", "Typed Allele?", "Reads", "Repeat Sequence"]
CALLED: Rows = [
    ["Amelogenin", "X", "Yes", 500.0, ""],
    ["D3S1358", "15", "Yes", 500.0, D3["15"]],
    ["D3S1358", "16", "No", 40.0, D3["15"]],
    ["D3S1358", "17", "Yes", 480.0, D3["17"]],
    ["TH01", "9.3", "Yes", 800.0, TH01["9.3"]],
]
GENOTYPES: Rows = [
    ["Amelogenin", "X,X", ""],
    ["D3S1358", "15,17", ""],
    ["TH01", "9.3,9.3", ""],
    ["FGA", "INC", "Imbalanced"],
]


def below_each_other(called: Sequence[list[Cell]] = CALLED) -> Rows:
    head: Rows = [*SAMPLE, ["Genotype Information"], ["Locus", "Genotype", "QC Indicators"], *GENOTYPES]
    return [*head, [], ["Coverage Information"], COVERAGE, *called]


def beside_each_other() -> Rows:
    right = [[*COVERAGE[:4], "Bracketed Sequence"], *[[*row[:4], ""] for row in CALLED]]
    left: Rows = [
        ["Genotype Summary", "", "", ""],
        ["Loci Typed", "3 / 4", "", ""],
        ["Locus", "Genotype", "QC Indicators", ""],
    ]
    left += [[*row, ""] for row in GENOTYPES]
    right += [["", "", "", "", ""]] * (len(left) - len(right))
    return SAMPLE + [[*one, *other] for one, other in zip(left, right, strict=True)]


def in_one_block() -> Rows:
    genotype = {row[0]: row[1] for row in GENOTYPES}
    head: list[Cell] = ["Locus", "Genotype", "Allele Name", "Typed Allele?", "Reads", "QC Indicators"]
    rows: Rows = [["FGA", "INC", "20", "No", 8.0, ""]]
    for marker, allele, typed, reads, _ in CALLED:
        rows.append([marker, genotype.pop(str(marker), ""), allele, typed, reads, ""])
    return [*SAMPLE, ["Coverage Information"], ["Loci Typed", "3 / 4"], [], head, *rows]


def typed(grid: Grid, codes: Sequence[str] = ()) -> tuple[TypedSamples, list[str]]:
    findings = Findings()
    assert holds_genotypes(grid)
    found = gather_profiles(genotype_rows(grid, findings, ReadingRules(), lambda: codes), None, findings)
    findings.stop_on_problems()
    return found, [*say_all(findings.notices)]


def sheet(rows: Rows, name: str = "r.xlsx, sheet Autosomal STRs") -> Grid:
    width = max(map(len, rows))
    return Grid.of(name, iter([(line, [*row, *[""] * (width - len(row))]) for line, row in enumerate(rows, 1)]))


@pytest.mark.parametrize("rows", [below_each_other(), beside_each_other(), in_one_block()], ids=["1.3", "2.7", "2.0"])
def test_forenseq_report__of_each_version(rows):
    found, notices = typed(sheet(rows))
    assert dict(found.genotypes["PM001"]) == {"D3S1358": ("15", "17"), "TH01": ("9.3", "9.3")}
    assert found.amelogenin["PM001"] == (("X",),)
    assert any("is read as a ForenSeq UAS report of 4 loci" in told for told in notices)


def test_forenseq_report__checks_the_sequences():
    _, notices = typed(sheet(below_each_other()))
    assert "r.xlsx, sheet Autosomal STRs: 3 sequences have the lengths that are stated with them" in notices
    wrong: Rows = [*CALLED[:3], ["D3S1358", "17", "Yes", 480.0, D3["15"]], *CALLED[4:]]
    with pytest.raises(InputError) as error:
        typed(sheet(below_each_other(wrong)))
    (problem,) = error.value.problems
    assert (problem.line, problem.column) == (19, "sequence")


def test_forenseq_report__called_alleles_are_the_genotype():
    wrong: Rows = [*CALLED[:3], ["D3S1358", "18", "Yes", 480.0, ""], *CALLED[4:]]
    with pytest.raises(InputError) as error:
        typed(sheet(below_each_other(wrong)))
    assert error.value.problems[0].column == "Allele Name"


def test_forenseq_report__nothing_is_read_of_ancestry_or_appearance():
    rows: Rows = [["PM001 Ancestry SNP Report"], *below_each_other()[1:]]
    found, notices = typed(sheet(rows, "r.xlsx, sheet SNPs"))
    assert found.genotypes == {}
    assert any("Antigone infers neither" in told for told in notices)


def razor(*lines: tuple[str, str, int, int]) -> Grid:
    text = "\n".join(f"{name}\t{len(sequence)} bases\t{sequence}\t{a}\t{b}" for name, sequence, a, b in lines)
    return read_csv("run2_PM001_STRaitRazor.txt", text.encode())


def test_razor__alleles_are_told_by_their_reads():
    grid = razor(
        ("Amelogenin:0", "TAGT" * 15, 200, 0),
        ("Amelogenin:1", "TAGT" * 16, 190, 3),
        ("D3S1358:14", "TCTA" * 20, 20, 20),
        ("D3S1358:15", "TCTA" * 21, 250, 240),
        ("D3S1358:15", "TCTG" * 21, 9, 1),
        ("D3S1358:17", "TCTA" * 23, 230, 200),
        ("TH01:9.3", "AATG" * 20, 400, 300),
        ("vWA:16", "TCTA" * 16, 400, 300),
        ("vWA:17", "TCTA" * 17, 80, 70),
        ("FGA:20", "CTTT" * 20, 4, 5),
    )
    found, notices = typed(grid, ["PM001"])
    expected = {"D3S1358": ("15", "17"), "TH01": ("9.3", "9.3"), "vWA": ("16", None)}
    assert dict(found.genotypes["PM001"]) == expected
    assert found.amelogenin["PM001"] == (("X", "Y"),)
    assert any("is read as a list of STRait Razor, 5 loci" in told for told in notices)
    assert any("10 sequences have the lengths" in told for told in notices)


def test_razor__bases_that_are_not_those_of_the_sequence_are_a_problem():
    text = "TH01:6\t24 bases\t" + "AATG" * 6 + "\t90\t90\nTH01:7\t27 bases\t" + "AATG" * 7 + "\t90\t90\n"
    with pytest.raises(InputError) as error:
        typed(read_csv("PM001.txt", text.encode()), ["PM001"])
    assert [problem.line for problem in error.value.problems] == [2]


HTS = """#Report: STR Table
#Sample: PM001
Marker,Allele Name,Filter Status,SW Call,User Call,Bracket Sequence,Sequence Total Count
TH01,6,Passed,Called,,AATG[6],900
TH01,9.3,Passed,Called,Called,AATG[6]ATG[1]AATG[3],800
TH01,5,Passed,Called,Not Called,AATG[5],60
TH01,8,Failed,Called,,AATG[8],50
TH01,7,Passed,Not Called,,AATG[7],40
"""


def test_genemarker_hts__what_was_not_called_is_left_out():
    found, notices = typed(read_csv("x.csv", HTS.encode()))
    assert dict(found.genotypes["PM001"]) == {"TH01": ("6", "9.3")}
    assert any(told.startswith("3 rows of x.csv are not called as alleles") for told in notices)


def test_isoalleles__are_two_copies_of_one_length():
    text = f"Locus,CE Allele,Allele Seq,Reads\nD3S1358,15,{D3['15']},400\nD3S1358,15,{'TCTA' * 15},380\n"
    found, _ = typed(read_csv("PM001.csv", text.encode()), ["PM001"])
    assert dict(found.genotypes["PM001"]) == {"D3S1358": ("15", "15")}


def test_forenseq_report__its_sheets_are_one_typing():
    others: Rows = [*SAMPLE, ["Locus", "Genotype", "QC Indicators"], ["vWA", "16,18", ""]]
    grids = [sheet(below_each_other()), sheet(others, "r.xlsx, sheet More STRs")]
    findings = Findings()
    found = gather_profiles([genotype_rows(grid, findings, ReadingRules()) for grid in grids], None, findings)
    assert dict(found.genotypes["PM001"]).keys() == {"D3S1358", "TH01", "vWA"}
    assert found.typings == {}
