"""One line for each unidentified and each missing person: what was found, and what stays open and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress, silent
from antigone.casework.pairs.pairs import Found
from antigone.casework.pairs.power import low_powers
from antigone.engine.arrays import LN10
from antigone.model.assumptions.choices import POOR_SAMPLE
from antigone.model.results.search import Candidate, FamilySummary, PairLine, UnidentifiedSummary
from antigone.model.statements import searching as said
from antigone.model.statements.statement import Statement
from antigone.search.pairs.comparison import Comparison

MOST_PAIRS_LISTED = 20_000
"""Up to this many pairs a result lists every pair; a larger search lists its candidates."""
Best = dict[int, tuple[int, float]]
"""For a target or a person, the strongest partner and their natural log LR."""


def describe_persons(
    prepared: Prepared, found: Found, candidates: Sequence[Candidate]
) -> tuple[UnidentifiedSummary, ...]:
    """Every unidentified person, in the order of the input."""
    count = Counter(candidate.unidentified for candidate in candidates)
    best = _strongest(found, of_person=True)
    markers = [marker.name for marker in next(iter(prepared.populations.values()))]
    estimated = {estimate.sample: estimate.dropout for estimate in prepared.estimates}
    lines = []
    for number, person in enumerate(prepared.persons):
        target, value = best.get(number, (None, None))
        typed = sum(map(person.is_typed, markers))
        lines.append(
            UnidentifiedSummary(
                code=person.code,
                sex=person.sex,
                markers_typed=typed,
                best_family=None if target is None else found.targets[target].family,
                best_missing=None if target is None else found.targets[target].missing,
                best_log10_lr=None if value is None else value / LN10,
                candidates=count[person.code],
                remark=_person_remark(found, number, count[person.code], typed),
                dropout=estimated.get(person.code),
            )
        )
    return tuple(lines)


def describe_families(
    prepared: Prepared, found: Found, candidates: Sequence[Candidate], *, seed: int, progress: Progress = silent
) -> tuple[FamilySummary, ...]:
    """Every missing person, in the order of the search's targets; then those of families set aside."""
    count = Counter((candidate.family, candidate.missing) for candidate in candidates)
    waiting = [target for target in found.targets if not count[target.family, target.missing]]
    powers = low_powers(prepared, waiting, threshold=found.threshold, seed=seed, progress=progress)
    best = _strongest(found, of_person=False)
    lines = []
    for number, target in enumerate(found.targets):
        candidates_here, power = count[target.family, target.missing], powers.get((target.family, target.missing))
        person, value = best[number] if candidates_here else (None, None)
        lines.append(
            FamilySummary(
                family=target.family,
                missing=target.missing,
                sex=target.sex,
                donors=prepared.donors[target.family],
                donors_without_consent=prepared.without_consent[target.family],
                best_unidentified=None if person is None else prepared.persons[person].code,
                best_log10_lr=None if value is None else value / LN10,
                candidates=candidates_here,
                remark=_family_remark(prepared, found, target.family, candidates_here, power),
                power=power,
            )
        )
    return (*lines, *_lines_set_aside(prepared))


def _lines_set_aside(prepared: Prepared) -> Iterator[FamilySummary]:
    """The missing persons of families that the search did not compare."""
    for family in prepared.set_aside:
        donors, without = prepared.donors[family.family], prepared.without_consent[family.family]
        for missing in family.missing:
            sex = family.pedigree[missing].sex
            remark = said.FAMILY_SET_ASIDE()
            yield FamilySummary(family.family, missing, sex, donors, without, None, None, 0, remark, set_aside=True)


def _strongest(found: Found, *, of_person: bool) -> Best:
    """The strongest partner of each person (or target): among all pairs, or in a large search among those listed."""
    if found.comparison is not None:
        least = found.comparison.smallest.T if of_person else found.comparison.smallest
        partner = least.argmax(axis=1) if least.size else []
        return {n: (int(k), float(least[n, k])) for n, k in enumerate(partner) if np.isfinite(least[n, k])}
    best: Best = {}
    for (target, person), log_lr in zip(found.pairs, found.log_lr.min(axis=0), strict=True):
        one, other = (person, target) if of_person else (target, person)
        best.setdefault(one, (other, float(log_lr)))
    return best


def _person_remark(found: Found, number: int, candidates: int, typed: int) -> Statement:
    if candidates == 1:
        return said.ONE_CANDIDATE()
    if candidates > 1:
        return said.CANDIDATES_OF_A_PERSON(number=candidates)
    if not typed:
        return said.NO_MARKER_TYPED()
    comparison = found.comparison
    if comparison is not None and not comparison.counted[:, number].any():
        return said.NO_SHARED_MARKER()
    if comparison is not None and _is_impossible(comparison, number):
        return said.IMPOSSIBLE_AS_ANYBODY()
    if typed < POOR_SAMPLE:
        return said.TOO_FEW_MARKERS(number=typed, limit=found.threshold)
    return said.NOBODY_REACHES(limit=found.threshold)


def _is_impossible(comparison: Comparison, number: int) -> bool:
    """Whether a person is impossible as everybody they were compared with. A family whose references take no part
    speaks for nothing: then nothing is called impossible (PURPOSE.md, rule 6)."""
    of_person = comparison.counted[:, number]
    silent = of_person & ~comparison.compared[:, number]
    return not silent.any() and not np.isfinite(comparison.smallest[:, number]).any()


def _family_remark(prepared: Prepared, found: Found, family: str, candidates: int, power: float | None) -> Statement:
    """What stays open, in words that never hint at whether a reference fits its pedigree (PURPOSE.md, rule 6)."""
    if candidates == 1:
        return said.ONE_CANDIDATE()
    if candidates > 1:
        return said.CANDIDATES_OF_A_FAMILY(number=candidates)
    if not prepared.donors[family]:
        return said.NO_CONSENTING_DONOR()
    if power is not None:
        return said.NOT_FOUND_LOW_POWER(limit=found.threshold, share=power)
    return said.NOT_FOUND(limit=found.threshold)


def list_pairs(found: Found, *, linkage: bool) -> tuple[PairLine, ...]:
    """Every pair of a small search, compared or not.

    With ``linkage`` in the LR, a pair that it could not bring to the threshold is said to be taken as unlinked.
    """
    comparison = found.comparison
    if comparison is None or comparison.compared.size > MOST_PAIRS_LISTED:
        return ()
    lines = []
    for t, target in enumerate(comparison.targets):
        for p, person in enumerate(comparison.persons):
            compared = bool(comparison.compared[t, p])
            as_unlinked = linkage and (t, p) not in found.linked
            told = "compared, taken as unlinked" if as_unlinked else "compared"
            status = told if compared else "sex differs" if comparison.excluded_by_sex[t, p] else "no data"
            values = {name: float(lr[t, p]) / LN10 for name, lr in comparison.log_lr.items()} if compared else {}
            lines.append(PairLine(person.code, target.family, target.missing, status, values))
    return tuple(lines)
