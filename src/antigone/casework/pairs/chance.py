"""How many pairs chance alone brings to the threshold of a search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from antigone.casework.incident.prepare import Prepared
from antigone.casework.pairs.candidates import compare_these
from antigone.casework.pairs.pairs import Found
from antigone.engine.sums.ladder import stack_markers
from antigone.engine.sums.population import genotype_log_probability
from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel
from antigone.model.results.search import ChanceMatches
from antigone.search.pairs.chance import expected_chance_matches
from antigone.search.readings.codes import Reader

MOST_SAMPLED = 300
"""Missing and unidentified persons from which the chance matches of a large search are estimated."""


def estimate_chance(prepared: Prepared, found: Found, seed: int) -> ChanceMatches:
    """How many pairs chance alone brings to the threshold, estimated from some of all persons when they are many."""
    rng = np.random.default_rng(seed)
    targets, persons = (rng.permutation(count)[:MOST_SAMPLED] for count in (len(found.targets), len(prepared.persons)))
    everybody = len(found.targets) <= MOST_SAMPLED and len(prepared.persons) <= MOST_SAMPLED
    if found.comparison is None or not everybody:
        sample = [
            (int(t), int(p))
            for t, p in zip(np.resize(targets, MOST_SAMPLED), np.resize(persons, MOST_SAMPLED), strict=True)
        ]
        comparison, _, _ = compare_these(prepared, replace(found, comparison=None), sample)
    else:
        comparison = found.comparison
    first, observation = next(iter(prepared.populations.values())), prepared.incident.settings.observation
    return expected_chance_matches(
        comparison,
        pairs=found.compared,
        threshold=found.threshold,
        genotype_logs=[_full_readings(marker, observation) for marker in first],
        hemizygous_logs={
            m: _full_readings(marker, observation, hemizygous=True)
            for m, marker in enumerate(first)
            if marker.chromosome == "X"
        },
        rng=rng,
        seed=seed,
    )


def _full_readings(marker: Marker, observation: ObservationModel, *, hemizygous: bool = False) -> NDArray[np.float64]:
    """Log probability of each full reading of an unrelated person."""
    n = len(marker.alleles)
    logs = genotype_log_probability(stack_markers([marker]), hemizygous=hemizygous)
    reader = Reader(marker, observation.at_marker(observation.rates, marker.name))
    return reader.logs_of_codes(logs, hemizygous=hemizygous)[0, : n * (n + 1) // 2]
