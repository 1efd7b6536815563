"""What an import and a withdrawal read of a large registry: those whom they name, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_team import IDENTIFY, INCIDENT, parents, small_incident, typed
from sqlalchemy import select, update

from antigone.errors import InputError
from antigone.model.incident.incident import UnidentifiedPerson
from antigone.registry.leaving.elsewhere import find_donor_elsewhere
from antigone.registry.people.known import read_known
from antigone.registry.people.sameness import FEW, Alike
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import profiles, samples
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident


def test_known__are_those_alone_whom_an_import_names(team_at_work):
    whole = small_incident()
    read = replace(whole, unidentified=whole.unidentified[:1], families=whole.families[:1])
    with snapshot(team_at_work.registry.engine) as connection:
        known = read_known(connection, INCIDENT, read)
    assert (set(known.unidentified), set(known.families), set(known.members)) == ({"PM1"}, {"F1"}, {"F1"})
    assert set(known.samples) == {"PM1", *(donor.profile.sample for donor in read.families[0].donors)}
    assert len(known.donors) == len(known.consents) == len(read.families[0].donors)
    assert known.living == {"LS1"}


def test_import__refuses_a_second_living_seeker_beside_one_that_it_does_not_name(team_at_work):
    seeker = UnidentifiedPerson("LS2", typed("LS2", 50, 0, 2), kind="living", request="letter of 9 May")
    alone = replace(small_incident(), unidentified=(seeker,), families=())
    with pytest.raises(InputError, match="living seekers LS1, LS2"):
        import_incident(team_at_work["registrar"], INCIDENT, alone)


def test_import__tells_the_sample_of_a_donor_who_left_from_one_of_somebody_else(team_at_work):
    withdraw_donor(team_at_work["coordinator"], INCIDENT, "F2", "MO")
    for taken, said in (("F2-MO", "of a donor who has left the registry"), ("F1-MO", "is somebody else's")):
        family = parents("F9", 9, IDENTIFY, IDENTIFY)
        mother = replace(family.donors[1], profile=typed(taken, 9, 2, 3))
        brought = replace(family, donors=(family.donors[0], mother))
        with pytest.raises(InputError, match=said):
            import_incident(
                team_at_work["registrar"], INCIDENT, replace(small_incident(), unidentified=(), families=(brought,))
            )


def test_alike__of_few_and_of_many_finds_the_same_and_reads_few(team_at_work):
    registry = team_at_work.registry
    with snapshot(registry.engine) as connection:
        every = list(connection.scalars(select(profiles.c.id)))
        one = Alike.among(connection, registry.vault, "donor", "unidentified", like=every[:1])
        many = Alike.among(connection, registry.vault, "donor", "unidentified", like=[*every, *range(-FEW, 0)])
        assert one.typings.size < many.typings.size == len(every)
        assert list(one.find(every[:1])) == list(many.find(every[:1]))


@pytest.mark.parametrize("code", ["f1 mo", "F1/MO", "\uff26\uff11-MO"])
def test_donor_elsewhere__is_found_by_a_code_written_otherwise(team_at_work, code):
    family = parents("F1", 1, IDENTIFY, IDENTIFY)
    brought = replace(small_incident(), unidentified=(), families=(family,))
    import_incident(team_at_work["registrar"], "second", brought)
    registry, second = team_at_work.registry, select(samples.c.id).order_by(samples.c.id.desc())
    with registry.engine.begin() as connection:
        number = connection.scalars(second.where(samples.c.code == "F1-MO")).first()
        connection.execute(update(samples).where(samples.c.id == number).values(code=code))
    with registry.engine.begin() as connection:
        found = find_donor_elsewhere(connection, registry.vault, incident=INCIDENT, family="F1", member="MO")
    assert [(one.incident, one.code, "sample" in one.grounds) for one in found] == [("second", "MO", True)]
