"""What one likelihood ratio costs, and 30 x 30 pairs of a small search: processor time of one thread; prints JSON.

24 markers of 8 to 25 alleles, stepwise mutation. The load of the machine counts: state it beside the numbers.
python benchmarks/single_lr.py
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable

START = time.process_time()

from antigone import Marker, Pedigree, Profile, likelihood_ratio  # noqa: E402 - its import is measured
from antigone.model.assumptions.mutation import Stepwise  # noqa: E402

IMPORTED = time.process_time() - START
TRIO = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "male", "FA", "MO"), ("SIS", "female", "FA", "MO"))
APART = Pedigree.of(("FA", "male"), ("MO", "female"), ("CH", "male"), ("SIS", "female", "FA", "MO"))
SIZES = (8, 9, 10, 12, 15, 20, 8, 9, 10, 12, 15, 20, 8, 9, 10, 12, 15, 20, 18, 22, 25, 12, 9, 11)


def kit() -> tuple[Marker, ...]:
    rates = Stepwise(0.001), Stepwise(0.002)
    ladders = [tuple(str(8 + step) for step in range(n)) for n in SIZES]
    return tuple(Marker(f"M{i}", ladder, (1 / len(ladder),) * len(ladder), *rates) for i, ladder in enumerate(ladders))


def profile(code: str, markers: tuple[Marker, ...], draws: random.Random) -> Profile:
    return Profile(code, {m.name: (draws.choice(m.alleles), draws.choice(m.alleles)) for m in markers})


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median of the processor time."""
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(1000 * (time.process_time() - start))
    return round(statistics.median(found), 2)


def small_search(markers: tuple[Marker, ...], draws: random.Random, theta: float) -> Callable[[], object]:
    from antigone.model.incident.incident import UnidentifiedPerson
    from antigone.search.families.family_table import Target
    from antigone.search.pairs.comparison import compare

    families = [{member: profile(f"{n}{member}", markers, draws) for member in ("FA", "SIS")} for n in range(30)]
    targets = [Target(str(n), "CH", TRIO, references) for n, references in enumerate(families)]
    persons = [UnidentifiedPerson(f"P{n}", profile(f"P{n}", markers, draws), "male") for n in range(30)]
    return lambda: compare(targets, persons, populations={"": markers}, theta=theta)


def main() -> None:
    markers, draws = kit(), random.Random(1)  # noqa: S311 - no secret is drawn here
    typed = {member: profile(member, markers, draws) for member in ("FA", "SIS", "CH")}

    def one() -> object:
        return likelihood_ratio(TRIO, APART, typed, markers)

    found = {
        "load": round(os.getloadavg()[0], 1),
        "import_ms": round(1000 * IMPORTED),
        "first_lr_ms": milliseconds(one, 1),
        "lr_ms": milliseconds(one, 50),
        "30_x_30_ms": milliseconds(small_search(markers, draws, 0.0), 5),
        "30_x_30_theta_ms": milliseconds(small_search(markers, draws, 0.01), 5),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
