"""Family tables against the brute-force oracle, and everything that rests on them: pairs, ranks, chance, fit."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
import reference
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import markers, pedigrees, typings

from antigone.engine.sums.ladder import stack_markers
from antigone.engine.sums.likelihood import genotype_distribution, log_likelihoods
from antigone.engine.sums.population import genotype_log_probability
from antigone.errors import ModelError
from antigone.model.assumptions.choices import LEAST_LOG10_FIT
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Custom, Equal, Stepwise
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Genotype, Profile
from antigone.model.results.search import ChanceMatches
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.search.families.reference_fit import Declared, ReferenceFit, judge_references
from antigone.search.pairs.chance import expected_chance_matches
from antigone.search.pairs.comparison import compare, posterior_probability, rank_pairs
from antigone.search.readings.genotypes import code_count, encode_profiles, fold_to_codes
from antigone.simulation.genes import drop_genes

PARENTS = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA", "MO"), ("SIS", "female", "FA", "MO"))
DUO = Pedigree.of(("FA", "male"), ("MP", "male", "FA", None))
PLAIN = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5))
MUTATING = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5), Stepwise(0.05), Stepwise(0.1, 0.0, 0.3))
LOPSIDED = Custom(((0.9, 0.1, 0.0), (0.2, 0.7, 0.1), (0.0, 0.3, 0.7)))
HARD_CASES = [
    pytest.param(PLAIN, 0.0, id="plain"),
    pytest.param(MUTATING, 0.0, id="mutation"),
    pytest.param(Marker("M", PLAIN.alleles, PLAIN.frequencies, LOPSIDED, Equal(0.1)), 0.0, id="sexes mutate apart"),
    pytest.param(Marker("M", PLAIN.alleles, (0.2, 0.3, 0.4), silent=0.1), 0.0, id="silent"),
    pytest.param(PLAIN, 0.05, id="theta"),
    pytest.param(MUTATING, 0.05, id="theta and mutation"),
    pytest.param(Marker("M", PLAIN.alleles, (0.2, 0.3, 0.4), Equal(0.1), Equal(0.05), 0.1), 0.03, id="all at once"),
]


def typed(**genotypes: Genotype) -> dict[str, Profile]:
    """Profiles at marker M, by member."""
    return {member: Profile(f"S-{member}", {"M": genotype}) for member, genotype in genotypes.items()}


def person(code: str, genotype: Genotype | None = None, sex="unknown", **more: Genotype) -> UnidentifiedPerson:
    genotypes = ({"M": genotype} if genotype else {}) | more
    return UnidentifiedPerson(code, Profile(code, genotypes), sex)


def all_readings(marker: Marker) -> list[Genotype]:
    """Every genotype that can be read, in full or in part, in the order of the codes."""
    return [*combinations_with_replacement(marker.alleles, 2), *((allele, None) for allele in marker.alleles)]


def oracle(target: Target, genotype: Genotype, marker: Marker, theta: float) -> float:
    """LR by direct summation: the person in the missing member's place, over the person apart from the family."""
    seen = Profile("PM", {marker.name: genotype})
    apart = Pedigree((*target.pedigree, Individual("stranger", "female")))
    h1 = reference.likelihood(target.pedigree, {**target.references, target.missing: seen}, marker, theta=theta)
    h2 = reference.likelihood(apart, {**target.references, "stranger": seen}, marker, theta=theta)
    return h1 / h2


# Family tables


@pytest.mark.slow
@pytest.mark.parametrize(("marker", "theta"), HARD_CASES)
@pytest.mark.parametrize(
    "references",
    [typed(FA=("10", "12"), MO=("11", "11")), typed(FA=("10", "11"), SIS=("12", None))],
    ids=["parents", "father and part of sister"],
)
def test_family_table__is_the_direct_sum_for_every_reading(marker, theta, references):
    target = Target("F", "MP", PARENTS, references)
    [table] = log_lr_tables([target], [marker], theta=theta)
    expected = [oracle(target, genotype, marker, theta) for genotype in all_readings(marker)]
    np.testing.assert_allclose(np.exp(table[0, :-1]), expected, rtol=1e-10, atol=1e-300)


@pytest.mark.slow
@settings(max_examples=40)
@given(data=st.data(), pedigree=pedigrees(most=4), theta=st.sampled_from([0.0, 0.04]))
def test_family_table__is_the_direct_sum_in_any_family(data, pedigree, theta):
    marker = data.draw(markers(most_alleles=2 if len(pedigree) > 3 else 3, silent=len(pedigree) < 4))
    missing = data.draw(st.sampled_from([member.id for member in pedigree]))
    references = data.draw(typings(pedigree, marker))
    references.pop(missing, None)
    assume(reference.likelihood(pedigree, references, marker, theta=theta) > 0)
    target = Target("F", missing, pedigree, references)
    [table] = log_lr_tables([target], [marker], theta=theta)
    genotype = data.draw(st.sampled_from(all_readings(marker)))
    code = encode_profiles([person("PM", genotype)], [marker])[0, 0]
    assert math.exp(table[0, code]) == pytest.approx(oracle(target, genotype, marker, theta), rel=1e-10, abs=1e-300)


@pytest.mark.parametrize(("marker", "theta"), HARD_CASES)
def test_family_table__untyped_says_nothing(marker, theta):
    [table] = log_lr_tables([Target("F", "MP", DUO, typed(FA=("10", "11")))], [marker], theta=theta)
    assert table.shape == (1, code_count(3))
    assert table[0, -1] == 0.0


def test_family_table__impossible_genotype_is_impossible_exactly():
    [table] = log_lr_tables([Target("F", "MP", DUO, typed(FA=("10", "10")))], [PLAIN])
    by_reading = dict(zip(all_readings(PLAIN), table[0], strict=False))
    assert by_reading["11", "12"] == -np.inf
    assert by_reading["10", "12"] == pytest.approx(math.log(0.5 / 0.2))


def test_family_table__references_impossible_together_are_not_a_number():
    impossible = Target("F", "MP", PARENTS, typed(FA=("10", "10"), MO=("10", "10"), SIS=("11", "11")))
    fine = Target("G", "MP", PARENTS, typed(FA=("10", "10"), MO=("10", "11"), SIS=("10", "11")))
    [table] = log_lr_tables([impossible, fine], [PLAIN])
    assert np.isnan(table[0, :-1]).all()
    assert not np.isnan(table[1]).any()


@pytest.mark.slow
@settings(max_examples=25)
@given(data=st.data(), theta=st.sampled_from([0.0, 0.03]))
def test_family_table__does_not_depend_on_order_or_company(data, theta):
    """The same families, members in any order, in one batch or alone: the same rows."""
    shape = data.draw(pedigrees(most=6))
    marker = data.draw(markers())
    missing = data.draw(st.sampled_from([member.id for member in shape]))
    targets = []
    for number in range(3):
        members = tuple(data.draw(st.permutations(list(shape.individuals))))
        references = data.draw(typings(shape, marker))
        references.pop(missing, None)
        targets.append(Target(f"F{number}", missing, Pedigree(members), references))
    [together] = log_lr_tables(targets, [marker], theta=theta)
    for row, target in enumerate(targets):
        declared = Target("alone", missing, shape, target.references)
        [alone] = log_lr_tables([declared], [marker], theta=theta)
        np.testing.assert_allclose(together[row], alone[0], rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("marker", "theta"), [case for case in HARD_CASES if "silent" not in str(case.id) and case.id != "all at once"]
)
def test_family_table__mean_lr_of_unrelated_persons_is_one(marker, theta):
    """Sum over genotypes of LR times P(genotype | family, unrelated to it)."""
    target = Target("F", "MP", PARENTS, typed(FA=("10", "11"), SIS=("10", "12")))
    [table] = log_lr_tables([target], [marker], theta=theta)
    apart = Pedigree((*PARENTS, Individual("stranger", "female")))
    unrelated = genotype_distribution(apart, target.references, marker, target="stranger", theta=theta)
    pairs = combinations_with_replacement(marker.alleles, 2)
    mean = sum(math.exp(log) * unrelated[pair] for pair, log in zip(pairs, table[0], strict=False))
    assert mean == pytest.approx(1.0, abs=1e-12)


def test_codes__every_reading_has_its_own():
    persons = [person(str(i), reading) for i, reading in enumerate([*all_readings(PLAIN), None])]
    assert encode_profiles(persons, [PLAIN]).tolist() == [list(range(code_count(3)))]


def test_codes__allele_order_does_not_matter():
    pair = [person("A", ("12", "10")), person("B", ("10", "12"))]
    assert encode_profiles(pair, [PLAIN]).tolist() == [[2, 2]]


def test_codes__allele_outside_the_ladder_is_refused_without_saying_which():
    with pytest.raises(ModelError, match="outside the ladder") as error:
        encode_profiles([person("PM1", ("10", "77"))], [PLAIN])
    assert "77" not in str(error.value)


def test_codes__partial_reading_adds_what_it_leaves_open():
    logs = np.log(np.array([[0.04, 0.12, 0.2, 0.09, 0.3, 0.25]]))
    folded = np.exp(fold_to_codes(logs, 3)[0])
    assert folded[6:9] == pytest.approx([0.36, 0.51, 0.75])


def test_codes__read_homozygote_may_carry_the_silent_allele():
    pairs = {"aa": 0.1, "ab": 0.2, "as": 0.3, "bb": 0.15, "bs": 0.05, "ss": 0.2}
    folded = np.exp(fold_to_codes(np.log(np.array([list(pairs.values())])), 2)[0])
    assert folded[:3] == pytest.approx([0.4, 0.2, 0.2])
    assert folded[3:5] == pytest.approx([0.6, 0.4])


# Pairs


@pytest.mark.slow
@settings(max_examples=30)
@given(data=st.data(), pedigree=pedigrees(most=6), theta=st.sampled_from([0.0, 0.02]))
def test_pair__is_the_likelihood_ratio_of_the_two_pedigrees(data, pedigree, theta):
    """The sum of look-ups equals the two explicit pedigrees: the person in place, and the person beside the family."""
    kit = [Marker(name, m.alleles, m.frequencies, m.female, m.male, m.silent)
           for name in ("M", "N") for m in [data.draw(markers())]]  # fmt: skip
    missing = data.draw(st.sampled_from([member.id for member in pedigree]))
    references: dict[str, Profile] = {}
    for marker in kit:
        for member, profile in data.draw(typings(pedigree, marker)).items():
            known = references.get(member, Profile(member, {})).genotypes
            references[member] = Profile(member, {**known, **profile.genotypes})
    references.pop(missing, None)
    read = {marker.name: data.draw(st.sampled_from(all_readings(marker))) for marker in kit}
    who = UnidentifiedPerson("PM", Profile("PM", read))
    comparison = compare([Target("F", missing, pedigree, references)], [who], populations={"here": kit}, theta=theta)
    apart = Pedigree((*pedigree, Individual("PM", "male")))
    h1 = log_likelihoods(pedigree, references | {missing: who.profile}, kit, theta=theta)
    h2 = log_likelihoods(apart, references | {"PM": who.profile}, kit, theta=theta)
    for marker, above, below in zip(kit, h1, h2, strict=True):
        found = comparison.by_marker("here", 0, 0)[marker.name]
        if below == -math.inf:
            assert math.isnan(found)
        else:
            assert found == pytest.approx(above - below, abs=1e-10)


def two_families():
    """A father 10/10 in one family, a mother 12/12 in the other, and four unidentified persons."""
    mothers = Pedigree.of(("MO", "female"), ("MP", "female", None, "MO"))
    targets = [
        Target("F1", "MP", DUO, typed(FA=("10", "10"))),
        Target("F2", "MP", mothers, typed(MO=("12", "12"))),
    ]
    persons = [
        person("PM1", ("10", "12"), "male"),
        person("PM2", ("10", "12"), "female"),
        person("PM3", ("10", "12")),
        person("PM4", None, "female"),
    ]
    return targets, persons


def test_compare__known_different_sexes_are_excluded_and_counted():
    targets, persons = two_families()
    comparison = compare(targets, persons, populations={"here": [PLAIN]})
    assert comparison.excluded_by_sex.tolist() == [[False, True, False, True], [True, False, False, False]]


def test_compare__pairs_without_a_common_marker_are_without_data():
    targets, persons = two_families()
    comparison = compare(targets, persons, populations={"here": [PLAIN]})
    assert comparison.without_data[:, 3].all()
    assert not comparison.without_data[:, :3].any()
    assert comparison.compared.sum() == 4


def test_compare__missing_marker_adds_nothing():
    marker = Marker("N", ("5", "6"), (0.5, 0.5))
    target = Target("F1", "MP", DUO, {"FA": Profile("R", {"M": ("10", "10"), "N": ("5", "5")})})
    comparison = compare([target], [person("PM1", ("10", "12"))], populations={"here": [PLAIN, marker]})
    assert comparison.by_marker("here", 0, 0) == {"M": pytest.approx(math.log(2.5))}
    assert comparison.log_lr["here"][0, 0] == pytest.approx(math.log(2.5))


def test_compare__typed_spouse_alone_is_no_data():
    """A reference who shares no ancestor with the missing person says nothing about them."""
    couple = Pedigree.of(("MP", "male"), ("WIFE", "female"), ("CH", "male", "MP", "WIFE"))
    comparison = compare(
        [Target("F", "MP", couple, typed(WIFE=("10", "10")))],
        [person("PM", ("10", "12"))],
        populations={"here": [MUTATING]},
    )
    assert comparison.without_data.all()
    assert comparison.shared_markers(0, 0) == ()


def test_compare__smallest_is_over_the_populations():
    other = Marker("M", PLAIN.alleles, (0.5, 0.3, 0.2))
    comparison = compare(
        [Target("F", "MP", DUO, typed(FA=("10", "10")))],
        [person("PM", ("10", "11"))],
        populations={"rare": [PLAIN], "common": [other]},
    )
    assert comparison.log_lr["rare"][0, 0] == pytest.approx(math.log(0.5 / 0.2))
    assert comparison.smallest[0, 0] == pytest.approx(math.log(0.5 / 0.5))


@pytest.mark.parametrize("seed", range(4))
def test_rank__does_not_depend_on_the_order_of_the_input(seed):
    rng = np.random.default_rng(seed)
    targets = [
        Target(f"F{i}", "MP", DUO, typed(FA=g)) for i, g in enumerate([("10", "10"), ("10", "11"), ("10", "10")])
    ]
    persons = [person(f"PM{i}", g) for i, g in enumerate([("10", "10"), ("10", "12"), ("10", "10"), ("11", "11")])]

    def ranking(t_order, p_order):
        ts, ps = [targets[i] for i in t_order], [persons[i] for i in p_order]
        pairs = rank_pairs(compare(ts, ps, populations={"here": [PLAIN]}), log_threshold=0.0)
        return [(ts[t].family, ps[p].code) for t, p in pairs]

    straight = ranking(range(3), range(4))
    assert straight == ranking(rng.permutation(3), rng.permutation(4))
    assert straight[:4] == [("F0", "PM0"), ("F0", "PM2"), ("F2", "PM0"), ("F2", "PM2")]


def test_rank__threshold_is_reached_not_passed():
    comparison = compare(
        [Target("F", "MP", DUO, typed(FA=("10", "10")))], [person("PM", ("10", "12"))], populations={"here": [PLAIN]}
    )
    exact = float(comparison.smallest[0, 0])
    assert rank_pairs(comparison, log_threshold=exact) == [(0, 0)]
    assert rank_pairs(comparison, log_threshold=exact + 1e-9) == []


@pytest.mark.parametrize(
    ("log_lr", "prior", "expected"),
    [(0.0, 0.25, 0.25), (math.log(9), 0.5, 0.9), (math.log(2), 0.2, 1 / 3), (-math.inf, 0.3, 0.0), (900.0, 0.1, 1.0)],
)
def test_posterior__is_bayes_theorem(log_lr, prior, expected):
    assert posterior_probability(log_lr, prior=prior) == pytest.approx(expected, rel=1e-12)


def test_target__takes_a_sample_of_the_missing_person_as_a_direct_reference():
    references = typed(MP=("10", "10"))
    assert Target("F", "MP", DUO, references).direct == references["MP"]
    assert Target("F", "MP", DUO, {}).direct is None


# Chance


def chance_case(theta: float = 0.0):
    kit = [Marker(name, ("10", "11", "12"), (0.1, 0.3, 0.6), Equal(0.01), Equal(0.01)) for name in ("M", "N", "O")]
    full: dict[str, Genotype] = {"M": ("10", "11"), "N": ("10", "10"), "O": ("11", "12")}
    half: dict[str, Genotype] = {"M": ("11", "12"), "N": ("10", "12")}
    target = Target("F", "MP", PARENTS, {"FA": Profile("R1", full), "SIS": Profile("R2", {**half, "O": ("12", "12")})})
    persons = [UnidentifiedPerson("PM1", Profile("PM1", full)), UnidentifiedPerson("PM2", Profile("PM2", half))]
    comparison = compare([target], persons, populations={"here": kit}, theta=theta)
    logs = [genotype_log_probability(stack_markers([marker]))[0] for marker in kit]
    return comparison, logs


def estimate(comparison, logs, threshold: float, *, seed: int = 1, pairs: int = 2, draws: int = 400) -> ChanceMatches:
    rng = np.random.default_rng(seed)
    return expected_chance_matches(
        comparison, pairs=pairs, threshold=threshold, genotype_logs=logs, rng=rng, seed=seed, draws=draws
    )


def exact_chance(comparison, logs, threshold: float) -> float:
    """P(LR >= threshold) of unrelated persons summed over every profile, for each person's own markers."""
    total = 0.0
    for column in range(len(comparison.persons)):
        sums, chances = np.zeros(1), np.ones(1)
        for m, table in enumerate(comparison.tables["here"]):
            if comparison.codes[m, column] == table.shape[1] - 1:
                continue
            sums = (sums[:, None] + table[0, None, : len(logs[m])]).ravel()
            chances = (chances[:, None] * np.exp(logs[m])[None]).ravel()
        total += float(chances[sums >= math.log(threshold)].sum())
    return total


@pytest.mark.parametrize("threshold", [1.5, 4.0, 8.0])
@pytest.mark.parametrize("theta", [0.0, 0.05])
def test_chance__estimate_is_the_exact_sum_over_all_profiles(threshold, theta):
    comparison, logs = chance_case(theta)
    found = estimate(comparison, logs, threshold, seed=5, draws=20_000)
    exact = exact_chance(comparison, logs, threshold)
    assert exact > 0
    assert found.estimate == pytest.approx(exact, abs=4 * found.standard_error)
    assert found.standard_error < 0.05 * exact


def test_chance__bound_holds_and_is_pairs_over_threshold():
    comparison, logs = chance_case()
    for threshold in (1.0, 3.0, 30.0, 300.0):
        found = estimate(comparison, logs, threshold)
        assert (found.pairs, found.bound) == (2, 2 / threshold)
        assert exact_chance(comparison, logs, threshold) <= found.bound


def test_chance__estimate_agrees_with_unrelated_profiles_drawn_one_by_one():
    comparison, logs = chance_case()
    rng, draws, reached = np.random.default_rng(11), 40_000, np.zeros(2)
    for column in range(2):
        sums = np.zeros(draws)
        for m, table in enumerate(comparison.tables["here"]):
            drawn = rng.choice(len(logs[m]), size=draws, p=np.exp(logs[m]) / np.exp(logs[m]).sum())
            typed_here = comparison.codes[m, column] < table.shape[1] - 1
            sums += table[0, drawn] * typed_here
        reached[column] = np.mean(sums >= math.log(10.0))
    found = estimate(comparison, logs, 10.0, seed=3, draws=20_000)
    error = math.sqrt(np.sum(reached * (1 - reached)) / draws + found.standard_error**2)
    assert found.estimate == pytest.approx(reached.sum(), abs=4 * error)


def test_chance__same_seed_same_estimate():
    comparison, logs = chance_case()
    assert estimate(comparison, logs, 3.0, seed=1) == estimate(comparison, logs, 3.0, seed=1)
    assert estimate(comparison, logs, 3.0, seed=1) != estimate(comparison, logs, 3.0, seed=2)


def test_chance__a_sample_of_the_pairs_is_scaled_up():
    comparison, logs = chance_case()
    some, many = estimate(comparison, logs, 3.0), estimate(comparison, logs, 3.0, pairs=200)
    assert (many.pairs, many.bound) == (200, 200 / 3.0)
    assert many.estimate == pytest.approx(100 * some.estimate)
    assert many.standard_error == pytest.approx(100 * some.standard_error)


def test_chance__smallest_of_the_populations_must_reach_the_threshold():
    """With a second population in which nothing reaches it, nothing does."""
    comparison, logs = chance_case()
    flat = replace(comparison, tables={**comparison.tables, "flat": [0.0 * t for t in comparison.tables["here"]]})
    assert estimate(comparison, logs, 2.0).estimate > 0
    assert estimate(flat, logs, 2.0).estimate == 0.0


# References that do not fit


def judge(pedigree: Pedigree, references: dict[str, Profile], kit: list[Marker], theta=0.0) -> list[ReferenceFit]:
    [fits] = judge_references([Declared("F", pedigree, references)], kit, theta=theta)
    return fits


def kit_of(markers_count: int) -> list[Marker]:
    alleles = tuple(map(str, range(10, 20)))
    rates = Stepwise(0.001), Stepwise(0.003)
    return [Marker(f"L{i}", alleles, (0.1,) * 10, *rates) for i in range(markers_count)]


def family_profiles(kit, pedigree, seed):
    return {m: Profile(m, g) for m, g in drop_genes(pedigree, kit, rng=np.random.default_rng(seed)).items()}


BIG = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("FA", "male", "GF", "GM"), ("MO", "female"), ("S1", "female", "FA", "MO"),
    ("S2", "male", "FA", "MO"), ("MP", "male", "FA", "MO"), ("X", "male"),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_fit__a_true_family_keeps_every_reference(seed):
    kit = kit_of(15)
    profiles = family_profiles(kit, BIG, seed)
    references = {member: profiles[member] for member in ("FA", "MO", "S1", "S2")}
    assert [fit.left_out for fit in judge(BIG, references, kit)] == [False] * 4


@pytest.mark.parametrize("seed", range(5))
def test_fit__a_misattributed_father_is_the_one_left_out(seed):
    kit = kit_of(15)
    profiles = family_profiles(kit, BIG, seed)
    references = {"FA": profiles["X"], "MO": profiles["MO"], "S1": profiles["S1"], "S2": profiles["S2"]}
    fits = judge(BIG, references, kit)
    assert [fit.member for fit in fits if fit.left_out] == ["FA"]
    assert {fit.member for fit in fits} == set(references)
    assert min(fit.log10_fit for fit in fits) < LEAST_LOG10_FIT


@pytest.mark.parametrize("seed", range(5))
def test_fit__two_that_cannot_be_told_apart_both_go(seed):
    """A father and a child alone: the data cannot say which of the two is not what was declared."""
    kit = kit_of(15)
    profiles = family_profiles(kit, BIG, seed)
    fits = judge(BIG, {"FA": profiles["X"], "S1": profiles["S1"]}, kit)
    assert [fit.left_out for fit in fits] == [True, True]


def test_fit__one_reference_alone_always_fits():
    kit = kit_of(10)
    [fit] = judge(BIG, {"GF": family_profiles(kit, BIG, 1)["X"]}, kit)
    assert fit.log10_fit == pytest.approx(0.0, abs=1e-9)
    assert not fit.left_out


@pytest.mark.parametrize("theta", [0.0, 0.03])
def test_fit__families_together_are_judged_as_each_alone(theta):
    kit = kit_of(2)
    families = []
    for seed in range(3):
        profiles = family_profiles(kit, BIG, seed)
        families.append({"FA": profiles["X" if seed == 1 else "FA"], "S1": profiles["S1"], "S2": profiles["S2"]})
    together = judge_references([Declared("F", BIG, f) for f in families], kit, theta=theta)
    for fits, family in zip(together, families, strict=True):
        alone = judge(BIG, family, kit, theta)
        assert [fit.member for fit in fits] == [fit.member for fit in alone]
        assert [fit.left_out for fit in fits] == [fit.left_out for fit in alone]
        assert [fit.log10_fit for fit in fits] == pytest.approx([fit.log10_fit for fit in alone], abs=1e-9)


@pytest.mark.slow
@settings(max_examples=15)
@given(data=st.data(), theta=st.sampled_from([0.0, 0.03]))
def test_fit__is_declared_over_unrelated(data, theta):
    """log10 of two explicit likelihoods: the member in place, and the same profile in a stranger."""
    pedigree = data.draw(pedigrees(most=5))
    marker = data.draw(markers())
    references = data.draw(typings(pedigree, marker))
    assume(len(references) > 1)
    [declared] = log_likelihoods(pedigree, references, [marker], theta=theta)
    assume(declared > -math.inf)
    beside = Pedigree((*pedigree, Individual("stranger", "male")))
    expected = {}
    for member in references:
        apart = {m: p for m, p in references.items() if m != member} | {"stranger": references[member]}
        [unrelated] = log_likelihoods(beside, apart, [marker], theta=theta)
        expected[member] = (declared - unrelated) / math.log(10)
    if min(expected.values()) >= LEAST_LOG10_FIT:
        found = {fit.member: fit.log10_fit for fit in judge(pedigree, references, [marker], theta)}
        assert found == pytest.approx(expected, abs=1e-9)


def test_fit__no_reference_no_verdict():
    assert judge(BIG, {}, kit_of(2)) == []


def test_fit__impossible_without_mutation_is_minus_infinity():
    references = typed(FA=("10", "10"), MO=("11", "11"), SIS=("11", "11"))
    fits = {fit.member: fit for fit in judge(PARENTS, references, [PLAIN])}
    assert fits["FA"].log10_fit == fits["SIS"].log10_fit == -math.inf
    assert fits["FA"].left_out
    assert fits["SIS"].left_out
    assert not fits["MO"].left_out


@pytest.mark.parametrize(("p", "left_out"), [(0.9, True), (0.5, True), (0.02, False)])
def test_fit__the_threshold_is_ten_thousand_to_one(p, left_out):
    """Father 10/10 and daughter 11/11 by a mutation: the fit is about log10 of rate / p."""
    q = 1 - p
    marker = Marker("M", ("10", "11"), (q, p), Equal(5e-6), Equal(5e-6))
    references = typed(FA=("10", "10"), SIS=("11", "11"))
    fits = judge(PARENTS, references, [marker])
    expected = math.log10(5e-6 / p)
    assert [fit.left_out for fit in fits] == [left_out, left_out]
    assert fits[0].log10_fit == pytest.approx(expected, abs=0.01)
    assert (expected < LEAST_LOG10_FIT) == left_out
