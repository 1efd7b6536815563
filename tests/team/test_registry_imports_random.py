"""Random imports: a preview shows what happens, and undoing them in turn leaves every state before, row by row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from registry_prepared import Prepared
from registry_rows import rows_that_count as rows
from registry_team import COURT, IDENTIFY, INCIDENT, Team, parents, small_incident, typed
from sqlalchemy import func, select

from antigone.errors import InputError
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.statements.statement import TEXT
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import (
    consents,
    donors,
    families,
    members,
    profiles,
    samples,
    unidentified,
)
from antigone.team.incidents.importing import import_incident, preview_import
from antigone.team.incidents.undoing import list_imports, undo_import
from antigone.team.keeping.keeping import verify

pytestmark = pytest.mark.slow

LAST_DAY = IDENTIFY.date.replace(year=2030)
SEEDS = {f"F{n}": n for n in range(1, 5)}


def person(number: int, kit: int, sex: str) -> UnidentifiedPerson:
    whole = typed(f"PM{number}", 20 + number, 0, 2)
    markers = sorted(whole.genotypes)[5 * kit : 5 * kit + 8]
    profile = replace(whole, genotypes={marker: whole.genotypes[marker] for marker in markers})
    return UnidentifiedPerson(f"PM{number}", profile, sex)  # type: ignore[arg-type]


def ending(consent: Consent) -> Consent:
    return replace(consent, expires=LAST_DAY)


def family(code: str, *, sister: bool, gave: str, ends: bool) -> Family:
    """A family of which more and more may be known: a sister, who of them gave, until when."""
    whole = parents(code, SEEDS[code], COURT, IDENTIFY)
    members_of = [*whole.pedigree.individuals, *([Individual("SI", "female", "FA", "MO")] if sister else [])]
    giving = [one for one in whole.donors if one.member in gave]
    if sister and "SI" in gave:
        giving.append(Donor("SI", typed(f"{code}-SI", SEEDS[code], 1, 3), IDENTIFY))
    if ends:
        giving = [replace(one, consent=ending(one.consent or IDENTIFY)) for one in giving]
    return Family(code, Pedigree(tuple(members_of)), ("MP",), tuple(giving))


PEOPLE = st.builds(person, st.integers(1, 4), st.integers(0, 1), st.sampled_from(["unknown", "female"]))
FAMILIES = st.builds(
    family,
    st.sampled_from(sorted(SEEDS)),
    sister=st.booleans(),
    gave=st.sampled_from(["FA", "FA MO", "FA MO SI", "MO SI"]),
    ends=st.booleans(),
)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    base = small_incident()
    people = draw(st.lists(PEOPLE, max_size=3, unique_by=lambda one: one.code))
    kin = draw(st.lists(FAMILIES, max_size=3, unique_by=lambda one: one.code))
    words = draw(st.lists(st.sampled_from(["vWA was written VWA", "rows were left out"]), unique=True, max_size=2))
    notices = tuple(TEXT(text=one) for one in words)
    return replace(base, unidentified=tuple(people), families=tuple(kin), notices=notices)


def counted_new(team: Team, before: dict[str, dict[int, Any]]) -> dict[str, int]:
    """What is new in the registry, counted without the program's own words."""
    after = rows(team)
    new = {table.name: after[table.name].keys() - before[table.name].keys() for table in NAMES}
    old_families = before["families"].keys()
    column = list(members.c.keys()).index("family")
    of_known = [row for row in new["members"] if after["members"][row][column] in old_families]
    counts = {words: len(new[table.name]) for table, words in NAMES.items() if words}
    return {words: count for words, count in {**counts, "members of known families": len(of_known)}.items() if count}


NAMES = {
    unidentified: "remains",
    families: "families",
    donors: "donors",
    consents: "consents",
    samples: "samples",
    profiles: "typings",
    members: "",
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("random"), None)


@settings(max_examples=12, phases=[Phase.generate])
@given(given_=st.lists(incidents(), min_size=1, max_size=4))
def test_random_imports__do_what_was_shown_and_are_undone_one_by_one(tmp_path_factory, prepared, given_):
    place = Path(tmp_path_factory.mktemp("one")) / "registry.db"
    team = prepared.team("users", str(place))
    try:
        states: list[dict[str, Any]] = []
        for incident in given_:
            before = rows(team)
            shown = preview_import(team["registrar"], INCIDENT, incident)
            assert rows(team) == before
            if shown.problems:
                with pytest.raises(InputError) as refused:
                    import_incident(team["registrar"], INCIDENT, incident)
                assert refused.value.problems == shown.problems
                assert rows(team) == before
                continue
            import_incident(team["registrar"], INCIDENT, incident, seen=shown.seen)
            new = {part.what: part.count for part in shown.added if part.what in {*NAMES.values(), MEMBERS}}
            assert new == counted_new(team, before)
            if len(list_imports(team["registrar"], INCIDENT)) > len(states):
                states.append(before)
            team.clock.later(minutes=1)
        for one in list_imports(team["registrar"], INCIDENT)[: len(states)]:
            undo_import(team["registrar"], one.number, because="a test")
            assert rows(team) == states.pop()
        verify(team["auditor"])
    finally:
        team.registry.close()


MEMBERS = "members of known families"


def test_oracle__counts_what_is_there(tmp_path):
    """The states that are compared hold rows of every kind."""
    team = Prepared(tmp_path, None).team("incident", str(tmp_path / "registry.db"))
    try:
        with snapshot(team.registry.engine) as connection:
            assert all(connection.scalar(select(func.count()).select_from(table)) for table in NAMES)
    finally:
        team.registry.close()
