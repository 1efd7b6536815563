"""Readings chosen at several members with theta: markers summed as one batch are as each by itself."""

from __future__ import annotations

import numpy as np
import pytest

from antigone.engine.sums.likelihood import genotype_pairs
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.readings import together
from antigone.search.readings.together import Asked, Shown, total_logs

FAMILY = Pedigree.of(
    ("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "female", "F", "M"), ("C", "male", "F", "M")
)


def asked(alleles: int, silent: float) -> tuple[Asked, np.ndarray]:
    """One marker: a brother was read, two children are asked about; readings are nothing, and every genotype."""
    share = (1 - silent) / alleles
    marker = Marker(
        f"M{alleles}", tuple(str(10 + a) for a in range(alleles)), (share,) * alleles,
        Stepwise(0.01), Stepwise(0.02), silent,
    )  # fmt: skip
    n = alleles + (silent > 0)
    one = np.eye(n)
    terms = np.zeros((1 + n * (n + 1) // 2, 2, 2, n))
    terms[0, 0] = 1.0
    for number, (a, b) in enumerate(genotype_pairs(n), start=1):
        terms[number, 0] = one[a], one[b]
        terms[number, 1] = (one[b], one[a]) if a != b else (0 * one[a], one[a])
    chosen = np.array([[0, 0], [1, 0], [0, 2], [3, 2], [2, 2], [3, 2]])
    references = {"C": Profile("c", {marker.name: ("10", "11")})}
    return Asked(FAMILY, references, ("A", "B"), marker, Shown(terms), 0.02), chosen


@pytest.mark.parametrize("silent", [0.0, 0.1])
def test_total_logs__of_markers_with_different_ladders_is_the_sum_of_each(
    silent: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [asked(alleles, silent) for alleles in (2, 3, 5)]
    each = sum(total_logs([question]) for question in questions)
    np.testing.assert_allclose(total_logs(questions), each, rtol=1e-12)
    monkeypatch.setattr(together, "FEW", 0)
    np.testing.assert_allclose(total_logs(questions), each, rtol=1e-12)
