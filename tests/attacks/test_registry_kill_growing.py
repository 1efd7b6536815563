"""Kill -9 while a case grows: at 200 moments, spread over the actions that change a case, what is there afterwards is
what was there before the action or between two of its commits, never half of it; what was acknowledged is there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from deciding import confirm, propose
from registry_children import Say, fork
from registry_team import INCIDENT, NOON, Team, candidate, small_incident
from registry_team import reopen_team as reopen_team
from registry_team import team_at_work as at_work
from sqlalchemy import Column, Connection, LargeBinary, Table, event, select, text

from antigone.model.incident.incident import Incident
from antigone.model.profile import Profile
from antigone.registry.audit.checkpoints import verify_history
from antigone.registry.keys.vault import Vault
from antigone.registry.store.database import check_integrity, snapshot
from antigone.registry.store.schema import audit, checkpoints, keys, metadata, totals
from antigone.team.access import opening
from antigone.team.access.session import Registry
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.typings import correct_typing, list_typings, retire_typing, settle_conflict
from antigone.team.incidents.undoing import list_imports, undo_import
from antigone.team.models.versions import confirm_version, propose_model
from antigone.team.runs.searching import search
from antigone.team.tasks.alive import confirm_alive, report_alive
from antigone.team.tasks.asking import ask_for_samples
from antigone.team.tasks.telling import record_told

pytestmark = pytest.mark.slow

MOMENTS = 200
DIFFERS = ("M00", "M01", "M02")
WHY = "a test"
TODAY = NOON.date()
DIGESTS = {audit.c.previous, audit.c.hash, audit.c.state, audit.c.proof, totals.c.digest, checkpoints.c.hash}
"""Columns that rest on ciphertext, which is never the same twice; that they are right is verified by itself."""


def second_kit() -> Incident:
    """PM1 alone, typed again, and otherwise at three markers."""
    whole = small_incident()
    person = whole.unidentified[0]
    other = {**person.profile.genotypes, **dict.fromkeys(DIFFERS, ("19", "19"))}
    return replace(whole, unidentified=(replace(person, profile=Profile("PM1", other)),), families=())


def newest_typing(team: Team) -> int:
    return list_typings(team["geneticist"], INCIDENT, "PM1").typings[-1].number


def other_model() -> Incident:
    whole = small_incident()
    return replace(whole, settings=replace(whole.settings, theta=0.01))


def decide_on_a_pair(team: Team) -> None:
    line = candidate(team, "PM4", "F3")
    propose(team["geneticist"], line.pairing, version=0, reason=WHY, candidate=line.id)
    confirm(team["reviewer"], line.pairing, version=1, reason=WHY)


ACTIONS: Mapping[str, Callable[[Team], object]] = {
    "import": lambda team: import_incident(team["registrar"], INCIDENT, second_kit()),
    "settle": lambda team: settle_conflict(
        team["geneticist"], INCIDENT, "PM1", DIFFERS[0], keep=newest_typing(team), reason=WHY
    ),
    "correct": lambda team: correct_typing(
        team["geneticist"], INCIDENT, "PM1", newest_typing(team), marker=DIFFERS[1], alleles="10/10", reason=WHY
    ),
    "retire": lambda team: retire_typing(team["geneticist"], INCIDENT, "PM1", newest_typing(team), reason=WHY),
    "import anew": lambda team: import_incident(team["registrar"], INCIDENT, other_kit()),
    "undo": lambda team: undo_import(
        team["registrar"], list_imports(team["registrar"], INCIDENT)[0].number, because=WHY
    ),
    "search what is new": lambda team: search(team["geneticist"], INCIDENT, only_new=True),
    "ask": lambda team: ask_for_samples(team["geneticist"], INCIDENT, ["F1", "F2"]),
    "decide": decide_on_a_pair,
    "tell": lambda team: record_told(
        team["coordinator"], INCIDENT, "F3", "MP", about="identified", told_on=TODAY, form="in person"
    ),
    "report alive": lambda team: report_alive(
        team["registrar"], INCIDENT, "F2", "MP", step="propose", version=0, reason=WHY
    ),
    "confirm alive": lambda team: confirm_alive(
        team["coordinator"], INCIDENT, "F2", "MP", step="confirm", version=1, reason=WHY
    ),
    "propose a model": lambda team: propose_model(
        team["geneticist"], INCIDENT, other_model(), name="theta 0.01", reason=WHY
    ),
    "confirm a model": lambda team: confirm_version(team["reviewer"], INCIDENT, 2, reason=WHY),
}


def other_kit() -> Incident:
    made = second_kit()
    person = made.unidentified[0]
    return replace(made, unidentified=(replace(person, profile=Profile("PM1", {"M05": ("10", "10")})),))


@dataclass(frozen=True)
class Case:
    """The key of a registry, and what happened in it."""

    vault: Vault
    actions: tuple[Recorded, ...]


@dataclass(frozen=True)
class Recorded:
    """An action as it went undisturbed: the registry before it, each state that a commit left, and its seconds."""

    name: str
    place: Path
    states: tuple[str, ...]
    seconds: float


def state_of(registry: Registry) -> str:
    """What the rows say, without what is never the same twice: ciphertext, codes, hashes and numbers of keys."""
    with snapshot(registry.engine) as connection:
        rows = {table.name: rows_of(connection, table) for table in metadata.sorted_tables}
    return sha256(repr(rows).encode()).hexdigest()


def rows_of(connection: Connection, table: Table) -> list[list[object]]:
    random = [c for c in table.c if isinstance(c.type, LargeBinary) or c in DIGESTS or is_key(c)]
    there = [column.is_not(None) for column in random]
    columns = [column for column in table.c if column not in random]
    return sorted(map(list, connection.execute(select(*columns, *there))), key=repr)


def is_key(column: Column[object]) -> bool:
    """Whether a column has the random number of a key."""
    return column is keys.c.id or any(foreign.column is keys.c.id for foreign in column.foreign_keys)


def record(name: str, place: Path, vault: Vault) -> Recorded:
    """Let an action happen at ``place``, beside which the registry before it is kept."""
    before = Path(shutil.copy(place, place.with_name(f"before {name}.db")))
    team, watching = reopen_team(str(place), vault), opening.open_with(place, vault)
    states = [state_of(watching)]
    event.listen(team.registry.engine, "checkin", lambda *_: states.append(state_of(watching)))
    began = time.process_time()
    ACTIONS[name](team)
    seconds = time.process_time() - began
    states.append(state_of(watching))
    team.registry.close()
    watching.close()
    return Recorded(name, before, tuple(dict.fromkeys(states)), seconds)


@pytest.fixture(scope="module")
def case(tmp_path_factory) -> Case:
    """Every action, one after the other, on one registry with a search in it."""
    place = tmp_path_factory.mktemp("growing") / "registry.db"
    team = at_work(str(place))
    search(team["geneticist"], INCIDENT)
    team.registry.close()
    vault = team.registry.vault
    return Case(vault, tuple(record(name, place, vault) for name in ACTIONS))


@pytest.mark.parametrize("name", ACTIONS)
def test_kill__leaves_what_was_there_between_two_commits(case, name, tmp_path):
    recorded = next(one for one in case.actions if one.name == name)
    draw = Random(name)
    for number in range(MOMENTS // len(ACTIONS) + 1):
        place = Path(shutil.copy(recorded.place, tmp_path / f"{number}.db"))
        child = fork(lambda say, place=place: act(case.vault, name, place, say))  # type: ignore[misc]
        said = child.killed_after(draw.uniform(0.0, 1.2 * recorded.seconds)) if number else child.heard()
        with closing(opening.open_with(place, case.vault)) as registry:
            assert state_of(registry) in (recorded.states[-1:] if said else recorded.states), number
            if not number:
                assert said == [".done"]
                check_whole(registry)
    with closing(opening.open_with(place, case.vault)) as registry:
        check_whole(registry)


def check_whole(registry: Registry) -> None:
    """The file, and the chain of the audit."""
    with snapshot(registry.engine) as connection:
        check_integrity(connection)
        verify_history(connection)


def act(vault: Vault, name: str, place: Path, say: Say) -> None:
    """One action, acknowledged when it is done."""
    team = reopen_team(str(place), vault)
    say(".")
    ACTIONS[name](team)
    say("done\n")


def test_state__sees_half_an_action(case, tmp_path):
    """One row too few, in whatever table, is another state."""
    recorded = case.actions[-1]
    with closing(opening.open_with(Path(shutil.copy(recorded.place, tmp_path / "x.db")), case.vault)) as registry:
        assert state_of(registry) == recorded.states[0]
        with registry.engine.begin() as connection:
            connection.execute(text("UPDATE conflicts SET reason = 'other' WHERE id = (SELECT max(id) FROM conflicts)"))
        assert state_of(registry) not in recorded.states
