"""How many pairs of remains are compared in a second: 24 STR markers, a fifth of them missing, drop-out in the model.

Prints JSON. The first pass is timed beside its NumPy twin and beside a plain NumPy gather and sum of the float64
tables over the same samples, in the same run. ``python benchmarks/remains.py [samples]``.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from antigone.model.assumptions.marker import Marker
from antigone.model.assumptions.observation import ObservationModel
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.model.results.remains import REMAINS_RATES
from antigone.search.remains.pairs import probable_pairs
from antigone.search.remains.readings import Readings, read_remains
from antigone.search.screening import _kernels, screen
from antigone.simulation.genes import drop_gene_indices

MARKERS, ALLELES, MISSING = 24, 14, 0.2
TWIN, PLAIN = 4_000, 400
"""Samples of the NumPy twin, and rows of the plain sum: enough for a rate."""


def simulated(count: int, rng: np.random.Generator) -> Readings:
    """Unrelated persons, every tenth one twice."""
    ladder = tuple(str(8 + allele) for allele in range(ALLELES))
    markers = [Marker(f"M{m}", ladder, tuple(rng.dirichlet(np.full(ALLELES, 1.5)))) for m in range(MARKERS)]
    alleles = drop_gene_indices(Pedigree((Individual("N", "male"),)), markers, rng=rng, count=count)[:, 0]
    alleles[9::10] = alleles[8::10][: len(alleles[9::10])]
    typed = rng.random((count, MARKERS)) >= MISSING
    samples = [
        UnidentifiedPerson(
            f"P{i}",
            Profile(
                f"P{i}", {f"M{m}": (ladder[alleles[i, m, 0]], ladder[alleles[i, m, 1]]) for m in np.flatnonzero(t)}
            ),
        )
        for i, t in enumerate(typed)
    ]
    return read_remains(samples, populations={"simulated": markers}, observation=ObservationModel(REMAINS_RATES))


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def first_pass(readings: Readings) -> int:
    return sum(len(found.pairs) for found in probable_pairs(readings, log_threshold=float(np.log(1e12))))


def plain_sum(readings: Readings) -> int:
    tables, codes, found = readings.log_lr["simulated"]["unrelated"], readings.codes, 0
    for row in range(PLAIN):
        total = np.zeros(codes.shape[1])
        for table, code in zip(tables, codes, strict=True):
            total += table[code[row]][code]
        found += int((total >= np.log(1e12)).sum())
    return found


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    readings = simulated(count, np.random.default_rng(1))
    fewer = replace(readings, samples=readings.samples[:TWIN], codes=readings.codes[:, :TWIN])
    first_pass(fewer)  # compiles
    compiled = count * (count - 1) / 2 / seconds(lambda: first_pass(readings))
    fastest = _kernels.kernels()
    twins = (_kernels.screen_persons_numpy, _kernels.highest_entry_numpy, _kernels.round_up_numpy)
    screen.kernels = lambda: _kernels.Kernels(False, *twins, _kernels.stream_rows)  # type: ignore[attr-defined]
    twin = TWIN * (TWIN - 1) / 2 / seconds(lambda: first_pass(fewer))
    plain = PLAIN * count / seconds(lambda: plain_sum(readings))
    result = {
        "samples": count,
        "compiled": fastest.compiled,
        "pairs_per_second": round(compiled),
        "numpy_twin_pairs_per_second": round(twin),
        "numpy_pairs_per_second": round(plain),
        "ratio_to_numpy": round(compiled / plain, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
