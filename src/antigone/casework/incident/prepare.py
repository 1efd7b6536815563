"""From an incident to what a search may use: consent and frequencies."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from antigone.casework.incident.relatedness import direct_notices, unrelated_notices
from antigone.engine.frequencies import markers_of, union_ladder
from antigone.errors import InputError, PlanTooLarge
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import DropoutEstimate, Replicate
from antigone.model.incident.consent import SCOPE_IDENTIFICATION, judge_consents
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.incident import Donor, Incident, UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.statements import searching as said
from antigone.model.statements.statement import Form, Statement
from antigone.search.families.affordable import Kind, family_work, kind_of_work, remedies
from antigone.search.families.reference_fit import Declared
from antigone.search.pairs.blocks import MissingFrom
from antigone.search.readings.dropout import estimate_dropouts

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many parts are done, and of how many."""


MOST_ESTIMATES_LISTED = 30
"""Samples whose estimated drop-out is stated one by one in the notices."""


def silent(_step: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class SetAside:
    """A family that a search does not compare, because it is too large to be computed exactly; ``words`` say so, and
    ``error`` is why.

    The declared pedigree and who is typed decide it, not what was found.
    """

    family: str
    pedigree: Pedigree
    missing: tuple[str, ...]
    words: Statement
    error: PlanTooLarge


@dataclass(frozen=True)
class Prepared:
    """What a search may use: every donor in ``families`` has an active consent.

    ``persons`` and ``incident.settings.observation`` hold every drop-out as a number; ``estimates`` say which of them
    were estimated. ``families`` are those that can be computed; ``set_aside`` the others, of which nothing is compared.
    ``work`` is what all of ``families`` take in one population (``search.affordable``).
    """

    incident: Incident
    persons: tuple[UnidentifiedPerson, ...]
    families: tuple[MissingFrom, ...]
    populations: Mapping[str, tuple[Marker, ...]]
    donors: Mapping[str, int]
    without_consent: Mapping[str, int]
    left_out: Mapping[str, int]
    notices: tuple[Statement, ...]
    further: FurtherEvidence = field(default_factory=FurtherEvidence)
    estimates: tuple[DropoutEstimate, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    work: float = 0.0

    @property
    def all_missing(self) -> int:
        """Missing persons of the incident, in families set aside too."""
        kept, aside = ([family.missing for family in some] for some in (self.families, self.set_aside))
        return sum(map(len, [*kept, *aside]))


def prepare(incident: Incident, *, today: dt.date, only_families: Collection[str] | None = None) -> Prepared:
    """Apply consent on the day of the search, and build each population's markers.

    A donor without an active consent for identification takes part in nothing from here on, not even in the
    list of alleles that were seen. ``only_families`` limits the families, not the ladders.

    Raises
    ------
    InputError
        When no unidentified person, no missing person, or no marker common to all populations is left.
    PlanTooLarge
        When every family is too large to be computed exactly.
    """
    covered, left_out = _covered_by_consent(incident, today)
    profiles = [p.profile for p in covered.unidentified] + [d.profile for f in covered.families for d in f.donors]
    populations, notices = populations_of(covered, profiles, replicates=[p.replicates for p in covered.unidentified])
    families = tuple(
        MissingFrom(Declared(f.code, f.pedigree, {d.member: d.profile for d in f.donors}), f.missing)
        for f in covered.families
        if only_families is None or f.code in only_families
    )
    _require_both_sides(incident, any(family.missing for family in families))
    families, set_aside, work = _plan(families, next(iter(populations.values())), incident.settings.theta)
    donors = {family.code: len(family.donors) for family in covered.families}
    without = {f.code: len(f.donors) - donors[f.code] for f in incident.families}
    persons, estimates, settled = settle_dropouts(incident, covered.unidentified, populations)
    notices += describe_estimates(estimates) + unrelated_notices(covered.families if only_families is None else ())
    notices += direct_notices(f for f in covered.families if only_families is None or f.code in only_families)
    notices += tuple(one.words for one in set_aside)
    return Prepared(
        settled, persons, families, populations, donors, without, left_out, notices, covered.further, estimates,
        set_aside, work,
    )  # fmt: skip


def _plan(
    families: Sequence[MissingFrom], markers: Sequence[Marker], theta: float
) -> tuple[tuple[MissingFrom, ...], tuple[SetAside, ...], float]:
    """The families that can be computed, those that are too large, and the work of the first."""
    works: dict[Kind, float | PlanTooLarge] = {}
    kept, aside, total = [], [], 0.0
    for family in families:
        kind = kind_of_work(family.declared, family.missing)
        if kind not in works:
            try:
                works[kind] = family_work(family.declared, family.missing, markers, theta=theta)
            except PlanTooLarge as error:
                works[kind] = error
        work = works[kind]
        if isinstance(work, PlanTooLarge):
            aside.append(_set_aside(family, markers, theta, work))
        else:
            kept.append(family)
            total += work
    if aside and not any(family.missing for family in kept):
        told = "; ".join(f"family {one.family} is set aside: {one.error}" for one in aside)
        raise PlanTooLarge(told, notices=[one.words for one in aside])
    return tuple(kept), tuple(aside), total


def _set_aside(family: MissingFrom, markers: Sequence[Marker], theta: float, error: PlanTooLarge) -> SetAside:
    declared = family.declared
    possible = remedies(declared, family.missing, markers, theta=theta)
    helps = said.NO_SINGLE_CHANGE()
    if possible:
        one_of = reduce(lambda first, other: said.OR_WITH(first=first, second=other), possible)
        helps = said.POSSIBLE_WITH(alternatives=one_of)
    form = _TOO_LARGE.get(error.what)
    why = form(found=error.found, limit=error.limit) if form else said.TOO_LARGE()
    words = said.SET_ASIDE(family=declared.code, missing=family.missing, words_reason=why, words_remedy=helps)
    return SetAside(declared.code, declared.pedigree, family.missing, words, error)


_TOO_LARGE: Mapping[str, Form] = {
    "multiplications": said.TOO_MUCH_WORK,
    "elements": said.TOO_LARGE_ARRAY,
    "partitions": said.TOO_MANY_PARTITIONS,
    "unknowns": said.TOO_MANY_UNKNOWNS,
}
"""What is said of a plan that is too large, by what is too large in it."""


def _require_both_sides(incident: Incident, somebody_missing: bool) -> None:
    several = "two Familias files can be one incident: FAMILIES.fam PERSONS.fam"
    if not incident.unidentified:
        held = f"{len(incident.families)} families, but no unidentified person"
        raise InputError(f"the incident has {held}; nothing to compare: add these ({several})")
    if not somebody_missing:
        held = f"{len(incident.unidentified)} unidentified persons, but no family with a missing person"
        raise InputError(f"the incident has {held}; nothing to compare: add one ({several})")


def settle_dropouts(
    incident: Incident, persons: tuple[UnidentifiedPerson, ...], populations: Mapping[str, Sequence[Marker]]
) -> tuple[tuple[UnidentifiedPerson, ...], tuple[DropoutEstimate, ...], Incident]:
    """Persons with every drop-out a number, the estimates, and the incident with the common rate settled.

    Where the common drop-out is to be estimated, the median of the estimates stands for it: it belongs to no sample,
    but to the simulated ones by which chance matches are estimated.
    """
    observation = incident.settings.observation
    persons, estimates = estimate_dropouts(persons, populations=populations, observation=observation)
    if not observation.estimate:
        return persons, estimates, incident
    median = statistics.median_low([estimate.dropout for estimate in estimates] or [0.0])
    common = replace(observation, rates=replace(observation.rates, dropout=median), estimate="")
    return persons, estimates, replace(incident, settings=replace(incident.settings, observation=common))


def describe_estimates(estimates: Sequence[DropoutEstimate]) -> tuple[Statement, ...]:
    """What was estimated, sample by sample while they are few, and what such an estimate is."""
    if not estimates:
        return ()
    lines = [estimate.describe() for estimate in estimates[:MOST_ESTIMATES_LISTED]]
    if len(estimates) > MOST_ESTIMATES_LISTED:
        values = sorted(estimate.dropout for estimate in estimates)
        median = statistics.median_low(values)
        lines = [said.DROPOUTS_ESTIMATED(number=len(values), low=values[0], high=values[-1], median=median)]
    return (*lines, said.DROPOUT_TAKEN_AS_KNOWN())


def _covered_by_consent(incident: Incident, today: dt.date) -> tuple[Incident, dict[str, int]]:
    reasons: Counter[str] = Counter()

    def keep(donor: Donor) -> bool:
        given = [] if donor.consent is None else [donor.consent]
        _, reason = judge_consents(given, scope=SCOPE_IDENTIFICATION, day=today)
        reasons.update([reason] if reason else [])
        return not reason

    families = tuple(replace(f, donors=tuple(d for d in f.donors if keep(d))) for f in incident.families)
    covered = {donor.profile.sample for family in families for donor in family.donors}
    further = incident.further.of_samples(covered | {person.code for person in incident.unidentified})
    return replace(incident, families=families, further=further), dict(sorted(reasons.items()))


def populations_of(
    incident: Incident, profiles: Sequence[Profile], *, replicates: Sequence[Mapping[str, Sequence[Replicate]]] = ()
) -> tuple[dict[str, tuple[Marker, ...]], tuple[Statement, ...]]:
    """Each population's markers over the alleles seen in ``profiles`` and in ``replicates``, and notices of markers
    left out.

    Raises
    ------
    InputError
        When no typed marker has frequencies in every population.
    """
    seen: dict[str, set[str]] = {}
    for profile in profiles:
        for marker, genotype in profile.genotypes.items():
            seen.setdefault(marker, set()).update(allele for allele in genotype if allele is not None)
    for sample in replicates:
        for marker, amplifications in sample.items():
            alleles = seen.setdefault(marker, set())
            alleles.update(allele for replicate in amplifications for allele in replicate if allele is not None)
    everywhere = [name for name in seen if all(name in table.frequencies for table in incident.tables)]
    if not everywhere:
        raise InputError("no typed marker has frequencies in every loaded population; add frequencies")
    dropped = sorted(set(seen) - set(everywhere))
    notices = (said.WITHOUT_FREQUENCIES(markers=tuple(dropped)),) if dropped else ()
    names = sorted(everywhere)
    ladder = {name: union_ladder(incident.tables, name) for name in names}
    settings = incident.settings
    populations = {
        table.population: markers_of(
            table, names, seen=seen, rule=settings.rule, mutation=settings.mutation, ladder=ladder
        )
        for table in incident.tables
    }
    return populations, notices
