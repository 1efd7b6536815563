"""Two people at one marker, against the oracle: one person, siblings, parent and child, unrelated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import likelihood
from strategies import markers

from antigone.engine.relations import pair_probabilities, urn_probabilities
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree

PAIRS = {
    "same": Pedigree.of(("A", "male")),
    "siblings": Pedigree.of(("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "male", "F", "M")),
    "unrelated": Pedigree.of(("A", "male"), ("B", "male")),
}
THETAS = st.sampled_from([0.0, 0.03, 0.3])


def is_genotype(pair):
    return lambda genotype: float(sorted(genotype) == sorted(pair))


def by_oracle(pedigree, marker, theta):
    """The whole table, every genotype against every other; one person twice has one genotype.

    A father and a child are told apart by their places, siblings and strangers are not: half of their table is summed.
    """
    pairs = genotype_pairs(len(marker.alleles) + (marker.silent > 0)).tolist()
    second, alike = "B" if "B" in pedigree else "A", pedigree in PAIRS.values()
    table = np.zeros((len(pairs), len(pairs)))
    for i, g in enumerate(pairs):
        for j, h in enumerate(pairs):
            if second == "B" and alike and i > j:
                table[i, j] = table[j, i]
            elif second == "B":
                weights = {"A": is_genotype(g), "B": is_genotype(h)}
                table[i, j] = likelihood(pedigree, {}, marker, theta=theta, weights=weights)
            elif i == j:
                table[i, j] = likelihood(pedigree, {}, marker, theta=theta, weights={"A": is_genotype(g)})
    return table


@pytest.mark.slow
@pytest.mark.parametrize("relation", list(PAIRS))
@settings(max_examples=12)
@given(marker=markers(most_alleles=2), theta=THETAS)
def test_pairs__equal_the_oracle(relation, marker, theta):
    found = pair_probabilities(marker, relation, theta=theta)
    assert np.allclose(found, by_oracle(PAIRS[relation], marker, theta), rtol=1e-12, atol=1e-15)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.slow
@settings(max_examples=20)
@given(marker=markers(most_alleles=2), theta=THETAS)
def test_pairs__a_parent_of_unknown_sex_has_the_mean_mutation_matrix(marker, theta):
    father = Pedigree.of(("A", "male"), ("B", "male", "A", None))
    mother = Pedigree.of(("A", "female"), ("B", "male", None, "A"))
    expected = (by_oracle(father, marker, theta) + by_oracle(mother, marker, theta)) / 2
    assert np.allclose(pair_probabilities(marker, "parent", theta=theta), expected, rtol=1e-12, atol=1e-15)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=4), THETAS, st.integers(1, 4))
def test_urn__sums_to_one_and_does_not_depend_on_order(weights, theta, draws):
    p = np.array(weights) / sum(weights)
    table = urn_probabilities(p, draws, theta=theta)
    assert table.shape == (len(p),) * draws
    assert table.sum() == pytest.approx(1.0, abs=1e-12)
    assert np.allclose(table, table.T, rtol=1e-12)


def test_pairs__the_x_chromosome_is_refused():
    with pytest.raises(ModelError, match="autosomal"):
        pair_probabilities(Marker("M", ("a", "b"), (0.5, 0.5), chromosome="X"), "same")
