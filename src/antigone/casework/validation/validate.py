"""Run validation cases and say, by category and quantity, how far the answers are from the expected values."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from antigone.casework.incident.prepare import Progress, silent
from antigone.casework.validation.joint import joint_deviations
from antigone.casework.validation.observed import ratio_of_case
from antigone.casework.validation.power import distribution_deviations, exclusion_deviations
from antigone.casework.validation.readings import mixture_deviations, sequence_deviations
from antigone.casework.validation.snps import dense_snp_deviations
from antigone.engine.kinship import (
    identity_coefficients,
    inbreeding_coefficients,
    kinship_matrix,
    sharing_probabilities,
)
from antigone.engine.mutation import properties as properties
from antigone.engine.mutation.matrices import transition_matrix
from antigone.engine.sums.likelihood import genotype_distribution, log_likelihoods
from antigone.errors import AntigoneError, InputError, PlanTooLarge, Problem, Unsupported
from antigone.formats.validation.cases import Case, Unreadable, mutation_model, read_each
from antigone.formats.validation.kinds import UNCLEAR, faults_of_values
from antigone.model.assumptions.marker import Marker
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target
from antigone.search.pairs.comparison import compare

Deviation = tuple[str, float, float]
"""Quantity, deviation, tolerance."""

Outcome = Literal["compared", "not supported", "not run", "not read"]
OUTCOMES: tuple[Outcome, ...] = ("compared", "not supported", "not run", "not read")
_MOST_FAULTS = 5
"""So many faults of one case are named."""


@dataclass(frozen=True)
class Check:
    """One quantity of one kind of cases of one file: how many values were compared, and the largest deviation.

    ``largest`` is ``None`` when nothing was compared: ``outcome`` and ``reason`` say why. ``members`` are the codes of
    the cases, ``failed`` those beyond the tolerance. A file without cases has no members.
    """

    category: str
    quantity: str
    values: int
    largest: float | None
    tolerance: float
    worst_case: str
    file: str = ""
    members: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    outcome: Outcome = "compared"
    reason: str = ""

    @property
    def cases(self) -> int:
        return len(self.members)

    @property
    def passed(self) -> bool:
        return self.largest is not None and self.largest <= self.tolerance


class _CannotRun(Exception):
    """Why a case is not compared."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason


def validate_files(paths: Sequence[Path], *, progress: Progress = silent) -> list[Check]:
    """Check every case of every file. What cannot be run is named with its reason, and the others go on.

    A table beside the cases, such as the corpus's summary, is named as such.

    Raises
    ------
    InputError
        When no file holds a case.
    """
    beside = [path for path in paths if _is_no_case(path)]
    if len(beside) == len(paths):
        raise InputError(f"no cases in {', '.join(path.name for path in paths)}; name files of validation cases")
    checks: list[Check] = []
    read = [(path, *_read(path)) for path in paths if path not in beside]
    number, whole = 0, sum(len(cases) for _, cases, _ in read)
    for path, cases, unreadable in read:
        checks += unreadable
        found: dict[tuple[str, str], list[_Value]] = {}
        for case in cases:
            progress("validating cases", number, whole)
            number += 1
            checks_of = _checked(case)
            if isinstance(checks_of, Check):
                checks.append(replace(checks_of, file=path.name))
                continue
            for quantity, deviation, tolerance in checks_of:
                found.setdefault((case.category, quantity), []).append(_Value(case.id, deviation, tolerance))
        checks += [_check(path.name, category, quantity, values) for (category, quantity), values in found.items()]
    return [*_joined(checks), *(Check("", "", 0, 0.0, 0.0, "", file=path.name) for path in beside)]


def _joined(checks: Sequence[Check]) -> Iterator[Check]:
    """The lines of a file that give one reason for several cases as one line."""
    found: dict[Check, list[str]] = {}
    for check in checks:
        key = check if check.outcome == "compared" else replace(check, members=())
        found.setdefault(key, []).extend(check.members)
    return (replace(check, members=tuple(members)) for check, members in found.items())


def tally(checks: Sequence[Check]) -> str:
    """How many cases there were, and what became of them, in words."""
    members = {(check.file, case) for check in checks for case in check.members}
    differ = {(check.file, case) for check in checks for case in check.failed}
    counts = {outcome: sum(check.cases for check in checks if check.outcome == outcome) for outcome in OUTCOMES}
    unread = sum(check.outcome == "not read" for check in checks)
    files = f"; {unread} file{'' if unread == 1 else 's'} could not be read" if unread else ""
    agree = len(members) - len(differ) - counts["not supported"] - counts["not run"]
    return (
        f"{len(members):,} case{'' if len(members) == 1 else 's'}: {agree:,} agree, {len(differ):,} "
        f"differ{'s' if len(differ) == 1 else ''}, {counts['not supported']:,} not supported by this version, "
        f"{counts['not run']:,} could not be run{files}."
    )


class _Value(NamedTuple):
    case: str
    deviation: float
    tolerance: float


def _read(path: Path) -> tuple[list[Case], list[Check]]:
    """The cases of a file, and a line for the file or for each case that cannot be read."""
    try:
        read = read_each(path)
    except AntigoneError as error:
        return [], [_not_run("", (), "not read", str(error), path.name)]
    lines = [
        _not_run("", (case.id,), "not run", _words(case.problem), path.name)
        for case in read
        if isinstance(case, Unreadable)
    ]
    return [case for case in read if isinstance(case, Case)], lines


def _words(problem: Problem) -> str:
    return f"{problem.column}: {problem.found}; expected {problem.expected}; {problem.remedy}"


def _not_run(category: str, members: tuple[str, ...], outcome: Outcome, reason: str, file: str = "") -> Check:
    return Check(category, "", 0, None, 0.0, "", file, members, (), outcome, reason)


def _checked(case: Case) -> list[Deviation] | Check:
    """The deviations of a case, or why there are none."""
    try:
        found = list(_deviations(case))
        if not found:
            raise _CannotRun("not run", "it has no expected value to compare with")
    except _CannotRun as error:
        return _not_run(case.category, (case.id,), error.outcome, error.reason)
    except (Unsupported, PlanTooLarge) as error:
        return _not_run(case.category, (case.id,), "not supported", str(error))
    except AntigoneError as error:
        return _not_run(case.category, (case.id,), "not run", str(error))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError) as error:
        reason = f"it is not complete for its category '{case.category}' ({error}); see docs/formats.md"
        return _not_run(case.category, (case.id,), "not run", reason)
    return found


def _is_no_case(path: Path) -> bool:
    """Whether a file is one JSON object without anything a case has."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and not content.keys() & {"id", "markers", "pedigrees", "genotypes", "expected"}


def _check(file: str, category: str, quantity: str, values: list[_Value]) -> Check:
    tolerance = values[0].tolerance
    members = tuple(dict.fromkeys(value.case for value in values))
    failed = tuple(dict.fromkeys(value.case for value in values if not value.deviation <= tolerance))
    worst = max(values, key=lambda value: value.deviation)
    return Check(
        category, quantity, len(values), worst.deviation, tolerance, worst.case if worst.deviation else "", file,
        members, failed,
    )  # fmt: skip


def _deviations(case: Case) -> Iterator[Deviation]:
    if not case.category:
        raise _CannotRun("not run", UNCLEAR)
    faults = list(faults_of_values(case.category, case.expected))
    if faults:
        raise _CannotRun("not run", "; ".join(faults[:_MOST_FAULTS]))
    yield from _BY_CATEGORY[case.category](case)


def _hypotheses(case: Case) -> Iterator[Deviation]:
    ratio = ratio_of_case(case)
    for name, logs in (("H1", ratio.log_h1), ("H2", ratio.log_h2)):
        yield from _each(
            "log likelihood", dict(zip(ratio.markers, logs, strict=True)), case.expected["log_likelihood"][name], 1e-9
        )
    yield from _each("log LR", ratio.log_by_marker, case.expected["log_LR"], 1e-9)
    yield "total log LR", _difference(ratio.log_total, case.expected["log_LR_total"]), 1e-8


def _linked(case: Case) -> Iterator[Deviation]:
    """The joint values, and the single markers' where the case states them."""
    yield from _hypotheses(case)
    for name, expected in case.expected.get("log_likelihood_unlinked", {}).items():
        logs = log_likelihoods(case.pedigrees[name], case.profiles, case.markers, theta=case.theta)
        computed = {marker.name: log for marker, log in zip(case.markers, logs, strict=True)}
        yield from _each("log likelihood, unlinked", computed, expected, 1e-9)


def _disagreements(case: Case) -> Iterator[Deviation]:
    """The value by direct summation is the one to reach; where that sum was too large, pedprobr's without lumping."""
    summed, peeled = (case.expected[program]["log_likelihood"] for program in ("enumeration", "pedprobr"))
    for name, pedigree in case.pedigrees.items():
        logs = log_likelihoods(pedigree, case.profiles, case.markers, theta=case.theta)
        computed = {marker.name: log for marker, log in zip(case.markers, logs, strict=True)}
        expected = {m: peeled[name][m] if value is None else value for m, value in summed[name].items()}
        yield from _each("log likelihood", computed, expected, 1e-9)


def _genotype_distribution(case: Case) -> Iterator[Deviation]:
    pedigree = next(iter(case.pedigrees.values()))
    for marker in case.markers:
        expected = {frozenset(g.split("/")): p for g, p in case.expected["genotype_probability"][marker.name].items()}
        found = genotype_distribution(pedigree, case.profiles, marker, target=case.raw["target"], theta=case.theta)
        computed = {frozenset(genotype): p for genotype, p in found.items()}
        for genotype in expected.keys() | computed.keys():
            yield "genotype probability", abs(computed.get(genotype, 0.0) - expected.get(genotype, 0.0)), 1e-10


def _pairwise(case: Case) -> Iterator[Deviation]:
    targets = [_target(case, missing) for missing in case.missing]
    persons = [UnidentifiedPerson(v, case.profiles.get(v, Profile(v, {})), sex) for v, sex in case.victims.items()]
    comparison = compare(targets, persons, populations={"case": case.markers}, theta=case.theta)
    for t, target in enumerate(targets):
        for p, person in enumerate(persons):
            log_lr: float | None = float(comparison.log_lr["case"][t, p])
            if comparison.excluded_by_sex[t, p]:
                log_lr = None
            expected = case.expected["log_LR"][person.code][target.missing]
            yield "pairwise log LR", _difference(log_lr, expected), 1e-8
            excluded = case.expected.get("exclusion_counts", {}).get(person.code, {}).get(target.missing)
            if excluded is not None:
                yield "exclusion counts", abs(_exclusions(target, person, case.markers) - excluded), 0.0


def _target(case: Case, missing: str) -> Target:
    [(code, pedigree)] = [(code, p) for code, p in case.families.items() if missing in p]
    references = {m: p for m, p in case.profiles.items() if m in pedigree and m not in case.missing}
    return Target(code, missing, pedigree, references)


def _exclusions(target: Target, person: UnidentifiedPerson, markers: Sequence[Marker]) -> int:
    profiles = {**target.references, target.missing: person.profile}
    still = [marker.without_mutation() for marker in markers]
    return sum(log == -np.inf for log in log_likelihoods(target.pedigree, profiles, still))


def _pairwise_of_joint(case: Case) -> Iterator[Deviation]:
    if "log_LR" in case.expected:
        yield from _pairwise(case)
    yield from joint_deviations(case)


def _mutation_matrix(case: Case) -> Iterator[Deviation]:
    alleles, p, expected = case.raw["alleles"], np.array(case.raw["frequencies"]), case.expected
    matrix = transition_matrix(mutation_model({**case.raw["model"], "matrix": expected["matrix"]}), alleles, p.tolist())
    yield "matrix", float(np.abs(matrix - np.array(expected["matrix"])).max()), 1e-12
    yield "overall rate", abs(properties.overall_rate(matrix, p) - expected["overall_rate"]), 1e-12
    if expected.get("stationary_distribution") is not None:
        v = properties.stationary_distribution(matrix)
        yield "stationary distribution", float(np.abs(v - expected["stationary_distribution"]).max()), 1e-10
    flags = {
        "stationary": properties.is_stationary(matrix, p),
        "reversible": properties.is_reversible(matrix, p),
        "bounded": properties.is_bounded(matrix, p),
        "always_lumpable": properties.is_always_lumpable(matrix),
    }
    for name, flag in flags.items():
        yield "properties", float(flag != expected[name]), 0.0
    for subset in expected["lumpable"]:
        rows = [alleles.index(allele) for allele in subset["alleles"]]
        yield "properties", float(properties.is_lumpable(matrix, rows) != subset["lumpable"]), 0.0


def _kinship(case: Case) -> Iterator[Deviation]:
    pedigree, expected = next(iter(case.pedigrees.values())), case.expected
    pedigree = Pedigree(tuple(pedigree[member] for member in expected["members"]))
    for name, chromosome in (("kinship", "autosomal"), ("kinship_X", "X")):
        if expected[name] is None:
            continue
        matrix = kinship_matrix(pedigree, chromosome=chromosome)  # type: ignore[arg-type]
        yield name, float(np.abs(matrix - np.array(expected[name])).max()), 1e-12
    yield from _each("inbreeding", inbreeding_coefficients(pedigree), expected["inbreeding"], 1e-12)
    for pair in expected["pairs"]:
        members = (pair["pair"][0], pair["pair"][1])
        named, coefficients = _identity(case, members, pair["condensed_identity"])
        states = identity_coefficients(pedigree, members)
        yield named, float(np.abs(states - coefficients).max()), 1e-12
        if pair.get("kappa") is not None:
            yield "kappa", float(np.abs(sharing_probabilities(pedigree, members) - pair["kappa"]).max()), 1e-12


def _identity(case: Case, members: tuple[str, str], expected: Sequence[float]) -> tuple[str, Sequence[float]]:
    """The expected coefficients, and whether they contradict the case's own inbreeding coefficients.

    By definition D1 + D2 + D3 + D4 is the first person's inbreeding. In two cases of the corpus (an inbred founder
    unrelated to the first person) it is the second person's: there the pair stands in the other order.
    """
    if abs(sum(expected[:4]) - case.expected["inbreeding"][members[0]]) < 1e-9:
        return "condensed identity", expected
    swapped = [expected[place] for place in (0, 1, 4, 5, 2, 3, 6, 7, 8)]
    return "condensed identity (expected value has the pair in the other order)", swapped


def _each(
    quantity: str, computed: Mapping[str, float | None], expected: Mapping[str, Any], tolerance: float
) -> Iterator[Deviation]:
    for name, value in expected.items():
        if name not in computed:
            raise InputError(f"an expected value of '{name}', which is not among {', '.join(computed)}")
        yield quantity, _difference(computed[name], value), tolerance


def _difference(computed: float | None, expected: float | str | None) -> float:
    """The absolute difference; undefined equals undefined only, impossible equals impossible only."""
    if computed is None or expected is None:
        return 0.0 if computed is expected else math.inf
    target = float(expected)
    if math.isnan(computed):
        return math.inf
    return 0.0 if computed == target else abs(computed - target)


_BY_CATEGORY: dict[str, Callable[[Case], Iterator[Deviation]]] = {
    **dict.fromkeys(("hypotheses", "observation"), _hypotheses),
    **dict.fromkeys(("linked", "linked_theta"), _linked),
    "disagreements": _disagreements,
    "missing_person_genotype_distribution": _genotype_distribution,
    "dvi_pairwise": _pairwise,
    "dvi_joint": _pairwise_of_joint,
    "mutation_matrices": _mutation_matrix,
    "kinship": _kinship,
    "dense_snp": dense_snp_deviations,
    "mixture": mixture_deviations,
    "sequence_ce": sequence_deviations,
    "power": exclusion_deviations,
    "power_exact": distribution_deviations,
}
