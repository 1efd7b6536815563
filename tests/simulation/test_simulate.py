"""Gene dropping against the probabilities it is meant to have. Seeds are fixed, so nothing fails by chance."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from antigone.engine.kinship import kinship_matrix
from antigone.engine.mutation.matrices import transition_matrix
from antigone.engine.sums.likelihood import log_likelihood
from antigone.errors import ModelError, PedigreeError
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Chromosome, Marker
from antigone.model.assumptions.mutation import Equal, Stepwise
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.simulation.genes import drop_gene_indices, drop_genes

TRIO = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "female", "AF", "MO"))
SIBS = Pedigree.of(
    *(("AF", "male"), ("MO", "female"), ("B", "male", "AF", "MO"), ("S", "female", "AF", "MO")),
    ("CH", "male", "B", "S"),
)
P = (0.1, 0.3, 0.6)
PLAIN = Marker("M", ("9", "9.3", "10"), P)
COUNT = 40_000
CLOSE = 5 * np.sqrt(0.25 / COUNT)
"""Five standard errors of the widest proportion."""


def generator(seed: int = 11) -> np.random.Generator:
    return np.random.default_rng(seed)


def shares(alleles: npt.NDArray[Any], n: int) -> npt.NDArray[np.float64]:
    return np.bincount(alleles.ravel(), minlength=n) / alleles.size


def test_drop_gene_indices__everyone_has_the_population_frequencies() -> None:
    genes = drop_gene_indices(TRIO, [PLAIN], rng=generator(), count=COUNT)
    for member in range(3):
        for side in (0, 1):
            np.testing.assert_allclose(shares(genes[:, member, 0, side], 3), P, atol=CLOSE)


def test_drop_gene_indices__founders_are_in_hardy_weinberg_proportions() -> None:
    genes = drop_gene_indices(TRIO, [PLAIN], rng=generator(), count=COUNT)
    for a in range(3):
        same = np.all(genes[:, 0, 0] == a, axis=1).mean()
        assert same == pytest.approx(P[a] ** 2, abs=CLOSE)


def test_drop_gene_indices__without_mutation_children_have_their_parents_genes() -> None:
    genes = drop_gene_indices(TRIO, [PLAIN, PLAIN], rng=generator(), count=2000)
    for parent in (0, 1):
        assert np.all((genes[:, parent] == genes[:, 2, :, parent, None]).any(axis=-1))


def test_drop_gene_indices__identity_by_descent_has_the_kinship_of_the_pedigree() -> None:
    """With four different founder genes, equal alleles are genes identical by descent."""
    marker = Marker("M", ("1", "2", "3", "4"), (0.25,) * 4)
    founders = {"AF": {"M": ("1", "2")}, "MO": {"M": ("3", "4")}}
    genes = drop_gene_indices(SIBS, [marker], rng=generator(), count=COUNT, founders=founders)[:, :, 0]
    phi = kinship_matrix(SIBS)
    for i in range(len(SIBS)):
        for j in range(len(SIBS)):
            share = (genes[:, i, :, None] == genes[:, j, None, :]).mean()
            assert share == pytest.approx(phi[i, j], abs=CLOSE)


def test_drop_gene_indices__mutates_by_the_matrix_of_the_parents_sex() -> None:
    marker = Marker("M", ("9", "9.3", "10"), P, female=Equal(0.3), male=Stepwise(0.2, 0.1, 0.5))
    founders = {"AF": {"M": ("9", "9")}, "MO": {"M": ("10", "10")}}
    child = drop_gene_indices(TRIO, [marker], rng=generator(), count=COUNT, founders=founders)[:, 2, 0]
    for side, model, allele in ((0, marker.male, 0), (1, marker.female, 2)):
        expected = transition_matrix(model, marker.alleles, P)[allele]
        np.testing.assert_allclose(shares(child[:, side], 3), expected, atol=CLOSE)


def test_drop_gene_indices__absent_parent_gives_a_population_gene_without_mutation() -> None:
    duo = Pedigree.of(("MO", "female"), ("CH", "female", None, "MO"))
    marker = Marker("M", ("9", "10"), (0.2, 0.8), female=Equal(1.0), male=Equal(1.0))
    child = drop_gene_indices(duo, [marker], rng=generator(), count=COUNT)[:, 1, 0]
    np.testing.assert_allclose(shares(child[:, 0], 2), (0.2, 0.8), atol=CLOSE)
    np.testing.assert_allclose(shares(child[:, 1], 2), (0.8, 0.2), atol=CLOSE)


def test_drop_gene_indices__theta_makes_unrelated_founders_alike() -> None:
    theta = 0.2
    genes = drop_gene_indices(TRIO, [PLAIN], rng=generator(), count=COUNT, theta=theta)[:, :2, 0]
    for a, p in enumerate(P):
        homozygous = np.all(genes[:, 0] == a, axis=1)
        assert homozygous.mean() == pytest.approx(theta * p + (1 - theta) * p * p, abs=CLOSE)
        third = (2 * theta + (1 - theta) * p) / (1 + theta)
        fourth = (3 * theta + (1 - theta) * p) / (1 + 2 * theta)
        both = homozygous & np.all(genes[:, 1] == a, axis=1)
        assert both.mean() == pytest.approx((theta * p + (1 - theta) * p * p) * third * fourth, abs=CLOSE)


def test_drop_gene_indices__given_founders_are_the_first_draws_of_the_urn() -> None:
    theta, founders = 0.3, {"MO": {"M": ("9", "9")}}
    genes = drop_gene_indices(TRIO, [PLAIN], rng=generator(), count=COUNT, founders=founders, theta=theta)
    assert np.all(genes[:, 1] == 0)
    expected = (2 * theta + (1 - theta) * P[0]) / (1 + theta)
    for side in (0, 1):
        assert (genes[:, 0, 0, side] == 0).mean() == pytest.approx(expected, abs=CLOSE)


def test_drop_gene_indices__inbred_founder() -> None:
    pedigree = Pedigree((Individual("AF", "male", founder_inbreeding=0.4),))
    genes = drop_gene_indices(pedigree, [PLAIN], rng=generator(), count=COUNT)[:, 0, 0]
    for a, p in enumerate(P):
        assert np.all(genes == a, axis=1).mean() == pytest.approx(0.4 * p + 0.6 * p * p, abs=CLOSE)
    given = {"AF": {"M": ("9", "10")}}
    assert set(drop_gene_indices(pedigree, [PLAIN], rng=generator(), count=50, founders=given)[..., 0].flat) == {0}


def test_drop_gene_indices__x_chromosome() -> None:
    marker = Marker("X", ("9", "9.3", "10"), P, chromosome="X")
    pedigree = Pedigree((*TRIO.individuals, Individual("SO", "male", "AF", "MO")))
    genes = drop_gene_indices(pedigree, [marker, PLAIN], rng=generator(), count=2000)
    on_x = genes[:, :, 0]
    assert np.all(on_x[:, [0, 3], 0] == on_x[:, [0, 3], 1])
    assert np.all(on_x[:, 2, 0] == on_x[:, 0, 0])
    assert np.all((on_x[:, 3, :1] == on_x[:, 1]).any(axis=-1))
    assert not np.all(genes[:, 0, 1, 0] == genes[:, 0, 1, 1])


def test_drop_gene_indices__a_given_male_counts_once_in_the_urn_of_the_x_chromosome() -> None:
    marker, theta = Marker("X", ("9", "9.3", "10"), P, chromosome="X"), 0.3
    founders = {"AF": {"X": ("9", "9")}}
    genes = drop_gene_indices(TRIO, [marker], rng=generator(), count=COUNT, founders=founders, theta=theta)
    assert np.all(genes[:, 0] == 0)
    assert (genes[:, 1, 0, 0] == 0).mean() == pytest.approx(theta + (1 - theta) * P[0], abs=CLOSE)


@pytest.mark.slow
@pytest.mark.parametrize("theta", [0.0, 0.1])
@pytest.mark.parametrize("chromosome", ["autosomal", "X"])
def test_drop_gene_indices__simulates_the_model_of_the_likelihood(chromosome: Chromosome, theta: float) -> None:
    """Mutation, a silent allele, an absent father and theta at once: how often is what the engine computes."""
    marker = Marker("M", ("9", "10"), (0.3, 0.5), Equal(0.1), Equal(0.2), silent=0.2, chromosome=chromosome)
    family = Pedigree((*TRIO.individuals, Individual("HS", "male", None, "MO")))
    genes = drop_gene_indices(family, [marker], rng=generator(), count=COUNT, theta=theta)[:, [0, 2, 3], 0]
    visible = np.where((genes == 2).all(axis=-1, keepdims=True), 2, np.where(genes == 2, genes[..., ::-1], genes))
    typed = np.sort(visible[(visible < 2).all(axis=(1, 2))], axis=-1)
    counts = Counter(tuple(row) for row in typed.reshape(len(typed), 6).tolist())
    assert len(counts) > 6
    for row, count in counts.items():
        alleles = [marker.alleles[allele] for allele in row]
        members = {"AF": alleles[:2], "CH": alleles[2:4], "HS": alleles[4:]}
        profiles = {member: Profile(member, {"M": (a, b)}) for member, (a, b) in members.items()}
        expected = math.exp(log_likelihood(family, profiles, marker, theta=theta))
        assert count / COUNT == pytest.approx(expected, abs=4.5 * math.sqrt(expected * (1 - expected) / COUNT))


def test_drop_genes__silent_alleles_are_not_seen() -> None:
    marker = Marker("M", ("9", "10"), (0.3, 0.2), silent=0.5)
    pedigree = Pedigree.of(*((f"I{i}", "male") for i in range(4000)))
    seen = drop_genes(pedigree, [marker], rng=generator())
    typed = [genotypes["M"] for genotypes in seen.values() if genotypes]
    assert 1 - len(typed) / len(seen) == pytest.approx(0.25, abs=0.04)
    homozygous = sum(genotype == ("9", "9") for genotype in typed) / len(seen)
    assert homozygous == pytest.approx(0.3**2 + 2 * 0.3 * 0.5, abs=0.04)


def test_drop_genes__lists_alleles_in_the_order_of_the_ladder() -> None:
    seen = drop_genes(Pedigree.of(*((f"I{i}", "male") for i in range(200))), [PLAIN], rng=generator())
    order = [tuple(PLAIN.allele_index[allele] for allele in genotypes["M"]) for genotypes in seen.values()]
    assert all(a <= b for a, b in order)


def test_drop_genes__same_generator_state_same_answer() -> None:
    markers = [PLAIN, Marker("K", ("12", "13"), (0.5, 0.5), Equal(0.1), Equal(0.1), chromosome="X")]
    first, again, other = (drop_genes(SIBS, markers, rng=generator(seed), theta=0.02) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_drop_gene_indices__refusals() -> None:
    rng = generator()
    with pytest.raises(ModelError, match="theta is 1"):
        drop_gene_indices(TRIO, [PLAIN], rng=rng, theta=1.0)
    inbred = Pedigree((Individual("AF", founder_inbreeding=0.1),))
    with pytest.raises(ModelError, match="not combined with theta"):
        drop_gene_indices(inbred, [PLAIN], rng=rng, theta=0.1)
    for member in ("CH", "nobody"):
        with pytest.raises(ModelError, match="no founder"):
            drop_gene_indices(TRIO, [PLAIN], rng=rng, founders={member: {}})
    with pytest.raises(ModelError, match="not in the ladder") as refusal:
        drop_gene_indices(TRIO, [PLAIN], rng=rng, founders={"AF": {"M": ("9", "77.7")}})
    assert "77.7" not in str(refusal.value)
    with pytest.raises(PedigreeError, match="sex"):
        drop_gene_indices(Pedigree.of(("A",)), [Marker("X", ("9",), (1.0,), chromosome="X")], rng=rng)


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.5])
def test_drop_genes__linked_markers_recombine_at_the_stated_rate(rho: float) -> None:
    """A father whose two haplotypes are known: his children show how often he recombined."""
    pair = tuple(Marker(name, ("a", "b"), (0.5, 0.5)) for name in ("M", "N"))
    family = Pedigree.of(("GF", "male"), ("GM", "female"), ("F", "male", "GF", "GM"), ("C", "male", "F", None))
    given = {"GF": {"M": ("a", "a"), "N": ("a", "a")}, "GM": {"M": ("b", "b"), "N": ("b", "b")}}
    genes = drop_gene_indices(
        family, pair, rng=np.random.default_rng(5), count=4000, founders=given, groups=[LinkageGroup(pair, (rho,))]
    )
    copied = genes[:, 3, :, 0]
    assert np.mean(copied[:, 0]) == pytest.approx(0.5, abs=0.03)
    assert np.mean(copied[:, 0] != copied[:, 1]) == pytest.approx(rho, abs=0.03)
