"""Y and mtDNA on one declared line: hand numbers, laws, a brute-force oracle, and what they refuse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antigone.engine.lineage.frequency import Counted, clopper_pearson_bound, discrete_laplace, estimate
from antigone.engine.lineage.lines import declared_line, judge_fits
from antigone.engine.lineage.mtdna import mt_donors_off_line, mt_evidence, substitution_matrix
from antigone.engine.lineage.y_str import stepwise_matrix, y_donors_off_line, y_evidence
from antigone.errors import ModelError
from antigone.model.assumptions.lineage import (
    Copies,
    DiscreteLaplace,
    LaplaceCluster,
    LineageEvidence,
    MtDifference,
    MtHaplotype,
    MtModel,
    MtRates,
    MtReference,
    StatedCounts,
    YHaplotype,
    YModel,
    YRates,
    YReference,
)
from antigone.model.pedigree import Pedigree
from antigone.model.statements.evidence import AUGMENTED_FOR_KAPPA, COUNT_OF_MORE, NOT_LOOKED_UP

FAMILY = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("FA", "male", "GF", "GM"), ("UN", "male", "GF", "GM"), ("MO", "female"),
    ("MP", "male", "FA", "MO"), ("BR", "male", "FA", "MO"), ("SIS", "female", "FA", "MO"), ("SON", "male", "MP", None),
    ("NIECE", "female", None, "SIS"), ("GREAT", "male", None, "NIECE"), ("STRANGER", "male"),
)  # fmt: skip
COUNTS = StatedCounts(99, {"PM": 0})


def y_model(rate: float = 0.01, *, two_steps: float = 0.0, theta: float = 0.0, basis=COUNTS, **options) -> YModel:
    return YModel(YRates(rate, two_steps=two_steps), basis, theta=theta, **options)


def y(*alleles: str, sample: str = "R") -> YHaplotype:
    """A haplotype of loci A, B, ...: an allele, or two separated by a comma, or nothing."""
    loci = {name: tuple(text.split(",")) for name, text in zip("ABCDEF", alleles, strict=False) if text}
    return YHaplotype(sample, loci)


def y_of(unidentified: YHaplotype, donors: Mapping[str, YHaplotype], model: YModel) -> LineageEvidence:
    found = y_evidence(FAMILY, "MP", unidentified=unidentified, donors=donors, model=model)
    assert found is not None
    return found


def mt(*differences: str, ranges=((16024, 576),), sample: str = "R") -> MtHaplotype:
    return MtHaplotype(sample, ranges, tuple(map(MtDifference.parse, differences)))


def mt_of(unidentified: MtHaplotype, donors: Mapping[str, MtHaplotype], model: MtModel) -> LineageEvidence:
    found = mt_evidence(FAMILY, "MP", unidentified=unidentified, donors=donors, model=model)
    assert found is not None
    return found


# Lines


@pytest.mark.parametrize(("donor", "meioses"), [("FA", 1), ("BR", 2), ("UN", 3), ("GF", 2), ("SON", 1)])
def test_paternal_line__counts_the_declared_meioses(donor, meioses):
    line = declared_line(FAMILY, "MP", donors=[donor], line="paternal")
    assert line is not None
    assert line.meioses == meioses


@pytest.mark.parametrize("donor", ["MO", "SIS", "GREAT", "STRANGER", "GM"])
def test_paternal_line__reaches_no_woman_and_no_other_line(donor):
    assert declared_line(FAMILY, "MP", donors=[donor], line="paternal") is None


def test_paternal_line__a_missing_woman_has_none():
    assert declared_line(FAMILY, "SIS", donors=["FA"], line="paternal") is None


def test_paternal_line__a_parent_who_is_not_declared_breaks_it():
    broken = Pedigree.of(("GF", "male"), ("UN", "male", "GF", None), ("MO", "female"), ("MP", "male", None, "MO"))
    assert declared_line(broken, "MP", donors=["UN"], line="paternal") is None


@pytest.mark.parametrize(("donor", "meioses"), [("MO", 1), ("BR", 2), ("SIS", 2), ("NIECE", 3), ("GREAT", 4)])
def test_maternal_line__counts_the_declared_meioses(donor, meioses):
    line = declared_line(FAMILY, "MP", donors=[donor], line="maternal")
    assert line is not None
    assert line.meioses == meioses


@pytest.mark.parametrize("donor", ["FA", "SON", "UN", "GM"])
def test_maternal_line__a_father_passes_nothing_on(donor):
    assert declared_line(FAMILY, "MP", donors=[donor], line="maternal") is None


# Y: hand numbers


def test_y__no_mutation_and_a_match_is_one_over_the_frequency():
    assert y_of(y("14", "30", sample="PM"), {"FA": y("14", "30")}, y_model(0.0)).log10_lr == pytest.approx(2.0)


def test_y__k_meioses_by_hand():
    rate = 0.01
    stay = (1 - rate) ** 3 + 3 * (1 - rate) * 2 * (rate / 2) ** 2  # three meioses: none mutates, or one up and one down
    assert 10 ** y_of(y("14"), {"UN": y("14")}, y_model(rate)).log10_given_line == pytest.approx(stay)
    two_up = 3 * (1 - rate) * (rate / 2) ** 2
    assert 10 ** y_of(y("16"), {"UN": y("14")}, y_model(rate)).log10_given_line == pytest.approx(two_up)


def test_y__unordered_pair_of_copies_by_hand():
    rate = 0.02
    up, stay = rate / 2, 1 - rate
    swap = stay * stay  # 11,14 from 11,14; the swap 11 to 14 needs three steps
    assert 10 ** y_of(y("11,14"), {"FA": y("11,14")}, y_model(rate)).log10_given_line == pytest.approx(swap)
    both = y_of(y("11,12"), {"FA": y("11,12")}, y_model(rate))
    assert 10**both.log10_given_line == pytest.approx(stay**2 + up**2)
    assert 10 ** y_of(y("11,12"), {"FA": y("11,11")}, y_model(rate)).log10_given_line == pytest.approx(2 * stay * up)


def test_y__one_peak_at_a_locus_with_two_copies_means_both():
    donor, found = YHaplotype("R", {"DYS385": ("14", "14")}), YHaplotype("PM", {"DYS385": ("14",)})
    assert 10 ** y_of(found, {"FA": donor}, y_model(0.02)).log10_given_line == pytest.approx(0.98**2)


def test_y__a_locus_doubled_in_one_of_two_men_is_left_out_and_named():
    found = y_of(y("14", "30", sample="PM"), {"FA": y("14,15", "30")}, y_model(basis=YReference((({}, 1),))))
    assert (found.compared, found.not_comparable) == (1, ("A",))


def test_y__nested_amplicons_count_one_mutation_once():
    donor = YHaplotype("R", {"DYS389I": ("13",), "DYS389II": ("29",)})
    found = YHaplotype("PM", {"DYS389I": ("14",), "DYS389II": ("30",)})
    assert 10 ** y_of(found, {"FA": donor}, y_model(0.01)).log10_given_line == pytest.approx(0.005 * 0.99)


def test_y__two_steps_and_broken_repeats():
    model = y_model(0.01, two_steps=0.1)
    assert 10 ** y_of(y("16"), {"FA": y("14")}, model).log10_given_line == pytest.approx(0.01 * 0.1 / 2)
    assert 10 ** y_of(y("18.2"), {"FA": y("17.2")}, model).log10_given_line == pytest.approx(0.01 * 0.9 / 2)
    assert y_of(y("17", sample="PM"), {"FA": y("17.2")}, model).log10_lr == -math.inf


def test_y__partial_haplotypes_are_compared_where_both_are_typed():
    table = YReference(((y("14", "30", "9").loci, 3), (y("14", "31", "9").loci, 6), (y("14", "", "9").loci, 50)))
    found = y_of(y("14", "30", "", sample="PM"), {"FA": y("14", "30", "9")}, y_model(0.0, basis=table))
    assert found.compared == 2
    assert found.log10_lr == pytest.approx(-math.log10((3 + 1) / (9 + 1)))


def test_y__nothing_to_compare_gives_nothing():
    assert y_evidence(FAMILY, "MP", unidentified=y("14"), donors={"FA": y("", "30")}, model=y_model()) is None
    assert y_evidence(FAMILY, "MP", unidentified=y("14"), donors={"MO": y("14")}, model=y_model()) is None
    assert y_evidence(FAMILY, "MP", unidentified=y("14"), donors={}, model=y_model()) is None


def test_y__a_stated_count_needs_a_look_up_of_what_is_compared():
    not_looked_up = y_of(y("14", sample="PM2"), {"FA": y("14")}, y_model())
    assert not_looked_up.log10_lr is None
    assert not_looked_up.remark == NOT_LOOKED_UP()
    of_more = y_of(y("14", "30", sample="PM"), {"FA": y("14")}, y_model())
    assert of_more.log10_lr is None
    assert of_more.remark == COUNT_OF_MORE()


def test_y__theta_bounds_the_lr():
    assert 10 ** (y_of(y("14", sample="PM"), {"FA": y("14")}, y_model(0.0, theta=0.02)).log10_lr or 0) == pytest.approx(
        1 / (0.02 + 0.98 * 0.01)
    )


# Y: laws and oracle


def test_stepwise_matrix__no_meiosis_is_the_identity():
    matrix = stepwise_matrix([(0, n) for n in range(5)], 0.1, two_steps=0.1)
    assert np.array_equal(np.linalg.matrix_power(matrix, 0), np.eye(5))


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["FA", "UN", "SON"]), st.floats(0, 0.3), st.floats(0, 1))
def test_y__given_the_line_all_haplotypes_sum_to_one(donor, rate, two_steps):
    model = y_model(rate, two_steps=two_steps)
    every = [y_of(y(str(n)), {donor: y("20")}, model).log10_given_line for n in range(12, 29)]
    assert sum(10**log for log in every) == pytest.approx(1.0)


def test_y__all_unordered_pairs_sum_to_one():
    pairs = [f"{a},{b}" for a in range(6, 20) for b in range(a, 20)]
    every = [y_of(y(pair), {"BR": y("11,13")}, y_model(0.1)).log10_given_line for pair in pairs]
    assert sum(10**log for log in every) == pytest.approx(1.0)


MIXTURE = DiscreteLaplace(
    (
        LaplaceCluster(0.3, {"A": 14, "B": 30}, {"A": 0.2, "B": 0.3}),
        LaplaceCluster(0.7, {"A": 16, "B": 29}, {"A": 0.1, "B": 0.4}),
    )
)


@pytest.mark.parametrize("theta", [0.0, 0.05])
def test_y__mean_lr_under_h2_is_one(theta):
    model = y_model(0.05, basis=MIXTURE, estimator="discrete laplace", theta=theta)
    total = 0.0
    for a, b in itertools.product(range(8, 24), range(20, 40)):
        found = y_of(y(str(a), str(b)), {"UN": y("15", "30")}, model)
        otherwise = (1 - theta) * 10**found.log10_otherwise + theta * 10**found.log10_given_line
        total += otherwise * 10 ** (found.log10_lr or 0.0)
    assert total == pytest.approx(1.0, abs=1e-4)


def test_discrete_laplace__sums_to_one():
    every = [discrete_laplace(MIXTURE, {"A": (str(a),), "B": (str(b),)}) for a in range(60) for b in range(60)]
    assert sum(every) == pytest.approx(1.0)
    assert discrete_laplace(MIXTURE, {"A": ("14",)}) == pytest.approx(0.3 * 0.8 / 1.2 + 0.7 * (0.9 / 1.1) * 0.01)


def brute_force(donors: Mapping[str, Copies], own: Copies, rate: float, two_steps: float) -> float:
    """P(own in MP | donors), summed over every state of every member of the whole paternal line."""
    parents = {"GF": None, "FA": "GF", "UN": "GF", "MP": "FA", "BR": "FA", "SON": "MP"}
    values = range(5, 26)
    copies = len(own)
    step = {0: 1 - rate, 1: rate * (1 - two_steps) / 2, 2: rate * two_steps / 2}
    states = list(itertools.product(values, repeat=copies))

    def passed(parent, child):
        return math.prod(step.get(abs(a - b), 0.0) for a, b in zip(parent, child, strict=True))

    def below(member, state, seen):
        if member in seen and sorted(map(str, state)) != sorted(seen[member]):
            return 0.0
        total = 1.0
        for child, parent in parents.items():
            if parent == member:
                near = [s for s in states if all(abs(a - b) <= 2 for a, b in zip(s, state, strict=True))]
                total *= sum(passed(state, s) * below(child, s, seen) for s in near)
        return total

    def likelihood(seen):
        return sum(below("GF", state, seen) for state in states)

    return likelihood({**donors, "MP": own}) / likelihood(donors)


@pytest.mark.parametrize(
    ("donors", "own"),
    [
        ({"FA": ("14",), "UN": ("14",)}, ("14",)),
        ({"BR": ("14",), "UN": ("15",)}, ("15",)),
        ({"BR": ("14",), "SON": ("15",), "GF": ("13",)}, ("14",)),
    ],
)
def test_y__several_donors_are_one_joint_sum(donors, own):
    found = y_of(
        YHaplotype("PM", {"A": own}),
        {member: YHaplotype(member, {"A": alleles}) for member, alleles in donors.items()},
        y_model(0.05, two_steps=0.1),
    )
    assert 10**found.log10_given_line == pytest.approx(brute_force(donors, own, 0.05, 0.1))


def test_y__a_second_donor_who_says_the_same_adds_next_to_nothing():
    one = y_of(y("14", sample="PM"), {"FA": y("14")}, y_model()).log10_lr
    two = y_of(y("14", sample="PM"), {"FA": y("14"), "UN": y("14")}, y_model()).log10_lr
    assert one is not None
    assert two is not None
    assert abs(one - two) < 0.01


# Frequencies


def test_estimators__by_hand():
    assert estimate(Counted(2, 98), "augmented count")[0] == pytest.approx(3 / 99)
    assert estimate(Counted(0, 98, 49), "kappa")[0] == pytest.approx(0.5 / 99)
    assert estimate(Counted(3, 98, 49), "kappa") == (
        4 / 99,
        AUGMENTED_FOR_KAPPA(seen=3, size=98),
    )
    assert estimate(Counted(0, 98, 98), "kappa")[0] == pytest.approx(1 / 99)


def test_clopper_pearson__by_hand():
    assert clopper_pearson_bound(0, 50) == pytest.approx(1 - 0.05 ** (1 / 50))
    p = clopper_pearson_bound(1, 100)
    assert (1 - p) ** 100 + 100 * p * (1 - p) ** 99 == pytest.approx(0.05)
    assert clopper_pearson_bound(7, 7) == 1.0
    assert clopper_pearson_bound(300, 50_000) == pytest.approx(0.006 + 1.645 * math.sqrt(0.006 / 50_000), rel=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: YModel(YRates(), COUNTS, "discrete laplace"),
        lambda: YModel(YRates(), MIXTURE, "augmented count"),
        lambda: YModel(YRates(), COUNTS, "kappa"),
        lambda: YModel(YRates(1.5), COUNTS),
        lambda: StatedCounts(10, {"PM": 11}),
        lambda: DiscreteLaplace((LaplaceCluster(0.5, {"A": 1}, {"A": 0.5}),)),
        lambda: MtHaplotype("PM", ((0, 10),), ()),
    ],
)
def test_models__outside_their_domain_are_refused(wrong):
    with pytest.raises(ModelError):
        wrong()


# mtDNA


def mt_model(rate: float = 0.0, *, basis: StatedCounts | MtReference = COUNTS, ignore_length: bool = True) -> MtModel:
    return MtModel(MtRates(rate, ignore_length), basis)


@pytest.mark.parametrize("text", ["263", "G263", "263X", "0G", "17000G", "309.1DEL", "263g", "A263A", "A309.1C", ""])
def test_mt_difference__what_is_none_is_refused(text):
    with pytest.raises(ModelError):
        MtDifference.parse(text)


def test_mt__a_match_by_hand():
    rate = 1e-5
    found = mt_of(mt("263G", sample="PM"), {"MO": mt("263G")}, mt_model(rate))
    assert found.compared == 1122
    assert found.log10_lr == pytest.approx(2 + 1122 * math.log10(1 - rate))


def test_mt__one_difference_by_hand():
    rate = 1e-5
    found = mt_of(mt("263G", "146C", sample="PM"), {"MO": mt("263G")}, mt_model(rate))
    assert found.log10_lr == pytest.approx(2 + 1121 * math.log10(1 - rate) + math.log10(rate / 4))


def test_mt__ranges_are_compared_where_they_meet():
    found = mt_of(
        mt("73G", "16189C", ranges=((1, 100), (16100, 16200)), sample="PM"),
        {"MO": mt("16189C", "16300T", ranges=((16150, 16400),))},
        mt_model(basis=MtReference(((mt("16189C"), 1), (mt(), 3)))),
    )
    assert found.compared == 51
    assert found.log10_lr == pytest.approx(-math.log10(2 / 5))


def test_mt__length_variants_are_ignored_only_when_stated():
    found, donor = mt("309.1C", "16193DEL", sample="PM"), mt("309.1C", "309.2C", "315.1C")
    assert mt_of(found, {"MO": donor}, mt_model()).log10_lr == pytest.approx(2.0)
    strict = mt_of(found, {"MO": donor}, mt_model(ignore_length=False))
    assert strict.log10_lr == -math.inf


def test_mt__an_insertion_elsewhere_is_a_difference():
    assert mt_of(mt("455.1T", sample="PM"), {"MO": mt()}, mt_model()).log10_lr == -math.inf


@pytest.mark.parametrize("donor", ["16189C", "16189Y", "T16189C"])
def test_mt__a_mixed_base_agrees_with_either_base(donor):
    found = mt_of(mt("16189Y", sample="PM"), {"MO": mt(donor)}, mt_model())
    assert found.log10_lr == pytest.approx(2.0)


def test_mt__a_mixed_base_agrees_with_the_reference_and_with_nothing_else():
    assert mt_of(mt("16189Y", sample="PM"), {"MO": mt()}, mt_model()).log10_lr == pytest.approx(2.0)
    assert mt_of(mt("T16189Y", sample="PM"), {"MO": mt("16189A")}, mt_model()).log10_lr == -math.inf


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["MO", "SIS", "GREAT"]), st.floats(0, 0.5))
def test_mt__given_the_line_all_sequences_sum_to_one(donor, rate):
    two = ((10, 11),)
    sequences = [[f"{site}{base}" for site, base in zip((10, 11), bases, strict=True) if base] for bases in
                 itertools.product(["", "C", "G", "T", "-"], repeat=2)]  # fmt: skip
    every = [
        mt_of(mt(*shown, ranges=two, sample="PM"), {donor: mt("10C", ranges=two)}, mt_model(rate)).log10_given_line
        for shown in sequences
    ]
    assert sum(10**log for log in every) == pytest.approx(1.0)


def test_substitution_matrix__rows_sum_to_one():
    assert substitution_matrix(0.3).sum(axis=1) == pytest.approx(np.ones(5))


def test_mt__several_donors_by_hand():
    """Mother untyped; brother and sister show C, the other base stands in the missing person."""
    rate, one = 0.04, ((10, 10),)
    family = {"BR": mt("10C", ranges=one), "SIS": mt("10C", ranges=one)}
    stay, move = 1 - rate, rate / 4
    together = stay**2 * move + move**2 * stay + 3 * move**3
    alone = stay**2 + 4 * move**2
    found = mt_of(mt(ranges=one, sample="PM"), family, mt_model(rate))
    assert 10**found.log10_given_line == pytest.approx(together / alone)


# Incidental findings: PURPOSE.md, rule 6


def far(value: int, *, sample: str = "R") -> YHaplotype:
    return y(*[str(value)] * 6, sample=sample)


def test_y__a_donor_who_contradicts_the_others_takes_no_part():
    donors = {"BR": far(14), "UN": far(14), "GF": far(18)}
    found = y_of(far(14, sample="PM"), donors, y_model(basis=COUNTS))
    assert found == y_of(far(14, sample="PM"), {"BR": far(14), "UN": far(14)}, y_model(basis=COUNTS))
    assert set(y_donors_off_line(FAMILY, "MP", donors=donors, model=y_model())) == {"GF"}


def test_y__two_donors_who_contradict_each_other_both_take_no_part():
    donors = {"BR": far(14), "UN": far(18)}
    assert y_evidence(FAMILY, "MP", unidentified=far(14, sample="PM"), donors=donors, model=y_model()) is None
    assert set(y_donors_off_line(FAMILY, "MP", donors=donors, model=y_model())) == {"BR", "UN"}


def test_y__a_mutation_between_donors_is_no_contradiction():
    donors = {"FA": y("14", "14"), "UN": y("15", "14")}
    assert y_donors_off_line(FAMILY, "MP", donors=donors, model=y_model()) == {}


def test_mt__a_donor_who_contradicts_the_others_takes_no_part():
    donors = {"BR": mt("263G"), "SIS": mt("263G"), "NIECE": mt("73G", "146C", "150T")}
    model = mt_model(6e-6)
    assert set(mt_donors_off_line(FAMILY, "MP", donors=donors, model=model)) == {"NIECE"}
    del donors["NIECE"]
    assert mt_donors_off_line(FAMILY, "MP", donors=donors, model=model) == {}


def test_judge_fits__a_single_donor_fits_by_itself():
    assert judge_fits(["FA"], lambda member, others: -99.0) == (("FA",), {})


def test_evidence__names_no_donor_and_no_number_of_meioses():
    """The same words whoever was left out."""
    found = y_of(y("14", sample="PM"), {"FA": y("14", sample="R-FATHER")}, y_model())
    assert "FA" not in repr(found)
    assert "R-FATHER" not in repr(found)
