"""How long joint identification takes: the incidents of the project's speed targets, in one run.

Prints JSON: seconds from families and persons to posteriors, whether exact, the largest memory so far. One core:
``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/joint.py [name ...]``. ``ANTIGONE_SHARED`` names the
folder with ``published/grave.json`` when it is not beside the repository.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from antigone.casework.joint.questions import persons_of
from antigone.casework.validation.joint import JointCase
from antigone.engine.frequencies import markers_of
from antigone.formats.frequencies import nist1036
from antigone.formats.validation.cases import read_cases
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.incident.settings import DEFAULT_MUTATION, MutationChoice, SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.model.results.joint import JointPrior
from antigone.search.joint.persons import Persons
from antigone.search.joint.posterior import solve_joint
from antigone.search.joint.question import FamilyQuestion
from antigone.search.joint.screen import family_tables
from antigone.search.remains.readings import observe_profile
from antigone.simulation.disaster import Disaster, simulate_disaster
from antigone.simulation.genes import drop_genes

SHARED = Path(os.environ.get("ANTIGONE_SHARED", Path(__file__).resolve().parents[2] / "shared"))
DEGRADED = ObservationModel(ObservationRates(dropout=0.1, dropin=0.01, error=0.001))
Asked = tuple[Sequence[FamilyQuestion], Persons]

TEN = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("R1", "female", "GF", "GM"),
    ("M1", "male", "GF", "GM"), ("W1", "female"), ("M2", "female", "M1", "W1"), ("M3", "male", "M1", "W1"),
    ("M4", "female", "GF", "GM"), ("H4", "male"), ("M5", "male", "H4", "M4"), ("M6", "female", "H4", "M4"),
    ("R2", "male", "H4", "M4"), ("M7", "male", "GF", "GM"), ("M8", "female"), ("M9", "male", "M7", "M8"),
    ("M10", "female", "M7", "M8"), ("R3", "female", None, "M8"),
)  # fmt: skip
"""Three generations, ten of them missing: five women and five men; three references."""


def kit(mutation: MutationChoice, markers: int | None = None) -> tuple[Marker, ...]:
    table = next(table for table in nist1036() if "pooled" not in table.population)
    names = tuple(table.frequencies)[:markers]
    return tuple(markers_of(table, names, seen={}, rule=SearchSettings().rule, mutation=mutation))


def ask(incident: Incident) -> Asked:
    persons = persons_of(incident.unidentified, kit(incident.settings.mutation))
    questions = [
        FamilyQuestion(
            family.code,
            family.pedigree,
            family.missing,
            {donor.member: donor.profile for donor in family.donors},
            tuple(
                tuple(p for p, sex in enumerate(persons.sexes) if sex == family.pedigree[m].sex) for m in family.missing
            ),
        )
        for family in incident.families
    ]
    return questions, persons


def disaster(size: Disaster) -> Asked:
    tables = [table for table in nist1036() if "pooled" not in table.population][:1]
    return ask(simulate_disaster(size, tables=tables, seed=1, settings=SearchSettings(mutation=DEFAULT_MUTATION))[0])


def ten_by_ten() -> Asked:
    """Ten families that miss one person each, and ten unidentified persons."""
    return disaster(Disaster(families=10, kinds=(0, 8, 4)))


def five_families() -> Asked:
    """Five families that miss two or three persons each, and fifteen unidentified persons."""
    return disaster(Disaster(families=5, unreported=4, kinds=(1, 7, 2, 5, 9)))


def grave(mutating: bool) -> Asked:
    """The published grave: one family, eight missing, eight unidentified, 52,564 assignments."""
    [case] = read_cases(SHARED / "published" / "grave.json")
    if mutating:
        models = {"female": Stepwise(0.0005, 1e-6, 0.1), "male": Stepwise(0.002, 1e-6, 0.1)}
        case = replace(case, markers=tuple(replace(marker, **models) for marker in case.markers))
    joint = JointCase(case)
    return joint.questions, joint.persons


def ten_of_one_family(mutation: MutationChoice) -> Asked:
    """One family with ten missing and ten unidentified persons (five women, five men): 2,390,116 assignments."""
    markers, rng = kit(mutation, 24), np.random.default_rng(3)
    genotypes = drop_genes(TEN, markers, rng=rng)
    missing = tuple(f"M{i}" for i in range(1, 11))
    who = [missing[i] for i in rng.permutation(10)]
    profiles = tuple(Profile(f"V{i}", genotypes[m]) for i, m in enumerate(who))
    persons = Persons(tuple(p.sample for p in profiles), tuple(TEN[m].sex for m in who), profiles, markers)
    candidates = tuple(tuple(p for p, sex in enumerate(persons.sexes) if sex == TEN[m].sex) for m in missing)
    references = {member: Profile(member, genotypes[member]) for member in ("R1", "R2", "R3")}
    return [FamilyQuestion("F", TEN, missing, references, candidates)], persons


def air_crash() -> Asked:
    """250 victims: 220 missing persons of 110 families, 30 whom nobody reported; one family in ten has relatives."""
    return disaster(Disaster(families=110, unreported=30, related=0.1))


def through_dropout(asked: Callable[[], Asked]) -> Callable[[], Asked]:
    """The same question, all unidentified persons seen through drop-out 0.1, drop-in 0.01 and error 0.001."""

    def degraded() -> Asked:
        questions, persons = asked()
        everybody = zip(persons.codes, persons.profiles, persons.sexes, strict=True)
        seen = {
            code: observe_profile(UnidentifiedPerson(code, profile, sex), persons.markers, observation=DEGRADED)
            for code, profile, sex in everybody
        }
        return questions, replace(persons, observations=seen)

    return degraded


QUESTIONS: dict[str, tuple[Callable[[], Asked], float]] = {
    "10 x 10, ten families": (ten_by_ten, 1.0),
    "5 families, 2 to 3 missing, 15 unidentified": (five_families, 5.0),
    "grave, no mutation": (lambda: grave(False), 0.3),
    "grave, stepwise mutation": (lambda: grave(True), 3.0),
    "10 missing of one family, no mutation": (lambda: ten_of_one_family(MutationChoice()), 60.0),
    "10 missing of one family, stepwise mutation": (lambda: ten_of_one_family(DEFAULT_MUTATION), 60.0),
    "air crash, 250 victims, 110 families": (air_crash, 60.0),
    "5 families, drop-out": (through_dropout(five_families), 5.0),
    "grave, no mutation, drop-out": (through_dropout(lambda: grave(False)), 3.0),
    "grave, stepwise mutation, drop-out": (through_dropout(lambda: grave(True)), 3.0),
    "air crash, drop-out": (through_dropout(air_crash), 120.0),
}


def measure(asked: Callable[[], Asked], target: float) -> dict[str, object]:
    questions, persons = asked()
    persons.readings  # noqa: B018  (reading the profiles is no part of the question)
    start = time.perf_counter()
    tables, prices = family_tables(questions, persons, persons.markers)
    listed = time.perf_counter() - start
    posterior = solve_joint(tables, persons, prior=JointPrior(), prices=prices)
    spent = time.perf_counter() - start
    return {
        "seconds": round(spent, 3),
        "target_seconds": target,
        "seconds_for_likelihoods": round(listed, 3),
        "missing": sum(len(question.missing) for question in questions),
        "unidentified": len(persons.codes),
        "joint_assignments": float(f"{np.exp(min(posterior.log_assignments, 700)):.6g}"),
        "exact": posterior.exact,
        "error_bound": posterior.error_bound,
        "largest_memory_GB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }


def main(names: Sequence[str]) -> None:
    chosen = {name: question for name, question in QUESTIONS.items() if not names or name in names}
    print(json.dumps({name: measure(*question) for name, question in chosen.items()}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
