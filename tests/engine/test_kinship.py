"""Kinship and identity: textbook values, a brute-force oracle over all inheritance paths, and the values of ribd."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.engine.arrays import Array
from antigone.engine.kinship import (
    identity_coefficients,
    inbreeding_coefficients,
    kinship_matrix,
    males,
    sharing_probabilities,
)
from antigone.errors import ModelError, PedigreeError
from antigone.model.pedigree import Individual, Pedigree, Sex

COUPLE = (("AF", "male"), ("MO", "female"))
SIBS = Pedigree.of(*COUPLE, ("B", "male", "AF", "MO"), ("S", "female", "AF", "MO"), ("CH", "male", "B", "S"))


# ---------------------------------------------------------------- textbook values


def test_kinship_matrix__of_siblings_and_their_child() -> None:
    phi = kinship_matrix(SIBS)
    assert phi[0].tolist() == [0.5, 0, 0.25, 0.25, 0.25]
    assert phi[2, 3] == 0.25
    assert phi[4].tolist() == [0.25, 0.25, 0.375, 0.375, 0.625]


def test_kinship_matrix__on_the_x_chromosome() -> None:
    pedigree = Pedigree.of(*COUPLE, ("D", "female", "AF", "MO"), ("E", "female", "AF", "MO"), ("S", "male", "AF", "MO"))
    phi = kinship_matrix(pedigree, chromosome="X")
    assert phi[0].tolist() == [1, 0, 0.5, 0.5, 0]
    assert phi[1].tolist() == [0, 0.5, 0.25, 0.25, 0.5]
    assert phi[2].tolist() == [0.5, 0.25, 0.5, 0.375, 0.25]
    assert phi[4, 4] == 1


def test_kinship_matrix__refuses_an_unknown_sex_on_the_x_chromosome() -> None:
    pedigree = Pedigree.of(("AF",), ("MO",), ("CH", "unknown", "AF", "MO"), ("XX",))
    with pytest.raises(PedigreeError) as refusal:
        kinship_matrix(pedigree, chromosome="X")
    assert [member for member, _ in refusal.value.faults] == ["CH", "XX"]
    assert kinship_matrix(pedigree).shape == (4, 4)


def test_males__takes_a_parent_of_unstated_sex_at_the_role() -> None:
    assert males(Pedigree.of(("AF",), ("MO",), ("CH", "female", "AF", "MO"))) == {"AF"}


def test_inbreeding__of_repeated_sib_mating_follows_the_fibonacci_recursion() -> None:
    members: list[tuple[str, ...]] = [*COUPLE]
    father, mother = "AF", "MO"
    for generation in range(1, 7):
        pair = (f"B{generation}", f"S{generation}")
        members += [(pair[0], "male", father, mother), (pair[1], "female", father, mother)]
        father, mother = pair
    inbreeding = inbreeding_coefficients(Pedigree.of(*members))
    expected = [0.0, 0.0]
    for _ in range(5):
        expected.append((1 + 2 * expected[-1] + expected[-2]) / 4)
    assert [inbreeding[f"B{g}"] for g in range(1, 7)] == pytest.approx(expected[1:], abs=1e-15)


@pytest.mark.parametrize(
    ("pair", "kappa"),
    [(("AF", "B"), (0, 1, 0)), (("B", "S"), (0.25, 0.5, 0.25)), (("AF", "MO"), (1, 0, 0))],
)
def test_sharing_probabilities__of_a_nuclear_family(pair: tuple[str, str], kappa: tuple[float, ...]) -> None:
    assert tuple(sharing_probabilities(SIBS, pair)) == kappa


def test_sharing_probabilities__of_half_siblings_with_an_absent_parent() -> None:
    """The other parents are absent: each is a new, unrelated founder."""
    half = [Individual(code, "female", None, "MO") for code in ("A", "B")]
    pedigree = Pedigree((Individual("MO", "female"), *half))
    assert sharing_probabilities(pedigree, ("A", "B")).tolist() == [0.5, 0.5, 0]


def test_identity_coefficients__of_double_first_cousins() -> None:
    pedigree = Pedigree.of(
        *(("F1", "male"), ("M1", "female"), ("F2", "male"), ("M2", "female")),
        *(("A1", "male", "F1", "M1"), ("A2", "male", "F1", "M1")),
        *(("B1", "female", "F2", "M2"), ("B2", "female", "F2", "M2")),
        *(("C1", "male", "A1", "B1"), ("C2", "male", "A2", "B2")),
    )
    assert identity_coefficients(pedigree, ("C1", "C2"))[6:].tolist() == [1 / 16, 6 / 16, 9 / 16]


def test_identity_coefficients__of_sibs_of_sib_mating() -> None:
    """Jacquard (1974): the children of two sibs."""
    pedigree = Pedigree((*SIBS.individuals, Individual("CI", "female", "B", "S")))
    expected = np.array([2, 1, 4, 1, 4, 1, 7, 10, 2]) / 32
    np.testing.assert_allclose(identity_coefficients(pedigree, ("CH", "CI")), expected, atol=1e-15)


def test_identity_coefficients__with_oneself() -> None:
    coefficients = identity_coefficients(SIBS, ("CH", "CH"))
    assert (coefficients[0], coefficients[6]) == (0.25, 0.75)


def test_identity_coefficients__of_inbred_founders() -> None:
    pedigree = Pedigree((Individual("A", "male", founder_inbreeding=0.25), Individual("B", "female", None, None, 1.0)))
    np.testing.assert_allclose(identity_coefficients(pedigree, ("A", "B")), [0, 0.25, 0, 0, 0, 0.75, 0, 0, 0])


def test_sharing_probabilities__refuses_an_inbred_member() -> None:
    with pytest.raises(ModelError, match="use the nine identity coefficients"):
        sharing_probabilities(SIBS, ("CH", "AF"))
    with pytest.raises(ModelError, match="'XX' is not in the pedigree"):
        sharing_probabilities(SIBS, ("AF", "XX"))


# ---------------------------------------------------------------- brute-force oracle


@st.composite
def pedigrees(draw: st.DrawFn) -> Pedigree:
    """Up to 3 founders (some inbred) and 5 others, with loops, both sexes, and absent single parents."""
    sexes: list[Sex] = ["male", "female", draw(st.sampled_from(["male", "female"]))]
    members = [
        Individual(f"f{i}", sex, founder_inbreeding=draw(st.sampled_from([0.0, 0.0, 0.25, 1.0])))
        for i, sex in enumerate(sexes)
    ]
    for i in range(draw(st.integers(1, 5))):
        fathers: list[str | None] = [m.id for m in members if m.sex == "male"]
        mothers: list[str | None] = [m.id for m in members if m.sex == "female"]
        father = draw(st.sampled_from([*fathers[::-1], None]))
        mother = draw(st.sampled_from([*mothers[::-1], None] if father else mothers[::-1]))
        members.append(Individual(f"n{i}", draw(st.sampled_from(["male", "female"])), father, mother))
    return Pedigree(tuple(members))


def inheritance(pedigree: Pedigree, *, on_x: bool = False) -> list[tuple[float, dict[str, tuple[str, str]]]]:
    """Every possible way the founder genes came down: probability, and each member's two genes.

    On the X chromosome a male's one gene is written twice.
    """
    worlds: list[tuple[float, dict[str, tuple[str, str]]]] = [(1.0, {})]
    for member in pedigree.parents_first:
        worlds = [
            (probability * share, {**genes, member.id: pair})
            for probability, genes in worlds
            for share, pair in _pairs(member, genes, on_x=on_x)
        ]
    return worlds


def _pairs(member: Individual, genes: dict[str, tuple[str, str]], *, on_x: bool) -> list[tuple[float, tuple[str, str]]]:
    new = (f"{member.id}:0", f"{member.id}:1")
    if member.is_founder:
        f = 1.0 if on_x and member.sex == "male" else member.founder_inbreeding
        return [(share, pair) for share, pair in ((f, (new[0], new[0])), (1 - f, new)) if share]
    paternal = [new[0]] if member.father is None else list(genes[member.father])
    maternal = [new[1]] if member.mother is None else list(genes[member.mother])
    if on_x and member.sex == "male":
        return [(1 / len(maternal), (gene, gene)) for gene in maternal]
    pairs = list(itertools.product(paternal, maternal))
    return [(1 / len(pairs), pair) for pair in pairs]


def by_enumeration(pedigree: Pedigree, *, on_x: bool) -> Array:
    members = [member.id for member in pedigree]
    phi = np.zeros((len(members), len(members)))
    for probability, genes in inheritance(pedigree, on_x=on_x):
        for (i, a), (j, b) in itertools.product(enumerate(members), repeat=2):
            phi[i, j] += probability * np.mean([x == y for x in genes[a] for y in genes[b]])
    return phi


@pytest.mark.slow
@given(pedigrees(), st.booleans())
def test_kinship_matrix__agrees_with_enumeration(pedigree: Pedigree, on_x: bool) -> None:
    phi = kinship_matrix(pedigree, chromosome="X" if on_x else "autosomal")
    np.testing.assert_allclose(phi, by_enumeration(pedigree, on_x=on_x), rtol=0, atol=1e-13)


@given(pedigrees(), st.data())
def test_identity_coefficients__agree_with_enumeration(pedigree: Pedigree, data: st.DataObject) -> None:
    codes = [member.id for member in pedigree]
    first, second = data.draw(st.sampled_from(codes)), data.draw(st.sampled_from(codes))
    expected = np.zeros(9)
    for probability, genes in inheritance(pedigree):
        expected[state_by_definition(genes[first], genes[second])] += probability
    np.testing.assert_allclose(identity_coefficients(pedigree, (first, second)), expected, rtol=0, atol=1e-13)


def state_by_definition(one: tuple[str, str], two: tuple[str, str]) -> int:
    shared = bool(set(one) & set(two))
    match one[0] == one[1], two[0] == two[1]:
        case True, True:
            return 0 if shared else 1
        case True, False:
            return 2 if shared else 3
        case False, True:
            return 4 if shared else 5
        case _:
            return 8 - len(set(one) & set(two))


@given(pedigrees(), st.data())
def test_identity_coefficients__give_the_kinship(pedigree: Pedigree, data: st.DataObject) -> None:
    rows = {member.id: i for i, member in enumerate(pedigree)}
    first, second = data.draw(st.sampled_from([*rows])), data.draw(st.sampled_from([*rows]))
    d = identity_coefficients(pedigree, (first, second))
    assert d.sum() == pytest.approx(1, abs=1e-13)
    kinship = d[0] + (d[2] + d[4] + d[6]) / 2 + d[7] / 4
    assert kinship == pytest.approx(kinship_matrix(pedigree)[rows[first], rows[second]], abs=1e-13)
    np.testing.assert_allclose(d[[0, 1, 4, 5, 2, 3, 6, 7, 8]], identity_coefficients(pedigree, (second, first)))


# ---------------------------------------------------------------- other programs

SWAPPED_IN_THE_CORPUS = {("kinship-008", "P2", "T1"), ("kinship-020", "Q", "q")}
"""Here the inbred founder is the second of the pair, and the corpus has its probability under D4 instead of D6,
against its own definition and its own inbreeding coefficients; every other pair keeps to both."""


def pedigree_of(case: dict[str, Any]) -> Pedigree:
    inbreeding = case["founder_inbreeding"]
    return Pedigree(
        tuple(
            Individual(m["id"], m["sex"], m["father"], m["mother"], inbreeding.get(m["id"], 0.0))
            for m in case["pedigrees"]["H1"]
        )
    )


def corpus(shared: Path) -> list[tuple[Pedigree, dict[str, Any]]]:
    cases = json.loads((shared / "validation" / "kinship.json").read_text(encoding="utf-8"))
    return [(pedigree_of(case), case) for case in cases]


def test_kinship_matrix__agrees_with_ribd_and_kinship2(shared: Path) -> None:
    for pedigree, case in corpus(shared):
        expected, rows = case["expected"], [member.id for member in pedigree]
        order = np.ix_(*[[rows.index(member) for member in expected["members"]]] * 2)
        np.testing.assert_allclose(kinship_matrix(pedigree)[order], expected["kinship"], rtol=0, atol=1e-12)
        if expected["kinship_X"] is not None:
            on_x = kinship_matrix(pedigree, chromosome="X")[order]
            np.testing.assert_allclose(on_x, expected["kinship_X"], rtol=0, atol=1e-12, err_msg=case["id"])
        assert inbreeding_coefficients(pedigree) == pytest.approx(expected["inbreeding"], abs=1e-12)


def test_identity_coefficients__agree_with_ribd(shared: Path) -> None:
    for pedigree, case in corpus(shared):
        for row in case["expected"]["pairs"]:
            first, second = row["pair"]
            expected = row["condensed_identity"]
            if (case["id"], first, second) in SWAPPED_IN_THE_CORPUS:
                expected = [*expected[:3], expected[5], expected[4], expected[3], *expected[6:]]
            found = identity_coefficients(pedigree, (first, second))
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12, err_msg=case["id"])


def test_sharing_probabilities__agree_with_ribd(shared: Path) -> None:
    for pedigree, case in corpus(shared):
        for row in case["expected"]["pairs"]:
            if row["kappa"] is None:
                with pytest.raises(ModelError, match="inbred"):
                    sharing_probabilities(pedigree, tuple(row["pair"]))
            else:
                found = sharing_probabilities(pedigree, tuple(row["pair"]))
                np.testing.assert_allclose(found, row["kappa"], rtol=0, atol=1e-12)
