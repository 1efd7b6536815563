"""Haplotypes and circumstances in a case folder, and the one table of evidence of a pair."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import pytest
from further_example import FILES as FILES
from further_example import folder as folder
from further_example import write as write

from antigone.casework.pairs.explain import explain_pair
from antigone.casework.pairs.search import search_incident
from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.casefolder.writer import write_case_folder
from antigone.model.assumptions.lineage import MtDifference, MtReference, StatedCounts, YReference
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.incident.incident import Incident
from antigone.model.results.search import SearchResult
from antigone.plain_words import probability_text
from antigone.report.pages.search import render_report
from antigone.report.tables.files import results_json
from antigone.report.words.statements import say, say_all

DAY = dt.date(2026, 5, 1)


def problems(path: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(InputError) as caught:
        read_case_folder(path)
    return [(p.file, p.line, p.found) for p in caught.value.problems]


def explained(incident: Incident, sample: str = "PM1"):
    explanation = explain_pair(incident, family="F1", missing="SON", sample=sample, today=DAY)
    return {line.kind: line for line in explanation.candidate.evidence}, explanation


# Reading


def test_read__haplotypes_and_circumstances(folder):
    further = read_case_folder(folder).further
    assert further.y["PM1"].loci["DYS385"] == further.y["R1"].loci["DYS385"] == ("11", "14")
    assert "DYS448" not in further.y["PM2"].loci
    assert further.mt["PM1"].ranges == ((16024, 16365), (73, 340))
    assert further.y_model is not None
    assert further.mt_model is not None
    assert further.y_model.basis == StatedCounts(999, {"PM1": 0})
    assert further.y_model.rates.of("DYS19") == 0.01
    assert isinstance(further.mt_model.basis, MtReference)
    assert further.missing["F1", "SON"].places == {"bay", "shore"}
    assert further.unidentified["PM1"].findings == {"hip-prosthesis": True}
    assert further.sex is None


def test_write__survives_the_way_round(folder, tmp_path):
    settings = FILES["incident.toml"] + "[sex]\nerror = 0.001\n[circumstances.age]\nlowest = 10\n"
    (folder / "incident.toml").write_text(settings, "utf-8")
    incident = read_case_folder(folder)
    write_case_folder(incident, tmp_path / "again")
    assert read_case_folder(tmp_path / "again").further == incident.further


def test_read__a_reference_table_of_y_haplotypes_and_a_laplace_mixture(tmp_path):
    table = "haplotype,count,marker,alleles\n1,3,DYS19,14\n1,3,DYS390,14\n2,1,DYS19,15\n"
    (tmp_path / "a").mkdir()
    model = read_case_folder(write(tmp_path / "a", y_reference=table)).further.y_model
    assert model is not None
    assert model.basis == YReference((({"DYS19": ("14",), "DYS390": ("14",)}, 3), ({"DYS19": ("15",)}, 1)))
    (tmp_path / "b").mkdir()
    mixture = "cluster,weight,marker,centre,dispersion\n1,0.4,DYS19,14,0.2\n2,0.6,DYS19,15,0.3\n"
    settings = FILES["incident.toml"].replace("[lineage.y]\n", '[lineage.y]\nestimator = "discrete laplace"\n')
    case = write(tmp_path / "b", y_laplace=mixture, incident=settings)
    assert say(explained(read_case_folder(case))[0]["Y"].words).startswith(
        "1 loci; discrete Laplace mixture of 2 clusters"
    )


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("y_haplotypes", "sample,marker,alleles\nPM1,DYS385a,11\n", "marker 'DYS385a'"),
        ("y_haplotypes", "sample,marker,alleles\nPM1,DYS19,fourteen\n", "'fourteen'"),
        ("y_haplotypes", "sample,marker,alleles\nX9,DYS19,14\n", "sample 'X9', which belongs to nobody"),
        ("y_haplotypes", "sample,marker,alleles\nPM1,DYS19,14\nPM1,dys19,14\n", "marker 'DYS19' a second time"),
        ("mt_haplotypes", "sample,range,differences\nPM1,73-340,16189C\n", "a difference at position 16189, outside"),
        ("mt_haplotypes", "sample,range,differences\nPM1,73,263G\n", "the range '73'"),
        ("mt_haplotypes", "sample,range,differences\nPM1,73-340,263X\n", "'263X' is no difference"),
        ("mt_haplotypes", "sample,range,differences\nX9,73-340,263G\n", "sample 'X9', which belongs to nobody"),
        ("y_counts", "sample,count\nPM1,few\n", "'few'"),
        ("y_counts", None, "haplotypes in 'y_haplotypes' without frequencies"),
        ("mt_reference", None, "haplotypes in 'mt_haplotypes' without frequencies"),
        ("y_reference", "haplotype,count,marker,alleles\nR7,1,DYS19,14\n", "'R7'"),
        ("y_reference", "haplotype,count,marker,alleles,surname\n1,1,DYS19,14,X\n", "a column that is not kept"),
        ("circumstances_missing", "family,member,age_from\nF1,FA,60\n", "'FA' of 'F1'"),
        ("circumstances_missing", "family,member,age_from,age_to\nF1,SON,60,50\n", "'60' and '50'"),
        ("circumstances_missing", "family,member,last_seen\nF1,SON,1/2/2026\n", "'1/2/2026'"),
        ("circumstances_missing", "family,member,findings\nF1,SON,crown\n", "'crown'"),
        ("circumstances_missing", "family,member,findings\nF1,SON,skin-colour:present\n", "'skin-colour'"),
        ("circumstances_missing", "family,member,ethnicity\nF1,SON,x\n", "a column that is not kept"),
        ("circumstances_unidentified", "sample,found\nX9,2026-01-01\n", "sample 'X9'"),
        ("circumstances_unidentified", "sample,age_from\nPM1,30\n", "the single value 30"),
        ("incident", 'title = "x"\n[lineage.y]\nestimator = "guess"\ndatabase_size = 9\n', "'guess'"),
        ("incident", 'title = "x"\n[lineage.y]\nrate = 2.0\ndatabase_size = 9\n', "a Y mutation rate is 2"),
        ("incident", 'title = "x"\n[lineage.y]\nestimator = "kappa"\ndatabase_size = 9\n', "kappa needs the number"),
        ("incident", 'title = "x"\n[lineage.mt]\nestimator = "discrete laplace"\n', "the estimator 'discrete laplace'"),
        ("incident", 'title = "x"\n[lineage.z]\nrate = 2.0\n', "an unknown key"),
        ("incident", 'title = "x"\n[sex]\ndropout = 0.1\n', "the error of the sex is -1"),
        ("incident", 'title = "x"\n[circumstances.findings.crown]\nmissed = 0.1\n', "the frequency of a finding is 0"),
        ("incident", 'title = "x"\n[circumstances.place]\nby_chance = 1.0\n', "agreement by chance is 1"),
    ],
)
def test_read__every_fault_has_its_place(tmp_path, name, text, found):
    told = problems(write(tmp_path, **{name: text}))
    assert any(found in problem and file.startswith(name.split("_")[0]) for file, _, problem in told), told


# One table


def test_explain__one_table_by_hand(folder):
    lines, explanation = explained(read_case_folder(folder))
    assert list(lines) == [
        "autosomal", "Y", "mtDNA", "DNA together", "age", "time", "place", "finding", "all together"
    ]  # fmt: skip
    assert lines["autosomal"].log10_lr == explanation.candidate.smallest_log10_lr
    stay = (0.99 * 0.998**5) * 0.998**2
    assert lines["Y"].log10_lr == pytest.approx(math.log10(stay * 1000), abs=1e-4)
    assert lines["mtDNA"].log10_lr == pytest.approx(math.log10(5 / 5)), "16189Y may be either row of the table"
    assert lines["age"].log10_lr == pytest.approx(math.log10(0.95 * 90 / 15))
    parts = [lines[kind].log10_lr or 0.0 for kind in ("autosomal", "Y", "mtDNA")]
    assert lines["DNA together"].log10_lr == pytest.approx(sum(parts))
    beside = sum(lines[kind].log10_lr or 0.0 for kind in ("age", "time", "place", "finding"))
    assert lines["all together"].log10_lr == pytest.approx(sum(parts) + beside)
    odds = 10 ** (sum(parts) + beside) * explanation.prior / (1 - explanation.prior)
    assert 1 / (1 + odds) < 1e-6
    assert say(lines["all together"].words).endswith("posterior >\N{NO-BREAK SPACE}0.999999 with all lines")
    prior = 10**beside / (1 + 10**beside)
    assert f"the prior from 0.500 to {probability_text(prior)}:" in say(lines["all together"].words)
    assert "Walsh" in say_all(explanation.assumptions)[0]


def test_explain__without_further_evidence_there_is_no_table(folder):
    incident = read_case_folder(folder)
    plain = replace(incident, further=type(incident.further)())
    _, explanation = explained(plain)
    assert explanation.candidate.evidence == ()
    assert say_all(explanation.assumptions) == ()


def test_explain__a_sample_that_was_not_looked_up_has_a_line_without_a_number(folder):
    lines, _ = explained(read_case_folder(folder), "PM2")
    assert lines["Y"].log10_lr is None
    assert "look it up" in say(lines["Y"].words)
    assert lines["DNA together"].log10_lr == lines["autosomal"].log10_lr


def test_explain__the_sex_lowers_the_lr_when_an_error_is_stated(tmp_path):
    people = FILES["unidentified.csv"].replace("PM1,male", "PM1,female")
    settings = FILES["incident.toml"] + "[sex]\nerror = 0.001\n"
    lines, explanation = explained(read_case_folder(write(tmp_path, unidentified=people, incident=settings)))
    assert 10 ** (lines["sex"].log10_lr or 0.0) == pytest.approx(0.001 / (0.5 * 0.001 + 0.5 * 0.999))
    assert "Y" not in lines
    assert explanation.remark is None
    assert list(lines)[:2] == ["autosomal", "sex"]
    total = (lines["autosomal"].log10_lr or 0.0) + (lines["sex"].log10_lr or 0.0)
    assert explanation.candidate.smallest_log10_lr == pytest.approx(total)


def test_search__without_an_error_of_the_sex_a_contradiction_excludes(tmp_path):
    people = FILES["unidentified.csv"].replace("PM1,male", "PM1,female")
    excluded = read_case_folder(write(tmp_path, unidentified=people))
    assert "sexes differ" in say(explained(excluded)[1].remark)
    assert searched(excluded).pairs_excluded_by_sex == 1


def searched(incident: Incident) -> SearchResult:
    return search_incident(incident, today=DAY, created="2026-05-01T10:00:00+00:00", command="").result


def without_consent(incident: Incident, member: str) -> Incident:
    (family,) = incident.families
    donors = tuple(replace(d, consent=None) if d.member == member else d for d in family.donors)
    return replace(incident, families=(replace(family, donors=donors),))


def without_haplotypes(incident: Incident, sample: str) -> Incident:
    further = incident.further
    kept = {*further.y, *further.mt} - {sample}
    return replace(incident, further=further.of_samples(kept))


@pytest.mark.parametrize(("member", "sample"), [("FA", "R1"), ("UN", "R2"), ("MO", "R3")])
def test_consent__a_haplotype_without_it_changes_no_number(folder, member, sample):
    refused = without_consent(read_case_folder(folder), member)
    assert explained(refused)[0] == explained(without_haplotypes(refused, sample))[0]


def test_consent__without_any_donor_of_the_line_there_is_no_line(folder):
    refused = without_consent(without_consent(read_case_folder(folder), "FA"), "UN")
    assert "Y" not in explained(refused)[0]


def test_search__the_same_table_is_in_the_result_and_the_report(folder):
    incident = read_case_folder(folder)
    result = search_incident(incident, today=DAY, created="2026-05-01T10:00:00+00:00", command="").result
    (candidate,) = (c for c in result.candidates if c.unidentified == "PM1")
    assert candidate.evidence == explained(incident)[1].candidate.evidence
    assert any("Walsh" in assumption for assumption in say_all(result.assumptions))
    assert '"kind": "mtDNA"' in results_json(result)
    page = render_report(result, incident)
    assert "All the evidence" in page
    assert "found 31 days after last seen" in page


@pytest.mark.slow
def test_search__a_donor_off_the_line_is_for_the_geneticist_alone(tmp_path):
    """Uncle and father contradict each other on the paternal line: neither counts, and nothing says so."""
    lines = FILES["y_haplotypes.csv"].splitlines()
    far = "\n".join(line[:-2] + "19" if line.startswith("R2,") else line for line in lines) + "\n"
    incident = read_case_folder(write(tmp_path, y_haplotypes=far))
    outcome = search_incident(incident, today=DAY, created="2026-05-01T10:00:00+00:00", command="")
    assert {(fit.member, fit.left_out) for fit in outcome.incidental if fit.left_out} == {("FA", True), ("UN", True)}
    without = without_haplotypes(without_haplotypes(incident, "R1"), "R2")
    plain = search_incident(without, today=DAY, created="2026-05-01T10:00:00+00:00", command="")
    assert outcome.result == plain.result
    assert render_report(outcome.result, incident) == render_report(plain.result, incident)


def test_difference__is_written_as_it_is_read():
    for text in ("263G", "A263G", "309.1C", "309.1c", "16189Y", "523DEL", "523del", "16093R"):
        assert str(MtDifference.parse(text)) == text


def test_assumptions__say_which_samples_have_rates_of_their_own(folder):
    incident = read_case_folder(folder)
    assert any("Genotypes are taken as read" in words for words in say_all(searched(incident).assumptions))
    lossy = tuple(replace(p, rates=ObservationRates(0.25)) if p.code == "PM1" else p for p in incident.unidentified)
    result = searched(replace(incident, unidentified=lossy))
    assert any(
        "Samples with rates of their own: 1, with drop-out 0.25. " in words for words in say_all(result.assumptions)
    )
    (candidate,) = (c for c in result.candidates if c.unidentified == "PM1")
    assert "seen through drop-out 0.25 for each allele copy" in say(candidate.evidence[0].words)
