"""Linked markers: the engine against the oracle, formulas by hand, and the laws of linkage; maps and groups."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pytest
import reference_linked
import strategies
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from linked import groups as groups
from linked import typings as typings

from antigone.engine.linkage.likelihood import (
    likelihood_ratio_linked,
    log_likelihood_linked,
    log_likelihoods_of_genotypes,
)
from antigone.engine.observation import observation_probabilities
from antigone.engine.sums import elimination
from antigone.engine.sums.elimination import make_plan
from antigone.engine.sums.likelihood import genotype_distribution, genotype_pairs, likelihood_ratio, log_likelihood
from antigone.errors import ModelError, PlanTooLarge
from antigone.formats.frequencies import nist1036
from antigone.formats.labels.markers import normalise_marker
from antigone.model.assumptions.linkage import (
    STANDARD_KITS,
    UNLINKED_FROM_CM,
    GeneticMap,
    LinkageGroup,
    haldane,
    kosambi,
    linkage_groups_of,
    markers_not_on_map,
)
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Equal, Stepwise
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.assumptions.str_positions import STR_POSITIONS
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile

STATES_OF_THE_ORACLE = 20_000
relaxed = settings(
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None, max_examples=60
)
SIBS = Pedigree.of(("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("B", "female", "F", "M"))


def typed(names: Sequence[str], **genotypes: tuple[str, str]) -> dict[str, Profile]:
    """The same genotype at every marker of ``names``."""
    return {member: Profile(f"S-{member}", dict.fromkeys(names, genotype)) for member, genotype in genotypes.items()}


def plain(*names: str, p: float = 0.3, on_x: bool = False) -> tuple[Marker, ...]:
    return tuple(Marker(name, ("a", "b"), (p, 1 - p), chromosome="X" if on_x else "autosomal") for name in names)


@pytest.mark.slow
@pytest.mark.parametrize(("length", "on_x"), [(2, False), (3, False), (2, True), (3, True)])
@relaxed
@given(data=st.data())
def test_linked__agrees_with_the_oracle(length: int, on_x: bool, data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(6))
    group = data.draw(groups(length, on_x=on_x))
    profiles = data.draw(typings(pedigree, group))
    assume(math.prod(map(len, reference_linked.states(pedigree, profiles, group))) <= STATES_OF_THE_ORACLE)
    expected = reference_linked.likelihood(pedigree, profiles, group)
    found = log_likelihood_linked(pedigree, profiles, group)
    if expected == 0.0:
        assert found == -np.inf
    else:
        assert found == pytest.approx(math.log(expected), rel=1e-9, abs=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("on_x", [False, True])
@relaxed
@given(data=st.data())
def test_linked__with_rho_one_half_is_the_product(on_x: bool, data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(8))
    group = data.draw(groups(3, on_x=on_x, most_alleles=3))
    group = replace(group, rho=(0.5, 0.5))
    profiles = data.draw(typings(pedigree, group))
    expected = sum(log_likelihood(pedigree, profiles, marker) for marker in group.markers)
    assert log_likelihood_linked(pedigree, profiles, group) == pytest.approx(expected, rel=1e-11, abs=1e-11)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_linked__a_marker_nobody_is_typed_at_joins_two_intervals(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(6))
    group = data.draw(groups(3))
    outer = LinkageGroup((group.markers[0], group.markers[2]), (0.2 * 0.9 + 0.8 * 0.1,))
    profiles = data.draw(typings(pedigree, outer))
    expected = log_likelihood_linked(pedigree, profiles, outer)
    found = log_likelihood_linked(pedigree, profiles, replace(group, rho=(0.2, 0.1)))
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-11)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_linked__map_order_may_be_turned_round(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(6))
    group = data.draw(groups(3))
    profiles = data.draw(typings(pedigree, group))
    turned = LinkageGroup(group.markers[::-1], group.rho[::-1])
    expected = log_likelihood_linked(pedigree, profiles, group)
    assert log_likelihood_linked(pedigree, profiles, turned) == pytest.approx(expected, rel=1e-11, abs=1e-11)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_linked__is_unchanged_by_reordering_and_by_an_untyped_child(data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(6))
    group = data.draw(groups(2, most_alleles=3))
    profiles = data.draw(typings(pedigree, group))
    child = Individual("new", "female", next((m.id for m in pedigree if m.sex == "male"), None), None)
    larger = Pedigree((child, *reversed(pedigree.individuals)))
    expected = log_likelihood_linked(pedigree, profiles, group)
    assert log_likelihood_linked(larger, profiles, group) == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_linked__rho_zero_without_mutation_is_one_marker_of_haplotypes() -> None:
    """Two alleles at each of two loci make four haplotypes; in homozygotes, whose phase is known, those are alleles."""
    p, q = 0.3, 0.6
    markers = (Marker("M", ("1", "2"), (p, 1 - p)), Marker("N", ("1", "2"), (q, 1 - q)))
    whole = Marker("H", ("1-1", "1-2", "2-1", "2-2"), (p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)))
    single = {"A": Profile("A", {"H": ("1-2", "1-2")}), "B": Profile("B", {"H": ("2-1", "2-1")})}
    profiles = {
        "A": Profile("A", {"M": ("1", "1"), "N": ("2", "2")}),
        "B": Profile("B", {"M": ("2", "2"), "N": ("1", "1")}),
    }
    found = log_likelihood_linked(SIBS, profiles, LinkageGroup(markers, (0.0,)))
    assert found == pytest.approx(log_likelihood(SIBS, single, whole), rel=1e-12)


def test_linked__half_siblings_by_hand() -> None:
    """P(both loci IBD) = (1 - 2 rho + 2 rho^2) / 2, P(neither) the same, P(one alone) = rho (1 - rho)."""
    rho, p = 0.1, 0.3
    pedigree = Pedigree.of(("F", "male"), ("A", "male", "F", None), ("B", "male", "F", None))
    group = LinkageGroup(plain("M", "N", p=p), (rho,))
    both, one = (1 - 2 * rho + 2 * rho**2) / 2, rho * (1 - rho)
    shared, apart = p**3, p**4
    expected = both * (shared**2 + apart**2) + 2 * one * shared * apart
    profiles = typed(("M", "N"), A=("a", "a"), B=("a", "a"))
    assert math.exp(log_likelihood_linked(pedigree, profiles, group)) == pytest.approx(expected, rel=1e-12)


def test_linked__parent_and_child_do_not_tell_rho() -> None:
    pedigree = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    profiles = typed(("M", "N"), F=("a", "b"), C=("a", "b"))
    logs = [log_likelihood_linked(pedigree, profiles, LinkageGroup(plain("M", "N"), (rho,))) for rho in (0.0, 0.2, 0.5)]
    assert logs == pytest.approx([logs[0]] * 3, rel=1e-13)


@pytest.mark.slow
@relaxed
@given(st.data())
def test_linked__on_x_a_male_does_not_depend_on_his_father(data: st.DataObject) -> None:
    group = data.draw(groups(2, on_x=True, most_alleles=3))
    pair = Pedigree.of(("F", "male"), ("M", "female"), ("S", "male", "F", "M"), ("D", "female", None, "M"))
    without = Pedigree.of(("F", "male"), ("M", "female"), ("S", "male", None, "M"), ("D", "female", None, "M"))
    profiles = data.draw(typings(pair, group))
    found = log_likelihood_linked(pair, profiles, group)
    assert found == pytest.approx(log_likelihood_linked(without, profiles, group), rel=1e-13, abs=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("on_x", [False, True])
@settings(relaxed, max_examples=12)
@given(data=st.data())
def test_linked__sums_to_one_over_all_genotypes(on_x: bool, data: st.DataObject) -> None:
    """Over all joint genotypes of a brother and a sister at two loci (the silent allele has no genotype of its own)."""
    group = data.draw(groups(2, on_x=on_x, silent=False))
    every = {
        member: [
            {"L0": first, "L1": second}
            for first in readable(group.markers[0], member == "A" and on_x)
            for second in readable(group.markers[1], member == "A" and on_x)
        ]
        for member in "AB"
    }
    total = math.fsum(
        math.exp(log_likelihood_linked(SIBS, {"A": Profile("A", a), "B": Profile("B", b)}, group))
        for a in every["A"]
        for b in every["B"]
    )
    assert total == pytest.approx(1.0, abs=1e-12)


def readable(marker: Marker, hemizygous: bool) -> list[tuple[str, str]]:
    pairs = combinations_with_replacement(marker.alleles, 2)
    return [(a, b) for a, b in pairs if a == b or not hemizygous]


@pytest.mark.slow
@pytest.mark.parametrize("on_x", [False, True])
@relaxed
@given(data=st.data())
def test_genotypes__agree_with_one_at_a_time_and_sum_to_the_likelihood(on_x: bool, data: st.DataObject) -> None:
    pedigree = data.draw(strategies.pedigrees(6))
    group = data.draw(groups(2, on_x=on_x, silent=False))
    target = data.draw(st.sampled_from(pedigree.individuals))
    profiles = data.draw(typings(pedigree, group))
    profiles.pop(target.id, None)
    logs = log_likelihoods_of_genotypes(pedigree, profiles, group, target=target.id)
    total = log_likelihood_linked(pedigree, profiles, group)
    assert np.logaddexp.reduce(logs, axis=None) == pytest.approx(total, rel=1e-11, abs=1e-11)
    pairs = [genotype_pairs(len(m.alleles), hemizygous=on_x and target.sex == "male") for m in group.markers]
    for i, j in np.ndindex(*logs.shape):
        chosen = [
            (m.alleles[a], m.alleles[b]) for m, (a, b) in zip(group.markers, (pairs[0][i], pairs[1][j]), strict=True)
        ]
        with_target = profiles | {target.id: Profile("T", dict(zip(("L0", "L1"), chosen, strict=True)))}
        expected = log_likelihood_linked(pedigree, with_target, group)
        assert logs[i, j] == pytest.approx(expected, rel=1e-10, abs=1e-11)


def test_genotypes__margin_is_the_single_marker_distribution() -> None:
    group = LinkageGroup(plain("M", "N"), (0.1,))
    profiles = {"A": Profile("A", {"M": ("a", "b"), "N": ("a", "a")})}
    logs = log_likelihoods_of_genotypes(SIBS, profiles, group, target="B")
    only_first = log_likelihoods_of_genotypes(SIBS, {"A": Profile("A", {"M": ("a", "b")})}, group, target="B")
    margin = np.exp(np.logaddexp.reduce(only_first, axis=1) - np.logaddexp.reduce(only_first, axis=None))
    single = genotype_distribution(SIBS, profiles, group.markers[0], target="B")
    assert margin == pytest.approx(list(single.values()), rel=1e-12)
    assert logs.shape == (3, 3)


def test_genotypes__of_a_typed_member_are_refused() -> None:
    group = LinkageGroup(plain("M", "N"), (0.1,))
    with pytest.raises(ModelError, match="'A' is typed at N"):
        log_likelihoods_of_genotypes(SIBS, {"A": Profile("A", {"N": ("a", "a")})}, group, target="A")
    with pytest.raises(ModelError, match="no member 'Z'"):
        log_likelihoods_of_genotypes(SIBS, {}, group, target="Z")


def test_linked__observations_without_rates_are_genotypes() -> None:
    group = LinkageGroup(plain("M", "N"), (0.1,))
    profiles = typed(("M", "N"), A=("a", "b"), B=("a", "b"))
    clear, blurred = (
        {
            "B": {
                m.name: observation_probabilities([{"a", "b"}], m, rates=ObservationRates(dropout=d))
                for m in group.markers
            }
        }
        for d in (0.0, 0.1)
    )
    expected = log_likelihood_linked(SIBS, profiles, group)
    only = {"A": profiles["A"]}
    assert log_likelihood_linked(SIBS, only, group, observations=clear) == pytest.approx(expected, rel=1e-12)
    lost = log_likelihood_linked(SIBS, only, group, observations=blurred)
    assert lost == pytest.approx(expected + 4 * math.log(0.9), rel=1e-12)


def test_linked__a_mutation_beside_a_linked_marker() -> None:
    """The child's 'b' at M is new; its grandparental origin at N says nothing of it with p in both parents alike."""
    markers = (Marker("M", ("a", "b"), (0.5, 0.5), Equal(0.01), Equal(0.01)), *plain("N"))
    pedigree = Pedigree.of(("F", "male"), ("C", "male", "F", None))
    profiles = {
        "F": Profile("F", {"M": ("a", "a"), "N": ("a", "b")}),
        "C": Profile("C", {"M": ("b", "b"), "N": ("a", "a")}),
    }
    expected = 0.25 * 0.01 * 0.5 * (2 * 0.3 * 0.7) * 0.5 * 0.3
    found = math.exp(log_likelihood_linked(pedigree, profiles, LinkageGroup(markers, (0.05,))))
    assert found == pytest.approx(expected, rel=1e-12)


# Ratios, refusals


def test_ratio__unlinked_markers_and_groups_stand_together() -> None:
    apart = Pedigree.of(("A", "male"), ("B", "female"))
    markers = plain("M", "N", "O")
    profiles = typed(("M", "N", "O"), A=("a", "a"), B=("a", "b"))
    group = LinkageGroup(markers[:2], (0.1,))
    ratio = likelihood_ratio_linked(SIBS, apart, profiles, markers, groups=[group])
    assert ratio.markers == ("O", "M|N")
    assert ratio.log_h2[1] == pytest.approx(sum(likelihood_ratio(SIBS, apart, profiles, markers[:2]).log_h2))
    alone = likelihood_ratio(SIBS, apart, profiles, markers)
    assert likelihood_ratio_linked(SIBS, apart, profiles, markers, groups=[]) == alone
    assert ratio.log_by_marker["O"] == alone.log_by_marker["O"]


def test_ratio__shared_markers_are_refused() -> None:
    markers = plain("M", "N", "O")
    group, other = LinkageGroup(markers[:2], (0.1,)), LinkageGroup(markers[1:], (0.1,))
    with pytest.raises(ModelError, match="two linkage groups"):
        likelihood_ratio_linked(SIBS, SIBS, {}, markers, groups=[group, other])


def test_linked__founder_inbreeding_is_refused_with_the_founder_named() -> None:
    pedigree = Pedigree((Individual("F", "male", founder_inbreeding=0.1), Individual("C", "male", "F")))
    with pytest.raises(ModelError, match=r"founder inbreeding \(F\)"):
        log_likelihood_linked(pedigree, {}, LinkageGroup(plain("M", "N"), (0.1,)))


def test_linked__a_male_with_two_alleles_on_x_is_refused() -> None:
    group = LinkageGroup(plain("M", "N", on_x=True), (0.1,))
    with pytest.raises(ModelError, match="two different alleles on the X"):
        log_likelihood_linked(SIBS, typed(("M", "N"), A=("a", "b")), group)


def test_linked__too_large_a_plan_is_refused_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, "LARGEST_COST", 10)
    make_plan.cache_clear()
    with pytest.raises(PlanTooLarge, match="multiplications"):
        log_likelihood_linked(SIBS, typed(("M", "N"), A=("a", "b")), LinkageGroup(plain("M", "N"), (0.1,)))


def test_linked__twenty_alleles_four_markers_and_cousins_fit() -> None:
    labels = tuple(str(i) for i in range(10, 30))
    one = Marker("L", labels, (0.05,) * 20, Stepwise(0.001, 1e-6, 0.1), Stepwise(0.002, 1e-6, 0.1))
    group = LinkageGroup(tuple(replace(one, name=f"L{i}") for i in range(4)), (0.1, 0.2, 0.05))
    cousins = Pedigree.of(
        ("GF", "male"), ("GM", "female"), ("P", "male", "GF", "GM"), ("Q", "female", "GF", "GM"),
        ("A", "male", "P", None), ("B", "male", None, "Q"),
    )  # fmt: skip
    profiles = typed(("L0", "L1", "L2", "L3"), A=("12", "15"), B=("12", "16"))
    linked = log_likelihood_linked(cousins, profiles, group)
    single = sum(log_likelihood(cousins, profiles, marker) for marker in group.markers)
    assert linked > single, "cousins who share an allele at linked loci share a stretch"


# Maps and groups


def test_map_functions__hand_values() -> None:
    assert haldane(0) == kosambi(0) == 0.0
    assert haldane(50) == pytest.approx((1 - math.exp(-1)) / 2)
    assert kosambi(50) == pytest.approx(0.5 * (math.e**2 - 1) / (math.e**2 + 1))
    assert haldane(1) == pytest.approx(0.01, abs=1e-3)
    assert kosambi(1) == pytest.approx(0.01, abs=1e-5)
    assert haldane(1e6) == kosambi(1e6) == 0.5


@pytest.mark.parametrize(
    ("pair", "published"),
    [(("vWA", "D12S391"), 0.1172), (("D5S818", "CSF1PO"), 0.2522), (("D8S1132", "D8S1179"), 0.1591),
     (("TH01", "D11S2368"), 0.2569), (("SE33", "D6S474"), 0.2168)],
)  # fmt: skip
def test_standard_kits__recombination_is_near_that_of_an_older_map(pair: tuple[str, str], published: float) -> None:
    """Table 3 of doi:10.1038/s41598-019-52838-7: HapMap for GRCh37, Kosambi's function."""
    [group] = linkage_groups_of(plain(*pair), STANDARD_KITS)
    assert group.name == "|".join(pair)
    assert group.rho[0] == pytest.approx(published, abs=0.006)


def test_standard_kits__are_the_published_positions(shared: Path) -> None:
    with (shared / "facts" / "str_positions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 83
    assert [*STR_POSITIONS] == [
        (normalise_marker(row["marker"]), row["chromosome"], int(row["grch38_bp"]), float(row["cM_hapmap_b38"]),
         row["position_sources"])
        for row in rows
    ]  # fmt: skip


def test_standard_kits__pairs_are_those_of_the_published_list(shared: Path) -> None:
    """Each autosomal pair of the list that lies under 50 cM is one group, with its fraction."""
    with (shared / "facts" / "str_pairs.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["chromosome"] != "X"]
    assert len(rows) == 27
    for row in rows:
        pair = [normalise_marker(row[key]) for key in ("first", "second")]
        for function, key in ((kosambi, "rho_kosambi"), (haldane, "rho_haldane")):
            groups = linkage_groups_of(plain(*pair), STANDARD_KITS, map_function=function)
            fractions = [group.rho[0] for group in groups]
            near = float(row["cM"]) < UNLINKED_FROM_CM
            assert fractions == ([pytest.approx(float(row[key]), abs=6e-5)] if near else []), pair


def test_standard_kits__every_pair_of_the_packaged_table() -> None:
    markers = plain(*next(iter(nist1036())).frequencies)
    assert {group.name: round(group.rho[0], 4) for group in linkage_groups_of(markers, STANDARD_KITS)} == {
        "vWA|D12S391": 0.1178, "D21S11|Penta_D": 0.3501, "D5S818|CSF1PO": 0.2501, "SE33|D6S1043": 0.0438,
    }  # fmt: skip
    assert sorted(markers_not_on_map(markers, STANDARD_KITS)) == ["F13A01", "F13B", "FESFPS", "LPL", "Penta_C"]


def test_standard_kits__have_no_marker_of_chromosome_x() -> None:
    assert {row[0] for row in STR_POSITIONS if row[1] == "X"} == {"DXS10148", "DXS10135", "DXS8378", "DXS7132",
        "DXS10079", "DXS10074", "DXS10103", "HPRTB", "DXS10101", "DXS10146", "DXS10134", "DXS7423"}  # fmt: skip
    assert "X" not in {chromosome for chromosome, _ in STANDARD_KITS.positions.values()}


def test_groups__of_a_usual_kit() -> None:
    names = ("CSF1PO", "D12S391", "D21S11", "D2S441", "D5S818", "FGA", "Penta_D", "TPOX", "rs1", "vWA")
    found = [group.name for group in linkage_groups_of(plain(*names), STANDARD_KITS)]
    assert sorted(found) == ["D21S11|Penta_D", "D5S818|CSF1PO", "vWA|D12S391"]
    near = [group.name for group in linkage_groups_of(plain(*names), STANDARD_KITS, unlinked_from=20)]
    assert near == ["vWA|D12S391"]


def test_groups__neighbours_chain_into_one_group() -> None:
    positions = GeneticMap({"A": ("X", 10.0), "B": ("X", 40.0), "C": ("X", 70.0), "D": ("X", 200.0), "E": ("1", 41.0)})
    [group] = linkage_groups_of(plain("D", "C", "B", "A", "E", on_x=True), positions, map_function=haldane)
    assert group.name == "A|B|C"
    assert group.rho == (haldane(30), haldane(30))


@pytest.mark.parametrize(
    ("markers", "rho", "reason"),
    [
        (plain("M"), (), "two or more"),
        (plain("M", "M"), (0.1,), "each once"),
        ((*plain("M"), *plain("N", on_x=True)), (0.1,), "autosomal and X"),
        (plain("M", "N"), (0.6,), "between 0 and 0.5"),
        (plain("M", "N"), (0.1, 0.1), "1 recombination fractions"),
    ],
)
def test_group__that_makes_no_sense_is_refused(
    markers: tuple[Marker, ...], rho: tuple[float, ...], reason: str
) -> None:
    with pytest.raises(ModelError, match=reason):
        LinkageGroup(markers, rho)
