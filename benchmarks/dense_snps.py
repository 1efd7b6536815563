"""Linked SNPs: processor time of one pair after the family was asked, and what linkage and theta do to the LR.

One thread; `load` is the machine's load average at the start. Genes are dropped along 22 chromosomes of invented
length.
"""

from __future__ import annotations

import json
import os
import time

import numpy as np

from antigone.engine.arrays import LN10
from antigone.engine.snp.family import ask_family
from antigone.engine.snp.readings import genotype_readings
from antigone.model.assumptions.snp_panel import Snp
from antigone.model.pedigree import Pedigree
from antigone.simulation.snps import drop_snps, genotypes_of

SNPS, PERSONS, FAMILIES_DRAWN = 10_000, 64, 4
LENGTHS = np.linspace(280.0, 60.0, 22)
RELATIVES = {
    "half-sibling": (
        ("F", "male"), ("M", "female"), ("N", "female"), ("A", "female", "F", "M"), ("X", "male", "F", "N"),
    ),
    "uncle": (
        ("F", "male"), ("M", "female"), ("A", "male", "F", "M"), ("P", "male", "F", "M"), ("Q", "female"),
        ("X", "male", "P", "Q"),
    ),
    "first cousin": (
        ("F", "male"), ("M", "female"), ("P", "male", "F", "M"), ("Q", "female", "F", "M"), ("R", "female"),
        ("S", "male"), ("A", "female", "P", "R"), ("X", "male", "S", "Q"),
    ),
    "second cousin": (
        ("F", "male"), ("M", "female"), ("P", "male", "F", "M"), ("Q", "female", "F", "M"), ("R", "female"),
        ("S", "male"), ("C", "female", "P", "R"), ("D", "male", "S", "Q"), ("T", "male"), ("U", "female"),
        ("A", "female", "T", "C"), ("X", "male", "D", "U"),
    ),
}  # fmt: skip


def panel(rng: np.random.Generator) -> tuple[list[Snp], np.ndarray]:
    chromosomes = np.sort(rng.choice(22, SNPS, p=LENGTHS / LENGTHS.sum()))
    places = rng.uniform(0, LENGTHS[chromosomes])
    order = np.lexsort((places, chromosomes))
    snps = [
        Snp(f"s{number}", str(int(chromosomes[at]) + 1), float(places[at]), ("A", "G"))
        for number, at in enumerate(order)
    ]
    return snps, rng.uniform(0.1, 0.9, SNPS)


def measured(name: str, rng: np.random.Generator, snps: list[Snp], frequency: np.ndarray) -> dict[str, object]:
    pedigree = Pedigree.of(*RELATIVES[name])
    logs: dict[str, list[float]] = {"linked": [], "unlinked": [], "theta 0.05": [], "strangers": []}
    asked_seconds, pair_seconds = [], []
    strangers = np.stack([genotype_readings(rng.binomial(2, frequency), frequency, error=0.01) for _ in range(PERSONS)])
    for _ in range(FAMILIES_DRAWN):
        genes = drop_snps(pedigree, snps, frequency, rng)
        seen = {who: genotype_readings(genotypes_of(genes, who), frequency, error=0.01) for who in "AX"}
        start = time.process_time()
        family = ask_family(pedigree, "X", {"A": seen["A"]}, snps, frequency)
        asked_seconds.append(time.process_time() - start)
        logs["linked"].append(family.log_ratios(seen["X"][None])[0] / LN10)
        start = time.process_time()
        logs["strangers"].append(float(np.mean(family.log_ratios(strangers))) / LN10)
        pair_seconds.append((time.process_time() - start) / PERSONS)
        for words, changes in (("unlinked", {"unlinked": True}), ("theta 0.05", {"theta": 0.05})):
            other = ask_family(pedigree, "X", {"A": seen["A"]}, snps, frequency, **changes)
            logs[words].append(other.log_ratios(seen["X"][None])[0] / LN10)
    return {
        "mean log10 LR": {words: round(float(np.mean(values)), 2) for words, values in logs.items()},
        "milliseconds a pair": round(1000 * float(np.median(pair_seconds)), 3),
        "milliseconds to ask a family": round(1000 * float(np.median(asked_seconds)), 1),
    }


def main() -> None:
    load = os.getloadavg()[0]
    rng = np.random.default_rng(1)
    snps, frequency = panel(rng)
    measured("half-sibling", rng, snps, frequency)  # compile first
    found = {name: measured(name, rng, snps, frequency) for name in RELATIVES}
    print(json.dumps({"snps": SNPS, "threads": 1, "load": round(load, 1), "relatives": found}, indent=1))


if __name__ == "__main__":
    main()
