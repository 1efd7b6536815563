"""Joint cases of the validation corpus: tables of assignments, posteriors, generalised LRs, conclusions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from antigone.formats.validation.cases import Case
from antigone.model.pedigree import Sex
from antigone.model.profile import Profile
from antigone.model.results.joint import JointPrior
from antigone.search.joint.conclusions import Proposal, propose, without_data
from antigone.search.joint.likelihood import FamilyTable, family_table
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import JointPosterior, solve_joint
from antigone.search.joint.question import NOBODY, FamilyQuestion

Deviation = tuple[str, float, float]

STATED_PRIOR = JointPrior("odds", 0.05)
"""The stated prior of every case of the corpus."""
SETTLED = ("Undisputed", "Match (GLR)")


@dataclass(frozen=True)
class JointCase:
    """A case's families and victims, solved."""

    case: Case

    @cached_property
    def persons(self) -> Persons:
        codes = tuple(self.case.victims)
        profiles = tuple(self.case.profiles.get(code, Profile(code, {})) for code in codes)
        return Persons(codes, tuple(self.case.victims.values()), profiles, self.case.markers)

    @cached_property
    def questions(self) -> tuple[FamilyQuestion, ...]:
        return tuple(self._question(code) for code in self.case.families)

    def _question(self, code: str) -> FamilyQuestion:
        pedigree = self.case.families[code]
        missing = tuple(m for m in self.case.missing if m in pedigree)
        references = {m: p for m, p in self.case.profiles.items() if m in pedigree and m not in missing}
        candidates = tuple(self._possible(pedigree[m].sex) for m in missing)
        return FamilyQuestion(code, pedigree, missing, references, candidates)

    def _possible(self, sought: Sex) -> tuple[int, ...]:
        return tuple(p for p, sex in enumerate(self.persons.sexes) if sex == sought or "unknown" in (sex, sought))

    @cached_property
    def tables(self) -> tuple[FamilyTable, ...]:
        return tuple(
            family_table(q, self.persons, self.case.markers, theta=self.case.theta) for q in self.questions
        )  # fmt: skip

    @cached_property
    def posterior(self) -> JointPosterior:
        return solve_joint(self.tables, self.persons, prior=JointPrior())

    @cached_property
    def weights(self) -> tuple[dict[tuple[int, ...], float], ...]:
        """The log weight of every row of every family."""
        return tuple(
            dict(zip(map(tuple, table.persons.tolist()), table.log_weight.tolist(), strict=True))
            for table in self.tables
        )

    def log_weight(self, assigned: Mapping[str, str]) -> float:
        """The log weight of an assignment, given as victim to missing person (``*``: nobody)."""
        who = {missing: self.persons.codes.index(v) for v, missing in assigned.items() if missing != "*"}
        rows = (tuple(who.get(m, NOBODY) for m in q.missing) for q in self.questions)
        return sum(weights[row] for weights, row in zip(self.weights, rows, strict=True))

    @property
    def log_nobody(self) -> float:
        return sum(t.log_nobody for t in self.tables) + float(self.persons.log_alone_each.sum())

    def place(self, missing: str) -> tuple[int, int]:
        """Family and position of a missing person."""
        return next((f, q.missing.index(missing)) for f, q in enumerate(self.questions) if missing in q.missing)


def joint_deviations(case: Case) -> Iterator[Deviation]:
    """How far the joint answers are from the expected ones, quantity by quantity."""
    joint, expected = JointCase(case), case.expected
    yield from _table(joint, expected)
    yield from _older_table(joint, expected.get("jointDVI"))
    for name, prior in (("flat", JointPrior()), ("stated", STATED_PRIOR)):
        if f"posterior_pairing_{name}_prior" in expected:
            posterior = solve_joint(joint.tables, joint.persons, prior=prior)
            yield from _posteriors(joint, posterior, expected[f"posterior_pairing_{name}_prior"], name)
    yield from _generalised(joint, expected.get("GLR") or {})
    yield from _conclusions(joint, expected.get("dviSolve") or {})


def _table(joint: JointCase, expected: Mapping[str, Any]) -> Iterator[Deviation]:
    table = expected.get("joint") or {}
    possible = expected.get("assignments_sex_consistent", table.get("rows_total"))
    if possible is not None:
        found = math.exp(joint.posterior.log_assignments)
        yield "number of joint assignments (relative)", abs(found / possible - 1), 1e-9
    for row, value in zip(table.get("assignments", ()), table.get("log_likelihood", ()), strict=True):
        log = joint.log_nobody + joint.log_weight(dict(zip(table["victims"], row, strict=True)))
        yield "joint assignments: log likelihood", _difference(log, value), 1e-8
    if table:
        best = joint.posterior.best[0].log_weight + joint.log_nobody
        yield "best joint assignment: log likelihood", _difference(best, max(map(float, table["log_likelihood"]))), 1e-8


def _older_table(joint: JointCase, table: Mapping[str, Any] | None) -> Iterator[Deviation]:
    if not table or "LR_over_none" not in table:
        return
    unreferenced = JointCase(
        replace(joint.case, profiles={c: p for c, p in joint.case.profiles.items() if c in joint.case.victims})
    )  # fmt: skip
    rows = [dict(zip(table["victims"], row, strict=True)) for row in table["assignments"]]
    for row, ratio, alone in zip(rows, table["LR_over_none"], table["LR0"], strict=True):
        yield "assignment over nobody: LR (relative)", _relative(math.exp(joint.log_weight(row)), ratio), 1e-8
        if alone is not None:
            found = math.exp(unreferenced.log_weight(row))
            yield "the same without references: LR (relative)", _relative(found, alone), 1e-8


def _posteriors(
    joint: JointCase, posterior: JointPosterior, expected: Mapping[str, Mapping[str, float]], prior: str
) -> Iterator[Deviation]:  # fmt: skip
    for victim, row in expected.items():
        person = joint.persons.codes.index(victim)
        for missing, value in row.items():
            if missing == "*":
                found = float(posterior.unassigned[person])
            else:
                family, place = joint.place(missing)
                found = float(posterior.families[family].posterior[place, person])
            yield f"posterior pairing, {prior} prior", abs(found - (value or 0.0)), 1e-10


def _generalised(joint: JointCase, expected: Mapping[str, Mapping[str, float | None]]) -> Iterator[Deviation]:
    """A GLR is undefined in the corpus where the pairing is in no assignment, or in all of them."""
    for victim, row in expected.items():
        person = joint.persons.codes.index(victim)
        for missing, value in row.items():
            if missing == "*":
                continue
            family, place = joint.place(missing)
            glr = joint.posterior.generalised_lr(family, place, person)
            if glr is not None and glr.kind != "exact":
                yield "generalised LR (only bounded here)", math.inf, 1e-8
                continue
            if value is None:
                yield "generalised LR (relative)", 0.0 if glr is None or glr.log == -np.inf else math.inf, 1e-8
            else:
                found = math.inf if glr is None else math.exp(glr.log)
                yield "generalised LR (relative)", _relative(found, float(value)), 1e-8


def _conclusions(joint: JointCase, expected: Mapping[str, Any]) -> Iterator[Deviation]:
    solved = (
        {str(expected["threshold"]): expected} if "threshold" in expected else expected
    )  # the corpus has one for each threshold
    for threshold, tables in solved.items():
        if "AM" not in tables:
            continue
        found = [
            propose(joint.posterior, p, log_threshold=math.log(float(threshold)))
            for p in range(len(joint.persons.codes))
        ]
        theirs = _settled(tables)
        yield "conclusions: pairs settled there, not here", float(len(theirs - _ours(joint, found))), 0.0
        yield "conclusions: non-identifiable", float(_unseen(joint) != _named(tables, "Nonidentifiable")), 0.0


def _settled(tables: Mapping[str, Any]) -> set[tuple[str, frozenset[str]]]:
    """Victims with one place, or with a set of places that cannot be told apart."""
    settled = set()
    for row in tables["PM"]:
        if row["Conclusion"] in (*SETTLED, "Symmetric match"):
            settled.add((row["Sample"], frozenset(row["Missing"].split("/"))))
    return settled


def _ours(joint: JointCase, found: Sequence[Proposal]) -> set[tuple[str, frozenset[str]]]:
    return {
        (joint.persons.codes[p.person], frozenset(joint.questions[p.family].missing[j] for j in p.places))
        for p in found
        if p.family is not None and p.status.startswith("supported")
    }


def _unseen(joint: JointCase) -> set[str]:
    return {m for q in joint.questions for m in without_data(q.pedigree, q.references, q.missing)}


def _named(tables: Mapping[str, Any], conclusion: str) -> set[str]:
    return {row["Missing"] for row in tables["AM"] if row["Conclusion"] == conclusion}


def _difference(found: float, expected: float | str) -> float:
    target = float(expected)
    return 0.0 if found == target else abs(found - target)


def _relative(found: float, expected: float) -> float:
    return 0.0 if found == expected else abs(found - expected) / max(abs(expected), 1e-300)
