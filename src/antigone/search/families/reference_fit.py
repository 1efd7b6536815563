"""Do the references of a family fit its declared pedigree? An incidental finding: PURPOSE.md, rule 6.

What this module finds is for the responsible geneticist alone. The ordinary search leaves such references
out and shows nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.sums.likelihood import evaluate
from antigone.engine.sums.pruning import prune
from antigone.engine.sums.work import work_of
from antigone.model.assumptions.choices import badly_fitting
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.search.families.batches import Heard, Question, batches, unheard
from antigone.search.families.together import join_small


@dataclass(frozen=True)
class ReferenceFit:
    """How a reference fits its declared place: log10 of P(data | as declared) / P(data | unrelated).

    ``left_out`` says that it takes no part in the search: it fits badly, or the references that are left cannot be
    computed without those that fit badly.
    """

    family: str
    member: str
    sample: str
    log10_fit: float
    left_out: bool


@dataclass(frozen=True)
class Declared:
    """A family's declared pedigree and the references that may be used."""

    code: str
    pedigree: Pedigree
    references: Mapping[str, Profile]


def everything(_family: int, _kept: Mapping[str, Profile]) -> bool:
    """Every choice of references can be computed."""
    return True


def judge_references(
    families: Sequence[Declared],
    markers: Sequence[Marker],
    *,
    theta: float = 0.0,
    affordable: Callable[[int, Mapping[str, Profile]], bool] = everything,
    heard: Heard = unheard,
) -> list[list[ReferenceFit]]:
    """Every reference's fit, family by family.

    The worst are left out, one indistinguishable group after another, until all that remain fit. All families
    are computed in batches. ``affordable`` says whether a family, by number, can still be computed with the references
    that are left; where it cannot, these are left out too. A refusal would tell that others did not fit (PURPOSE.md,
    rule 6).
    """
    judged: list[list[ReferenceFit]] = [[] for _ in families]
    waiting = {number: dict(family.references) for number, family in enumerate(families)}
    while waiting:
        asked = [Declared(families[n].code, families[n].pedigree, kept) for n, kept in waiting.items()]
        fits = dict(zip(waiting, _log10_fits(asked, markers, theta, heard), strict=True))
        waiting = {n: left for n, kept in waiting.items() if (left := _judge(families[n], kept, fits[n], judged[n]))}
        for n in [number for number, kept in waiting.items() if not affordable(number, kept)]:
            rest = waiting.pop(n)
            judged[n] += [ReferenceFit(families[n].code, m, p.sample, fits[n][m], True) for m, p in rest.items()]
    return judged


def _judge(
    family: Declared, kept: Mapping[str, Profile], fits: Mapping[str, float], judged: list[ReferenceFit]
) -> dict[str, Profile]:
    """Record verdicts; return the references to judge again, none when all that are left fit."""
    gone = badly_fitting(fits)
    if not gone:
        judged += [ReferenceFit(family.code, m, kept[m].sample, fit, False) for m, fit in fits.items()]
        return {}
    judged += [ReferenceFit(family.code, m, kept[m].sample, fits[m], True) for m in fits if m in gone]
    return {member: profile for member, profile in kept.items() if member not in gone}


def _log10_fits(
    families: Sequence[Declared], markers: Sequence[Marker], theta: float, heard: Heard
) -> list[dict[str, float]]:
    """log10 of the likelihood with each member in place over the one with the same profile in a stranger.

    A marker at which the other references are impossible by themselves says nothing about this one; a marker
    that only this reference makes impossible makes its fit minus infinity. A single reference fits by itself.
    """
    questions = [question for family in families for question in fit_questions(family, theta)]
    logs = iter(_log_likelihoods(questions, markers, theta, heard))
    return [_family_fits(family, logs, markers, theta) for family in families]


def fit_questions(family: Declared, theta: float) -> list[Question]:
    """The likelihoods by which references are judged: as declared, and each with one member as a stranger."""
    if len(family.references) < 2:
        return []
    apart = [question for member in family.references for question in _apart(family, member, theta)]
    return [Question(family.pedigree, family.references), *apart]


def _apart(family: Declared, member: str, theta: float) -> list[Question]:
    """The member's profile in a stranger. Without theta the stranger and the family are independent."""
    stranger = Pedigree((Individual("stranger", family.pedigree[member].sex),))
    alone = {"stranger": family.references[member]}
    others = {m: p for m, p in family.references.items() if m != member}
    if theta == 0.0:
        return [Question(family.pedigree, others), Question(stranger, alone)]
    code = f"unrelated {member}"
    both = Pedigree((*family.pedigree, replace(stranger["stranger"], id=code)))
    return [Question(both, others | {code: family.references[member]})]


def _log_likelihoods(questions: Sequence[Question], markers: Sequence[Marker], theta: float, heard: Heard) -> Array:
    logs = np.zeros((len(questions), len(markers)))
    for joined in join_small(batches(questions, markers), theta):
        found = joined.split(evaluate(joined.whole, theta=theta))
        for (marker, rows, data), values in zip(joined.parts, found, strict=True):
            logs[rows, marker] = values
            heard(len(rows) * work_of(prune(data), theta).operations)
    return logs


def _family_fits(family: Declared, logs: Iterator[Array], markers: Sequence[Marker], theta: float) -> dict[str, float]:
    if len(family.references) < 2:
        return dict.fromkeys(family.references, 0.0)
    declared, fits = next(logs), {}
    for member, profile in family.references.items():
        unrelated = next(logs) if theta > 0.0 else next(logs) + next(logs)
        typed = np.array([marker.name in profile.genotypes for marker in markers])
        counted = typed & ~np.isneginf(unrelated)
        fits[member] = float(np.sum(declared[counted] - unrelated[counted]) / np.log(10))
    return fits
