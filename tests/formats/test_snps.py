"""Panels and readings of SNPs: what is read, what is left out by name, and what is refused with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from antigone.formats.reading.findings import Findings
from antigone.formats.snps.panel import read_panel
from antigone.formats.snps.readings import read_snp_readings
from antigone.model.assumptions.snp_panel import SnpPanel
from antigone.report.words.statements import say

HEAD = "marker,chromosome,cM,allele1,allele2,population,frequency1,alleles_sampled\n"
GOOD = HEAD + "rs2,1,20,C,T,world,0.4,200\nrs1,chr1,3.5,A,G,world,0.3,200\nrs3,X,1,G,T,world,0.5,200\n"
VCF_HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\n"


def panel_of(tmp_path: Path, text: str) -> tuple[SnpPanel | None, Findings]:
    path = tmp_path / "snp_panel.csv"
    path.write_text(text, "utf-8")
    findings = Findings()
    return read_panel(path, findings), findings


def readings_of(tmp_path: Path, name: str, text: str | bytes) -> tuple[dict[str, np.ndarray], Findings]:
    panel, _ = panel_of(tmp_path, GOOD)
    assert panel is not None
    path, findings = tmp_path / name, Findings()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return dict(read_snp_readings([path], panel, read_error=0.01, findings=findings)), findings


def test_panel__is_put_in_map_order(tmp_path):
    panel, findings = panel_of(tmp_path, GOOD)
    assert panel is not None
    assert not findings.problems
    assert [(snp.marker, snp.chromosome, snp.cm) for snp in panel.snps] == [
        ("rs1", "1", 3.5), ("rs2", "1", 20.0), ("rs3", "X", 1.0),
    ]  # fmt: skip
    assert panel.frequencies == {"world": (0.3, 0.4, 0.5)}


def test_panel__what_cannot_be_used_is_left_out_by_name(tmp_path):
    rows = (
        "rs12913832,15,28,A,G,world,0.5,200\nrs5,1,,A,G,world,0.5,200\nrs6,1,9,A,T,world,0.5,200\n"
        'rs7,1,9,A,"G,T",world,0.5,200\nrs8,1,9,A,G,world,1,200\n'
    )
    panel, findings = panel_of(tmp_path, GOOD + rows)
    assert panel is not None
    assert len(panel) == 3
    told = " ".join(say(notice) for notice in findings.notices)
    assert "1 SNP of the panel is known for ancestry or appearance and was dropped unread" in told
    assert "rs12913832" not in told
    for name in ("rs5", "rs6", "rs7", "rs8"):
        assert name in told


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("rs1,2,3.5,A,G,other,0.3,200\n", "another place"),
        ("rs1,1,3.5,A,G,world,0.3,200\n", "twice in world"),
        ("rs9,1,3.5,A,G,world,much,200\n", "a number between 0 and 1"),
        ("rs9,Y,3.5,A,G,world,0.3,200\n", "chromosome 'Y'"),
        ("rs9,1,3.5,A,A,world,0.3,200\n", "two alleles"),
        ("rs9,1,near,A,G,world,0.3,200\n", "no number of cM"),
        ("rs9,1,3.5,A,G,other,0.3,200\n", "each SNP in every population"),
    ],
)
def test_panel__problems_have_their_line(tmp_path, rows, words):
    panel, findings = panel_of(tmp_path, GOOD + rows)
    assert panel is None
    assert any(words in str(problem) for problem in findings.problems)


def test_genotypes__as_alleles(tmp_path):
    text = "sample,marker,allele1,allele2\nS1,rs1,G,A\nS1,RS2,T,T\nS1,rs3,,\nS1,rs99,A,A\nS1,rs1426654,A,A\n"
    read, findings = readings_of(tmp_path, "g.csv", text)
    assert not findings.problems
    assert read["S1"].tolist() == [[0, 1, 0], [1, 0, 0], [1, 1, 1]]
    [told] = [say(notice) for notice in findings.notices]
    assert "1 reading of g.csv is at no SNP of the panel" in told


def test_genotypes__as_counts_of_reads(tmp_path):
    read, findings = readings_of(tmp_path, "g.csv", "sample,marker,reads1,reads2\nS1,rs1,3,1\nS1,rs2,0,0\n")
    assert not findings.problems
    expected = np.array([0.01**3 * 0.99, 0.5**4, 0.99**3 * 0.01])
    assert read["S1"][0] == pytest.approx(expected / expected.max())
    assert read["S1"][1].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sample,marker,allele1,allele2\nS1,rs1,C,C\n", "check the strand"),
        ("sample,marker,allele1,allele2\nS1,rs1,A,A\nS1,rs1,A,G\n", "a second time"),
        ("sample,marker,reads1,reads2\nS1,rs1,-1,2\n", "no whole number of reads"),
        ("sample,marker\nS1,rs1\n", "neither genotypes nor counts"),
    ],
)
def test_genotypes__problems_name_no_genotype(tmp_path, text, words):
    _, findings = readings_of(tmp_path, "g.csv", text)
    [problem] = findings.problems
    assert words in str(problem)


@pytest.mark.parametrize("zipped", [False, True])
def test_vcf__likelihoods_else_counts_else_genotypes(tmp_path, zipped):
    rows = (
        "1\t10\trs1\tG\tA\t.\t.\t.\tGT:PL\t0/1:30,0,30\t./.:0,0,0\n"
        "1\t20\trs2\tC\tT\t.\t.\t.\tGT:AD\t0/0:4,0\t./.:.\n"
        "X\t30\trs3\tG\tT\t.\t.\t.\tGT\t1|1\t0/0\n"
        "1\t40\trs4\tGA\tG\t.\t.\t.\tGT\t0/0\t0/0\n"
    )
    content = (VCF_HEAD + rows).encode()
    read, findings = readings_of(
        tmp_path, "s.vcf.gz" if zipped else "s.vcf", gzip.compress(content) if zipped else content
    )
    assert not findings.problems
    assert read["S1"][0] == pytest.approx([1e-3, 1, 1e-3])
    assert read["S1"][1].argmax() == 2  # four reads of C, which is allele 1
    assert read["S1"][2].tolist() == [1, 0, 0]  # T twice, and allele 1 is G
    assert read["S2"].tolist() == [[1, 1, 1], [1, 1, 1], [0, 0, 1]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (VCF_HEAD + "1\t10\trs1\tC\tT\t.\t.\t.\tGT\t0/1\t0/0\n", "other alleles"),
        (VCF_HEAD + "1\t10\trs1\tG\n", "4 cells"),
        ("1\t10\trs1\tG\tA\t.\t.\t.\tGT\t0/1\n", "a heading #CHROM"),
    ],
)
def test_vcf__problems_have_their_line(tmp_path, text, words):
    _, findings = readings_of(tmp_path, "s.vcf", text)
    assert any(words in str(problem) and problem.line for problem in findings.problems)


def test_vcf__a_damaged_file_is_named(tmp_path):
    _, findings = readings_of(tmp_path, "s.vcf.gz", gzip.compress(VCF_HEAD.encode() * 200)[:-20])
    assert "damaged" in str(findings.problems[0])
