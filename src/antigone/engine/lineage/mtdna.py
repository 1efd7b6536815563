"""mtDNA along one declared maternal line: how much more probable on the line than off it.

Equations, assumptions and limits: docs/lineage.md.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from antigone.engine.arrays import Array, Bools
from antigone.engine.lineage.frequency import Counted, count_in, estimate
from antigone.engine.lineage.lines import Line, declared_line, judge_fits, line_likelihood, predict
from antigone.engine.lineage.y_str import log10_mixed_lr
from antigone.model.assumptions.lineage import (
    MT_LENGTH,
    REFERENCE_BASE,
    LineageEvidence,
    MtDifference,
    MtHaplotype,
    MtModel,
    MtRates,
    MtReference,
    StatedCounts,
)
from antigone.model.pedigree import Pedigree
from antigone.model.statements import evidence as said
from antigone.model.statements.statement import Statement

Site = tuple[int, int]
"""A position, and the number of the base inserted after it (0: the position itself)."""

STATES = "ACGT-"
"""What may stand at a site."""


def mt_evidence(
    pedigree: Pedigree, missing: str, *, unidentified: MtHaplotype, donors: Mapping[str, MtHaplotype], model: MtModel
) -> LineageEvidence | None:
    """What the mitochondrial haplotype says for the unidentified person being the missing member.

    ``donors`` are this family's donors by member. Nothing when no donor stands on the missing member's declared
    maternal line, or the typed ranges do not meet. Donors who contradict the others of the line take no part.

    Examples
    --------
    >>> family = Pedigree.of(("MO", "female"), ("MP", "male", None, "MO"))
    >>> same, model = (MtDifference.parse("263G"),), MtModel(MtRates(0.0), StatedCounts(99, {"PM": 0}))
    >>> found = mt_evidence(
    ...     family, "MP", unidentified=MtHaplotype("PM", ((73, 340),), same),
    ...     donors={"MO": MtHaplotype("R", ((1, 340),), same)}, model=model,
    ... )
    >>> found.compared, found.log10_lr
    (268, 2.0)
    """
    line = declared_line(pedigree, missing, donors=donors, line="maternal")
    kept = _judge(line, donors, model)[0] if line else ()
    comparison = _compare(unidentified, {member: donors[member] for member in kept}, model.rates)
    if line is None or not comparison.compared.any():
        return None
    given = _log10_given_line(line, missing, comparison, model.rates)
    otherwise, words, refusal = _otherwise(unidentified, comparison, model)
    return LineageEvidence(
        kind="mtDNA",
        log10_lr=None if refusal else log10_mixed_lr(given, otherwise, theta=model.theta),
        log10_given_line=given,
        log10_otherwise=otherwise,
        compared=int(comparison.compared.sum()),
        not_comparable=(),
        basis=words,
        remark=refusal,
    )


def mt_donors_off_line(
    pedigree: Pedigree, missing: str, *, donors: Mapping[str, MtHaplotype], model: MtModel
) -> dict[str, float]:
    """The donors who contradict the others of the declared line, with log10 fit: an incidental finding.

    For the responsible geneticist alone (PURPOSE.md, rule 6); ``mt_evidence`` leaves them out and says nothing.
    """
    line = declared_line(pedigree, missing, donors=donors, line="maternal")
    return {} if line is None else _judge(line, donors, model)[1]


@dataclass(frozen=True)
class _Comparison:
    """A person and donors: the positions compared, which of them each donor shows, and the sites of any difference."""

    person: MtHaplotype
    donors: Mapping[str, MtHaplotype]
    covered: Mapping[str, Bools]
    compared: Bools
    sites: tuple[Site, ...]


def _compare(person: MtHaplotype, donors: Mapping[str, MtHaplotype], rates: MtRates) -> _Comparison:
    """The positions that the person and a donor were typed at."""
    covered = {member: covered_positions(donor.ranges) for member, donor in donors.items()}
    anybody = np.any(list(covered.values()), axis=0) if covered else np.zeros(MT_LENGTH + 1, dtype=np.bool_)
    compared = covered_positions(person.ranges) & anybody
    sites = {site for haplotype in (person, *donors.values()) for site in _sites(haplotype, compared, rates)}
    return _Comparison(person, donors, covered, compared, tuple(sorted(sites)))


def covered_positions(ranges: Iterable[tuple[int, int]]) -> Bools:
    """Which positions the ranges cover, by position from 1 on; a range may run over the origin.

    >>> int(covered_positions([(16024, 576)]).sum())
    1122
    """
    covered = np.zeros(MT_LENGTH + 1, dtype=np.bool_)
    for start, end in ranges:
        if start <= end:
            covered[start : end + 1] = True
        else:
            covered[start:] = covered[1 : end + 1] = True
    return covered


def _sites(haplotype: MtHaplotype, compared: Bools, rates: MtRates) -> list[Site]:
    return [d.site for d in haplotype.differences if compared[d.position] and not rates.ignores(d)]


def _judge(line: Line, donors: Mapping[str, MtHaplotype], model: MtModel) -> tuple[tuple[str, ...], dict[str, float]]:
    """The donors of the line who fit it, and the fit of the others."""

    def fit(member: str, others: Collection[str]) -> float:
        comparison = _compare(donors[member], {other: donors[other] for other in others}, model.rates)
        if not comparison.compared.any():
            return 0.0
        given = _log10_given_line(line, member, comparison, model.rates)
        return given - _otherwise(donors[member], comparison, model)[0]

    return judge_fits([member for member in donors if member in line.parents], fit)


def _log10_given_line(line: Line, place: str, comparison: _Comparison, rates: MtRates) -> float:
    """log10 of P(the haplotype in ``place`` | those of the donors), site by site.

    Positions where nobody differs from the rCRS are alike whenever the same donors show them, so each such set of
    donors is computed once.
    """
    transition = substitution_matrix(rates.rate)
    total = 0.0
    for site in comparison.sites:
        total += _log10_site(line, place, comparison, site, transition, rates)
    plain = comparison.compared.copy()
    plain[[position for position, insertion in comparison.sites if insertion == 0]] = False
    members = list(comparison.covered)
    patterns = np.array(list(comparison.covered.values())).T[plain]
    for pattern, number in zip(*np.unique(patterns, axis=0, return_counts=True), strict=True):
        seen = {m: _chances({"A"}) for m, shows in zip(members, pattern, strict=True) if shows}
        total += int(number) * _log10(predict(line, place, _chances({"A"}), others=seen, transition=transition))
    return total


def _log10_site(
    line: Line, place: str, comparison: _Comparison, site: Site, transition: Array, rates: MtRates
) -> float:
    shown = _shown_at(site, comparison, rates)
    own, *others = (_chances(states) for states in shown.values())
    seen = dict(zip(list(shown)[1:], others, strict=True))
    if line_likelihood(line, seen, transition) == 0.0:
        return 0.0
    return _log10(predict(line, place, own, others=seen, transition=transition))


def _log10(chance: float) -> float:
    return math.log10(chance) if chance > 0.0 else -math.inf


def substitution_matrix(rate: float) -> Array:
    """One meiosis at one site: to each of the four other states with a quarter of the rate."""
    n = len(STATES)
    return np.full((n, n), rate / (n - 1)) + np.eye(n) * (1 - rate - rate / (n - 1))


def _chances(states: Collection[str]) -> Array:
    return np.array([float(state in states) for state in STATES])


def _shown_at(site: Site, comparison: _Comparison, rates: MtRates) -> dict[str, frozenset[str]]:
    """What the person (first) and every donor who covers the site may have there.

    Whoever has an ignored length variant at the site may have anything there.
    """
    position, insertion = site
    typed = {member: donor for member, donor in comparison.donors.items() if comparison.covered[member][position]}
    found = {member: _difference(haplotype, site) for member, haplotype in {"": comparison.person, **typed}.items()}
    reference = "-" if insertion else reference_base([d for d in found.values() if d is not None])
    shown = {}
    for member, difference in found.items():
        if difference is None:
            shown[member] = frozenset(reference)
        elif rates.ignores(difference):
            shown[member] = frozenset(STATES)
        else:
            shown[member] = frozenset(reference if s == REFERENCE_BASE else s for s in difference.shown)
    return shown


def _difference(haplotype: MtHaplotype, site: Site) -> MtDifference | None:
    return next((d for d in haplotype.differences if d.site == site), None)


def reference_base(differences: Sequence[MtDifference]) -> str:
    """The base of the rCRS at a position, as far as the differences there tell it.

    It is stated (A263G), or a part of a mixed base that nobody shows pure, or else any base that nobody shows: which
    one makes no difference, because all changes are equally probable.

    Examples
    --------
    >>> reference_base([MtDifference.parse("16189Y"), MtDifference.parse("16189C")])
    'T'
    """
    stated = [d.reference for d in differences if d.reference]
    mixed = [d.shown & set("ACGT") for d in differences if len(d.shown & set("ACGT")) > 1]
    pure = set().union(*(d.shown for d in differences if len(d.shown) == 1))
    left = set.intersection(*map(set, mixed)) - pure if mixed else set()
    return min(stated or left or set("ACGT") - pure - set().union(*mixed) or set("ACGT") - pure)


def _otherwise(
    person: MtHaplotype, comparison: _Comparison, model: MtModel
) -> tuple[float, Statement, Statement | None]:
    """log10 of the probability of the haplotype in a person of no known relation, its basis, and why there is none."""
    if isinstance(model.basis, StatedCounts):
        counted = Counted(model.basis.seen.get(person.sample, 0), model.basis.size, model.basis.singletons)
        whole = int(covered_positions(person.ranges).sum()) == int(comparison.compared.sum())
        refusal = None if whole else said.COUNT_OF_MORE()
        refusal = refusal if person.sample in model.basis.seen else said.NOT_LOOKED_UP()
    else:
        counted = _count(person, comparison.compared, model.basis, model.rates)
        refusal = None if counted.size else said.NO_ROW_AT_POSITIONS()
    chance, words = estimate(counted, model.estimator)
    return math.log10(chance), words, refusal


Key = frozenset[tuple[Site, frozenset[str]]]


def _count(person: MtHaplotype, compared: Bools, reference: MtReference, rates: MtRates) -> Counted:
    """Count the haplotypes that cover all positions compared, and those that the person's may be."""
    counts = _counts_at(reference, compared, rates)
    own = _key(person, compared, rates)
    mixed_keys = counts if _is_mixed(own) else [key for key in counts if _is_mixed(key)]
    return count_in(counts, {own} | {key for key in mixed_keys if _may_be_one(dict(own), dict(key))})


def _counts_at(reference: MtReference, compared: Bools, rates: MtRates) -> Counter[Key]:
    """How often each haplotype over these positions was met, among the rows that cover them; counted once."""
    asked = (compared.tobytes(), rates)
    if asked not in reference.counted:
        ranges = {row.ranges for row, _ in reference.rows}
        covers = {typed: bool(covered_positions(typed)[compared].all()) for typed in ranges}
        counts: Counter[Key] = Counter()
        for row, count in reference.rows:
            if covers[row.ranges]:
                counts[_key(row, compared, rates)] += count
        reference.counted[asked] = counts
    return reference.counted[asked]


def _is_mixed(key: Key) -> bool:
    return any(len(shown) > 1 for _, shown in key)


def _key(haplotype: MtHaplotype, compared: Bools, rates: MtRates) -> Key:
    return frozenset((d.site, d.shown) for d in haplotype.differences if compared[d.position] and not rates.ignores(d))


def _may_be_one(first: Mapping[Site, frozenset[str]], second: Mapping[Site, frozenset[str]]) -> bool:
    """Whether two lists of differences may be of one haplotype; a mixed base holds that of the rCRS."""
    for site in first.keys() | second.keys():
        usual = frozenset({"-" if site[1] else REFERENCE_BASE})
        one, other = first.get(site, usual), second.get(site, usual)
        mixed = site[1] == 0 and REFERENCE_BASE in one | other and max(len(one), len(other)) > 1
        if not one & other and not mixed:
            return False
    return True
