"""A registry with all that a growing case has, brought back to each version since 0007 and upgraded again.

What the version could not hold is forgotten, which the audit rightly calls deleted; everything else says what it said,
sealed parts included. A registry that the program of version 0007 itself wrote is in ``test_registry_golden``, and
goes by way of every version too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from identified import identify
from registry_prepared import Prepared
from registry_team import INCIDENT, NOON, Team, reopen_team, small_incident
from registry_versions import BETWEEN, OLDEST

from antigone.model.plain import to_json
from antigone.model.profile import Profile
from antigone.registry.consent.coverage import read_covered
from antigone.registry.keys.vault import Vault
from antigone.registry.review.candidates import open_candidate
from antigone.registry.store.database import snapshot, upgrade
from antigone.registry.store.migrations import LATEST
from antigone.team.access import opening
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.typings import list_typings, settle_conflict
from antigone.team.review.candidates import list_candidates
from antigone.team.runs.searching import search
from antigone.team.tasks.asking import ask_for_samples
from antigone.team.tasks.telling import record_told

pytestmark = pytest.mark.slow

SETTLEMENTS = "0012"
"""The version since which conflicts of typings are settled."""
VERSIONS = (OLDEST, *BETWEEN)


def grow(team: Team) -> None:
    """Something of everything: an identification of which the family was told, two typings, a settled conflict, an
    ask, and a search after it."""
    identify(team)
    record_told(team["coordinator"], INCIDENT, "F1", "MP", about="identified", told_on=NOON.date(), form="in person")
    whole = small_incident()
    again = Profile("PM4", {**whole.unidentified[3].profile.genotypes, "M00": ("19", "19")})
    person = replace(whole.unidentified[3], profile=again)
    import_incident(team["registrar"], INCIDENT, replace(whole, unidentified=(person,), families=()))
    first = list_typings(team["geneticist"], INCIDENT, "PM4").typings[0].number
    settle_conflict(team["geneticist"], INCIDENT, "PM4", "M00", keep=first, reason="the second run was weak")
    ask_for_samples(team["geneticist"], INCIDENT, ["F2"])
    search(team["geneticist"], INCIDENT, only_new=True)


@pytest.fixture(scope="module")
def grown(tmp_path_factory) -> tuple[Path, Vault]:
    folder = tmp_path_factory.mktemp("grown")
    team = Prepared(folder, None).team("search", str(folder / "registry.db"))
    grow(team)
    team.registry.close()
    return folder / "registry.db", team.registry.vault


def said_by(team: Team) -> dict[str, Any]:
    """What the registry says: candidates with their states and in full, and what a search would use of everybody."""
    registry = team.registry
    lines = [line for run in (1, 2) for line in list_candidates(team["reviewer"], INCIDENT, run=run).rows]
    with snapshot(registry.engine) as connection:
        opened = {line.id: to_json(open_candidate(connection, registry.vault, line.id)) for line in lines}
        day = registry.today()
        used = read_covered(connection, registry.vault, INCIDENT, scope="identification", day=day).incident
    typed = {person.code: dict(person.profile.genotypes) for person in used.unidentified}
    donors = {d.profile.sample: dict(d.profile.genotypes) for family in used.families for d in family.donors}
    states = {line.id: (line.state, line.log10_lr, line.unidentified, line.family) for line in lines}
    return {"states": states, "candidates": opened, "typed": typed, "donors": donors}


@contextmanager
def opened(place: Path, vault: Vault) -> Iterator[Team]:
    team = reopen_team(str(place), vault)
    yield team
    team.registry.close()


@pytest.mark.parametrize("version", VERSIONS)
def test_upgrade__of_a_grown_registry_from_every_version(grown, tmp_path, version):
    place, vault = Path(copyfile(grown[0], tmp_path / "registry.db")), grown[1]
    with opened(place, vault) as team:
        before = said_by(team)
    upgrade(place, revision=version).dispose()
    assert opening.upgrade_registry(place, vault) == (version, LATEST)
    with opened(place, vault) as team:
        after = said_by(team)
    if version < SETTLEMENTS:
        assert before["typed"]["PM4"].pop("M00") == small_incident().unidentified[3].profile.genotypes["M00"]
    assert after == before


def test_versions__are_all_there_were():
    assert VERSIONS[:9] == tuple(f"{number:04}" for number in range(7, 16))[: len(VERSIONS)]
    assert VERSIONS[-1] < LATEST
