"""The doors of the library: whatever is given, a finite right answer or a refusal that says what to give."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import antigone
from antigone import (
    AntigoneError,
    Custom,
    Dawid,
    Equal,
    Individual,
    LikelihoodRatio,
    Marker,
    OneStep,
    Pedigree,
    Profile,
    Proportional,
    Stepwise,
    Transformed,
    drop_genes,
    elimination_plan,
    genotype_distribution,
    identity_coefficients,
    inbreeding_coefficients,
    kinship_matrix,
    likelihood_ratio,
    log_likelihood,
    log_likelihoods,
)
from antigone.errors import ModelError, PedigreeError
from antigone.model.assumptions.frequency import FrequencyRule
from antigone.model.assumptions.linkage import LinkageGroup, haldane
from antigone.model.assumptions.observation import HeightCurve, MarkerRates, ObservationRates
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.joint import JointPrior

TRIO = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "male", "AF", "MO"))
APART = Pedigree.of(("AF", "male"), ("MO", "female"), ("CH", "male"))
M = Marker("M", ("12", "13"), (0.25, 0.75))
X = Marker("X", ("12", "13"), (0.25, 0.75), chromosome="X")
TYPED = {"AF": Profile("s1", {"M": ("12", "12")}), "CH": Profile("s2", {"M": ("12", "13")})}

THETAS: list[Any] = [-0.1, 1, 1.5, math.nan, math.inf, -math.inf, "0.01", None, True, [0.01], 10**400, 1j]


@pytest.mark.parametrize("theta", THETAS, ids=str)
def test_theta__outside_its_range_is_refused_at_every_door(theta: Any) -> None:
    doors: list[Callable[[], object]] = [
        lambda: likelihood_ratio(TRIO, APART, TYPED, [M], theta=theta),
        lambda: log_likelihood(TRIO, TYPED, M, theta=theta),
        lambda: log_likelihoods(TRIO, TYPED, [M], theta=theta),
        lambda: genotype_distribution(TRIO, TYPED, M, target="MO", theta=theta),
        lambda: elimination_plan(TRIO, TYPED, M, theta=theta),
        lambda: drop_genes(TRIO, [M], rng=np.random.default_rng(1), theta=theta),
        lambda: SearchSettings(theta=theta),
    ]
    for door in doors:
        with pytest.raises(ModelError, match=r"theta is .*, expected 0 or more and less than 1"):
            door()


@pytest.mark.parametrize("theta", [0, 0.0, np.float32(0.25), np.int64(0), 0.999])
def test_theta__of_numpy_is_a_number(theta: Any) -> None:
    assert log_likelihood(TRIO, TYPED, M, theta=theta) == pytest.approx(
        log_likelihood(TRIO, TYPED, M, theta=float(theta)), abs=1e-12
    )


@pytest.mark.parametrize(
    ("sex", "remedy"),
    [("M", "male"), ("m", "male"), ("Male", "male"), ("F", "female"), (1, "male"), (2, "female"), ("?", "unknown")],
)
def test_sex__of_another_spelling_is_refused_with_the_word_to_write(sex: Any, remedy: str) -> None:
    for door in (
        lambda: Individual("CH", sex),
        lambda: Pedigree.of(("CH", sex)),
        lambda: UnidentifiedPerson("PM1", Profile("PM1", {}), sex),
    ):
        with pytest.raises(AntigoneError, match=f"expected 'female', 'male' or 'unknown'; write '{remedy}'"):
            door()


def test_sex__and_other_faults_of_a_member_are_said_together() -> None:
    with pytest.raises(PedigreeError) as refused:
        Individual(7, "squirrel", father=8)  # type: ignore[arg-type]
    assert len(refused.value.faults) == 3


SIMPLE: dict[str, tuple[Callable[[Any], object], Any, str]] = {
    "chromosome": (lambda v: Marker("M", ("12",), (1.0,), chromosome=v), "x", "'x', expected 'autosomal' or 'X'"),
    "chromosome of kinship": (lambda v: kinship_matrix(TRIO, chromosome=v), "x", "write 'X'"),
    "allele": (lambda v: Marker("M", (v, "13"), (0.5, 0.5)), 12, "an allele is 12, expected a text in quotes; write"),
    "alleles": (lambda v: Marker("M", v, (0.5, 0.5)), "ab", "expected a list of labels"),
    "frequency": (lambda v: Marker("M", ("12", "13"), (v, 0.5)), math.nan, "a frequency is nan"),
    "sum": (lambda v: Marker("M", ("12", "13"), v), (0.5, 0.4), "frequencies sum to 0.9, expected 1"),
    "mutation": (lambda v: Marker("M", ("12",), (1.0,), v), 0.002, "expected a mutation model, such as Stepwise"),
    "genotype as text": (lambda v: Profile("s", {"M": v}), "12/13", "the genotype is one text, expected two labels"),
    "genotype of numbers": (lambda v: Profile("s", {"M": v}), (12, 13), r"such as \('12', '13'\)"),
    "genotype of one": (lambda v: Profile("s", {"M": v}), ("12",), "his one allele twice"),
    "profile as dict": (lambda v: log_likelihood(TRIO, v, M), {"CH": {"M": ("12", "13")}}, "expected Profile"),
    "profile of nobody": (lambda v: log_likelihood(TRIO, {v: TYPED["CH"]}, M), "XX", "no member XX"),
    "marker twice": (lambda v: likelihood_ratio(TRIO, APART, TYPED, v), [M, M], "M is given twice"),
    "one marker": (lambda v: log_likelihoods(TRIO, TYPED, v), M, "markers is a Marker, expected a list"),
    "target": (lambda v: genotype_distribution(TRIO, TYPED, M, target=v), "CH", "'CH' is typed at M"),
    "no target": (lambda v: genotype_distribution(TRIO, TYPED, M, target=v), "XX", "no member 'XX'"),
    "pair": (lambda v: identity_coefficients(TRIO, v), ("AF",), "the pair has 1 ids"),
    "pedigree": (lambda v: inbreeding_coefficients(v), [("AF", "male")], "the pedigree is a list, expected a Pedigree"),
    "rng": (lambda v: drop_genes(TRIO, [M], rng=v), 1, "rng is 1, expected a generator"),
    "founders as text": (
        lambda v: drop_genes(TRIO, [M], rng=np.random.default_rng(1), founders=v), {"AF": {"M": "12"}}, "two labels",
    ),
    "founders elsewhere": (
        lambda v: drop_genes(TRIO, [M], rng=np.random.default_rng(1), founders=v), {"AF": {"Q": ("12", "12")}},
        "at Q, which is not among the markers",
    ),
    "a man's two X": (
        lambda v: drop_genes(TRIO, [X], rng=np.random.default_rng(1), founders=v), {"AF": {"X": ("12", "13")}},
        "one allele on the X chromosome",
    ),
    "ratio": (lambda v: LikelihoodRatio(("M",), (v,), (0.0,)), math.nan, "a log likelihood is nan"),
    "rate": (lambda v: ObservationRates(dropout=v), "0.1", "the dropout rate is '0.1'"),
    "odds": (lambda v: MarkerRates(dropout_odds=v), math.inf, "dropout_odds is inf"),
    "curve": (lambda v: HeightCurve(v, -1.0), math.nan, "the intercept"),
    "floor": (lambda v: FrequencyRule(minimum_count=v), math.nan, "minimum count is nan"),
    "threshold": (lambda v: SearchSettings(threshold=v), math.nan, "the threshold is nan"),
    "prior": (lambda v: SearchSettings(prior=v), 1, "the prior is 1"),
    "joint prior": (lambda v: JointPrior(v), "fair", "expected 'flat', 'closed', 'open', 'fraction' or 'odds'"),
    "rho": (lambda v: LinkageGroup((M, X), v), (0.1,), "cannot be linked with each other"),
    "distance": (haldane, -1.0, "cM, 0 or more"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SIMPLE)
def test_door__refuses_with_the_value_and_what_to_give(kind: str) -> None:
    door, value, words = SIMPLE[kind]
    with pytest.raises(AntigoneError, match=words):
        door(value)


def test_refusals__carry_no_genotype() -> None:
    for genotype in ("41.2/43", ("41.2", 43), ("41.2", "43", "44"), ["41.2"], (None, "41.2"), {"41.2": "43"}):
        with pytest.raises(ModelError) as refused:
            Profile("s", {"M": genotype})  # type: ignore[dict-item]
        assert "41.2" not in str(refused.value)


def test_likelihood_ratio__says_which_typed_markers_it_left_out() -> None:
    typed = {**TYPED, "CH": Profile("s2", {"M": ("12", "13"), "vWA": ("16", "17")})}
    ratio = likelihood_ratio(TRIO, APART, typed, [M])
    assert ratio.left_out == ("vWA",)
    assert math.exp(ratio.log_total or 0.0) == pytest.approx(2.0, abs=1e-12)  # child of a homozygote: 1 / (2 p)


def test_package__ships_its_types() -> None:
    assert files(antigone).joinpath("py.typed").is_file()


ODD = st.sampled_from(
    [None, True, 0, 1, -1, 0.5, 1e-320, 1e308, math.nan, math.inf, "", "M", "x", "12", b"12", (), [], {}, {"M": 1},
     ("12", "13"), ("12",), [0.5, 0.5], np.float64(0.5), np.int64(1), np.bool_(True), np.array([0.5, 0.5]),
     np.array(0.5), 10**400, 1j, object(), M, X, TRIO, TYPED, TYPED["CH"], Equal(0.1), {"CH": 1}, {1: TYPED["CH"]}]
)  # fmt: skip
GENERATOR = st.just(np.random.default_rng(1))
DOORS = st.one_of(
    st.builds(lambda a, b, c: lambda: Individual(a, b, c), ODD, ODD, ODD),
    st.builds(lambda a, b: lambda: Individual("A", "male", founder_inbreeding=a, mother=b), ODD, ODD),
    st.builds(lambda a: lambda: Pedigree(a), ODD),
    st.builds(lambda a, b: lambda: Pedigree.of(a, b), ODD, ODD),
    st.builds(lambda a, b, c: lambda: Marker(a, b, c), ODD, ODD, ODD),
    st.builds(lambda a, b, c: lambda: Marker("M", ("12", "13"), (0.5, 0.5), a, b, c), ODD, ODD, ODD),
    st.builds(lambda a: lambda: Marker("M", ("12", "13"), (0.5, 0.5), chromosome=a), ODD),
    st.builds(lambda a, b: lambda: Profile(a, b), ODD, ODD),
    st.builds(lambda a: lambda: Profile("s", {"M": a}), ODD),
    st.builds(lambda cls, a: lambda: cls(a), st.sampled_from([Equal, Proportional, OneStep, Dawid, Custom]), ODD),
    st.builds(lambda a, b, c: lambda: Stepwise(a, b, c), ODD, ODD, ODD),
    st.builds(lambda a, b, c: lambda: Transformed(a, b, c), ODD, ODD, ODD),
    st.builds(lambda a, b, c, d: lambda: LikelihoodRatio(a, b, c, d), ODD, ODD, ODD, ODD),
    st.builds(lambda a, b, c: lambda: log_likelihood(a, b, c), ODD, ODD, ODD),
    st.builds(lambda a, b: lambda: log_likelihood(TRIO, TYPED, M, theta=a, observations=b), ODD, ODD),
    st.builds(lambda a: lambda: log_likelihood(TRIO, {"CH": TYPED["CH"]}, M, observations={"AF": {"M": a}}), ODD),
    st.builds(lambda a, b: lambda: log_likelihoods(TRIO, a, b), ODD, ODD),
    st.builds(lambda a, b, c: lambda: likelihood_ratio(a, b, TYPED, c), ODD, ODD, ODD),
    st.builds(lambda a, b, c: lambda: genotype_distribution(TRIO, a, b, target=c), ODD, ODD, ODD),
    st.builds(lambda a: lambda: genotype_distribution(TRIO, TYPED, M, target=a), ODD),
    st.builds(lambda a, b, c: lambda: elimination_plan(a, b, c), ODD, ODD, ODD),
    st.builds(lambda a, r: lambda: drop_genes(TRIO, a, rng=r), ODD, ODD | GENERATOR),
    st.builds(lambda a, b, r: lambda: drop_genes(TRIO, [M], rng=r, founders=a, groups=b), ODD, ODD, GENERATOR),
    st.builds(lambda a, r: lambda: drop_genes(TRIO, [M], rng=r, founders={"AF": {"M": a}}), ODD, GENERATOR),
    st.builds(lambda a, b: lambda: kinship_matrix(a, chromosome=b), ODD, ODD),
    st.builds(lambda a, b: lambda: identity_coefficients(a, b), ODD, ODD),
    st.builds(lambda a: lambda: inbreeding_coefficients(a), ODD),
    st.builds(lambda a: lambda: ObservationRates(a, a, a), ODD),
    st.builds(lambda a, b: lambda: SearchSettings(theta=a, threshold=b), ODD, ODD),
    st.builds(lambda a, b: lambda: LinkageGroup(a, b), ODD, ODD),
)


def is_sound(answer: object) -> bool:
    """Whether an answer holds no number that is none; the likelihood of what is impossible is minus infinity."""
    if isinstance(answer, float):
        return answer < math.inf
    if isinstance(answer, np.ndarray):
        return bool(np.isfinite(answer).all())
    if isinstance(answer, LikelihoodRatio):
        return all(map(is_sound, (*answer.log_h1, *answer.log_h2)))
    return all(
        map(is_sound, answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ())
    )


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(DOORS)
def test_doors__answer_rightly_or_refuse_whatever_they_are_given(door: Callable[[], object]) -> None:
    with contextlib.suppress(AntigoneError):
        assert is_sound(door())
