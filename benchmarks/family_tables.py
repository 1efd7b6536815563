"""How long a family table takes: 24 STR markers of 20 alleles, stepwise mutation, families in batches.

Prints JSON, in processor time. Two siblings are timed beside a plain NumPy sum over the same unknowns, in the same run;
and families of every kind with theta beside the same ones without: how many times as long, and on average. One core:
``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/family_tables.py [families [families with theta]]``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np

from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.mutation import Stepwise
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile
from antigone.search.families.family_table import Target, log_lr_tables
from antigone.simulation.genes import drop_genes

MARKERS, ALLELES = 24, 20
KINDS = {
    "two siblings, parents untyped": (
        Pedigree.of(("F", "male"), ("M", "female"), *((c, "male", "F", "M") for c in ("MP", "S1", "S2"))),
        ("S1", "S2"),
    ),
    "grandparents and an uncle": (
        Pedigree.of(
            ("GF", "male"),
            ("GM", "female"),
            ("F", "male", "GF", "GM"),
            ("U", "male", "GF", "GM"),
            ("M", "female"),
            ("MP", "male", "F", "M"),
        ),
        ("GF", "GM", "U"),
    ),
    "one parent and a sibling": (
        Pedigree.of(("F", "male"), ("M", "female"), ("MP", "male", "F", "M"), ("S1", "male", "F", "M")),
        ("M", "S1"),
    ),
    "two parents": (Pedigree.of(("F", "male"), ("M", "female"), ("MP", "male", "F", "M")), ("F", "M")),
    "an uncle": (
        Pedigree.of(
            ("GF", "male"),
            ("GM", "female"),
            ("F", "male", "GF", "GM"),
            ("U", "male", "GF", "GM"),
            ("M", "female"),
            ("MP", "male", "F", "M"),
        ),
        ("U",),
    ),
    "a half-sister": (
        Pedigree.of(
            ("F", "male"), ("M", "female"), ("W", "female"), ("MP", "male", "F", "M"), ("H", "female", "F", "W")
        ),
        ("H",),
    ),
    "a cousin": (
        Pedigree.of(
            ("GF", "male"),
            ("GM", "female"),
            ("F", "male", "GF", "GM"),
            ("U", "male", "GF", "GM"),
            ("M", "female"),
            ("W", "female"),
            ("MP", "male", "F", "M"),
            ("C", "female", "U", "W"),
        ),
        ("C",),
    ),
    "two children and an untyped spouse": (
        Pedigree.of(("MP", "male"), ("W", "female"), ("C", "male", "MP", "W"), ("D", "female", "MP", "W")),
        ("C", "D"),
    ),
    "four siblings, parents untyped": (
        Pedigree.of(("F", "male"), ("M", "female"), *((c, "male", "F", "M") for c in ("MP", "S1", "S2", "S3", "S4"))),
        ("S1", "S2", "S3", "S4"),
    ),
    "child and spouse": (Pedigree.of(("MP", "male"), ("W", "female"), ("C", "male", "MP", "W")), ("C", "W")),
}


def markers(rng: np.random.Generator) -> list[Marker]:
    made = []
    for number in range(MARKERS):
        p = rng.dirichlet(np.full(ALLELES, 1.0))
        ladder = tuple(str(8 + allele) for allele in range(ALLELES))
        made.append(Marker(f"M{number}", ladder, tuple(p / p.sum()), Stepwise(0.001, 1e-6), Stepwise(0.002, 1e-6)))
    return made


def families(
    pedigree: Pedigree, typed: tuple[str, ...], count: int, ladder: list[Marker], rng: np.random.Generator
) -> list[Target]:
    targets = []
    for number in range(count):
        genotypes = drop_genes(pedigree, ladder, rng=rng)
        references = {m: Profile(m, genotypes[m]) for m in typed}
        targets.append(Target(f"F{number}", "MP", pedigree, references))
    return targets


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def plain_numpy(target: Target, ladder: list[Marker]) -> None:
    """Two siblings by broadcasting over both parents' four alleles: correct, and what one would write first."""
    from antigone.engine.sums.ladder import stack_markers

    for marker in ladder:
        stack = stack_markers([marker])
        p, female, male = stack.frequencies[0], stack.female[0], stack.male[0]
        n = len(p)
        father = 0.5 * (male[:, None, :] + male[None, :, :]).reshape(n * n, n)
        mother = 0.5 * (female[:, None, :] + female[None, :, :]).reshape(n * n, n)
        prior = np.outer(p, p).ravel()
        total = np.zeros((n, n))
        siblings = [[marker.allele_index[a] for a in target.references[s].genotypes[marker.name]] for s in ("S1", "S2")]
        for a, b in {tuple(siblings[0]), tuple(siblings[0][::-1])}:
            for c, d in {tuple(siblings[1]), tuple(siblings[1][::-1])}:
                from_father = (prior * father[:, a] * father[:, c]) @ father
                from_mother = (prior * mother[:, b] * mother[:, d]) @ mother
                total += np.outer(from_father, from_mother)


def with_theta(targets: list[Target], ladder: list[Marker]) -> dict[str, float]:
    """Milliseconds of a family with theta, and how many times those of the same families without."""
    log_lr_tables(targets[:1], ladder[:1], theta=0.01)
    slow = seconds(lambda: log_lr_tables(targets, ladder, theta=0.01))
    fast = seconds(lambda: log_lr_tables(targets, ladder))
    return {
        "milliseconds_per_family_with_theta": round(1000 * slow / len(targets), 1),
        "times_without_theta": round(slow / fast, 1),
    }


def main(count: int, few: int) -> None:
    rng = np.random.default_rng(1)
    ladder = markers(rng)
    result: dict[str, object] = {"families": count, "families_with_theta": few, "markers": MARKERS}
    result |= {"alleles": ALLELES, "load": os.getloadavg()[0]}
    times: list[float] = []
    for kind, (pedigree, typed) in KINDS.items():
        targets = families(pedigree, typed, count, ladder, rng)
        log_lr_tables(targets[:2], ladder)
        spent = seconds(lambda targets=targets: log_lr_tables(targets, ladder))
        own = {"milliseconds_per_family": round(1000 * spent / count, 3)}
        theta = with_theta(targets[:few], ladder)
        times.append(theta["times_without_theta"])
        result[kind] = own | theta
        if kind.startswith("two siblings"):
            some = targets[: min(20, count)]
            plain = seconds(lambda some=some: [plain_numpy(target, ladder) for target in some]) / len(some)
            result["plain NumPy, two siblings"] = {"milliseconds_per_family": round(1000 * plain, 3)}
            result["ratio_to_plain_numpy"] = round(plain / (spent / count), 2)
    result["times_without_theta, on average"] = round(float(np.mean(times)), 2)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 100)
