"""Fragments and identities in one model: which samples are parts of one person, and of whom, of a whole incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from antigone.casework.incident.prepare import Prepared, Progress, prepare, silent
from antigone.casework.incident.provenance import describe_run, used_jointly
from antigone.casework.joint.questions import persons_of, questions_of
from antigone.casework.pairs.evidence import circumstance_log_odds
from antigone.casework.samples.self_checks import SelfChecks
from antigone.engine.arrays import Array
from antigone.errors import InputError, ModelError
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import Incident
from antigone.model.results.fragments import FragmentsResult, MissingFound, OnePerson, SamplePlace, SampleProposal
from antigone.model.results.joint import JointPrior
from antigone.model.results.search import Provenance
from antigone.search.families.family_table import Target
from antigone.search.fragments.blocks import LEAST_STEP, SampleReadings, Samples
from antigone.search.fragments.posterior import FragmentPosterior
from antigone.search.fragments.samples import log_sexes_of
from antigone.search.fragments.together import Solved, solve_samples
from antigone.search.joint.conclusions import without_data
from antigone.search.joint.persons import Persons
from antigone.search.joint.prior import countable_sexes, prior_weights
from antigone.search.joint.question import FamilyQuestion
from antigone.search.pairs.blocks import usable_targets
from antigone.search.remains.readings import observe_profile

MOST_SETS_LISTED = 10
ALIKE = 0.01
"""Places of a family whose posteriors differ by less than this share are told together."""


@dataclass(frozen=True)
class FragmentsView:
    """The numbers of one population, before they become words."""

    samples: Persons
    questions: tuple[FamilyQuestion, ...]
    solved: Solved
    odds: float
    threshold: float

    @property
    def unseen(self) -> frozenset[tuple[str, str]]:
        """Places (family, missing member) on which no reference bears."""
        return frozenset((q.code, m) for q in self.questions for m in without_data(q.pedigree, q.references, q.missing))

    @property
    def sets(self) -> tuple[Samples, ...]:
        return self.solved.sets

    @property
    def posterior(self) -> FragmentPosterior:
        return self.solved.posterior


def fragments_incident(
    incident: Incident,
    *,
    today: dt.date,
    created: str,
    command: str,
    prior: JointPrior | None = None,
    population: str | None = None,
    progress: Progress = silent,
) -> FragmentsResult:
    """Solve fragments and identities of an incident jointly, under consent, in every population; report one of them.

    The population reported is the named one, else the one in which all samples and families are least probable
    against "every sample is of a stranger of its own".

    Raises
    ------
    InputError, ModelError, PlanTooLarge
        See ``prepare``, ``family_tables`` and ``solve_fragments``; for the closed prior, which counts persons and not
        samples; and for a population that is not loaded.
    """
    prior = prior or JointPrior()
    if prior.kind == "closed":
        raise ModelError("the closed prior counts persons, and fragments are samples; use flat, open=E or odds=w")
    prepared = prepare(incident, today=today)
    if population is not None and population not in prepared.populations:
        raise InputError(f"no population '{population}' is loaded; there are {', '.join(prepared.populations)}")
    _, targets = usable_targets(prepared.families, prepared.populations, theta=incident.settings.theta)
    views: dict[str, FragmentsView] = {}
    for number, (name, markers) in enumerate(prepared.populations.items()):
        progress("solving fragments and families jointly", number, len(prepared.populations))
        views[name] = solve_population(prepared, targets, markers, prior=prior, progress=progress)
    progress("solving fragments and families jointly", len(views), len(views))
    chosen = population or min(views, key=lambda name: (views[name].posterior.log_total, name))
    run = describe_run(incident, created=created, command=command, seed=0)
    provenance = replace(run, settings=used_jointly(run.settings, incident.settings))
    result = _describe(incident.title, chosen, views[chosen], prior, provenance, today.isoformat())
    notices = (*incident.notices, *prepared.notices, *SelfChecks(incident).of_incident())
    return replace(result, notices=notices)


def solve_population(
    prepared: Prepared, targets: Sequence[Target], markers: Sequence[Marker], *, prior: JointPrior,
    progress: Progress = silent,
) -> FragmentsView:  # fmt: skip
    """The joint posterior of samples, persons and missing members under one population's frequencies."""
    settings, sex = prepared.incident.settings, prepared.further.sex
    samples = persons_of(prepared.persons, markers, observation=settings.observation, sex=sex)
    readings = SampleReadings(
        codes=samples.codes,
        seen=tuple(observe_profile(p, markers, observation=settings.observation) for p in prepared.persons),
        males=tuple(sex == "male" for sex in samples.sexes),
        apart=tuple(person.kind != "remains" for person in prepared.persons),
        log_sex=log_sexes_of(samples.sexes, sex),
        markers=tuple(markers),
        theta=settings.theta,
        share=None if sex is None else (1 - sex.males, sex.males),
    )
    questions = questions_of(targets, samples)
    places = [question.pedigree[m].sex for question in questions for m in question.missing]
    odds = prior_weights(prior, *countable_sexes(samples, places)).log_odds
    solved = solve_samples(
        questions, samples, readings, log_odds=odds, known=circumstance_log_odds(prepared, targets),
        heard=partial(progress, "weighing the assignments of families"),
    )  # fmt: skip
    return FragmentsView(samples, tuple(questions), solved, float(np.exp(odds)), settings.threshold)


def _describe(
    title: str, population: str, view: FragmentsView, prior: JointPrior, provenance: Provenance, day: str
) -> FragmentsResult:
    codes, posterior = view.samples.codes, view.posterior
    places = _places(view)
    alone = _of_each_sample(posterior.strangers, len(codes))
    together = _together(view)
    least = FragmentsResult.least_listed
    listed = [(place, p[s], s) for place, p in places.items() for s in range(len(codes)) if p[s] >= least]
    return FragmentsResult(
        title=title,
        population=population,
        prior=prior,
        odds=view.odds,
        threshold=view.threshold,
        proposals=tuple(_proposal(view, s, places, float(alone[s]), together) for s in range(len(codes))),
        places=tuple(
            SamplePlace(codes[s], *place, float(p)) for place, p, s in sorted(listed, key=lambda x: (x[2], -x[1]))
        ),
        nobody_missing={code: float(alone[s]) for s, code in enumerate(codes)},
        missing=_missing(view),
        pairs=tuple(
            OnePerson(codes[a], codes[b], float(together[a, b]))
            for a, b in combinations(range(len(codes)), 2)
            if together[a, b] >= least
        ),
        sets=len(posterior.strangers),
        exact=view.solved.exact,
        least_apart=float(np.exp(view.solved.log_least)),
        least_step=float(np.exp(LEAST_STEP)),
        left_out=posterior.left_out,
        notices=(),
        provenance=provenance,
        day=day,
    )


def _places(view: FragmentsView) -> dict[tuple[str, str], Array]:
    """By missing person, the posterior of each sample."""
    return {
        (question.code, missing): _of_each_sample(dict(zip(view.sets, row, strict=False)), len(view.samples.codes))
        for question, table in zip(view.questions, view.posterior.places, strict=True)
        for missing, row in zip(question.missing, table, strict=True)
    }


def _of_each_sample(chance: Mapping[Samples, float], count: int) -> Array:
    total = np.zeros(count)
    for block, p in chance.items():
        total[list(block)] += p
    return total


def _together(view: FragmentsView) -> Array:
    """The posterior of each two samples of being of one person."""
    count = len(view.samples.codes)
    total = np.zeros((count, count))
    every = [dict(zip(view.sets, row, strict=False)) for table in view.posterior.places for row in table]
    for chance in (view.posterior.strangers, *every):
        for block, p in chance.items():
            total[np.ix_(block, block)] += p
    return total


def _proposal(
    view: FragmentsView, s: int, places: Mapping[tuple[str, str], Array], alone: float, together: Array
) -> SampleProposal:  # fmt: skip
    """What is told of a sample. A place on which no reference bears is none: only chance would fill it."""
    codes = view.samples.codes
    parts = tuple(code for t, code in enumerate(codes) if t != s and together[s, t] > 0.5)
    seen = {place: float(p[s]) for place, p in places.items() if place not in view.unseen}
    best = max(seen, key=lambda place: seen[place], default=("", ""))
    alike = tuple(m for (f, m), p in seen.items() if f == best[0] and p >= seen[best] * (1 - ALIKE))
    chance = sum(seen[best[0], m] for m in alike)
    family, missing = (best[0], alike) if chance > alone else ("", ())
    chance = max(chance, alone)
    return SampleProposal(codes[s], family, missing, chance, parts, chance >= view.threshold * (1 - chance))


def _missing(view: FragmentsView) -> tuple[MissingFound, ...]:
    found = []
    for question, table in zip(view.questions, view.posterior.places, strict=True):
        for missing, row in zip(question.missing, table, strict=True):
            parts = {0: float(row[-1])}
            for block, p in zip(view.sets, row, strict=False):
                parts[len(block)] = parts.get(len(block), 0.0) + float(p)
            likely = [int(n) for n in np.argsort(-row[:-1], kind="stable")[:MOST_SETS_LISTED]]
            listed = tuple(
                (tuple(view.samples.codes[s] for s in view.sets[n]), float(row[n]))
                for n in likely
                if row[n] >= FragmentsResult.least_listed
            )
            found.append(MissingFound(question.code, missing, dict(sorted(parts.items())), listed))
    return tuple(found)
