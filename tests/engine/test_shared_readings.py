"""Two persons in one reading, and sequences read as lengths: against direct sums over everything that may happen."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product

import numpy as np
import pytest

from antigone import Marker, Pedigree, Profile, log_likelihood
from antigone.engine.readings.lengths import length_probabilities
from antigone.engine.readings.mixture import contributor_probabilities
from antigone.engine.sums.likelihood import genotype_pairs
from antigone.errors import ModelError

MARKER = Marker("M", ("a", "b", "c"), (0.2, 0.3, 0.5))
PAIRS = [(int(a), int(b)) for a, b in genotype_pairs(3)]


def shown_by_hand(
    shown: set[int], g: tuple[int, int], h: tuple[int, int], rates: tuple[float, float], c: float
) -> float:
    """P(shown | both genotypes), over which of the four copies are lost and which allele drops in."""
    copies, p, total = [*((a, rates[0]) for a in g), *((a, rates[1]) for a in h)], MARKER.frequencies, 0.0
    for lost in product((False, True), repeat=4):
        chance = float(np.prod([rate if gone else 1 - rate for (_, rate), gone in zip(copies, lost, strict=True)]))
        left = {allele for (allele, _), gone in zip(copies, lost, strict=True) if not gone}
        total += chance * (1 - c) * (left == shown)
        total += chance * c * sum(p[x] for x in range(3) if left | {x} == shown)
    return float(total)


def labels(alleles: Iterable[int]) -> set[str]:
    return {MARKER.alleles[a] for a in alleles}


SETS = [set(some) for size in range(4) for some in combinations(range(3), size)]
RATES = [((0.0, 0.0), 0.0), ((0.2, 0.4), 0.0), ((0.1, 0.3), 0.05)]


@pytest.mark.parametrize(("rates", "dropin"), RATES)
@pytest.mark.parametrize("shown", SETS, ids=str)
def test_mixture__equals_the_sum_over_lost_copies(shown, rates, dropin):
    found = contributor_probabilities(labels(shown), MARKER, dropout=rates, dropin=dropin)
    p = [MARKER.frequencies[a] * MARKER.frequencies[b] * (1 if a == b else 2) for a, b in PAIRS]
    expected = [
        sum(q * shown_by_hand(shown, g, h, rates, dropin) for h, q in zip(PAIRS, p, strict=True)) for g in PAIRS
    ]
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("rates", "dropin"), RATES)
def test_mixture__sums_to_1_over_everything_that_may_be_shown(rates, dropin):
    sums = sum(contributor_probabilities(labels(shown), MARKER, dropout=rates, dropin=dropin) for shown in SETS)
    assert sums == pytest.approx(np.ones(len(PAIRS)), abs=1e-12)


def test_mixture__with_a_known_second_contributor():
    found = contributor_probabilities({"a", "b"}, MARKER, dropout=(0.2, 0.1), second=("b", "b"))
    assert found == pytest.approx([shown_by_hand({0, 1}, g, (1, 1), (0.2, 0.1), 0.0) for g in PAIRS], abs=1e-12)


def test_mixture__of_a_second_contributor_who_shows_nothing_is_the_single_reading():
    almost = contributor_probabilities({"a", "b"}, MARKER, dropout=(0.2, 1 - 1e-13))
    assert almost == pytest.approx([0, 0.64, 0, 0, 0, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"shown": "vwxyz"}, "more than the 4"),
        ({"shown": {"q"}}, "outside the ladder"),
        ({"shown": {"v"}, "dropout": (1.0, 0.0)}, "less than 1"),
        ({"shown": {"v"}, "second": ("v", None)}, "not fully typed"),
    ],
)
def test_mixture__is_refused_in_words(arguments, words):
    five = Marker("M", ("v", "w", "x", "y", "z"), (0.2,) * 5)
    with pytest.raises(ModelError, match=words):
        contributor_probabilities(arguments.pop("shown"), five, **arguments)


SEQUENCES = Marker("M", ("12a", "12b", "13a", "13b", "14"), (0.1, 0.2, 0.3, 0.25, 0.15))
LENGTHS = {"12a": "12", "12b": "12", "13a": "13", "13b": "13", "14": "14"}
FAMILY = Pedigree.of(("M", "female"), ("C", "male", None, "M"))


def test_lengths__one_by_sequence_and_one_by_length_is_the_sum_over_sequences():
    child = {"C": {"M": length_probabilities(("13", "12"), SEQUENCES, lengths=LENGTHS)}}
    mother = {"M": Profile("m", {"M": ("12a", "13b")})}
    whole = [
        log_likelihood(FAMILY, mother | {"C": Profile("c", {"M": (first, second)})}, SEQUENCES)
        for first in ("12a", "12b")
        for second in ("13a", "13b")
    ]
    found = log_likelihood(FAMILY, mother, SEQUENCES, observations=child)
    assert found == pytest.approx(np.logaddexp.reduce(whole), abs=1e-12)


def test_lengths__of_both_are_those_of_a_marker_of_lengths():
    lumped = Marker("M", ("12", "13", "14"), (0.3, 0.55, 0.15))
    typed = {"M": ("12", "13"), "C": ("12", "12")}
    seen = {p: {"M": length_probabilities(g, SEQUENCES, lengths=LENGTHS)} for p, g in typed.items()}
    profiles = {p: Profile(p, {"M": g}) for p, g in typed.items()}
    found = log_likelihood(FAMILY, {}, SEQUENCES, observations=seen)
    assert found == pytest.approx(log_likelihood(FAMILY, profiles, lumped), abs=1e-12)


def test_lengths__are_refused_in_words():
    with pytest.raises(ModelError, match="without a length"):
        length_probabilities(("12", "12"), SEQUENCES, lengths={"12a": "12"})
    with pytest.raises(ModelError, match="no sequence allele has"):
        length_probabilities(("12", "99"), SEQUENCES, lengths=LENGTHS)
