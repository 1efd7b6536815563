"""How fast a search is when samples may have lost alleles, beside the same search that takes them as read, in one run.

The same degraded samples and families are searched in turn under several observation models; every step of a search
in blocks is timed: numbering the readings, reference checks, tables, first pass, exact score. Prints JSON.
``OPENBLAS_NUM_THREADS=1 python benchmarks/observation_speed.py [families] [unidentified]``, by default 2048 and 20,000.
Processor time of one thread, so that other work on the machine moves the ratios little: on a busy machine the threads
of a matrix product wait for each other.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from statistics import median

import numpy as np

from antigone.casework.validation.bench import simulate_material
from antigone.model.assumptions.choices import DROPOUTS
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import AS_READ, ObservationModel, ObservationRates, Replicate
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.profile import Genotype, Profile
from antigone.search.families.family_table import Target
from antigone.search.families.reference_fit import Declared
from antigone.search.pairs.blocks import BlindSearch, MissingFrom, cut_into_blocks, score_block

RATES = ObservationRates(dropout=0.3, dropin=0.01, error=0.001)
MARKERS, REPEATS, LOG_THRESHOLD = 24, 3, float(np.log(1e6))


def lose(genotype: Genotype, rng: np.random.Generator, dropout: float = 0.3) -> tuple[str, ...]:
    """The alleles that are left when each copy is lost with probability ``dropout``."""
    return tuple(sorted({allele for allele in genotype if allele is not None and rng.random() > dropout}))


def read_once(person: UnidentifiedPerson, rng: np.random.Generator) -> UnidentifiedPerson:
    shown = {marker: lose(genotype, rng) for marker, genotype in person.profile.genotypes.items()}
    left = {marker: (seen[0], seen[-1]) for marker, seen in shown.items() if seen}
    return replace(person, profile=Profile(person.code, left))


def read_three_times(person: UnidentifiedPerson, rng: np.random.Generator) -> UnidentifiedPerson:
    again: dict[str, tuple[Replicate, ...]] = {
        marker: tuple(lose(genotype, rng) for _ in range(3)) for marker, genotype in person.profile.genotypes.items()
    }
    return replace(person, profile=Profile(person.code, {}), replicates=again)


def own_rates(persons: tuple[UnidentifiedPerson, ...], dropouts: tuple[float, ...]) -> tuple[UnidentifiedPerson, ...]:
    return tuple(
        replace(person, rates=replace(RATES, dropout=dropouts[number % len(dropouts)]))
        for number, person in enumerate(persons)
    )


def search_seconds(
    persons: tuple[UnidentifiedPerson, ...],
    families: list[MissingFrom],
    markers: tuple[Marker, ...],
    observation: ObservationModel,
) -> tuple[float, int, int]:
    """Processor seconds of the whole search, pairs found, and the largest number of readings of one marker."""
    start = time.process_time()
    search = BlindSearch(persons, {"simulated": markers}, 0.0, LOG_THRESHOLD, observation=observation)
    found = sum(len(score_block(block, search).target) for block in cut_into_blocks(families))
    return time.process_time() - start, found, max(map(len, search.queries.used))  # fmt: skip


def declared(target: Target) -> MissingFrom:
    return MissingFrom(Declared(target.family, target.pedigree, dict(target.references)), (target.missing,))


def main(families: int = 2048, unidentified: int = 20_000) -> None:
    material = simulate_material(families=families, unidentified=unidentified, markers=MARKERS, seed=1)
    rng = np.random.default_rng(2)
    once = tuple(read_once(person, rng) for person in material.persons)
    thrice = tuple(read_three_times(person, rng) for person in material.persons)
    incident = [declared(target) for target in material.targets]
    cases = {
        "as read": (once, AS_READ),
        "one drop-out rate for all": (once, ObservationModel(RATES)),
        "three rates": (own_rates(once, (0.1, 0.3, 0.5)), ObservationModel(RATES)),
        "a rate estimated for every sample": (own_rates(once, DROPOUTS), ObservationModel(RATES)),
        "three amplifications of every marker": (thrice, ObservationModel(RATES)),
    }
    search_seconds(once[:100], incident[:20], material.markers, ObservationModel(RATES))
    runs: dict[str, list[tuple[float, int, int]]] = {name: [] for name in cases}
    for _ in range(REPEATS):
        for name, (persons, observation) in cases.items():
            runs[name].append(search_seconds(persons, incident, material.markers, observation))
    seconds = {name: median(second for second, _, _ in results) for name, results in runs.items()}
    print(json.dumps({
        "families": families, "unidentified": unidentified, "markers": MARKERS,
        "searches": {
            name: {
                "seconds": round(seconds[name], 2),
                "pairs_per_second": round(families * unidentified / seconds[name]),
                "rate_relative_to_as_read": round(seconds["as read"] / seconds[name], 2),
                "pairs_found": results[0][1],
                "most_readings_of_a_marker": results[0][2],
            }
            for name, results in runs.items()
        },
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
