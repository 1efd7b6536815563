"""What does a registry of many families pay for a few who come, and for one who leaves?

``python benchmarks/growing_registry.py [FAMILIES] [NEW] [THETA]``: the families and persons of ``search_of_new.py`` in
a registry. Prints JSON, each in seconds of the processor and as a whole action with its audit line: the import; a whole
search; the import of one person; the import of ``NEW - 1`` more; a search of what is new; a whole search again; the
withdrawal of one donor. The two searches have the same candidates, or the benchmark fails.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from search_of_new import DAY, make

from antigone.model.incident.incident import Incident
from antigone.registry.keys.passphrase import Cost
from antigone.registry.keys.vault import Vault
from antigone.registry.review.candidates import read_candidates
from antigone.registry.store.database import snapshot
from antigone.team.access import opening, users
from antigone.team.access.countersigning import countersign, list_changes
from antigone.team.access.session import Registry, Session
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.runs.searching import search

WHERE, PURPOSE = "I", "benchmark"
NOON = dt.datetime.combine(DAY, dt.time(12), tzinfo=dt.UTC)


def open_registry(folder: Path) -> tuple[Registry, Session, Session]:
    """A new registry, its registrar and a geneticist."""
    registry = opening.init_registry(
        str(folder / "registry.db"),
        administrator="A",
        password="a password of the administrator",  # noqa: S106 - opens nothing but this benchmark's registry
        vault=Vault.new(),
        cost=Cost(memory_kib=32, passes=1, lanes=1),
        clock=lambda: NOON,
    )
    administrator = opening.session_of(registry, "A", purpose=PURPOSE)
    for code in ("auditor", "registrar", "geneticist"):
        users.add_user(administrator, code, role=code, password="given by the administrator")  # noqa: S106
        users.change_own_password(
            opening.session_of(registry, code, purpose=PURPOSE),
            old="given by the administrator",
            new=f"a password of {code}",
        )
    auditor = opening.session_of(registry, "auditor", purpose=PURPOSE)
    for change in list_changes(auditor):
        countersign(auditor, change.number)
    registrar, geneticist = (opening.session_of(registry, one, purpose=PURPOSE) for one in ("registrar", "geneticist"))
    return registry, registrar, geneticist


def newest_candidates(registry: Registry, run: int) -> list[tuple[str, str, str, float | None]]:
    with snapshot(registry.engine) as connection:
        lines = read_candidates(connection, run, count=10**6).lines
    return [(one.unidentified, one.family, one.missing, one.log10_lr and round(one.log10_lr, 9)) for one in lines]


def main(families: int, new: int, theta: float) -> dict[str, object]:
    incident, seconds = make(families, theta), dict[str, float]()

    def timed(name: str, action: Callable[[], Any]) -> Any:
        began = time.process_time()
        done = action()
        seconds[name] = round(time.process_time() - began, 2)
        print(name, seconds[name], file=sys.stderr, flush=True)
        return done

    def bring(first: int, last: int, whose: Incident) -> None:
        import_incident(registrar, WHERE, replace(whose, unidentified=incident.unidentified[first:last]))

    with tempfile.TemporaryDirectory() as folder:
        registry, registrar, geneticist = open_registry(Path(folder))
        alone = replace(incident, families=())
        timed("import", lambda: bring(new, len(incident.unidentified), incident))
        timed("whole search of those", lambda: search(geneticist, WHERE))
        timed("import of one person", lambda: bring(0, 1, alone))
        timed("import of the others", lambda: bring(1, new, alone))
        fresh = timed("search of what is new", lambda: search(geneticist, WHERE, only_new=True))
        whole = timed("whole search", lambda: search(geneticist, WHERE))
        found = [newest_candidates(registry, one.line.id) for one in (fresh, whole)]
        assert found[0] == found[1]
        first = incident.families[0]
        timed("withdrawal", lambda: withdraw_donor(registrar, WHERE, first.code, first.donors[0].member))
        size = (Path(folder) / "registry.db").stat().st_size
    return {
        "families": families,
        "unidentified": len(incident.unidentified),
        "of them new": new,
        "theta": theta,
        "candidates": len(found[0]),
        "seconds of the processor": seconds,
        "whole / new": round(seconds["whole search"] / seconds["search of what is new"], 1),
        "megabytes on disk": size >> 20,
        "megabytes in memory at most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


if __name__ == "__main__":
    given = [*sys.argv[1:], *("400", "10", "0")[len(sys.argv) - 1 :]]
    print(json.dumps(main(int(given[0]), int(given[1]), float(given[2])), indent=1))
