"""Y-STR haplotypes along one declared paternal line: how much more probable on the line than off it.

Equations, assumptions and limits: docs/lineage.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.lineage.frequency import Counted, count_in, discrete_laplace, estimate
from antigone.engine.lineage.lines import Line, declared_line, judge_fits, line_likelihood, predict
from antigone.model.assumptions.choices import MOST_Y_STEPS
from antigone.model.assumptions.lineage import (
    Copies,
    DiscreteLaplace,
    LineageEvidence,
    StatedCounts,
    YHaplotype,
    YModel,
    YReference,
)
from antigone.model.pedigree import Pedigree
from antigone.model.statements import evidence as said
from antigone.model.statements.statement import Statement

Loci = Mapping[str, Copies]
State = tuple[int, int]
"""The broken part of a repeat, and the whole repeats: 17.2 is (2, 17)."""

PERSON = ""
"""Key of the person in question among the members; no member has an empty code."""

TWO_COPIES = frozenset({"DYS385", "DYF387S1", "DYS459", "YCAII"})
"""Loci that every man has twice; one allele there means that both copies have it."""
WHOLE, PART = "DYS389II", "DYS389I"
"""The first amplicon contains the second, so a mutation in the shared part would be counted twice."""


def y_evidence(
    pedigree: Pedigree, missing: str, *, unidentified: YHaplotype, donors: Mapping[str, YHaplotype], model: YModel
) -> LineageEvidence | None:
    """What the Y haplotype says for the unidentified person being the missing member.

    ``donors`` are this family's donors by member. Nothing when no male donor stands on the missing member's declared
    paternal line, or no locus can be compared. Donors who contradict the others of the line take no part.

    Examples
    --------
    >>> from antigone.model.assumptions.lineage import StatedCounts, YRates
    >>> family = Pedigree.of(("FA", "male"), ("MP", "male", "FA", None))
    >>> model = YModel(YRates(0.01, two_steps=0.0), StatedCounts(99, {"PM": 0}))
    >>> donors = {"FA": YHaplotype("R", {"DYS19": ("14",)})}
    >>> found = y_evidence(family, "MP", unidentified=YHaplotype("PM", {"DYS19": ("15",)}), donors=donors, model=model)
    >>> round(10**found.log10_lr, 6)  # one step up, 0.01 / 2, over 1 / 100
    0.5
    """
    line = declared_line(pedigree, missing, donors=donors, line="paternal")
    kept = _judge(line, donors, model)[0] if line else ()
    comparison = _compare(unidentified, {member: donors[member] for member in kept}, model)
    if line is None or not comparison.loci:
        return None
    given = _log10_given_line(line, missing, comparison, model)
    otherwise = _otherwise(unidentified, comparison, model)
    return LineageEvidence(
        kind="Y",
        log10_lr=None if otherwise.refusal else log10_mixed_lr(given, otherwise.log10, theta=model.theta),
        log10_given_line=given,
        log10_otherwise=otherwise.log10,
        compared=len(comparison.loci),
        not_comparable=comparison.not_comparable,
        basis=otherwise.words,
        remark=otherwise.refusal,
    )


def y_donors_off_line(
    pedigree: Pedigree, missing: str, *, donors: Mapping[str, YHaplotype], model: YModel
) -> dict[str, float]:
    """The donors who contradict the others of the declared line, with log10 fit: an incidental finding.

    For the responsible geneticist alone (PURPOSE.md, rule 6); ``y_evidence`` leaves them out and says nothing.
    """
    line = declared_line(pedigree, missing, donors=donors, line="paternal")
    return {} if line is None else _judge(line, donors, model)[1]


def log10_mixed_lr(given: float, otherwise: float, *, theta: float) -> float:
    """log10 of P / (theta P + (1 - theta) f), where an unrelated person has the same line with probability theta.

    >>> log10_mixed_lr(0.0, -4.0, theta=0.0), round(log10_mixed_lr(0.0, -4.0, theta=0.01), 3)
    (4.0, 1.996)
    """
    if given == -math.inf:
        return -math.inf
    if theta == 0.0:
        return given - otherwise
    return -math.log10(theta + (1 - theta) * 10 ** (otherwise - given))


@dataclass(frozen=True)
class _Comparison:
    """The loci that can be compared, the same alleles with shared repeats taken apart, and the loci that cannot."""

    person: Loci
    donors: Mapping[str, Loci]
    loci: tuple[str, ...]
    not_comparable: tuple[str, ...]


def _judge(line: Line, donors: Mapping[str, YHaplotype], model: YModel) -> tuple[tuple[str, ...], dict[str, float]]:
    """The donors of the line who fit it, and the fit of the others."""

    def fit(member: str, others: Collection[str]) -> float:
        comparison = _compare(donors[member], {other: donors[other] for other in others}, model)
        tells = tuple(locus for locus in comparison.loci if _donors_agree(line, comparison, locus, model))
        if not tells:
            return 0.0
        comparison = replace(comparison, loci=tells)
        given = _log10_given_line(line, member, comparison, model)
        return given - _otherwise(donors[member], comparison, model).log10

    return judge_fits([member for member in donors if member in line.parents], fit)


def _donors_agree(line: Line, comparison: _Comparison, locus: str, model: YModel) -> bool:
    """Whether the donors' alleles are possible together at a locus; if not, it says nothing about another person."""
    chances, transition = _at_locus(line, comparison, locus, model)
    del chances[PERSON]
    return line_likelihood(line, chances, transition) > 0


def _compare(person: YHaplotype, donors: Mapping[str, YHaplotype], model: YModel) -> _Comparison:
    """Loci typed in the person and in a donor, with equal numbers of copies, that the frequencies can judge."""
    typed = {member: _whole_copies(donor.loci) for member, donor in donors.items()}
    own = _whole_copies(person.loci)
    shared = [locus for locus in own if any(locus in loci for loci in typed.values())]
    known = {locus for locus in shared if _is_comparable(locus, own, typed.values(), model)}
    own = {locus: own[locus] for locus in shared if locus in known}
    typed = {member: {locus: loci[locus] for locus in own if locus in loci} for member, loci in typed.items()}
    split = _take_apart([own, *typed.values()])
    loci = tuple(locus for locus in split[0] if any(locus in donor for donor in split[1:]))
    left = tuple(locus for locus in shared if locus not in loci)
    return _Comparison(split[0], dict(zip(typed, split[1:], strict=True)), loci, left)


def _whole_copies(loci: Loci) -> dict[str, Copies]:
    return {
        locus: alleles * 2 if locus in TWO_COPIES and len(alleles) == 1 else alleles for locus, alleles in loci.items()
    }


def _is_comparable(locus: str, own: Loci, typed: Iterable[Loci], model: YModel) -> bool:
    copies = {len(own[locus]), *(len(loci[locus]) for loci in typed if locus in loci)}
    if isinstance(model.basis, DiscreteLaplace):
        return copies == {1} and locus in model.basis.loci and own[locus][0].isdigit()
    return len(copies) == 1 and copies <= {1, 2}


def _take_apart(persons: Sequence[dict[str, Copies]]) -> list[dict[str, Copies]]:
    """The longer of two nested amplicons without the shorter one, where anybody has both."""
    if not any(WHOLE in loci and PART in loci for loci in persons):
        return list(persons)
    found = []
    for loci in persons:
        rest = {locus: alleles for locus, alleles in loci.items() if locus != WHOLE}
        if WHOLE in loci and PART in loci:
            rest[WHOLE] = (f"{float(loci[WHOLE][0]) - float(loci[PART][0]):g}",)
        found.append(rest)
    return found


def _log10_given_line(line: Line, place: str, comparison: _Comparison, model: YModel) -> float:
    """log10 of P(the haplotype in ``place`` | those of the donors): the sum over loci."""
    total = 0.0
    for locus in comparison.loci:
        chances, transition = _at_locus(line, comparison, locus, model)
        own = chances.pop(PERSON)
        chance = predict(line, place, own, others=chances, transition=transition)
        if chance == 0.0:
            return -math.inf
        total += math.log10(chance)
    return total


def _at_locus(line: Line, comparison: _Comparison, locus: str, model: YModel) -> tuple[dict[str, Array], Array]:
    """P(seen | state) of the person and of each donor typed at a locus, and the matrix of one meiosis.

    The states reach so far that no path between typed members leaves them: the ends of the range play no part.
    """
    typed = {member: loci[locus] for member, loci in comparison.donors.items() if locus in loci}
    typed[PERSON] = comparison.person[locus]
    states = _states(typed.values(), reach=MOST_Y_STEPS * line.meioses)
    chances = {member: _seen(alleles, states) for member, alleles in typed.items()}
    return chances, stepwise_matrix(states, model.rates.of(locus), two_steps=model.rates.two_steps)


def _states(seen: Iterable[Copies], *, reach: int) -> tuple[State, ...]:
    """Every repeat number within ``reach`` of those seen, for each broken part of a repeat that was seen."""
    lengths: dict[int, list[int]] = {}
    for part, whole in (_state(allele) for alleles in seen for allele in alleles):
        lengths.setdefault(part, []).append(whole)
    return tuple((part, n) for part, ns in lengths.items() for n in range(min(ns) - reach, max(ns) + reach + 1))


def _state(allele: str) -> State:
    whole, _, part = allele.partition(".")
    return int(part or 0), int(whole)


def _seen(alleles: Copies, states: Sequence[State]) -> Array:
    """Where a state shows these alleles: one copy in a vector, an unordered pair of copies in a matrix."""
    at = [states.index(_state(allele)) for allele in alleles]
    chance = np.zeros((len(states),) * len(at))
    chance[tuple(at)] = chance[tuple(reversed(at))] = 1.0
    return chance


def stepwise_matrix(states: Sequence[State], rate: float, *, two_steps: float) -> Array:
    """One meiosis: up or down alike, by one repeat or, in the share ``two_steps`` of mutations, by two.

    >>> stepwise_matrix([(0, 14), (0, 15), (2, 15)], 0.01, two_steps=0.0).tolist()
    [[0.99, 0.005, 0.0], [0.005, 0.99, 0.0], [0.0, 0.0, 0.99]]
    """
    part, whole = np.array(states).T
    size = np.where(part[:, None] == part[None, :], np.abs(whole[:, None] - whole[None, :]), -1)
    matrix = np.where(size == 1, rate * (1 - two_steps) / 2, 0.0) + np.where(size == 2, rate * two_steps / 2, 0.0)
    return np.asarray(matrix + (1 - rate) * (size == 0))


@dataclass(frozen=True)
class _Otherwise:
    """log10 of the probability of a haplotype in a man of no known relation, or why there is none."""

    log10: float
    words: Statement | None = None
    refusal: Statement | None = None


def _otherwise(person: YHaplotype, comparison: _Comparison, model: YModel) -> _Otherwise:
    own = _whole_copies(person.loci)
    haplotype = {locus: own[locus] for locus in comparison.loci}
    if isinstance(model.basis, DiscreteLaplace):
        chance = discrete_laplace(model.basis, haplotype)
        if chance == 0.0:
            return _Otherwise(0.0, refusal=said.NO_CHANCE())
        return _Otherwise(math.log10(chance), said.MIXTURE(number=len(model.basis.clusters)))
    if isinstance(model.basis, StatedCounts):
        counted = Counted(model.basis.seen.get(person.sample, 0), model.basis.size, model.basis.singletons)
        chance, words = estimate(counted, model.estimator)
        refusal = said.NOT_LOOKED_UP() if person.sample not in model.basis.seen else None
        refusal = refusal or (said.COUNT_OF_MORE() if set(haplotype) != set(own) else None)
        return _Otherwise(math.log10(chance), words, refusal)
    counted = count_in(_counts_at(model.basis, tuple(haplotype)), {tuple(haplotype.values())})
    chance, words = estimate(counted, model.estimator)
    return _Otherwise(math.log10(chance), words, None if counted.size else said.NO_ROW_AT_LOCI())


def _counts_at(reference: YReference, loci: tuple[str, ...]) -> Counter[Hashable]:
    """How often each haplotype of these loci was met, among the rows typed at all of them; counted once."""
    if loci not in reference.counted:
        counts: Counter[Hashable] = Counter()
        for row, count in reference.rows:
            typed = _whole_copies(row)
            if all(locus in typed for locus in loci):
                counts[tuple(typed[locus] for locus in loci)] += count
        reference.counted[loci] = counts
    return reference.counted[loci]
