"""X-chromosomal markers in every path: the search against direct summation, laws, and refusals by the readers."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import observations
import pytest
import reference
import strategies
from familias_files import LADDER as LADDER
from familias_files import TWO as TWO
from familias_files import locus as locus
from familias_files import person as person
from familias_files import plain as plain
from familias_files import saved as saved
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from antigone.engine.sums.likelihood import log_likelihood, log_likelihoods
from antigone.errors import InputError
from antigone.formats.casefolder.reader import read_case_folder
from antigone.formats.familias.reader import read_familias_case
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target
from antigone.search.pairs.comparison import compare

relaxed = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)
STATES_OF_THE_ORACLE = 4_000


@pytest.mark.slow
@relaxed
@given(st.data(), st.sampled_from([0.0, 0.05]), st.sampled_from([0.0, 0.3]))
def test_search__on_the_x_chromosome_agrees_with_direct_summation(
    data: st.DataObject, theta: float, dropout: float
) -> None:
    """Any pedigree, mutation model and silent allele; with theta the stranger's alleles are of the family's urn."""
    marker = data.draw(strategies.markers(on_x=True))
    pedigree = data.draw(strategies.pedigrees(4))
    missing = data.draw(st.sampled_from([m.id for m in pedigree]))
    typed = {m: p for m, p in data.draw(strategies.typings(pedigree, marker)).items() if m != missing}
    sex = pedigree[missing].sex
    first, second = (data.draw(st.sampled_from(marker.alleles)) for _ in range(2))
    seen = (first, first if sex == "male" else second)
    require_affordable(pedigree, typed, marker)
    rates = ObservationRates(dropout)
    weight = {"X": cache(lambda genotype: observations.probability([set(seen)], genotype, marker, rates))}
    apart = Pedigree((*pedigree, Individual("X", sex)))
    h2 = reference.likelihood(apart, typed, marker, theta=theta, weights=weight)
    h1 = reference.likelihood(pedigree, typed, marker, theta=theta, weights={missing: weight["X"]})
    assume(reference.likelihood(pedigree, typed, marker, theta=theta) > 0)
    found = compare(
        [Target("F", missing, pedigree, typed)],
        [UnidentifiedPerson("V", Profile("V", {"M": seen}), sex)],
        populations={"P": [marker]},
        theta=theta,
        observation=ObservationModel(rates),
    ).log_lr["P"][0, 0]
    assert math.exp(found) == pytest.approx(h1 / h2, rel=1e-9, abs=1e-12)


def require_affordable(pedigree: Pedigree, typed: dict[str, Profile], marker: Marker) -> None:
    n = len(marker.alleles) + bool(marker.silent)
    states = math.prod(len(reference._genotypes(m, typed, marker, n)) for m in pedigree)
    assume(states * n * n <= STATES_OF_THE_ORACLE)


@pytest.mark.slow
@relaxed
@given(st.data(), st.sampled_from([0.0, 0.05]))
def test_likelihood__autosomal_and_x_markers_of_women_are_told_apart(data: st.DataObject, theta: float) -> None:
    """Where nobody is male both kinds have the same slots, but not the same founders: inbreeding, absent fathers."""
    kinds = [replace(data.draw(strategies.markers(on_x=x)), name=name) for name, x in (("A", False), ("X", True))]
    members = data.draw(strategies.pedigrees(4, inbred_founders=theta == 0.0))
    women = Pedigree(tuple(replace(member, sex="female", father=None) for member in members))
    shown = [data.draw(strategies.typings(women, marker)) for marker in kinds]
    typed = {
        member.id: Profile(
            member.id, {name: g for of in shown if member.id in of for name, g in of[member.id].genotypes.items()}
        )
        for member in women
    }
    for marker in kinds:
        require_affordable(women, typed, marker)
    expected = [reference.likelihood(women, typed, marker, theta=theta) for marker in kinds]
    found = log_likelihoods(women, typed, kinds, theta=theta)
    assert [math.exp(log) for log in found] == pytest.approx(expected, rel=1e-9, abs=1e-15)


@pytest.mark.slow
@relaxed
@given(st.data(), st.sampled_from([0.0, 0.05]))
def test_likelihood__a_males_x_does_not_depend_on_his_father(data: st.DataObject, theta: float) -> None:
    """Whoever the father of a male is, declared or not, nothing changes on the X chromosome."""
    marker = data.draw(strategies.markers(on_x=True))
    pedigree = data.draw(strategies.pedigrees(5))
    typed = data.draw(strategies.typings(pedigree, marker))
    fatherless = Pedigree(
        tuple(Individual(m.id, m.sex, None if m.sex == "male" else m.father, m.mother) for m in pedigree)
    )
    declared, undeclared = (log_likelihood(one, typed, marker, theta=theta) for one in (pedigree, fatherless))
    assert declared == pytest.approx(undeclared, rel=1e-12, abs=1e-12)


GENEMAPPER = "Sample Name\tMarker\tAllele 1\tAllele 2\n"


@pytest.mark.parametrize(
    ("profiles", "line"),
    [
        ("sample,marker,allele1,allele2\nS1,DXS10103,10,11\nS1,TH01,6,7\nPM1,DXS10103,10,11\nPM1,TH01,6,7\n", 4),
        (GENEMAPPER + "S1\tDXS10103\t10\t11\nS1\tTH01\t6\t7\nPM1\tDXS10103\t10\t11\nPM1\tTH01\t6\t7\n", 4),
    ],
    ids=["case folder", "GeneMapper"],
)
def test_readers__a_males_second_x_allele_is_refused_with_a_remedy(tmp_path: Path, profiles: str, line: int) -> None:
    write_folder(tmp_path, profiles)
    with pytest.raises(InputError) as refusal:
        read_case_folder(tmp_path)
    [problem] = refusal.value.problems
    assert (problem.file, problem.line, problem.column) == ("profiles.csv", line, "allele2")
    assert problem.remedy == "correct the sex or the genotype; a male's one allele is written twice"


REPLICATES = "sample,marker,allele1,allele2,replicate\nS1,DXS10103,10,11,\nS1,TH01,6,7,\n"


def test_readers__a_males_second_x_allele_in_any_amplification_is_refused_all_at_once(tmp_path: Path) -> None:
    rows = "PM1,DXS10103,10,11,a\nPM1,DXS10103,10,10,b\nPM1,DXS8378,10,10,a\nPM1,DXS8378,11,11,b\n"
    write_folder(tmp_path, REPLICATES + rows + "PM1,DXS7423,10,11,\n")
    with pytest.raises(InputError) as refusal:
        read_case_folder(tmp_path)
    problems = sorted(refusal.value.problems, key=lambda problem: problem.found)
    said = {
        "DXS10103": "2 alleles in one amplification, with drop-in 0,",
        "DXS8378": "2 alleles over all amplifications, with drop-in 0,",
        "DXS7423": "two different alleles",
    }
    assert [problem.found for problem in problems] == [
        f"{found} of sample 'PM1', a male, at the X-chromosomal marker '{marker}'" for marker, found in said.items()
    ]
    assert all(problem.remedy.startswith("correct the sex or") for problem in problems)
    assert [problem.line for problem in problems[:2]] == [4, 6]


def test_readers__a_males_second_x_allele_may_have_dropped_in_where_a_rate_says_so(tmp_path: Path) -> None:
    write_folder(tmp_path, REPLICATES + "PM1,DXS10103,10,11,a\nPM1,DXS10103,10,10,b\n")
    (tmp_path / "incident.toml").write_text('title = "X"\n[observation]\ndropout = 0.1\ndropin = 0.01\n')
    [person] = read_case_folder(tmp_path).unidentified
    assert person.replicates["DXS10103"] == (("10", "11"), ("10", "10"))


def test_readers__genemappers_empty_second_allele_is_a_males_one_allele(tmp_path: Path) -> None:
    write_folder(tmp_path, GENEMAPPER + "S1\tDXS10103\t10\t11\nPM1\tDXS10103\t10\t\nS1\tTH01\t6\t7\nPM1\tTH01\t6\t7\n")
    assert read_case_folder(tmp_path).unidentified[0].profile.genotypes["DXS10103"] == ("10", "10")


def test_readers__familias_has_no_x_loci_and_says_what_to_do(tmp_path: Path) -> None:
    """The format cannot say which allele a male has not: the locus itself is refused, two alleles or one."""
    males = [person("AF", True, (0, 2, 0)), person("MO", False), person("CH", True, (0, 1, 0))]
    lines = plain(persons=males, pedigrees=TWO, loci=[locus("DXS10103", LADDER)])
    with pytest.raises(InputError) as refusal:
        read_familias_case(saved(tmp_path, lines))
    [problem] = refusal.value.problems
    assert problem.found == "no locus but those of sex chromosomes"
    assert problem.remedy.startswith("add the loci that were typed")


def write_folder(folder: Path, profiles: str) -> None:
    tables = {
        "incident.toml": 'title = "X"\n',
        "families.csv": "family,member,sex,father,mother,missing\nF1,MO,female,,,\nF1,MP,male,,MO,yes\n",
        "donors.csv": "family,member,sample,consent_reference,consent_date,consent_scope\n"
        "F1,MO,S1,C1,2024-01-01,identification\n",
        "unidentified.csv": "sample,sex,kind\nPM1,male,remains\n",
        "profiles.csv": profiles,
        "frequencies.csv": "population,marker,allele,frequency\nP,TH01,6,0.5\nP,TH01,7,0.5\n"
        + "".join(f"P,{x},10,0.5\nP,{x},11,0.5\n" for x in ("DXS10103", "DXS8378", "DXS7423")),
    }
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
