"""How long does a registry take to import 100,000 profiles, and what share of a search does reading them take?

``python benchmarks/registry.py [PROFILES]``: families of two donors and one missing person, typed at 24 markers,
with as many unidentified persons as asked for. Prints JSON: seconds to import (encryption included), to import again
(nothing is new), to read, and of the search over what was read; then to store 100,000 candidates of a run, each
sealed, and to list the first, the last and a filtered page of 50, and one of a state over every run.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, insert

from antigone.casework.pairs.candidates import MOST_DETAILED
from antigone.casework.pairs.pairs import Execution
from antigone.casework.pairs.search import search_incident
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Pedigree
from antigone.model.profile import Genotypes, Kit, Profile
from antigone.model.results.search import (
    Candidate,
    ChanceMatches,
    FamilySummary,
    Provenance,
    SearchResult,
    SensitivityPoint,
    UnidentifiedSummary,
)
from antigone.registry.consent.coverage import read_incident
from antigone.registry.keys.vault import Vault, found_registry
from antigone.registry.people.importing import Imported, save_incident
from antigone.registry.review.candidates import Newest, Only, read_candidates
from antigone.registry.runs.runs import finish_run, start_run
from antigone.registry.store.database import create_registry, snapshot, transaction
from antigone.registry.store.schema import users

MARKERS, ALLELES, SEED = 24, 12, 7
DAY = dt.date(2026, 3, 1)
AT = "2026-03-01T00:00:00Z"
KIT = Kit(f"M{n}" for n in range(MARKERS))
CONSENT = Consent("C", dt.date(2026, 1, 1))


def make(profiles: int, unidentified: int) -> Incident:
    """``unidentified`` persons, and donors in pairs (parents of a missing child) up to ``profiles`` in all."""
    rng = np.random.default_rng(SEED)
    pairs = [[(str(10 + a), str(10 + b)) for b in range(ALLELES)] for a in range(ALLELES)]

    def typed(code: str) -> Profile:
        drawn = np.sort(rng.integers(0, ALLELES, (MARKERS, 2)), axis=1).tolist()
        return Profile(code, Genotypes(KIT, [pairs[a][b] for a, b in drawn]))

    trio = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "unknown", "FA", "MO"))
    families = tuple(
        Family(f"F{n}", trio, ("MP",), tuple(Donor(m, typed(f"F{n}-{m}"), CONSENT) for m in ("FA", "MO")))
        for n in range((profiles - unidentified) // 2)
    )
    people = tuple(UnidentifiedPerson(f"PM{n}", typed(f"PM{n}")) for n in range(unidentified))
    frequencies = {marker: {str(10 + a): 1 / ALLELES for a in range(ALLELES)} for marker in KIT.markers}
    table = FrequencyTable("Here", frequencies, dict.fromkeys(KIT.markers, 1000))
    return Incident("Benchmark", people, families, (table,), SearchSettings(theta=0.01))


def answer(incident: Incident, count: int) -> SearchResult:
    """An invented answer with ``count`` candidates, as many for each unidentified person, of which the first 1,000 are
    worked out in detail; and one line for each unidentified and each missing person, as a search gives them.
    """
    people, kin = incident.unidentified, incident.families
    rounds = range(-(-count // len(people)))
    pairs = islice(((p, kin[(n + r) % len(kin)]) for r in rounds for n, p in enumerate(people)), count)
    found = tuple(
        _candidate(rank, person.code, family.code, 20 - rank / count) for rank, (person, family) in enumerate(pairs, 1)
    )
    chance = ChanceMatches(count, 1e4, 0.1, 0.1, 0.01, 100, 1)
    provenance = Provenance("antigone", "0", "3", {}, AT, "benchmark", {}, {}, {}, 1, "")
    persons = tuple(UnidentifiedSummary(p.code, p.sex, MARKERS, "F0", "MP", 20.0, 1, "") for p in people)
    missing = tuple(FamilySummary(f.code, "MP", "unknown", 2, 0, "PM0", 20.0, 1, "") for f in kin)
    return SearchResult(
        *("Benchmark", ("Here",), found, persons, missing, count, 0, 0, chance, 0.1, "stated", 1e4, {}, (), (), "none"),
        *(provenance, DAY.isoformat()),
    )


def _candidate(rank: int, person: str, family: str, log10_lr: float) -> Candidate:
    detailed = rank <= MOST_DETAILED
    by_marker = {"Here": dict.fromkeys(KIT.markers, log10_lr / MARKERS)} if detailed else {}
    points = [SensitivityPoint("theta", value, log10_lr) for value in ("0", "0.01", "0.03")] if detailed else []
    return Candidate(
        *(rank, person, family, "MP", {"Here": log10_lr}, "Here", by_marker, KIT.markers, (), ()),
        *(0.999, "strong support"),
        detailed=detailed,
        sensitivity=tuple(points),
    )


def time_candidates(engine: Engine, vault: Vault, incident: Incident, count: int) -> dict[str, float]:
    """Seconds to store the candidates of a run, and to list pages of them."""
    seconds: dict[str, float] = {}
    with transaction(engine) as connection:
        row = {"id": 1, "code": "U1", "role": "geneticist", "password": "none", "active": True, "created": AT}
        connection.execute(insert(users), row)
        run = start_run(
            connection, incident="I", started_by=1, purpose="benchmark", day=DAY, at=AT, left_out=dict[str, int]()
        )
    result = answer(incident, count)
    with timed("store candidates", seconds), transaction(engine) as connection:
        finished = finish_run(connection, vault, run, result, used=incident, today=DAY, at=AT)
    assert finished.stored == count
    asked: dict[str, dict[str, Any]] = {
        "first page": {},
        "last page": {"start": count - 50},
        "by family, last page": {"order": "family", "start": count - 50},
        "filtered page": {"only": Only(least_log10_lr=19.5), "order": "log10_lr"},
        "one state, of every run": {"of": Newest(1), "only": Only(states=("open",)), "order": "log10_lr"},
    }
    for name, how in asked.items():
        with timed(name, seconds), snapshot(engine) as connection:
            assert len(read_candidates(connection, how.pop("of", run), **how).lines) == 50
    return seconds


@contextmanager
def timed(name: str, into: dict[str, float]) -> Iterator[None]:
    start, computed = time.perf_counter(), time.process_time()
    yield
    into[name] = round(time.perf_counter() - start, 2)
    into[f"{name}, of the processor"] = round(time.process_time() - computed, 2)


def main(profiles: int, folder: Path) -> dict[str, object]:
    seconds: dict[str, float] = {}
    incident = make(profiles, profiles // 10)
    engine, vault = create_registry(folder / "registry.db"), Vault.new()
    with transaction(engine) as connection:
        found_registry(connection, vault)
    for name in ("import", "import again"):
        with timed(name, seconds), transaction(engine) as connection:
            added = save_incident(connection, vault, incident, code="I", at=AT, holder="LAB")
    assert added == Imported()
    asked = {"scope": "identification", "day": DAY, "at": AT, "actor": "U1", "purpose": "benchmark"}
    with timed("read", seconds), transaction(engine) as connection:
        covered = read_incident(connection, vault, "I", **asked)
    assert covered.incident == incident
    with timed("search", seconds):
        search_incident(covered.incident, today=DAY, created=AT, command="benchmark", execution=Execution())
    seconds |= time_candidates(engine, vault, incident, profiles)
    # by the processor's time, which other work on the machine does not change
    read, search = (seconds[f"{name}, of the processor"] for name in ("read", "search"))
    share = read / (read + search)
    size = (folder / "registry.db").stat().st_size
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "profiles": profiles,
        "markers": MARKERS,
        "seconds": seconds,
        "reading, share of the run": round(share, 4),
        "database, MB": size // 2**20,
        "peak memory, MB": memory,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, Path(folder)), indent=1))
