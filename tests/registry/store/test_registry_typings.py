"""Typings in the registry: all that are in force are read, in any order of imports, and equal ones are kept once."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from registry_example import AT, begin, get, of_everything, put, simulated
from sqlalchemy import func, select

from antigone.model.incident.incident import Incident
from antigone.model.profile import Profile
from antigone.registry.store.database import transaction
from antigone.registry.store.schema import conflicts, profiles, typings
from antigone.registry.typings.conflicts import note_conflicts


@pytest.fixture
def registry(registry_url):
    made = begin(registry_url)
    yield made
    made[0].dispose()


def with_markers(incident: Incident, start: int, stop: int, **changed: tuple[str, str]) -> Incident:
    """The incident as one kit typed it: some of the markers of every sample, and some genotypes of all otherwise."""

    def part(profile: Profile) -> Profile:
        own = dict(profile.genotypes.items())
        names = sorted(own, key=lambda name: int(name[1:]))[start:stop]
        return Profile(profile.sample, {name: changed.get(name, own[name]) for name in names})

    people = tuple(replace(person, profile=part(person.profile)) for person in incident.unidentified)
    families = tuple(
        replace(family, donors=tuple(replace(donor, profile=part(donor.profile)) for donor in family.donors))
        for family in incident.families
    )
    return replace(incident, unidentified=people, families=families)


def profiles_of(incident: Incident) -> dict[str, object]:
    people = [person.profile for person in incident.unidentified]
    people += [donor.profile for family in incident.families for donor in family.donors]
    return {profile.sample: {m: sorted(map(str, pair)) for m, pair in profile.genotypes.items()} for profile in people}


def count(registry, table) -> int:
    with transaction(registry[0]) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.slow
def test_second_kit__adds_its_markers(registry):
    whole = simulated()
    put(registry, with_markers(whole, 0, 7))
    added = put(registry, with_markers(whole, 5, 12))
    covered = get(registry)
    assert added.profiles == len(profiles_of(whole))
    assert profiles_of(covered.incident) == {
        s: g for s, g in profiles_of(whole).items() if s in profiles_of(covered.incident)
    }
    used = next(iter(covered.incident.typings_used.values()))
    assert (used.confirmed, len(used.single), used.conflicts) == (("M5", "M6"), 10, ())


@pytest.mark.slow
def test_import_again__adds_nothing_in_any_order_of_markers(registry):
    whole = simulated()
    put(registry, with_markers(whole, 0, 7))
    put(registry, with_markers(whole, 5, 12))
    before = count(registry, profiles)

    def turned(profile: Profile) -> Profile:
        pairs = reversed(list(profile.genotypes.items()))
        return Profile(profile.sample, {m: pair if None in pair else pair[::-1] for m, pair in pairs})

    kit = with_markers(whole, 5, 12)
    people = tuple(replace(person, profile=turned(person.profile)) for person in kit.unidentified)
    assert put(registry, replace(kit, unidentified=people)).profiles == 0
    assert (count(registry, profiles), count(registry, typings)) == (before, before)


@pytest.mark.slow
def test_order_of_imports__changes_no_profile(tmp_path):
    whole = simulated()
    kits = [with_markers(whole, 0, 7), with_markers(whole, 3, 9, M4=("10", "10")), with_markers(whole, 6, 12)]
    found = []
    for number, order in enumerate(permutations(kits)):
        registry = begin(str(tmp_path / f"{number}.db"))
        for kit in order:
            put(registry, kit)
        found.append([repr(list(profile.genotypes.items())) for profile in everybody(get(registry).incident)])
        registry[0].dispose()
    assert all(one == found[0] for one in found)


def everybody(incident: Incident) -> list[Profile]:
    people = [person.profile for person in incident.unidentified]
    return people + [donor.profile for family in incident.families for donor in family.donors]


@pytest.mark.slow
def test_conflict__is_noted_once_and_takes_no_part(registry):
    whole = simulated()
    one = replace(whole, families=(), unidentified=whole.unidentified[:1])
    put(registry, with_markers(one, 0, 7))
    put(registry, with_markers(one, 5, 12, M6=("10", "19")))
    with transaction(registry[0]) as connection:
        assert connection.execute(select(conflicts.c.marker, conflicts.c.closed)).all() == [("M6", None)]
        assert note_conflicts(connection, registry[1], at=AT) == 0
    (person,) = get(registry).incident.unidentified
    assert "M6" not in person.profile.genotypes
    assert len(person.profile.genotypes) == 11


@pytest.mark.slow
def test_further_typing__of_everything_that_a_sample_may_have(registry):
    """Replicates, rates, haplotypes and counts of a first typing stay when a second has a plain genotype."""
    put(registry, of_everything())
    first = get(registry).incident
    more = replace(of_everything(), families=(), further=replace(first.further, y={}, mt={}))
    person = replace(
        of_everything().unidentified[0], profile=Profile("PM1", {"M5": ("10", "11")}), replicates={}, rates=None
    )
    put(registry, replace(more, unidentified=(person,)))
    now = get(registry).incident
    assert dict(now.unidentified[0].profile.genotypes) == {"M0": ("10", "14"), "M5": ("10", "11")}
    assert {m: sorted(s) for m, s in now.unidentified[0].replicates.items()} == {"M1": [(), ("12",), ("12", "13")]}
    assert now.unidentified[0].rates == first.unidentified[0].rates
    assert (now.further.y, now.further.mt) == (first.further.y, first.further.mt)
    assert now.further.y_model == first.further.y_model


@pytest.mark.slow
def test_sample_without_genotypes__does_not_hide_what_was_typed(registry):
    whole = simulated()
    put(registry, whole)
    before = profiles_of(get(registry).incident)
    bare = tuple(replace(person, profile=Profile(person.code, {})) for person in whole.unidentified)
    assert put(registry, replace(whole, unidentified=bare)).profiles == 0
    assert profiles_of(get(registry).incident) == before
