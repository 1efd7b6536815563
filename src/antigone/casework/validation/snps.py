"""Cases of many linked SNPs: one person against typed relatives."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from antigone.engine.snp.family import ask_family
from antigone.formats.validation.cases import Case
from antigone.model.assumptions.snp_panel import Snp
from antigone.model.pedigree import Individual, Pedigree


def dense_snp_deviations(case: Case) -> Iterator[tuple[str, float, float]]:
    """Both log likelihoods and the log LR, and the log LR with every SNP taken as unlinked."""
    raw, expected, person = case.raw, case.raw["expected"], case.raw["person_of_interest"]
    pedigree = Pedigree(tuple(Individual(code, "unknown", father, mother) for code, father, mother in raw["pedigree"]))
    snps = [Snp(one["name"], str(one["chromosome"]), float(one["cM"]), ("1", "2")) for one in raw["markers"]]
    frequency = np.array([float(one["frequency_of_allele_1"]) for one in raw["markers"]])
    seen = {code: np.array(raw["likelihoods"][code], dtype=np.float64) for code in raw["typed"]}
    relatives = {code: weights for code, weights in seen.items() if code != person}
    for unlinked in (False, True):
        family = ask_family(pedigree, person, relatives, snps, frequency, theta=float(raw["theta"]), unlinked=unlinked)
        h1, h2 = family.log_likelihoods(seen[person][None])[:, 0]
        if unlinked:
            yield "log LR, unlinked", abs(h1 - h2 - expected["log_LR_unlinked"]), 1e-9
            continue
        yield "log likelihood", abs(h1 - expected["log_likelihood_H1"]), 1e-9
        yield "log likelihood", abs(h2 - expected["log_likelihood_H2"]), 1e-9
        yield "log LR", abs(h1 - h2 - expected["log_LR"]), 1e-9
