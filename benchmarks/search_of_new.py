"""What does a search of what is new cost, against a whole one: some new remains, and as many families as asked for?

``python benchmarks/search_of_new.py [FAMILIES] [REMAINS] [THETA]``: families of four kinds in rotation (a child of two
parents; one of two siblings; mother and daughter; a father), typed at 24 markers of 20 alleles, and the persons they
miss as unidentified persons. Prints JSON: seconds of the processor for a whole search, then for one that knows what the
families answered before the last ``REMAINS`` persons were found; of each also the part that asks families and compares
pairs. What follows (candidates in full, power, chance) is computed for the whole by both. Both answers have the same
candidates, or the benchmark fails.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

from antigone.casework.pairs.kept import MOST_KEPT_BYTES
from antigone.casework.pairs.search import SearchOutcome, search_incident
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.incident import Incident
from antigone.model.incident.settings import SearchSettings
from antigone.simulation.disaster import Disaster, simulate_disaster

MARKERS, ALLELES, SEED = 24, 20, 7
DAY = dt.date(2026, 3, 1)
KINDS = (0, 4, 6, 8)
"""Of the simulated families: a child of two parents; one of two siblings; mother and daughter; a father."""


def make(families: int, theta: float) -> Incident:
    """Simulated families and victims, one for each missing person."""
    names = [f"M{n:02}" for n in range(MARKERS)]
    frequencies = {
        name: {str(8 + a): (a + 1) / (ALLELES * (ALLELES + 1) / 2) for a in range(ALLELES)} for name in names
    }
    table = FrequencyTable("Here", frequencies, dict.fromkeys(names, 2000), "invented")
    made, _ = simulate_disaster(Disaster(families, kinds=KINDS), tables=[table], seed=SEED)
    return replace(made, settings=SearchSettings(theta=theta))


def timed(incident: Incident, known: Mapping[str, bytes]) -> tuple[SearchOutcome, float, float]:
    """A search, its seconds of the processor, and those until all pairs were compared."""
    began, compared = time.process_time(), 0.0

    def progress(step: str, _done: int, _of: int) -> None:
        nonlocal compared
        if step.startswith("comparing"):
            compared = time.process_time() - began

    found = search_incident(incident, today=DAY, created="", command="benchmark", known=known, progress=progress)
    return found, time.process_time() - began, compared


def codes(found: SearchOutcome) -> list[tuple[str, str, str]]:
    return [(one.unidentified, one.family, one.missing) for one in found.result.candidates]


def main(families: int, remains: int, theta: float) -> dict[str, object]:
    incident = make(families, theta)
    before = replace(incident, unidentified=incident.unidentified[remains:])
    timed(replace(before, unidentified=before.unidentified[:20], families=before.families[:20]), {})  # compiles
    first, _, _ = timed(before, {})
    whole, seconds, compared = timed(incident, {})
    new, seconds_new, compared_new = timed(incident, first.asked.answers)
    assert codes(new) == codes(whole)
    return {
        "families": families,
        "unidentified": len(incident.unidentified),
        "of them new": remains,
        "theta": theta,
        "seconds, whole": round(seconds, 2),
        "seconds, what is new": round(seconds_new, 2),
        "whole / new": round(seconds / seconds_new, 1),
        "asking and comparing, whole": round(compared, 2),
        "asking and comparing, what is new": round(compared_new, 2),
        "of these whole / new": round(compared / compared_new, 1),
        "families asked by the second": new.asked.asked,
        "megabytes kept": round(sum(map(len, first.asked.answers.values())) / 2**20, 1),
        "most megabytes kept": MOST_KEPT_BYTES // 2**20,
        "candidates": len(codes(whole)),
    }


if __name__ == "__main__":
    given = [*sys.argv[1:], *("400", "10", "0")[len(sys.argv) - 1 :]]
    print(json.dumps(main(int(given[0]), int(given[1]), float(given[2])), indent=1))
