"""What linkage costs a search: the same simulated incident with and without it, in one run; prints JSON.

python benchmarks/linked_search.py --families 500 --unidentified 1000
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace

from antigone.casework.incident.prepare import prepare, silent
from antigone.casework.pairs.pairs import Execution, Found, find_pairs
from antigone.casework.validation.demo import day_of_search, simulated_incident
from antigone.model.assumptions.linkage import LinkageModel
from antigone.model.incident.incident import Incident


def timed(incident: Incident) -> tuple[Found, float]:
    """The pairs of a search in blocks, and the processor seconds it took."""
    ready = prepare(incident, today=day_of_search(incident))
    start = time.process_time()
    found = find_pairs(ready, Execution(block_families=250), silent)
    return found, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=500)
    parser.add_argument("--unidentified", type=int, default=1000)
    asked = parser.parse_args()
    incident, _ = simulated_incident(families=asked.families, unidentified=asked.unidentified, seed=1)
    timed(replace(incident, families=incident.families[:5]))  # compiles the kernels
    plain, without = timed(incident)
    linked, with_linkage = timed(
        replace(incident, settings=replace(incident.settings, linkage=LinkageModel(), threshold_grows=True))
    )
    both = {(plain.targets[t].family, plain.targets[t].missing, p) for t, p in plain.pairs}
    also = {(linked.targets[t].family, linked.targets[t].missing, p) for t, p in linked.pairs}
    print(
        json.dumps(
            {
                "pairs": plain.compared,
                "seconds_unlinked": round(without, 2),
                "seconds_linked": round(with_linkage, 2),
                "candidates_unlinked": len(both),
                "candidates_linked": len(also),
                "only_through_linkage": len(also - both),
                "only_without_linkage": len(both - also),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
