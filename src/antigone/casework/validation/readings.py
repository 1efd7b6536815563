"""Cases of two contributors in one reading, and of sequence alleles beside lengths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from antigone.engine.arrays import Array
from antigone.engine.readings.lengths import length_probabilities
from antigone.engine.readings.mixture import contributor_probabilities
from antigone.engine.sums.likelihood import genotype_pairs, log_likelihood
from antigone.formats.validation.cases import Case
from antigone.model.assumptions.marker import Marker
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Profile

Deviations = Iterator[tuple[str, float, float]]
REFERENCE, PERSON = "reference", "person"
_PARENTS = (("father", "male"), ("mother", "female"))
FAMILIES = {
    "parent typed": Pedigree.of((REFERENCE, "female"), (PERSON, "male", None, REFERENCE)),
    "full sibling typed": Pedigree.of(
        *_PARENTS, (REFERENCE, "female", "father", "mother"), (PERSON, "male", "father", "mother")
    ),
}
FAMILIES |= {"mother": FAMILIES["parent typed"], "full sibling": FAMILIES["full sibling typed"]}
"""Under H1, by what the typed relative is to the person."""
APART = Pedigree.of((REFERENCE, "female"), (PERSON, "male"))


def mixture_deviations(case: Case) -> Deviations:
    """The weight of each genotype of the first contributor, and both likelihoods given the reference."""
    raw, expected = case.raw, case.raw["expected"]
    stated = raw["marker"]
    marker = Marker(stated["name"], tuple(stated["alleles"]), tuple(stated["frequencies"]))
    dropout = (float(raw["dropout"][0]), float(raw["dropout"][1]))
    chances = contributor_probabilities(raw["shown"], marker, dropout=dropout, dropin=float(raw["dropin"]))
    by_genotype = {
        frozenset((marker.alleles[a], marker.alleles[b])): float(chance)
        for (a, b), chance in zip(genotype_pairs(len(marker.alleles)), chances, strict=True)
    }
    for genotype, weight in zip(raw["genotypes"], raw["likelihood_of_contributor_1"], strict=True):
        yield "likelihood of contributor 1", abs(by_genotype[frozenset(genotype)] - weight), 1e-9
    reference = {REFERENCE: Profile(REFERENCE, {marker.name: tuple(raw["reference"])})}
    given = log_likelihood(FAMILIES[raw["relation"]], reference, marker)
    seen = {PERSON: {marker.name: chances}}
    logs = [
        log_likelihood(pedigree, reference, marker, observations=seen) - given
        for pedigree in (FAMILIES[raw["relation"]], APART)
    ]
    yield from _compared(logs, expected)


def sequence_deviations(case: Case) -> Deviations:
    """Both likelihoods of each of the four ways in which the two persons were read."""
    raw = case.raw
    frequencies = {one["name"]: float(one["frequency"]) for one in raw["alleles"]}
    lengths = {one["name"]: str(one["ce"]) for one in raw["alleles"]}
    marker = Marker("sequence", tuple(frequencies), tuple(frequencies.values()))
    typed = {REFERENCE: raw["reference"], PERSON: raw["unidentified"]}
    for reading, expected in case.raw["expected"].items():
        by_length = {
            person: f"{word} CE" in reading for person, word in ((REFERENCE, "reference"), (PERSON, "unidentified"))
        }
        profiles = {p: Profile(p, {marker.name: tuple(g)}) for p, g in typed.items() if not by_length[p]}
        seen: dict[str, dict[str, Array]] = {
            p: {marker.name: length_probabilities((lengths[g[0]], lengths[g[1]]), marker, lengths=lengths)}
            for p, g in typed.items()
            if by_length[p]
        }
        families = (FAMILIES[raw["relation"]], APART)
        logs = [log_likelihood(family, profiles, marker, observations=seen) for family in families]
        yield from _compared(logs, expected)


def _compared(logs: list[float], expected: Mapping[str, Any]) -> Deviations:
    stated = [float(expected[f"log_likelihood_{name}"]) for name in ("H1", "H2")]
    for found, value in zip(logs, stated, strict=True):
        yield "log likelihood", _apart(found, value), 1e-9
    with np.errstate(invalid="ignore"):
        yield "log LR", _apart(logs[0] - logs[1], float(expected["log_LR"])), 1e-9


def _apart(found: float, value: float) -> float:
    return 0.0 if found == value else abs(found - value)
