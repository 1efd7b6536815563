"""Fragments and identities in one model, against the sum over all partitions of samples into persons."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import observations
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joint_oracle import (
    Small,
    incidents,
    oracle_likelihood,
    oracle_weight,
    relaxed,
    require_affordable,
    rows_of,
)

from antigone.engine.circumstances import sex_lr
from antigone.engine.observation import observation_probabilities
from antigone.errors import PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationRates
from antigone.model.pedigree import Individual, Pedigree, Sex
from antigone.model.profile import Profile
from antigone.model.results.joint import JointPrior
from antigone.search.fragments.blocks import SampleReadings, Strangers
from antigone.search.fragments.posterior import solve_fragments
from antigone.search.fragments.samples import log_sexes_of
from antigone.search.fragments.together import Solved, solve_samples
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import solve_joint
from antigone.search.joint.question import NOBODY, FamilyQuestion

Block = tuple[int, ...]


def partitions(samples: tuple[int, ...]) -> Iterator[tuple[Block, ...]]:
    """All ways to divide samples into persons."""
    if not samples:
        yield ()
        return
    first, *others = samples
    for chosen in product([False, True], repeat=len(others)):
        block = (first, *(s for s, taken in zip(others, chosen, strict=True) if taken))
        for rest in partitions(tuple(s for s in others if s not in block)):
            yield (block, *rest)


def of_blocks(small: Small, blocks: tuple[Block, ...]) -> Small | None:
    """The incident in which each block is one person; none where the recorded sexes exclude that."""
    sexes: list[Sex] = []
    for block in blocks:
        known = {small.persons.sexes[s] for s in block} - {"unknown"}
        if len(known) > 1 and small.persons.sex is None:
            return None
        sexes.append(known.pop() if len(known) == 1 else "unknown")
    weights = {
        b: lambda genotype, block=block: math.prod(small.weights[s](genotype) for s in block if s in small.weights)
        for b, block in enumerate(blocks)
        if any(s in small.weights for s in block)
    }
    if small.persons.sex is not None:  # their sexes are weighed apart
        sexes = ["unknown"] * len(blocks)
    codes = tuple(f"B{b}" for b in range(len(blocks)))
    persons = Persons(codes, tuple(sexes), tuple(Profile(code, {}) for code in codes), small.persons.markers)
    places = [tuple(persons.may_be(q.pedigree[m].sex) for m in q.missing) for q in small.questions]
    questions = tuple(replace(q, candidates=some) for q, some in zip(small.questions, places, strict=True))
    return Small(questions, persons, small.theta, weights)


def by_sexes(small: Small, block: Block, place: Sex | None) -> float:
    """P(recorded sexes | the place's sex, or a person of either) over that of each sample by itself."""
    rates = small.persons.sex
    if rates is None:
        return 1.0
    known: tuple[Sex, ...] = ("female", "male") if place in (None, "unknown") else (place,)
    share = {"female": 1 - rates.males, "male": rates.males}
    return sum(
        (share[sex] if len(known) == 2 else 1.0)
        * math.prod(sex_lr(sex, small.persons.sexes[s], rates=rates) for s in block)
        for sex in known
    )


def enumerated(small: Small, odds: float) -> tuple[dict[tuple[str, str, Block], float], dict[Block, float], float]:
    """By (family, missing, samples), and by samples of one stranger, the posterior; and the sum of all weights.

    A partition, with its persons at places or strangers, weighs (1/odds) ** strangers times the likelihood. Families
    with theta have urns of their own, as in the joint computation.
    """
    placed, alone, total = defaultdict[tuple[str, str, Block], float](float), defaultdict[Block, float](float), 0.0
    for blocks in partitions(tuple(range(len(small.persons.codes)))):
        one = of_blocks(small, blocks)
        if one is None:
            continue
        own = [oracle_likelihood(one, Pedigree((stranger(one, b),)), {}, {f"S{b}": b}) for b in range(len(blocks))]
        for rows in product(*[list(rows_of(q)) for q in one.questions]):
            used = [b for row in rows for b in row if b != NOBODY]
            if len(used) != len(set(used)):
                continue
            weight = math.prod(own) * odds ** (len(used) - len(blocks))
            for question, row in zip(one.questions, rows, strict=True):
                weight *= oracle_weight(one, question, row)
            where = {
                b: (q.code, m, q.pedigree[m].sex)
                for q, row in zip(one.questions, rows, strict=True)
                for m, b in zip(q.missing, row, strict=True)
                if b != NOBODY
            }
            weight *= math.prod(
                by_sexes(small, block, where[b][2] if b in where else None) for b, block in enumerate(blocks)
            )
            total += weight
            for b, block in enumerate(blocks):
                if b in where:
                    placed[*where[b][:2], block] += weight
                else:
                    alone[block] += weight
    return {k: w / total for k, w in placed.items()}, {k: w / total for k, w in alone.items()}, total


def stranger(small: Small, block: int) -> Individual:
    sex = small.persons.sexes[block]
    return Individual(f"S{block}", "female" if sex == "unknown" else sex)


def readings_of(small: Small) -> SampleReadings:
    persons = small.persons
    return SampleReadings(
        codes=persons.codes,
        seen=tuple(persons.observations.get(code, {}) for code in persons.codes),
        males=tuple(sex == "male" for sex in persons.sexes),
        apart=(False,) * len(persons.codes),
        log_sex=log_sexes_of(persons.sexes, persons.sex),
        markers=persons.markers,
        theta=small.theta,
        share=None if persons.sex is None else (1 - persons.sex.males, persons.sex.males),
    )


def all_summed(small: Small, odds: float) -> Solved:
    return solve_samples(
        small.questions,
        small.persons,
        readings_of(small),
        log_odds=math.log(odds),
        log_step=-np.inf,
        log_least=(-np.inf,),
    )


def degraded_incidents() -> st.SearchStrategy[Small]:
    return st.one_of(
        incidents(families=2, lossy=True),
        incidents(families=1, lossy=True, on_x=True),
        incidents(families=1, lossy=True, sexed=True),
    )


@relaxed
@given(degraded_incidents(), st.sampled_from([1.0, 0.2, 3.0]))
def test_fragments__agree_with_the_sum_over_all_partitions(small: Small, odds: float) -> None:
    require_affordable(small)
    solved = all_summed(small, odds)
    placed, alone, _ = enumerated(small, odds)
    assert solved.exact
    for question, table in zip(small.questions, solved.posterior.places, strict=True):
        for missing, row in zip(question.missing, table, strict=True):
            for block, chance in zip(solved.sets, row, strict=False):
                assert chance == pytest.approx(placed.get((question.code, missing, block), 0.0), abs=1e-9)
    for block, chance in solved.posterior.strangers.items():
        assert chance == pytest.approx(alone.get(block, 0.0), abs=1e-9)


RATES = ObservationRates(0.2, 0.05, 0.01)


TWO_ALLELES = Marker("M", ("10", "11"), (0.3, 0.7))


def three_samples() -> Small:
    """Two missing brothers with a typed mother, and three samples of one marker seen through drop-out."""
    pedigree = Pedigree.of(("R", "female"), ("M0", "male", None, "R"), ("M1", "male", None, "R"))
    everybody = ((0, 1, 2),) * 2
    question = FamilyQuestion("F", pedigree, ("M0", "M1"), {"R": Profile("R", {"M": ("10", "11")})}, everybody)
    shown = [frozenset(alleles) for alleles in (("10", "11"), ("10",), ("11",))]
    codes = ("V0", "V1", "V2")
    seen = {
        code: {"M": observation_probabilities([alleles], TWO_ALLELES, rates=RATES)}
        for code, alleles in zip(codes, shown, strict=True)
    }
    profiles = tuple(Profile(code, {}) for code in codes)
    persons = Persons(codes, ("male",) * 3, profiles, (TWO_ALLELES,), seen)
    weights = {s: partial(_weight, [alleles]) for s, alleles in enumerate(shown)}
    return Small((question,), persons, 0.0, weights)


def _weight(shown: list[frozenset[str]], genotype: tuple[int, ...]) -> float:
    return observations.probability(shown, genotype, TWO_ALLELES, RATES)


def test_fragments__three_samples_two_brothers() -> None:
    small = three_samples()
    solved, (placed, alone, _) = all_summed(small, 0.5), enumerated(small, 0.5)
    for j, missing in enumerate(("M0", "M1")):
        found = dict(zip(solved.sets, solved.posterior.places[0][j], strict=False))
        assert len(found) == 7
        for block, chance in found.items():
            assert chance == pytest.approx(placed["F", missing, block], rel=1e-9)
    for block, chance in solved.posterior.strangers.items():
        assert chance == pytest.approx(alone[block], rel=1e-9)


def test_fragments__one_sample_a_person_is_the_joint_answer() -> None:
    small = three_samples()
    single = solve_samples(
        small.questions, small.persons, readings_of(small), log_odds=np.log(0.3), log_step=np.inf, log_least=(-np.inf,)
    )
    joint = solve_joint(small.tables(), small.persons, prior=JointPrior("odds", 0.3))
    assert single.posterior.places[0] == pytest.approx(joint.families[0].posterior, abs=1e-12)
    assert [single.posterior.strangers[(s,)] for s in range(3)] == pytest.approx(joint.unassigned, abs=1e-12)
    assert single.posterior.log_total + 3 * np.log(0.3) == pytest.approx(joint.log_total, abs=1e-9)


def test_fragments__every_sample_is_somebodys() -> None:
    solved = all_summed(three_samples(), 2.0)
    total = np.zeros(3)
    every = [
        solved.posterior.strangers,
        *(dict(zip(solved.sets, row, strict=False)) for row in solved.posterior.places[0]),
    ]
    for chances in every:
        for block, chance in chances.items():
            total[list(block)] += chance
    assert total == pytest.approx(1.0, abs=1e-12)


def test_fragments__a_living_seeker_is_compared_with_nobody_found() -> None:
    small = three_samples()
    readings = replace(readings_of(small), apart=(True, False, False))
    solved = solve_samples(small.questions, small.persons, readings, log_step=-np.inf, log_least=(-np.inf,))
    assert [block for block in solved.posterior.strangers if 0 in block] == [(0,)]
    assert (1, 2) in solved.posterior.strangers


def test_fragments__too_many_samples_are_refused() -> None:
    with pytest.raises(PlanTooLarge, match="64 samples"):
        solve_fragments([], [], Strangers({(0,): 0.0}, log_person=0.0), samples=64)
