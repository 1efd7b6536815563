"""The readings of a block without their table: equal to the table in float64, and never below it in 16 bits."""

from __future__ import annotations

import numpy as np
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import NO_LOSS, ObservationRates, Replicate
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.pairs.block_tables import MarkerTable, Sums, block_tables
from antigone.search.readings.codes import Reader, Reading
from antigone.search.readings.genotypes import read_through
from antigone.search.screening.screen import round_lanes, stack_queries

relaxed = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
RATES = st.builds(
    ObservationRates,
    dropout=st.sampled_from([1e-9, 0.1, 0.4, 1.0]),
    dropin=st.sampled_from([0.0, 1e-12, 0.05]),
    error=st.sampled_from([0.0, 1e-9, 0.01]),
)


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[Target], Marker, Reader]:
    """Two families, any marker, and readings of any rates: standard ones, and one or two amplifications."""
    marker = draw(strategies.markers(on_x=draw(st.booleans())))
    targets = []
    for name in ("F1", "F2"):
        pedigree = draw(strategies.pedigrees(5))
        missing = draw(st.sampled_from([member.id for member in pedigree]))
        typed = draw(strategies.typings(pedigree, marker))
        targets.append(Target(name, missing, pedigree, {m: p for m, p in typed.items() if m != missing}))
    alleles = st.sets(st.sampled_from(marker.alleles), max_size=2).map(lambda some: tuple(sorted(some)))
    replicates = st.lists(alleles, min_size=1, max_size=2).map(tuple)
    further = draw(st.lists(st.builds(Reading, replicates, RATES), max_size=4, unique=True))
    return targets, marker, Reader(marker, draw(st.one_of(st.just(NO_LOSS), RATES)), tuple(further))


def all_pairs(targets: list[Target], reader: Reader) -> tuple[np.ndarray, np.ndarray]:
    target, code = np.indices((len(targets), reader.untyped + 1)).reshape(2, -1)
    return target, code


@pytest.mark.slow
@relaxed
@given(asked(), st.sampled_from([0.0, 0.05]))
def test_block_tables__say_what_the_table_of_all_readings_says(drawn, theta: float) -> None:
    targets, marker, reader = drawn
    [table] = log_lr_tables(targets, [marker], theta=theta, readers=[reader])
    [found] = block_tables(targets, [marker], theta=theta, readers=[reader])
    target, code = all_pairs(targets, reader)
    expected, logs = table[target, code], found.log_lr(target, code)
    possible = ~np.isnan(expected)
    np.testing.assert_allclose(logs[possible], expected[possible], rtol=1e-9, atol=1e-11)
    assert not (logs[~possible] > -np.inf).any()


@pytest.mark.slow
@relaxed
@given(asked(), st.floats(1.0, 40.0))
def test_first_pass__no_sum_in_32_bits_is_rounded_below_its_log_lr(drawn, log_threshold: float) -> None:
    targets, marker, reader = drawn
    [found] = block_tables(targets, [marker], theta=0.0, readers=[reader])
    for number, target in enumerate(targets):
        queries = stack_queries(np.arange(reader.untyped + 1)[None, :])
        lanes = found.lanes(np.array([number]), hemizygous=marker.chromosome == "X" and target.sex == "male")
        fixed = round_lanes([lanes], queries, log_threshold=log_threshold)
        exact = found.log_lr(np.full(reader.untyped + 1, number), np.arange(reader.untyped + 1))
        said = ~np.isnan(exact) & (exact < np.inf)
        rows = fixed.rows[queries.rows[:, 0], 0].astype(np.float64)
        assert (rows[said] >= exact[said] * fixed.scale - 1e-6).all()
        close = said & (exact > -20.0) & (exact * fixed.scale > -30_000)
        assert (rows[close] <= exact[close] * fixed.scale + 2.0).all()


def test_first_pass__a_probability_too_small_for_32_bits_is_raised_not_lost() -> None:
    """An LR of 1e-50 beside one of 2: its entry lies at the floor or above it, and that of the larger is exact."""
    related = np.log(np.array([[1e-50, 1.0 - 1e-50]]))
    sums = Sums(np.eye(2), related, np.log(np.array([[0.5, 0.5]])), np.array([True]))
    rows = np.zeros((2, 1), dtype=np.int16)
    sums.round_up(np.arange(2), 100.0, -12_000.0, rows)
    assert rows[0, 0] >= np.log(2e-50) * 100
    assert rows[1, 0] == np.ceil(np.log(2.0) * 100)


def test_log_lr__does_not_depend_on_who_else_is_asked() -> None:
    """Bit by bit: the sum of a pair is made in an order of its own."""
    rng = np.random.default_rng(3)
    labels = tuple(str(n) for n in range(8, 20))
    marker = Marker("M", labels, tuple(np.full(12, 1 / 12)))
    family = Pedigree.of(("FA", "male"), ("CH", "female", "FA", None))
    targets = [
        Target(f"F{n}", "CH", family, {"FA": Profile(f"{n}", {"M": tuple(rng.choice(labels, 2))})}) for n in range(7)
    ]
    shown: list[tuple[Replicate, ...]] = [((a,), (a, b)) for a in labels for b in labels if a < b]
    reader = Reader(marker, NO_LOSS, tuple(Reading(s, ObservationRates(0.3, 0.01, 0.001)) for s in shown))
    target, code = all_pairs(targets, reader)
    [whole] = block_tables(targets, [marker], theta=0.0, readers=[reader])
    together = whole.log_lr(target, code)
    for number in range(7):
        [alone] = block_tables(targets[number : number + 1], [marker], theta=0.0, readers=[reader])
        own = alone.log_lr(np.zeros(reader.untyped + 1, dtype=np.int64), np.arange(reader.untyped + 1))
        assert (own == together[target == number]).all()


def test_marker_table__a_marker_that_asks_nobody_says_nothing() -> None:
    table = MarkerTable(Reader(Marker("M", ("a", "b"), (0.5, 0.5)), ObservationRates(0.1)), np.zeros((3, 0)), {})
    assert table.log_lr(np.array([0, 2]), np.array([1, 3])).tolist() == [0.0, 0.0]
    queries = stack_queries(np.array([[0, 1, 5]]))
    assert not round_lanes([table.lanes(np.arange(3), hemizygous=True)], queries, log_threshold=1.0).rows.any()


def test_read_through__sums_that_may_have_lost_terms_are_made_by_logarithms() -> None:
    logs = np.array([[0.0, -900.0, -np.inf], [-700.0, 0.0, -5.0]])
    weights = np.array([[0.0, 0.5, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.25]])
    found = read_through(logs, weights)
    expected = [[-900.0 + np.log(0.5), 0.0, -np.inf], [np.logaddexp(np.log(0.5), -5.0), -700.0, -5.0 + np.log(0.25)]]
    assert found == pytest.approx(np.array(expected), rel=1e-12)
