"""How the blind search grows: ten times the pairs, and the size a public R tool was written for. Prints JSON.

``python benchmarks/blind_scale.py``
"""

from __future__ import annotations

import json
import time
from statistics import median

import numpy as np

from antigone.casework.validation.bench import simulate_material
from antigone.search.families.family_table import log_lr_tables
from antigone.search.pairs.comparison import compare
from antigone.search.screening.screen import LANES, screen, stack_queries, to_fixed_point

REPEATS = 7


def pair_seconds(families: int, unidentified: int) -> float:
    """The pair step on one thread, the median of several runs."""
    material = simulate_material(families=families, unidentified=unidentified, markers=24, seed=1)
    tables = log_lr_tables(material.targets, material.markers)
    queries = stack_queries(material.codes)
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for first in range(0, families, LANES):
            part = [table[first : first + LANES] for table in tables]
            screen(to_fixed_point(part, queries, log_threshold=float(np.log(1e6))), queries.rows)
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def small_tool() -> float:
    """15 families x 15,000 persons x 70 STR, every LR in float64: tables, look-ups and sums."""
    material = simulate_material(families=15, unidentified=15_000, markers=70, seed=1)
    persons = material.persons
    start = time.perf_counter()
    compare(material.targets, persons, populations={"simulated": material.markers})
    return time.perf_counter() - start


def main() -> None:
    pair_seconds(64, 1000)
    small, large = pair_seconds(1024, 10_000), pair_seconds(1024, 100_000)
    result = {
        "pair_step_seconds": {"1024 x 10,000": round(small, 4), "1024 x 100,000": round(large, 4)},
        "time_for_10_times_the_pairs": round(large / small, 2),
        "15 families x 15,000 persons x 70 STR, seconds": round(small_tool(), 2),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
