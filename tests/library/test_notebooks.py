"""The public functions of a notebook: builders, files, one family's LRs, power, matrices, conditional simulation."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import antigone
from antigone import (
    Equal,
    Individual,
    Marker,
    Pedigree,
    Profile,
    Stepwise,
    draw,
    genotype_distribution,
    inclusion_power,
    likelihood_ratio,
    markers_of,
    missing_person_lr,
    nist1036,
    power,
    read_familias,
    read_incident,
    read_ped,
    search_incident,
    simulate,
    to_arrow,
    to_pandas,
    transition_matrix,
)
from antigone.errors import InputError, ModelError, PedigreeError, Unsupported

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
MARKER = Marker("M", ("a", "b", "c"), (0.2, 0.3, 0.5), female=Equal(0.01), male=Equal(0.02))


def profile(first: str, second: str) -> Profile:
    return Profile("s", {"M": (first, second)})


@pytest.mark.parametrize(
    ("built", "kinship"),
    [
        (Pedigree.cousins(0), 1 / 4),
        (Pedigree.cousins(0, half=True), 1 / 8),
        (Pedigree.cousins(1), 1 / 16),
        (Pedigree.cousins(1, half=True), 1 / 32),
        (Pedigree.cousins(1, removal=1), 1 / 32),
        (Pedigree.cousins(0, removal=1), 1 / 8),
        (Pedigree.cousins(2), 1 / 64),
    ],
)
def test_cousins__are_as_closely_related_as_their_name_says(built, kinship):
    place = {member.id: i for i, member in enumerate(built)}
    assert antigone.kinship_matrix(built)[place["A"], place["B"]] == kinship


@pytest.mark.parametrize("sex", ["male", "female", "unknown"])
def test_linear__has_one_parent_more_than_generations(sex):
    line = Pedigree.linear(3, sex=sex)
    assert antigone.kinship_matrix(line)[0, 3] == 1 / 16
    assert {member.sex for member in line} == {sex}


@pytest.mark.parametrize(("build", "number"), [(Pedigree.linear, 0), (Pedigree.cousins, -1), (Pedigree.cousins, 1.5)])
def test_builders__refuse_a_number_that_is_none(build, number):
    with pytest.raises(ModelError, match="whole number"):
        build(number)


def test_relabelled__keeps_who_is_whose_child():
    made = Pedigree.nuclear("F", "M", "C").relabelled({"F": "X", "C": "F"})
    assert made["F"] == Individual("F", "unknown", "X", "M")
    with pytest.raises(PedigreeError):
        Pedigree.nuclear("F", "M", "C").relabelled({"F": "M"})


def test_with_parents__of_a_founder_alone():
    made = Pedigree.of(("C", "female")).with_parents("C", "F", "M")
    assert (made["C"].father, made["C"].sex, made["F"].sex) == ("F", "female", "male")
    with pytest.raises(PedigreeError, match="parents already"):
        made.with_parents("C", "X", "Y")


def test_merged__refuses_two_things_of_one_person():
    with pytest.raises(PedigreeError, match="the sex of individual 'C'"):
        Pedigree.of(("C", "male")).merged(Pedigree.of(("C", "female")))
    assert Pedigree.of(("C",)).merged(Pedigree.of(("C", "female")))["C"].sex == "female"


def test_missing_person_lr__is_the_ratio_of_two_explicit_pedigrees():
    family = Pedigree.nuclear("F", "M", ("MP", "male"), ("S", "female"))
    references = {"F": profile("a", "b"), "S": profile("b", "c")}
    found = missing_person_lr(family, "MP", references, {"PM1": profile("a", "c")}, [MARKER], theta=0.02)
    h1 = family
    h2 = Pedigree((*family, Individual("X", "male")))
    as_missing = likelihood_ratio(h1, h1, {**references, "MP": profile("a", "c")}, [MARKER], theta=0.02).log_h1
    unrelated = likelihood_ratio(h2, h2, {**references, "X": profile("a", "c")}, [MARKER], theta=0.02).log_h1
    assert found["PM1"].log_total == pytest.approx(as_missing[0] - unrelated[0], abs=1e-12)


def test_missing_person_lr__refuses_what_is_no_question():
    family, typed = Pedigree.nuclear("F", "M", ("MP", "male")), {"F": profile("a", "b")}
    with pytest.raises(ModelError, match="among the references"):
        missing_person_lr(family, "MP", {"MP": profile("a", "a")}, {}, [MARKER])
    with pytest.raises(ModelError, match="leave this candidate out"):
        missing_person_lr(family, "MP", typed, {"X": profile("a", "a")}, [MARKER], sexes={"X": "female"})
    with pytest.raises(ModelError, match="not in the pedigree"):
        missing_person_lr(family, "Q", typed, {}, [MARKER])


def test_candidates__the_strongest_first_and_what_is_not_defined_last():
    family, typed = Pedigree.nuclear("F", "M", "MP"), {"F": Profile("s", {"N": ("a", "a")})}
    marker = Marker("N", ("a", "b"), (0.5, 0.5))
    candidates = {"no": Profile("x", {"N": ("b", "b")}), "yes": Profile("y", {"N": ("a", "a")}), "0": Profile("z", {})}
    found = missing_person_lr(family, "MP", typed, candidates, [marker])
    assert list(found.log10_lr.items()) == [("yes", pytest.approx(math.log10(2))), ("0", 0.0), ("no", -math.inf)]
    assert "<table>" in found._repr_html_()  # type: ignore[attr-defined]
    assert to_arrow(found).column("candidate").to_pylist() == ["yes", "0", "no"]
    assert found.to_dict()["ratios"]["yes"]["log10_total"] == pytest.approx(math.log10(2))


def test_simulate__has_the_distribution_given_who_is_typed():
    family, typed = Pedigree.nuclear("F", "M", "C", "D"), {"F": profile("a", "b"), "D": profile("a", "c")}
    exact = genotype_distribution(family, typed, MARKER, target="C", theta=0.03)
    drawn = simulate(family, [MARKER], seed=3, count=4000, given=typed, theta=0.03)
    counts = Counter(one["C"].genotypes["M"] for one in drawn)
    expected = np.array([4000 * exact.get(genotype, 0.0) for genotype in exact])
    found = np.array([counts[genotype] for genotype in exact])
    big = expected > 5
    assert float((((found - expected) ** 2 / expected)[big]).sum()) < 3 * big.sum()
    assert {frozenset(one) for one in drawn} == {frozenset({"M", "C"})}
    assert simulate(family, [MARKER], seed=3, given=typed)[0] == simulate(family, [MARKER], seed=3, given=typed)[0]


def test_simulate__members_together_are_a_family():
    """Drawn one after the other, never each alone: without mutation a child shares an allele with its parent."""
    sure = MARKER.without_mutation()
    for one in simulate(Pedigree.nuclear("F", "M", "C"), [sure], seed=1, count=200):
        assert set(one["C"].genotypes["M"]) & set(one["F"].genotypes["M"])


WRONG = ({"count": 0}, {"members": ["X"]}, {"given": {"C": profile("a", "z")}}, {"given": {"Q": profile("a", "a")}})


@pytest.mark.parametrize("wrong", WRONG)
def test_simulate__refuses_what_is_no_question(wrong):
    with pytest.raises(ModelError):
        simulate(Pedigree.nuclear("F", "M", "C"), [MARKER], **{"seed": 1, **wrong})


def test_matrix__is_what_the_engine_uses():
    model = Stepwise(rate=0.002, rate2=1e-6, range=0.1)
    matrix = transition_matrix(model, {"12": 0.5, "13": 0.3, "14": 0.1}, silent=0.1)
    assert matrix.alleles[-1] == "silent"
    assert matrix["silent", "silent"] == 1
    assert [sum(row.values()) for row in matrix.to_dict().values()] == pytest.approx([1.0] * 4)
    shares = {"12": 0.5, "13": 0.3, "14": 0.1}
    assert matrix.rate == pytest.approx(sum(p * (1 - matrix[allele, allele]) for allele, p in shares.items()))
    assert "<caption>" in matrix._repr_html_()
    assert to_arrow(matrix).num_rows == 4
    with pytest.raises(ModelError, match="no allele 9"):
        matrix.is_lumpable(["9"])


def test_power__is_that_of_the_command():
    family = Pedigree.nuclear("F", "M", "MP")
    found = power(family, "MP", [MARKER], typed={"F": profile("a", "b")})
    bounds = inclusion_power(family, "MP", [MARKER], threshold=1.5, typed={"F": profile("a", "b")})
    assert found.inclusion(1.5) == bounds
    assert 0 < bounds.low <= bounds.high < 1
    assert found.to_dict(1.5)["inclusion"] == (bounds.low, bounds.high)


def test_read_ped__has_the_families_of_the_file():
    family = read_ped(EXAMPLES / "family.ped")["F1"]
    assert family.pedigree["CH"] == Individual("CH", "female", "AF", "MO")
    assert family.profiles["AF"].genotypes["TH01"] == ("6", "9.3")


def test_read_ped__every_problem_with_its_line(tmp_path):
    (tmp_path / "x.ped").write_text("famid id fid mid sex TH01\nF1 A 0 0 1 6/9.3/x/q\nF1 B Z 0 9 7/7\n")
    with pytest.raises(InputError) as refused:
        read_ped(tmp_path / "x.ped")
    assert "line 3" in str(refused.value)


def test_read_familias__is_what_the_command_computes():
    assert read_familias(EXAMPLES / "paternity.fam").likelihood_ratio().log10_total == pytest.approx(
        math.log10(1 / 0.46 / 0.54), abs=1e-9
    )


def test_nist1036__names_the_populations_it_has():
    with pytest.raises(InputError, match="US Asian"):
        nist1036("Atlantis")
    typed = {"A": Profile("s", {"TH01": ("6", "99")})}
    (marker,) = markers_of(nist1036("US Asian"), profiles=typed)
    assert (marker.name, "99" in marker.alleles) == ("TH01", True)


def test_incident__a_day_without_consent_leaves_nobody():
    day, before = date(2026, 12, 1), date(2020, 1, 1)
    incident = read_incident(EXAMPLES / "ferry", on=day)
    assert [c.unidentified for c in search_incident(incident, on=day).candidates] == ["PM003", "PM002", "PM001"]
    assert search_incident(incident, on=before).candidates == ()


def test_notebooks__show_pedigrees_and_ratios():
    family = Pedigree.nuclear("F", "M", "MP")
    assert family._repr_svg_().startswith("<svg")  # type: ignore[attr-defined]
    assert "MP" in draw(family, missing=["MP"], typed=["F"])
    ratio = likelihood_ratio(family, family, {"F": profile("a", "b")}, [MARKER])
    assert "<svg" in ratio._repr_html_()  # type: ignore[attr-defined]
    with pytest.raises(ModelError):
        draw(family, missing=["X"])


def test_tables__without_their_library_say_so(monkeypatch):
    ratio = read_familias(EXAMPLES / "paternity.fam").likelihood_ratio()
    for name, function in (("pyarrow", to_arrow), ("pandas", to_pandas)):
        monkeypatch.setitem(__import__("sys").modules, name, None)
        with pytest.raises(Unsupported, match=name if name == "pandas" else "scale"):
            function(ratio)
