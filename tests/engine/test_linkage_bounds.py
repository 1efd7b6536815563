"""How much linkage can change a likelihood: the bound holds for all genotypes, and is reached."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linked import groups as groups
from linked import typings as typings

from antigone.engine.linkage.bounds import log_gain_bounds
from antigone.engine.linkage.likelihood import log_likelihood_linked
from antigone.engine.sums.likelihood import log_likelihood
from antigone.model.assumptions.linkage import LinkageGroup
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

relaxed = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def gain(pedigree: Pedigree, profiles: dict[str, Profile], group: LinkageGroup) -> float:
    return log_likelihood_linked(pedigree, profiles, group) - sum(
        log_likelihood(pedigree, profiles, marker) for marker in group.markers
    )


@pytest.mark.slow
@pytest.mark.parametrize(("length", "on_x"), [(2, False), (3, False), (2, True)])
@relaxed
@given(data=st.data())
def test_bounds__hold_for_any_pedigree_and_typing(length: int, on_x: bool, data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(7))
    group = data.draw(groups(length, on_x=on_x))
    profiles = data.draw(typings(pedigree, group))
    low, high = log_gain_bounds(pedigree, [*profiles], group.rho, on_x=on_x)
    found = gain(pedigree, profiles, group)
    if np.isfinite(found):
        assert low - 1e-9 <= found <= high + 1e-9
    assert low <= 0 <= high


@relaxed
@given(st.data())
def test_bounds__more_typed_members_never_narrow_them(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(7))
    members = [member.id for member in pedigree]
    many = data.draw(st.sets(st.sampled_from(members)))
    few = data.draw(st.sets(st.sampled_from(sorted(many)))) if many else set()
    rho = [data.draw(st.sampled_from([0.0, 0.1, 0.3, 0.5])) for _ in range(2)]
    low, high = log_gain_bounds(pedigree, many, rho)
    inner_low, inner_high = log_gain_bounds(pedigree, few, rho)
    assert low <= inner_low + 1e-12
    assert inner_high <= high + 1e-12


def test_bounds__full_siblings_come_close_to_the_greatest_gain() -> None:
    """With alleles so rare that sharing means descent, the greatest gain is reached in the limit."""
    rare = 1e-6
    pair = tuple(Marker(n, ("a", "b", "c"), (rare, rare, 1 - 2 * rare)) for n in "MN")
    group = LinkageGroup(pair, (0.1,))
    sisters = Pedigree.of(("F", "male"), ("M", "female"), ("A", "female", "F", "M"), ("B", "female", "F", "M"))
    shared = {member: Profile(member, {"M": ("a", "b"), "N": ("a", "b")}) for member in "AB"}
    _, high = log_gain_bounds(sisters, "AB", group.rho)
    assert gain(sisters, shared, group) == pytest.approx(high, abs=1e-3)


def test_bounds__are_those_of_all_patterns_counted_out() -> None:
    """A father of three: eight patterns of who switches, alike when everybody changes places."""
    half = Pedigree.of(("F", "male"), *((child, "female", "F", None) for child in "ABC"))
    rho = 0.2
    patterns = [math.prod(rho if s else 1 - rho for s in switches) for switches in product((0, 1), repeat=3)]
    ratios = [8 * (one + other) / 2 for one, other in zip(patterns, reversed(patterns), strict=True)]
    low, high = log_gain_bounds(half, "ABC", [rho])
    assert math.exp(low) == pytest.approx(min(ratios))
    assert math.exp(high) == pytest.approx(max(ratios))


def test_bounds__parent_and_child_or_unlinked_markers_change_nothing() -> None:
    duo = Pedigree.of(("F", "male"), ("C", "male", "F", None), ("D", "male", "F", None))
    assert log_gain_bounds(duo, "FC", [0.1, 0.2]) == (0.0, 0.0)
    assert log_gain_bounds(duo, "CD", [0.5]) == (0.0, 0.0)
    assert log_gain_bounds(duo, "CD", [0.1], on_x=True) == (0.0, 0.0)
