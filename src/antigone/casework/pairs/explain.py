"""One pair, or one pair of hypotheses, in full."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from antigone.casework.incident.prepare import Prepared, prepare
from antigone.casework.pairs.candidates import describe_pair, with_relatives, with_sensitivity
from antigone.casework.pairs.evidence import independence_of, with_further
from antigone.casework.pairs.linkage import (
    Changes,
    linkage_of_hypotheses,
    linkage_of_pair,
    unknown_linkage,
    with_linkage,
)
from antigone.casework.pairs.search import prior_of
from antigone.casework.samples.doubts import with_doubts
from antigone.casework.samples.self_checks import SelfChecks
from antigone.casework.validation.observed import ratio_of_case
from antigone.engine.frequencies import markers_of, union_ladder
from antigone.engine.sums.likelihood import likelihood_ratio
from antigone.engine.sums.ratio import LikelihoodRatio
from antigone.errors import InputError, ModelError, Problem
from antigone.formats.familias.reader import read_familias_case
from antigone.formats.validation.cases import Case, read_cases
from antigone.formats.validation.kinds import KNOWN_KEYS
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.file_kinds import FAMILIAS
from antigone.model.incident.incident import Hypotheses, Incident
from antigone.model.results.search import Candidate
from antigone.search.pairs.blocks import usable_targets
from antigone.search.pairs.comparison import Comparison, compare


@dataclass(frozen=True)
class Explanation:
    """One pair in full, with the prior its posterior rests on and a remark when it was not compared.

    ``assumptions`` say what lets the lines of its evidence be added, when it has further evidence; ``notices`` what the
    reader of the files did, and of which markers the genetic map says nothing.
    """

    candidate: Candidate
    prior: float
    prior_reason: str
    remark: str
    assumptions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def explain_pair(
    incident: Incident, *, family: str, missing: str, sample: str, today: dt.date, prior: float | None = None
) -> Explanation:
    """Everything about one unidentified person as one missing person, at or below the threshold alike.

    The prior, unless one is given, the ladders and the consent are those of the whole incident.

    Raises
    ------
    InputError
        When the incident has no such family, missing person or sample; the ones it has are named.
    ModelError
        When the references of the family are impossible together, so that there is nothing to divide.
    """
    if family not in {f.code for f in incident.families}:
        raise InputError(f"the incident has no family '{family}'; see the table 'families'")
    prepared = prepare(incident, today=today, only_family=family)
    _, targets = usable_targets(prepared.families, prepared.populations, theta=incident.settings.theta)
    target = next((t for t in targets if t.missing == missing), None)
    person = next((p for p in prepared.persons if p.code == sample), None)
    if target is None:
        known = ", ".join(t.missing for t in targets)
        raise InputError(f"family '{family}' has no missing person '{missing}'; it has {known}")
    if person is None:
        raise InputError(f"the incident has no unidentified person '{sample}'; see the table 'unidentified'")
    settings = incident.settings
    comparison = compare(
        [target], [person], populations=prepared.populations, theta=settings.theta, observation=settings.observation,
        sex=prepared.further.sex,
    )  # fmt: skip
    if any(np.isnan(log_lr).any() for log_lr in comparison.log_lr.values()):
        raise ModelError(
            f"family {family}: no likelihood ratio exists with these references under the stated model; the "
            "responsible geneticist can say which references to use"
        )
    missing_persons = sum(len(f.missing) for f in incident.families)
    settings = incident.settings if prior is None else replace(incident.settings, prior=prior)
    prior, reason = prior_of(len(prepared.persons), missing_persons, settings)
    linked = linkage_of_pair(prepared, target=target, person=person)
    candidate = describe_pair(prepared, comparison, 0, 0, linked=linked, prior=prior)
    if linked is None:
        candidate = with_linkage(candidate, prepared, target=target, person=person)
    candidate = with_sensitivity(candidate, prepared, target=target, person=person)
    candidate = with_relatives(candidate, prepared, target=target, person=person)
    candidate = with_further(candidate, prepared, target=target, person=person, prior=prior)
    (candidate,) = with_doubts([replace(candidate, worked_out=True)], incident, SelfChecks(incident))
    notices = (*incident.notices, *_unknown_linkage(prepared, candidate))
    return Explanation(candidate, prior, reason, _remark(comparison), independence_of([candidate]), notices)


def _unknown_linkage(prepared: Prepared, candidate: Candidate) -> tuple[str, ...]:
    markers = prepared.populations[candidate.smallest_population]
    compared = [marker for marker in markers if marker.name in candidate.markers_compared]
    return unknown_linkage(compared, prepared.incident.settings.linkage or LinkageModel())


def _remark(comparison: Comparison) -> str:
    """Why the search does not compare the pair; the words never hint at how references fit (PURPOSE.md, rule 6)."""
    if comparison.excluded_by_sex[0, 0]:
        return "the sexes differ: the search excludes this pair, whatever the markers say"
    if comparison.nothing_declared[0, 0]:
        return "no marker can be compared: the samples say nothing for or against this pair; more relatives may"
    return ""


@dataclass(frozen=True)
class HypothesesReport:
    """H1 against H2 for one case, in each population.

    ``linkage`` says, by population, what known linked markers that were taken as unlinked would change.
    """

    title: str
    notices: tuple[str, ...]
    ratios: Mapping[str, LikelihoodRatio]
    linkage: Mapping[str, Changes] = field(default_factory=dict)


def compare_hypotheses(path: Path) -> HypothesesReport:
    """The likelihood ratio of the two pedigrees of a case file (JSON, or ``.fam`` without a DVI section).

    One case a call (PURPOSE.md, rule 2): a list of cases would compare donors with donors.

    Raises
    ------
    InputError
        When the file cannot be read, holds several cases, or has no H1 and H2.
    ModelError
        When a case combines linked markers with theta or founder inbreeding.
    """
    if FAMILIAS.has_ending(path):
        return _familias_report(read_familias_case(path))
    cases = read_cases(path)
    if len(cases) > 1:
        remedy = "keep the one case that is asked about; 'antigone validate' reads lists of cases with expected values"
        raise InputError([Problem(path.name, 0, "", f"{len(cases)} cases", "one case a call", remedy)])
    return _case_report(cases[0])


def _case_report(case: Case) -> HypothesesReport:
    if not {"H1", "H2"} <= set(case.pedigrees):
        raise InputError(f"case {case.id} has no pedigrees H1 and H2 to compare")
    unread = [f"the case has a key '{key}', which is not read" for key in case.raw if key not in KNOWN_KEYS]
    return HypothesesReport(case.id, tuple(unread), {"given frequencies": ratio_of_case(case)})


def _familias_report(case: Hypotheses) -> HypothesesReport:
    seen: dict[str, set[str]] = {}
    for profile in case.profiles.values():
        for marker, genotype in profile.genotypes.items():
            seen.setdefault(marker, set()).update(allele for allele in genotype if allele is not None)
    names = [name for name in case.tables[0].frequencies if name in seen]
    settings = case.settings
    ratios, linkage = {}, {}
    for table in case.tables:
        ladder = {name: union_ladder(case.tables, name) for name in names}
        markers = markers_of(table, names, seen=seen, rule=settings.rule, mutation=settings.mutation, ladder=ladder)
        h1, h2 = case.pedigrees["H1"], case.pedigrees["H2"]
        ratios[table.population] = likelihood_ratio(h1, h2, case.profiles, markers, theta=settings.theta)
        linkage[table.population] = linkage_of_hypotheses(h1, h2, case.profiles, markers, theta=settings.theta)
    notices = (*case.notices, *unknown_linkage(markers, LinkageModel()))
    return HypothesesReport(case.title, notices, ratios, linkage)
