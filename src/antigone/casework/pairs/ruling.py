"""What the rule of evidence asks of one candidate: how many such pairs chance makes, and which donors bear on it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

from antigone.casework.incident.prepare import Prepared, prepare
from antigone.engine.arrays import LN10
from antigone.errors import ModelError, PlanTooLarge
from antigone.model.assumptions.choices import SAME_LOG10_LR
from antigone.model.assumptions.evidence_rule import PACKAGED_RULE, EvidenceFacts
from antigone.model.assumptions.observation import AS_READ
from antigone.model.incident.incident import Family, Incident, UnidentifiedPerson
from antigone.model.incident.incident_model import IncidentModel
from antigone.model.profile import Profile
from antigone.model.results.search import Candidate
from antigone.search.families.family_table import Target
from antigone.search.families.reference_fit import Declared
from antigone.search.pairs.blocks import target_of, usable_targets
from antigone.search.pairs.comparison import compare
from antigone.search.power.distribution import LrDistribution
from antigone.search.power.outcomes import outcomes_of
from antigone.search.power.question import PowerQuestion

DNA = ("autosomal", "X", "Y", "mtDNA")
"""The kinds of DNA among the lines of evidence."""


def facts_of(
    candidate: Candidate,
    family: Family,
    person: UnidentifiedPerson,
    model: IncidentModel,
    *,
    pairs: int,
    joint: float | None,
    today: dt.date,
) -> EvidenceFacts:
    """The facts that the rule of evidence judges.

    A donor bears on the pair by the factor by which the LR of the markers falls when that donor's reference alone is
    left out, all markers as unlinked. The chance of an unrelated person is bounded by 1 / LR, and by the family's own
    distribution of the LR where that bound does not do and the distribution is defined: full genotypes, no linkage,
    no silent allele.

    Parameters
    ----------
    candidate
        As its search, or working it out, describes it.
    family, person
        With what was typed and used.
    model
        Under which it was computed.
    pairs
        Compared by the search.
    joint
        The posterior in the newest joint answer.
    today
        The day on which consents must be active.
    """
    prepared = prepare(
        Incident("", (person,), (family,), model.tables, model.settings, further=model.further), today=today
    )
    _, targets = usable_targets(prepared.families, prepared.populations, theta=model.settings.theta)
    target = next(one for one in targets if one.missing == candidate.missing)
    log10_lr = candidate.smallest_log10_lr
    bound = min(1.0, 10.0 ** -max(log10_lr, 0.0))
    own = _own_rate(candidate, prepared, target) if pairs * bound > PACKAGED_RULE.most_chance else None
    return EvidenceFacts(
        pairs=pairs,
        false_positive_rate=bound if own is None else min(own, bound),
        exact=own is not None,
        bearing=_bearing(candidate, prepared, target),
        kinds=_kinds(candidate),
        over_relatives=_over_relatives(candidate, prepared, targets) if candidate.worked_out else None,
        posterior=candidate.posterior,
        joint=joint,
    )


def _kinds(candidate: Candidate) -> dict[str, float]:
    lines = {one.kind: one.log10_lr for one in candidate.evidence if one.kind in DNA and one.log10_lr is not None}
    return lines or {"autosomal": candidate.smallest_log10_lr}


def _over_relatives(candidate: Candidate, prepared: Prepared, targets: Sequence[Target]) -> float:
    """The smallest log10 LR against a close relative: each other missing person of the family, also one whom the
    markers cannot tell apart; and each relative whom nobody declared, unless no marker could tell that one apart."""
    stranger = [one.log10_lr for one in candidate.relatives if abs(one.log10_lr) > SAME_LOG10_LR]
    own = next(n for n, one in enumerate(targets) if one.missing == candidate.missing)
    each = _log10_lrs(candidate, prepared, targets)
    return min([*stranger, *(each[own] - lr for n, lr in enumerate(each) if n != own)], default=math.inf)


def _bearing(candidate: Candidate, prepared: Prepared, target: Target) -> dict[str, float]:
    """By donor: how far log10 LR falls without that reference."""
    declared = Declared(target.family, target.pedigree, target.references)
    ways = [target_of(declared, target.missing, {gone}) for gone in target.references]
    whole, *without = _log10_lrs(candidate, prepared, [target, *ways])
    return {gone: whole - left for gone, left in zip(target.references, without, strict=True)}


def _log10_lrs(candidate: Candidate, prepared: Prepared, targets: Sequence[Target]) -> list[float]:
    """The log10 LR of the markers of the person as each of these, 0 for one without a reference."""
    settings, asked = prepared.incident.settings, [one for one in targets if one.references]
    comparison = compare(
        asked,
        prepared.persons,
        populations=prepared.populations,
        theta=settings.theta,
        observation=settings.observation,
        sex=prepared.further.sex,
    )
    found = iter(comparison.log_lr[candidate.smallest_population][:, 0] / LN10)
    return [float(next(found)) if one.references else 0.0 for one in targets]


def _own_rate(candidate: Candidate, prepared: Prepared, target: Target) -> float | None:
    """An upper bound of P(LR >= this one | unrelated) from the family's distribution; None where it is not defined."""
    settings, population = prepared.incident.settings, candidate.smallest_population
    markers = [one for one in prepared.populations[population] if one.name in candidate.markers_compared]
    unknown = any(member.sex == "unknown" for member in target.pedigree)
    defined = settings.observation == AS_READ and not candidate.linkage_methods
    if not defined or any(one.silent or (unknown and one.chromosome == "X") for one in markers):
        return None
    try:
        outcomes = [
            outcomes_of(PowerQuestion(target.pedigree, target.missing, typed, (), settings.theta), marker)
            for marker in markers
            if (typed := _typed_at(target.references, marker.name))
        ]
    except (ModelError, PlanTooLarge):
        return None
    return LrDistribution(tuple(outcomes), 0.01).false_positive_rate(10.0**candidate.smallest_log10_lr).high


def _typed_at(references: Mapping[str, Profile], marker: str) -> dict[str, Profile]:
    return {member: profile for member, profile in references.items() if marker in profile.genotypes}
