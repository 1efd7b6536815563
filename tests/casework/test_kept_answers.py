"""A search that is given what families answered before: the same answer, and only those that changed are asked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from answers import same
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registry_team import COURT, small_incident, typed

import antigone.casework.pairs.candidates as candidates_module
import antigone.casework.pairs.kept as kept
import antigone.search.families.family_table as family_table
from antigone.casework.pairs.pairs import Execution
from antigone.casework.pairs.search import SearchOutcome, search_incident
from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import Donor, Family, Incident, UnidentifiedPerson
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.plain import as_plain
from antigone.model.profile import Profile

pytestmark = pytest.mark.slow

ALONE = Execution()
TODAY = dt.date(2026, 11, 23)
Known = Mapping[str, bytes]


@pytest.fixture(autouse=True, scope="module")
def _few_in_full():
    """Sensitivity and close relatives are worked out from no answer that is kept, and take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates_module, "MOST_SENSITIVE", 1)
        yield


def searched(incident: Incident, known: Known | None, execution: Execution = ALONE) -> SearchOutcome:
    return search_incident(
        incident, today=TODAY, created="now", command="test", seed=5, known=known, execution=execution
    )


def equal_answers(one: SearchOutcome, other: SearchOutcome) -> bool:
    return same(as_plain(one.result), as_plain(other.result)) and same(
        [as_plain(fit) for fit in one.incidental], [as_plain(fit) for fit in other.incidental]
    )


# what may happen to an incident

Change = Any


def of_family(incident: Incident, number: int, change: Any) -> Incident:
    families = list(incident.families)
    families[number % len(families)] = change(families[number % len(families)])
    return replace(incident, families=tuple(families))


def new_person(incident: Incident, number: int) -> Incident:
    code = f"N{len(incident.unidentified)}"
    person = UnidentifiedPerson(code, typed(code, 1 + number % 4, 0, 2 + number % 2))
    return replace(incident, unidentified=(*incident.unidentified, person))


def person_left(incident: Incident, number: int) -> Incident:
    return replace(incident, unidentified=incident.unidentified[1:]) if len(incident.unidentified) > 2 else incident


def second_kit(incident: Incident, number: int) -> Incident:
    """A person typed at one marker more or less."""
    person, *others = incident.unidentified
    genotypes = dict(person.profile.genotypes)
    genotypes.pop(f"M{number % 15:02}", None)
    return replace(incident, unidentified=(*others, replace(person, profile=Profile(person.code, genotypes))))


def sister(incident: Incident, number: int) -> Incident:
    def gave(family: Family) -> Family:
        if "S2" in family.pedigree:
            return family
        kin = Pedigree((*family.pedigree, Individual("S2", "female", "FA", "MO")))
        donor = Donor("S2", typed(f"{family.code}-S2", 1 + number % 4, 0, 3), COURT)
        return replace(family, pedigree=kin, donors=(*family.donors, donor))

    return of_family(incident, number, gave)


def withdrawal(incident: Incident, number: int) -> Incident:
    return of_family(incident, number, lambda family: replace(family, donors=family.donors[1:]))


def new_allele(incident: Incident, number: int) -> Incident:
    """An allele that no table has is seen for the first time, in a donor: the ladder of one marker grows."""

    def typed_otherwise(family: Family) -> Family:
        if not family.donors:
            return family
        donor, *others = family.donors
        genotypes = dict(donor.profile.genotypes) | {f"M{number % 15:02}": ("12", f"{30 + number % 7}")}
        changed = replace(donor, profile=Profile(donor.profile.sample, genotypes))
        return replace(family, donors=(changed, *others))

    return of_family(incident, number, typed_otherwise)


def another_theta(incident: Incident, number: int) -> Incident:
    return replace(incident, settings=replace(incident.settings, theta=(0.0, 0.01)[number % 2]))


def another_population(incident: Incident, number: int) -> Incident:
    frequencies = {
        marker: dict(zip(of, [0.3, 0.2, *[0.5 / (len(of) - 2)] * (len(of) - 2)], strict=True))
        for marker, of in incident.tables[0].frequencies.items()
    }
    second = FrequencyTable("There", frequencies, dict.fromkeys(frequencies, 300), "invented")
    return replace(incident, tables=(incident.tables[0], *([second] if number % 2 else [])))


def drop_out(incident: Incident, number: int) -> Incident:
    observation = ObservationModel(ObservationRates(dropout=(0.0, 0.1)[number % 2]))
    return replace(incident, settings=replace(incident.settings, observation=observation))


def threshold(incident: Incident, number: int) -> Incident:
    return replace(incident, settings=replace(incident.settings, threshold=(10.0, 1e4, 1e8)[number % 3]))


CHANGES = [
    *(new_person, person_left, second_kit, sister, withdrawal),
    *(new_allele, another_theta, another_population, drop_out, threshold),
]
HISTORIES = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 40)), min_size=1, max_size=4)


@given(HISTORIES, st.sampled_from([0, 2]))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_search_of_what_is_new__equals_a_whole_search_after_any_history(history, block_families):
    execution = Execution(block_families=block_families)
    incident, known = small_incident(), dict[str, bytes]()
    for change, number in [(threshold, 1), *history]:
        incident = change(incident, number)
        new = searched(incident, known, execution)
        known |= new.asked.answers
        assert equal_answers(new, searched(incident, None, execution)), change.__name__


def asked(incident: Incident, then: Sequence[tuple[Change, int]]) -> tuple[int, int]:
    known = searched(incident, {}).asked.answers
    for change, number in then:
        incident = change(incident, number)
    found = searched(incident, known).asked
    return found.asked, found.kept


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (new_person, (0, 4)),
        (person_left, (0, 4)),
        (second_kit, (0, 4)),
        (threshold, (0, 4)),
        (drop_out, (0, 4)),
        (sister, (1, 3)),
        (withdrawal, (1, 3)),
        (another_theta, (4, 0)),
        (new_allele, (4, 0)),
    ],
)
def test_search_of_what_is_new__asks_the_families_that_changed_and_no_other(change, expected):
    assert asked(small_incident(), [(change, 1)]) == expected


def test_answers__of_other_genotypes_of_the_same_donors_are_not_used():
    incident = small_incident()
    known = searched(incident, {}).asked.answers
    father = incident.families[0].donors[0]
    other = replace(father, profile=typed(father.profile.sample, 7, 0, 1))
    changed = of_family(incident, 0, lambda family: replace(family, donors=(other, *family.donors[1:])))
    new = searched(changed, known)
    assert (new.asked.asked, new.asked.kept) == (1, 3)
    assert equal_answers(new, searched(changed, None))


def test_search__that_knows_all_asks_nothing_even_for_the_mutations_of_its_candidates(monkeypatch):
    incident = small_incident()
    whole = searched(incident, {})
    assert whole.result.candidates
    monkeypatch.setattr(family_table, "_ask", lambda *_given: pytest.fail("a family was asked"))
    assert equal_answers(searched(incident, whole.asked.answers), whole)


def test_answers__take_no_more_room_than_is_stated(monkeypatch):
    incident = small_incident()
    whole = searched(incident, {}).asked.answers
    monkeypatch.setattr(kept, "MOST_KEPT_BYTES", 2 * min(map(len, whole.values())))
    found = searched(incident, whole).asked
    assert (found.asked, found.kept) == (2, 2)


def test_answers__have_a_length_that_does_not_tell_whether_a_reference_was_left_out():
    """The daughter of F3 is none (rule 6); with one who fits, what is kept is as long."""
    incident = small_incident()
    fitting = Donor("SI", typed("F3-SI", 3, 0, 2), COURT)
    fits = of_family(incident, 2, lambda family: replace(family, donors=(*family.donors[:2], fitting)))
    lengths = [len(searched(one, {}).asked.answers["F3"]) for one in (incident, fits)]
    assert lengths[0] == lengths[1]


def test_search_of_files__keeps_nothing():
    assert searched(small_incident(), None).asked.answers == {}
    assert json.dumps(searched(small_incident(), None).asked.kept) == "0"
