"""Thousands of linked SNPs: a sum over everything by hand, the engine of linked groups, laws, and the kernel's twin."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest

from antigone import Marker, Pedigree, Profile
from antigone.engine.linkage.likelihood import log_likelihood_linked
from antigone.engine.snp.family import ask_family, recombination
from antigone.engine.snp.forward import log_sums, log_sums_plain
from antigone.engine.snp.readings import genotype_readings, phred_readings, read_count_readings, with_floor
from antigone.engine.snp.sharing import sharing_of
from antigone.engine.snp.tables import family_table
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.linkage import LinkageGroup, haldane, kosambi
from antigone.model.assumptions.marker import Chromosome
from antigone.model.assumptions.snp_panel import Snp, SnpPanel
from antigone.model.pedigree import Individual

ORACLE_SNPS = tuple(Snp(f"rs{n}", c, cm, ("A", "G")) for n, (c, cm) in enumerate([("1", 3.0), ("1", 21.0), ("2", 5.0)]))
FREQUENCY = np.array([0.2, 0.55, 0.7])
HALF_SIBLINGS = Pedigree.of(
    ("F", "male"), ("M1", "female"), ("M2", "female"), ("A", "female", "F", "M1"), ("B", "male", "F", "M2")
)
GRANDCHILD = Pedigree.of(
    ("G", "male"), ("H", "female"), ("P", "male", "G", "H"), ("A", "female", "G", "H"), ("B", "male", "P", None)
)
CHILD_TYPED = Pedigree.of(("B", "male"), ("W", "female"), ("A", "female", "B", "W"), ("C", "male", "B", "W"))
FAMILIES = {"half siblings": HALF_SIBLINGS, "aunt and absent mother": GRANDCHILD, "children typed": CHILD_TYPED}


def soft(seed: int, snps: int, people: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {person: rng.uniform(0.01, 1.0, (snps, 3)) for person in people}


def by_hand(
    pedigree: Pedigree, seen: Mapping[str, np.ndarray], frequency: np.ndarray, rho: np.ndarray, theta: float
) -> float:
    """Natural log of the sum over all bits at all loci and over the types of all founder copies."""
    slots = [(m.id, side) for m in pedigree for side in (0, 1)]
    parent = {(m.id, side): (m.father, m.mother)[side] for m in pedigree for side in (0, 1)}
    meioses = [slot for slot in slots if parent[slot] is not None]
    founders = [slot for slot in slots if parent[slot] is None]
    ways = list(product((0, 1), repeat=len(meioses)))

    def source(slot: tuple[str, int], bits: Mapping[tuple[str, int], int]) -> tuple[str, int]:
        above = parent[slot]
        return slot if above is None else source((above, bits[slot]), bits)

    def urn(types: tuple[int, ...], p: float) -> float:
        chance, counts = 1.0, [0, 0]
        for drawn, kind in enumerate(types):
            q = p if kind else 1 - p
            chance *= (counts[kind] * theta + (1 - theta) * q) / (1 + (drawn - 1) * theta) if drawn else q
            counts[kind] += 1
        return chance

    def emission(locus: int, way: tuple[int, ...]) -> float:
        bits = dict(zip(meioses, way, strict=True))
        total = 0.0
        for types in product((0, 1), repeat=len(founders)):
            of = dict(zip(founders, types, strict=True))
            ones = {who: sum(of[source((who, side), bits)] for side in (0, 1)) for who in seen}
            total += urn(types, frequency[locus]) * float(np.prod([seen[who][locus, ones[who]] for who in seen]))
        return total

    held = np.full(len(ways), 0.5 ** len(meioses))
    for locus in range(len(frequency)):
        r = rho[locus]
        moved = np.array(
            [
                [r ** (d := sum(a != b for a, b in zip(v, w, strict=True))) * (1 - r) ** (len(v) - d) for v in ways]
                for w in ways
            ]
        )
        held = (moved @ held) * [emission(locus, way) for way in ways]
    return float(np.log(held.sum()))


@pytest.mark.slow
@pytest.mark.parametrize("theta", [0.0, 0.04])
@pytest.mark.parametrize("map_function", [haldane, kosambi])
@pytest.mark.parametrize("family", FAMILIES)
def test_family__equals_the_sum_over_everything_by_hand(family, map_function, theta):
    pedigree, typed = FAMILIES[family], [who for who in "AC" if who in FAMILIES[family]]
    seen = soft(7, 3, "ABC")
    rho = recombination(ORACLE_SNPS, map_function)
    asked = ask_family(
        pedigree, "B", {who: seen[who] for who in typed}, ORACLE_SNPS, FREQUENCY, theta=theta, map_function=map_function
    )
    apart = Pedigree((*pedigree.individuals, Individual("stranger")))
    h1, h2 = asked.log_likelihoods(seen["B"][None])[:, 0]
    relatives = {who: seen[who] for who in typed}
    assert h1 == pytest.approx(by_hand(pedigree, relatives | {"B": seen["B"]}, FREQUENCY, rho, theta), abs=1e-12)
    assert h2 == pytest.approx(by_hand(apart, relatives | {"stranger": seen["B"]}, FREQUENCY, rho, theta), abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("theta", [0.0, 0.02])
@pytest.mark.parametrize("chromosome", ["1", "X"])
def test_family__equals_the_engine_of_linked_groups_on_four_snps(chromosome, theta):
    pedigree = Pedigree.of(
        ("F", "male"), ("M", "female"), ("A", "female", "F", "M"), ("B", "female", "F", "M"), ("C", "male", "F", "M")
    )
    snps = [Snp(f"rs{n}", chromosome, 12.0 * n, ("1", "2")) for n in range(4)]
    frequency = np.array([0.3, 0.6, 0.45, 0.2])
    kind: Chromosome = "X" if chromosome == "X" else "autosomal"
    markers = [Marker(s.marker, ("1", "2"), (p, 1 - p), chromosome=kind) for s, p in zip(snps, frequency, strict=True)]
    ones = {"A": [0, 1, 2, 1], "B": [1, 1, 2, 0], "C": [0, 1, 1, 0] if kind == "X" else [1, 2, 1, 0]}
    group = LinkageGroup(tuple(markers), tuple(haldane(12.0) for _ in range(3)))
    profiles = {
        who: Profile(
            who, {m.name: shown(n, hemizygous=kind == "X" and who == "C") for m, n in zip(markers, counts, strict=True)}
        )
        for who, counts in ones.items()
    }
    seen = {who: np.eye(3)[counts] for who, counts in ones.items()}
    asked = ask_family(pedigree, "B", {who: seen[who] for who in "AC"}, snps, frequency, theta=theta)
    expected = log_likelihood_linked(pedigree, profiles, group, theta=theta)
    assert asked.log_likelihoods(seen["B"][None])[0, 0] == pytest.approx(expected, abs=1e-12)


def shown(ones: int, *, hemizygous: bool) -> tuple[str, str]:
    return (
        ("1", "1") if ones and hemizygous else ("2", "2") if hemizygous else (("2", "2"), ("1", "2"), ("1", "1"))[ones]
    )


def test_ratio__of_all_strangers_is_one_on_average():
    relatives = {"A": genotype_readings(np.array([0, 1, 2]), FREQUENCY, error=0.01)}
    asked = ask_family(HALF_SIBLINGS, "B", relatives, ORACLE_SNPS, FREQUENCY)
    everybody = np.array([[np.eye(3)[g] for g in genotypes] for genotypes in product(range(3), repeat=3)])
    chances = [
        float(
            np.prod(
                [
                    (1 - p) ** 2 * (g == 0) + 2 * p * (1 - p) * (g == 1) + p**2 * (g == 2)
                    for g, p in zip(gs, FREQUENCY, strict=True)
                ]
            )
        )
        for gs in product(range(3), repeat=3)
    ]
    assert np.dot(chances, np.exp(asked.log_ratios(everybody))) == pytest.approx(1.0, abs=1e-12)


def test_ratio__nothing_read_says_nothing_and_an_impossible_reading_is_minus_infinity():
    asked = ask_family(CHILD_TYPED, "B", {"A": np.eye(3)[[2, 2, 2]]}, ORACLE_SNPS, FREQUENCY)
    nothing, impossible = asked.log_ratios(np.stack([np.ones((3, 3)), np.eye(3)[[0, 0, 0]]]))
    assert nothing == pytest.approx(0.0, abs=1e-12)
    assert impossible == -np.inf


def test_kernel__equals_its_plain_twin_for_any_number_of_persons():
    rng = np.random.default_rng(3)
    frequency, rho = rng.uniform(0.1, 0.9, 300), np.where(np.arange(300) % 100, rng.uniform(0, 0.2, 300), 0.5)
    sharing = sharing_of(GRANDCHILD, ["A", "B"])
    table = family_table(sharing, [rng.uniform(0.0, 1.0, (300, 3))], frequency, 0.02)
    for persons in (1, 8, 11):
        seen = rng.uniform(0.0, 1.0, (persons, 300, 3))
        np.testing.assert_allclose(
            log_sums(sharing, rho, table, seen), log_sums_plain(sharing, rho, table, seen), rtol=0, atol=1e-9
        )


def test_readings__have_a_floor_and_say_nothing_where_nothing_was_read():
    frequency = np.array([0.3, 0.3])
    called = genotype_readings(np.array([2, -1]), frequency, error=0.01)
    assert called[0] == pytest.approx([0.0009, 0.0009, 0.9909])
    assert called[1] == pytest.approx([1.0, 1.0, 1.0])
    assert phred_readings(np.array([[30, 0, 30], [np.nan] * 3]), frequency, error=0)[0] == pytest.approx(
        [1e-3, 1, 1e-3]
    )
    counts = read_count_readings(np.array([3, 0]), np.array([4, 0]), frequency, allele_error=0.01, error=0.0)
    assert counts[0] / counts[0, 1] == pytest.approx([0.01**3 * 0.99 * 16, 1.0, 0.99**3 * 0.01 * 16])
    assert counts[1] == pytest.approx([1.0, 1.0, 1.0])
    with pytest.raises(ModelError, match="more reads"):
        read_count_readings(np.array([5]), np.array([4]), np.array([0.3]), allele_error=0.01, error=0.0)
    assert with_floor(np.eye(3)[[0, 0]], frequency, 0.0)[0] == pytest.approx([1.0, 0.0, 0.0])


def test_family__too_many_meioses_are_refused_with_their_number():
    children = [(f"C{n}", "male", "F", "M") for n in range(8)]
    pedigree = Pedigree.of(("F", "male"), ("M", "female"), *children)
    typed = {f"C{n}": np.ones((3, 3)) for n in range(1, 8)}
    with pytest.raises(PlanTooLarge, match=r"16,384 inheritance patterns .* 14 meioses"):
        ask_family(pedigree, "C0", typed, ORACLE_SNPS, FREQUENCY)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"missing": "A"}, "'A' is typed"),
        ({"missing": "Z"}, "Z"),
        ({"theta": 1.5}, "theta"),
    ],
)
def test_family__refuses_what_cannot_be_asked(change, words):
    with pytest.raises(ModelError, match=words):
        ask_family(
            HALF_SIBLINGS, change.get("missing", "B"), {"A": np.ones((3, 3))}, ORACLE_SNPS, FREQUENCY,
            theta=change.get("theta", 0.0),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("snps", "frequencies", "words"),
    [
        (ORACLE_SNPS[::-1], (0.1, 0.2, 0.3), "rs1 stands behind rs2"),
        ((ORACLE_SNPS[0],) * 2, (0.1, 0.2), "rs0 is in the panel 2 times"),
        (ORACLE_SNPS, (0.1, 0.0, 0.3), "rs1: a frequency in world is not above 0"),
        (ORACLE_SNPS, (0.1, 0.2), "2 frequencies for 3 SNPs"),
    ],
)
def test_panel__names_what_is_wrong(snps, frequencies, words):
    with pytest.raises(ModelError, match=words):
        SnpPanel(tuple(snps), {"world": frequencies})


def test_snp__needs_a_chromosome_and_two_alleles():
    with pytest.raises(ModelError, match="chromosome 'Y'"):
        Snp("rs1", "Y", 1.0, ("A", "G"))
    with pytest.raises(ModelError, match="expected 2"):
        Snp("rs1", "1", 1.0, ("A", "A"))
