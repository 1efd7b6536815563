"""Joint identification: one consistent answer for all unidentified persons and all families of an incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress, prepare, silent
from antigone.casework.incident.provenance import describe_run, used_jointly
from antigone.casework.joint.questions import persons_of, questions_of
from antigone.casework.joint.rivals import Contest, find_contests
from antigone.casework.joint.words import (
    describe_family,
    describe_placed,
    describe_rivals,
    describe_without_place,
    joint_assumptions,
)
from antigone.casework.pairs.evidence import circumstance_log_odds
from antigone.casework.samples.doubts import with_doubts_of_conclusions
from antigone.casework.samples.self_checks import SelfChecks
from antigone.engine.arrays import LN10
from antigone.errors import InputError
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import Incident
from antigone.model.profile import Profile
from antigone.model.results.joint import (
    FULL_SIBLINGS,
    Assignment,
    Conclusion,
    FamilyAnswer,
    JointPrior,
    JointResult,
    Pairing,
    RatioKind,
    Rivals,
    SymmetricGroup,
)
from antigone.model.results.search import Provenance
from antigone.model.statements import joint as said
from antigone.model.statements.statement import Statement
from antigone.search.families.family_table import Target
from antigone.search.joint.conclusions import Proposal, alike_places, next_best, propose, without_data
from antigone.search.joint.likelihood import FamilyTable
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import JointAssignment, JointPosterior, Ratio, solve_joint
from antigone.search.joint.prior import countable_sexes, prior_weights
from antigone.search.joint.question import NOBODY, FamilyQuestion
from antigone.search.joint.screen import family_tables
from antigone.search.pairs.blocks import usable_targets


@dataclass(frozen=True)
class JointView:
    """The numbers of one population, before they become words.

    ``donors`` are the consenting ones, by family; ``living`` the persons who are no remains.
    """

    tables: tuple[FamilyTable, ...]
    persons: Persons
    posterior: JointPosterior
    threshold: float
    donors: Mapping[str, Mapping[str, Profile]]
    living: frozenset[int] = frozenset()

    @property
    def questions(self) -> tuple[FamilyQuestion, ...]:
        return tuple(table.question for table in self.tables)

    @cached_property
    def unseen(self) -> frozenset[tuple[int, int]]:
        """Places (family, missing member) on which no reference bears."""
        return frozenset(
            (f, q.missing.index(m))
            for f, q in enumerate(self.questions)
            for m in without_data(q.pedigree, q.references, q.missing)
        )

    @property
    def named_without_data(self) -> tuple[tuple[str, str], ...]:
        """Places on which no consenting donor bears, fitting the pedigree or not (PURPOSE.md, rule 6)."""
        return tuple(
            (q.code, m) for q in self.questions for m in without_data(q.pedigree, self.donors[q.code], q.missing)
        )

    @cached_property
    def proposals(self) -> tuple[Proposal, ...]:
        """What is proposed for each person under the threshold, told or not."""
        log_threshold = float(np.log(self.threshold))
        return tuple(
            propose(self.posterior, person, log_threshold=log_threshold) for person in range(len(self.persons.codes))
        )

    def is_reported(self, proposal: Proposal) -> bool:
        """Whether a proposal names a place: not an open one where nothing bears, which only chance would fill."""
        unseen = any((proposal.family, j) in self.unseen for j in proposal.places)
        return proposal.family is not None and not (proposal.status == "open" and unseen)

    @cached_property
    def reported_places(self) -> frozenset[tuple[int, int]]:
        """Places (family, missing member) for which somebody is proposed."""
        told = [p for p in self.proposals if self.is_reported(p)]
        return frozenset((p.family, j) for p in told for j in p.places if p.family is not None)

    @cached_property
    def contests(self) -> tuple[Contest, ...]:
        """Remains that compete for one place."""
        remains = {p.person for p in self.proposals} - self.living
        unsettled = {p.person for p in self.proposals if not p.status.startswith("supported")}
        return find_contests(
            self.tables,
            self.posterior.best[0].persons,
            persons=remains & unsettled,
            holders={p.person for p in self.proposals if self.is_reported(p)} & remains,
            log_threshold=float(np.log(self.threshold)),
        )

    @property
    def informed_places(self) -> frozenset[tuple[int, int, int]]:
        """The best assignment as (family, missing member, person), without the places on which nothing bears."""
        return frozenset(
            (f, j, person)
            for f, row in enumerate(self.posterior.best[0].persons)
            for j, person in enumerate(row)
            if person != NOBODY and (f, j) not in self.unseen
        )


def joint_incident(
    incident: Incident,
    *,
    today: dt.date,
    created: str,
    command: str,
    prior: JointPrior | None = None,
    population: str | None = None,
    count: int = 10,
    progress: Progress = silent,
) -> JointResult:
    """Solve an incident jointly, under consent, in every population; report one of them.

    The population reported is the named one, else the one in which the best assignment weighs least against "nobody
    is identified". Where another population's best assignment differs, a notice says so.

    Raises
    ------
    InputError, ModelError, PlanTooLarge
        See ``prepare``, ``solve_joint`` and ``family_tables``; and for a population that is not loaded.
    """
    prepared = prepare(incident, today=today)
    if population is not None and population not in prepared.populations:
        raise InputError(f"no population '{population}' is loaded; there are {', '.join(prepared.populations)}")
    _, targets = usable_targets(prepared.families, prepared.populations, theta=incident.settings.theta)
    views: dict[str, JointView] = {}
    for number, (name, markers) in enumerate(prepared.populations.items()):
        progress("solving all families jointly", number, len(prepared.populations))
        views[name] = solve_population(
            prepared, targets, markers, prior=prior or JointPrior(), count=count, progress=progress
        )
    progress("solving all families jointly", len(views), len(views))
    chosen = population or min(views, key=lambda name: (views[name].posterior.best[0].log_weight, name))
    run = describe_run(incident, created=created, command=command, seed=0)
    provenance = replace(run, settings=used_jointly(run.settings, incident.settings))
    result = describe_joint(
        incident.title, chosen, views[chosen], prior=prior or JointPrior(), provenance=provenance, day=today.isoformat()
    )
    checks = SelfChecks(incident)
    told = with_doubts_of_conclusions(result.conclusions, result.symmetric, incident, checks)
    notices = (*incident.notices, *prepared.notices, *checks.of_incident(), *_population_notices(views, chosen))
    return replace(result, conclusions=told, notices=notices + _left_out(prepared))


def _left_out(prepared: Prepared) -> tuple[Statement, ...]:
    """What takes no part in the joint computation, and what does beside the markers."""
    reasons = prepared.left_out.items()
    left = tuple(said.LEFT_OUT(number=count, words_reason=Statement(reason)) for reason, count in reasons)
    if prepared.further.missing and prepared.further.unidentified:
        left += (said.CIRCUMSTANCES(),)
    return left


def solve_population(
    prepared: Prepared, targets: Sequence[Target], markers: Sequence[Marker], *, prior: JointPrior, count: int,
    progress: Progress = silent,
) -> JointView:  # fmt: skip
    """The joint posterior of a prepared incident under one population's frequencies.

    What is known beside DNA moves the prior odds of single pairings.
    """
    settings = prepared.incident.settings
    persons = persons_of(prepared.persons, markers, observation=settings.observation, sex=prepared.further.sex)
    questions = questions_of(targets, persons)
    sexes = [question.pedigree[m].sex for question in questions for m in question.missing]
    odds = prior_weights(prior, *countable_sexes(persons, sexes)).log_odds
    tables, prices = family_tables(
        questions, persons, markers, theta=settings.theta, log_odds=odds,
        heard=partial(progress, "weighing the assignments of families"),
    )  # fmt: skip
    known = circumstance_log_odds(prepared, targets)
    posterior = solve_joint(tables, persons, prior=prior, pair_log_odds=known, prices=prices, count=count)
    donors = {family.declared.code: family.declared.references for family in prepared.families}
    living = frozenset(number for number, person in enumerate(prepared.persons) if person.kind == "living")
    return JointView(tuple(tables), persons, posterior, settings.threshold, donors, living)


def describe_joint(
    title: str, population: str, view: JointView, *, prior: JointPrior, provenance: Provenance, day: str
) -> JointResult:
    """The numbers of one population as a result."""
    posterior, codes = view.posterior, view.persons.codes
    conclusions = tuple(_conclusion(view, proposal) for proposal in view.proposals)
    return JointResult(
        title=title,
        population=population,
        prior=prior,
        prior_sentence=posterior.prior.sentence,
        threshold=view.threshold,
        assignments_possible=float(np.exp(min(posterior.log_assignments, 700.0))),
        exact=posterior.exact,
        error_bound=posterior.error_bound,
        log10_left_out=posterior.log_largest_left_out / LN10,
        components=posterior.components,
        assignments=tuple(_assignment(view, one) for one in posterior.best),
        pairings=_pairings(view),
        not_among_missing={code: float(posterior.unassigned[p]) for p, code in enumerate(codes)},
        families=tuple(_family(view, f, conclusions) for f in range(len(view.tables))),
        symmetric=tuple(group for f in range(len(view.tables)) for group in _symmetric(view, f)),
        no_data=view.named_without_data,
        conclusions=conclusions,
        assumptions=joint_assumptions(posterior, view.persons),
        notices=(),
        provenance=provenance,
        day=day,
        rivals=tuple(_rivals(view, contest) for contest in view.contests),
    )  # fmt: skip


def _assignment(view: JointView, one: JointAssignment) -> Assignment:
    posterior = view.posterior
    pairs = tuple(
        (view.persons.codes[person], question.code, question.missing[j])
        for question, row in zip(view.questions, one.persons, strict=True)
        for j, person in enumerate(row)
        if person != NOBODY
    )
    prior = posterior.prior.log_odds * len(pairs)
    alone = sum(table.log_nobody for table in view.tables) + float(view.persons.log_alone_each.sum())
    return Assignment(
        pairs=tuple(sorted(pairs)),
        log10_weight=one.log_weight / LN10,
        log10_factor=(posterior.best[0].log_weight - one.log_weight) / LN10,
        posterior=float(np.exp(one.log_weight - posterior.log_total)),
        log_likelihood=one.log_weight - prior + alone if not view.tables[0].one_urn else None,
        rank_proven=one.log_weight >= posterior.log_largest_left_out,
    )


def _in_tens(glr: Ratio | None) -> tuple[float | None, RatioKind]:
    return (None, "exact") if glr is None else (glr.log / LN10, glr.kind)


def _pairings(view: JointView) -> tuple[Pairing, ...]:
    found = []
    for f, (question, family) in enumerate(zip(view.questions, view.posterior.families, strict=True)):
        for j, p in zip(*np.nonzero(family.posterior[:, :-1] >= JointResult.least_listed), strict=True):
            log10_glr, kind = _in_tens(view.posterior.generalised_lr(f, int(j), int(p)))
            code, chance = view.persons.codes[int(p)], float(family.posterior[j, p])
            found.append(Pairing(code, question.code, question.missing[int(j)], chance, log10_glr, kind))
    return tuple(sorted(found, key=lambda one: (-round(one.posterior, 12), one.unidentified, one.family, one.missing)))


def _family(view: JointView, f: int, conclusions: Sequence[Conclusion]) -> FamilyAnswer:
    """The proposals for one family: the best assignment, without places that only chance would fill."""
    question, row = view.questions[f], view.posterior.best[0].persons[f]
    settled = {(c.unidentified, m) for c in conclusions if c.family == question.code for m in c.missing}
    placed = zip(question.missing, row, strict=True)
    codes = {m: view.persons.codes[person] for m, person in placed if person != NOBODY}
    proposed = {m: code for m, code in codes.items() if (code, m) in settled}
    not_found = dict(zip(question.missing, map(float, view.posterior.families[f].posterior[:, -1]), strict=True))
    groups = [tuple(question.missing[j] for j in some) for some in _alike(view, f)]
    words = describe_family(question.missing, proposed, groups)
    return FamilyAnswer(question.code, question.missing, proposed, not_found, words)


def _alike(view: JointView, f: int) -> list[tuple[int, ...]]:
    """Groups of places of a family that the data leave alike, where somebody is proposed for one of them."""
    groups = alike_places(view.tables[f], view.posterior.best[0].persons[f])
    return [some for some in groups if any((f, j) in view.reported_places for j in some)]


def _symmetric(view: JointView, f: int) -> list[SymmetricGroup]:
    question, row = view.questions[f], view.posterior.best[0].persons[f]
    groups = []
    for places in _alike(view, f):
        people = [row[j] for j in places if row[j] != NOBODY]
        chance = view.posterior.families[f].posterior[list(places)][:, people].sum(axis=0)
        parents = {
            (question.pedigree[question.missing[j]].father, question.pedigree[question.missing[j]].mother)
            for j in places
        }
        siblings = len(parents) == 1 and None not in next(iter(parents))
        groups.append(
            SymmetricGroup(
                question.code,
                tuple(question.missing[j] for j in places),
                tuple(sorted(view.persons.codes[p] for p in people)),
                float(chance.min()),
                FULL_SIBLINGS if siblings else "places that the data leave alike",
            )
        )
    return groups


def _conclusion(view: JointView, proposal: Proposal) -> Conclusion:
    code, rivals = view.persons.codes[proposal.person], _rival_words(view, proposal.person)
    if proposal.family is None or not view.is_reported(proposal):
        chance = float(view.posterior.unassigned[proposal.person])
        words = describe_without_place(view.persons, proposal, chance, rivals)
        return Conclusion(code, None, (), proposal.status, chance, None, "exact", words)
    question = view.questions[proposal.family]
    log10_glr, kind = _in_tens(proposal.glr)
    return Conclusion(
        unidentified=code,
        family=question.code,
        missing=tuple(question.missing[j] for j in proposal.places),
        status=proposal.status,
        posterior=proposal.posterior,
        log10_glr=log10_glr,
        glr_kind=kind,
        sentences=describe_placed(
            question, view.persons, proposal, instead=_instead(view, proposal), donors=view.donors[question.code],
            threshold=view.threshold, rivals=rivals,
        ),
    )  # fmt: skip


def _instead(view: JointView, proposal: Proposal) -> Statement | None:
    """Where the best assignment without a proposal has the person; nothing for nobody, or where nothing bears."""
    family, place = next_best(view.posterior, proposal.person, proposal)
    if family is None or (family, place) in view.unseen:
        return None
    return _place_name(view, family, place)


def _place_name(view: JointView, family: int, place: int) -> Statement:
    question = view.questions[family]
    return said.PLACE(missing=question.missing[place], family=question.code)


def _rival_words(view: JointView, person: int) -> Statement | None:
    """That others fit the place of a person, or this person that of another; nothing where there is no contest."""
    codes = view.persons.codes
    for one in view.contests:
        place = _place_name(view, one.family, one.place)
        if person in one.others:
            return describe_rivals(place, codes[one.holder], [codes[person]], near=person in one.near)
        if person == one.holder and one.near:
            return describe_rivals(place, codes[person], [codes[p] for p in sorted(one.near)], near=True)
    return None


def _rivals(view: JointView, contest: Contest) -> Rivals:
    question, codes = view.questions[contest.family], view.persons.codes
    persons = tuple(codes[person] for person in (contest.holder, *contest.others))
    return Rivals(question.code, question.missing[contest.place], persons)


def _population_notices(views: dict[str, JointView], chosen: str) -> tuple[Statement, ...]:
    """Where another population's frequencies propose something else."""
    best = views[chosen].informed_places
    differing = [name for name, view in views.items() if view.informed_places != best]
    if not differing:
        return ()
    changed = {person for name in differing for *_, person in views[name].informed_places ^ best}
    codes = tuple(code for p, code in enumerate(views[chosen].persons.codes) if p in changed)
    return (said.OTHER_POPULATION(populations=tuple(differing), persons=codes),)
