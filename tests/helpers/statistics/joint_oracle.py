"""Small incidents of every kind, and their joint answer by direct summation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import product

import observations
import reference
import strategies
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from antigone.engine.circumstances import sex_lr
from antigone.engine.observation import observation_probabilities
from antigone.model.assumptions.circumstances import SexRates
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.search.joint.likelihood import FamilyTable, family_table
from antigone.search.joint.persons import Persons
from antigone.search.joint.question import NOBODY, FamilyQuestion

relaxed = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)


STATES_OF_THE_ORACLE = 3_000


Weight = Callable[[tuple[int, ...]], float]


@dataclass(frozen=True)
class Small:
    """A small incident: families, unidentified persons, one marker, theta.

    ``weights`` are the oracle's P(seen | genotype) of persons seen through an observation model.
    """

    questions: tuple[FamilyQuestion, ...]
    persons: Persons
    theta: float
    weights: Mapping[int, Weight] = field(default_factory=dict)

    @property
    def marker(self) -> Marker:
        return self.persons.markers[0]

    def tables(self) -> list[FamilyTable]:
        return [family_table(q, self.persons, [self.marker], theta=self.theta) for q in self.questions]


SEX_RATES = (SexRates(0.01), SexRates(0.0, 0.2), SexRates(0.05, 0.1, 0.4), SexRates(0.0))


def may_be(question_pedigree: Pedigree, member: str, sexes: tuple[Sex, ...]) -> tuple[int, ...]:
    sex = question_pedigree[member].sex
    return tuple(p for p, other in enumerate(sexes) if other == sex or "unknown" in (sex, other))


@st.composite
def incidents(
    draw: st.DrawFn, *, families: int = 2, theta: bool = True, on_x: bool = False, lossy: bool = False,
    sexed: bool = False,
) -> Small:  # fmt: skip
    marker = draw(strategies.markers(on_x=on_x, most_alleles=2 if lossy else 3))
    count = draw(st.integers(1, 2 if lossy else 4))
    known: list[Sex] = ["female", "male"] if on_x else ["female", "male", "unknown"]
    sexes = tuple(draw(st.sampled_from(known)) for _ in range(count))
    profiles = tuple(draw(readings(marker, sex)) for sex in sexes)
    persons = Persons(tuple(f"V{p}" for p in range(count)), sexes, profiles, (marker,))
    if lossy:
        persons, weights = draw(degraded(marker, sexes))
    else:
        weights = {}
    if sexed:
        persons = replace(persons, sex=draw(st.sampled_from(SEX_RATES)))
    questions, left = [], 4
    for f in range(draw(st.integers(1, families))):
        pedigree = draw(strategies.pedigrees(3 if lossy else 4))
        missing = tuple(draw(st.lists(st.sampled_from([m.id for m in pedigree]), max_size=left, unique=True)))
        left -= len(missing)
        typed = {m: p for m, p in draw(strategies.typings(pedigree, marker)).items() if m not in missing}
        candidates = tuple(persons.may_be(pedigree[m].sex) if sexed else may_be(pedigree, m, sexes) for m in missing)
        questions.append(FamilyQuestion(f"F{f}", pedigree, missing, typed, candidates))
    chosen = draw(st.sampled_from([0.0, 0.05])) if theta else 0.0
    return Small(tuple(questions), persons, chosen, weights)


def _chance(shown: list[frozenset[str]], marker: Marker, rates: ObservationRates, genotype: tuple[int, ...]) -> float:
    return observations.probability(shown, genotype, marker, rates)


def any_incidents(*, families: int, theta: bool = True) -> st.SearchStrategy[Small]:
    """Autosomal or on the X chromosome, persons as read or (in one or two families) through an observation model."""
    return st.one_of(
        incidents(families=families, theta=theta),
        incidents(families=families, theta=theta, on_x=True),
        st.booleans().flatmap(lambda on_x: incidents(families=families, theta=theta, on_x=on_x, sexed=True)),
        incidents(families=min(families, 2), theta=theta, lossy=True),
        incidents(families=min(families, 2), theta=theta, on_x=True, lossy=True),
    )


@st.composite
def degraded(draw: st.DrawFn, marker: Marker, sexes: tuple[Sex, ...]) -> tuple[Persons, dict[int, Weight]]:
    """Persons with rates of their own and up to two amplifications, and the oracle's P(seen | genotype) of each."""
    profiles, seen, weights = [], {}, dict[int, Weight]()
    for p, sex in enumerate(sexes):
        shown = draw(st.lists(st.frozensets(st.sampled_from(marker.alleles)), max_size=2))
        rates = ObservationRates(draw(st.sampled_from([0.1, 0.5])), 0.05, draw(st.sampled_from([0.0, 0.01])))
        profiles.append(Profile(f"V{p}", {}))
        if shown:
            single = marker.chromosome == "X" and sex == "male"
            seen[f"V{p}"] = {"M": observation_probabilities(shown, marker, rates=rates, hemizygous=single)}
            weights[p] = cache(partial(_chance, shown, marker, rates))
    return Persons(tuple(p.sample for p in profiles), sexes, tuple(profiles), (marker,), seen), weights


@st.composite
def readings(draw: st.DrawFn, marker: Marker, sex: Sex) -> Profile:
    kind = draw(st.sampled_from(["full", "full", "full", "partial", "untyped"]))
    first, second = draw(st.tuples(*[st.sampled_from(marker.alleles)] * 2))
    if marker.chromosome == "X" and sex == "male":
        second = first
    genotype = (first, None if kind == "partial" else second)
    return Profile("v", {} if kind == "untyped" else {marker.name: genotype})


def rows_of(question: FamilyQuestion) -> Iterator[tuple[int, ...]]:
    for row in product(*[(NOBODY, *some) for some in question.candidates]):
        used = [p for p in row if p != NOBODY]
        if len(used) == len(set(used)):
            yield row


def oracle_weight(small: Small, question: FamilyQuestion, row: tuple[int, ...]) -> float:
    """P(references, persons in place) / P(references, the same persons unrelated), by direct summation."""
    sexes = small.persons.sexes
    placed = {m: p for m, p in zip(question.missing, row, strict=True) if p != NOBODY}
    by_sex = math.prod(
        sex_lr(question.pedigree[m].sex, sexes[p], rates=small.persons.sex)
        for m, p in placed.items()
        if small.persons.sex
    )
    if small.marker.chromosome == "X":  # in a pairing of different sexes the X says nothing
        placed = {m: p for m, p in placed.items() if sexes[p] == question.pedigree[m].sex}
    together = by_sex * oracle_likelihood(small, question.pedigree, question.references, placed)
    strangers = {f"S{p}": Individual(f"S{p}", sexes[p]) for p in placed.values()}
    who = {code: int(code[1:]) for code in strangers}
    if small.theta:
        apart = Pedigree((*question.pedigree, *strangers.values()))
        return together / oracle_likelihood(small, apart, question.references, who)
    alone = [oracle_likelihood(small, Pedigree((one,)), {}, {code: who[code]}) for code, one in strangers.items()]
    return together / (oracle_likelihood(small, question.pedigree, question.references, {}) * math.prod(alone))


def oracle_likelihood(
    small: Small, pedigree: Pedigree, references: Mapping[str, Profile], who: Mapping[str, int]
) -> float:
    """P(references, the persons ``who`` by member) by direct summation."""
    read = {m: small.persons.profiles[p] for m, p in who.items()}
    seen = {m: small.weights[p] for m, p in who.items() if p in small.weights}
    return reference.likelihood(pedigree, {**references, **read}, small.marker, theta=small.theta, weights=seen)


def require_affordable(small: Small) -> None:
    for question in small.questions:
        assume(reference.likelihood(question.pedigree, question.references, small.marker, theta=small.theta) > 0)
        n = len(small.marker.alleles) + bool(small.marker.silent)
        work = math.prod(len(reference._genotypes(m, question.references, small.marker, n)) for m in question.pedigree)
        strangers = min(len(question.missing), len(small.weights)) if small.theta else 0
        assume(work * n ** (2 * strangers) <= STATES_OF_THE_ORACLE)


def siblings(count: int, sex: Sex = "male") -> Pedigree:
    children = [(f"M{i}", sex, "F", "M") for i in range(count)]
    return Pedigree.of(("F", "male"), ("M", "female"), ("R", "female", "F", "M"), *children)


MARKER = Marker("M", ("10", "11", "12"), (0.2, 0.3, 0.5), Stepwise(0.001, 0, 0.1), Stepwise(0.002, 0, 0.1))


def ask(count: int, *genotypes: tuple[str, str | None]) -> tuple[FamilyQuestion, Persons]:
    profiles = tuple(Profile(f"V{i}", {"M": g}) for i, g in enumerate(genotypes))
    sexes: tuple[Sex, ...] = tuple("male" for _ in profiles)
    persons = Persons(tuple(p.sample for p in profiles), sexes, profiles, (MARKER,))
    everybody = tuple(range(len(profiles)))
    missing = tuple(f"M{i}" for i in range(count))
    return FamilyQuestion(
        "F", siblings(count), missing, {"R": Profile("R", {"M": ("10", "11")})}, (everybody,) * count
    ), persons  # fmt: skip
