"""A direct reference of a missing person: LR of identity, by formula, by brute force, and beside relatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antigone.engine.sums.likelihood import marker_logs
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.one_pair.likelihood import pair_log_lr
from antigone.search.readings.codes import encode_readings

P = {"10": 0.2, "11": 0.3, "12": 0.5}
MARKER = Marker("M", tuple(P), tuple(P.values()))
ALONE = Pedigree.of(("MP", "male"))
TRIO = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"))
THETAS = st.sampled_from([0.0, 0.01, 0.03])
GENOTYPES = st.tuples(st.sampled_from(list(P)), st.sampled_from(list(P)))


def person(genotype, **more) -> UnidentifiedPerson:
    return UnidentifiedPerson("PM", Profile("PM", {"M": genotype}), "male", **more)


def searched(target: Target, one: UnidentifiedPerson, theta: float, observation=ObservationModel()) -> float:  # noqa: B008
    """The log LR as the search looks it up."""
    coding = encode_readings([one], [MARKER], observation=observation)
    (table,) = log_lr_tables([target], [MARKER], theta=theta, readers=coding.readers([MARKER]))
    return float(table[0, coding.codes[0, 0]])


def match_probability(a: str, b: str, *, theta: float) -> float:
    """P(genotype | the same genotype seen once), Balding and Nichols (1994)."""
    below = (1 + theta) * (1 + 2 * theta)
    if a == b:
        return (2 * theta + (1 - theta) * P[a]) * (3 * theta + (1 - theta) * P[a]) / below
    return 2 * (theta + (1 - theta) * P[a]) * (theta + (1 - theta) * P[b]) / below


@given(GENOTYPES, THETAS)
def test_alone__is_one_over_the_match_probability(genotype, theta):
    target = Target("F1", "MP", ALONE, {"MP": Profile("brush", {"M": genotype})})
    expected = -math.log(match_probability(*genotype, theta=theta))
    assert searched(target, person(genotype), theta) == pytest.approx(expected, abs=1e-9)
    assert pair_log_lr(target, person(genotype), [MARKER], theta=theta) == pytest.approx(expected, abs=1e-9)


def test_alone__another_genotype_is_excluded():
    target = Target("F1", "MP", ALONE, {"MP": Profile("brush", {"M": ("10", "11")})})
    assert searched(target, person(("10", "12")), 0.01) == -math.inf
    assert pair_log_lr(target, person(("10", "12")), [MARKER], theta=0.01) == -math.inf


def by_hand(target: Target, genotype, theta: float) -> float:
    """Two explicit pedigrees: everything typed in one person, over the missing person and a stranger."""
    h1 = sum(marker_logs(target.pedigree, target.references, [MARKER], theta=theta))
    both = Pedigree((*target.pedigree, *Pedigree.of(("X", "male"))))
    h2 = sum(marker_logs(both, {**target.references, "X": Profile("X", {"M": genotype})}, [MARKER], theta=theta))
    return h1 - h2


@pytest.mark.slow
@given(GENOTYPES, GENOTYPES, GENOTYPES, THETAS)
def test_beside_parents__is_the_missing_persons_own_typing(father, mother, own, theta):
    references = {
        "FA": Profile("FA", {"M": father}),
        "MO": Profile("MO", {"M": mother}),
        "MP": Profile("brush", {"M": own}),
    }
    target = Target("F1", "MP", TRIO, references)
    if set(own) & set(father) and set(own) & set(mother) and np.isfinite(by_hand(target, own, theta)):
        expected = by_hand(target, own, theta)
        assert searched(target, person(own), theta) == pytest.approx(expected, abs=1e-9)
        assert pair_log_lr(target, person(own), [MARKER], theta=theta) == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
@given(GENOTYPES, st.sampled_from(list(P)), THETAS)
def test_drop_out__of_the_remains_is_weighed(own, seen, theta):
    """A body that shows one allele against a toothbrush: P(seen | own) over the mean of P(seen | stranger)."""
    rates = ObservationModel(ObservationRates(0.2, 0.02, 0.001))
    target = Target("F1", "MP", ALONE, {"MP": Profile("brush", {"M": own})})
    one = person((seen, seen))
    by_table = searched(target, one, theta, rates)
    assert by_table == pytest.approx(pair_log_lr(target, one, [MARKER], theta=theta, observation=rates), abs=1e-9)
    assert np.isfinite(by_table)


@given(GENOTYPES, THETAS)
def test_mean_of_the_lr_in_strangers_is_one(own, theta):
    target = Target("F1", "MP", ALONE, {"MP": Profile("brush", {"M": own})})
    genotypes = [(a, b) for n, a in enumerate(P) for b in list(P)[n:]]
    lrs = [math.exp(searched(target, person(one), theta)) for one in genotypes]
    assert sum(lr > 0 for lr in lrs) == 1
    mean = max(lrs) * match_probability(*own, theta=theta)
    assert mean == pytest.approx(1, abs=1e-9)


def test_partial_direct_reference__leaves_what_it_did_not_show_open():
    target = Target("F1", "MP", ALONE, {"MP": Profile("brush", {"M": ("10", None)})})
    with_ten = {("10", b): math.exp(searched(target, person(("10", b)), 0.0)) for b in P}
    total = 2 * P["10"] - P["10"] ** 2
    assert all(lr == pytest.approx(1 / total, abs=1e-9) for lr in with_ten.values())
    assert searched(target, person(("11", "12")), 0.0) == -math.inf
