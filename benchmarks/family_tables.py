"""How long a family table takes: 24 STR markers of 20 alleles, stepwise mutation, families in batches.

Prints JSON. Every kind of family is timed beside a plain NumPy sum over the same unknowns (two siblings), in the
same run. One core: ``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/family_tables.py [families]``.
"""

from __future__ import annotations

import json
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
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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


def main(count: int) -> None:
    rng = np.random.default_rng(1)
    ladder = markers(rng)
    result: dict[str, object] = {"families": count, "markers": MARKERS, "alleles": ALLELES}
    for kind, (pedigree, typed) in KINDS.items():
        targets = families(pedigree, typed, count, ladder, rng)
        log_lr_tables(targets[:2], ladder)
        spent = seconds(lambda targets=targets: log_lr_tables(targets, ladder))
        result[kind] = {"milliseconds_per_family": round(1000 * spent / count, 3)}
        if kind.startswith("two siblings"):
            few = targets[: min(20, count)]
            plain = seconds(lambda few=few: [plain_numpy(target, ladder) for target in few]) / len(few)
            result["plain NumPy, two siblings"] = {"milliseconds_per_family": round(1000 * plain, 3)}
            result["ratio_to_plain_numpy"] = round(plain / (spent / count), 2)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
