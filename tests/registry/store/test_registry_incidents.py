"""An incident goes into the registry and comes back equal; what contradicts it is refused, whole."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_example import AT, DAY, GIVEN, begin, covered_only, get, of_everything, put, simulated
from sqlalchemy import func, select

from antigone.casework.pairs.search import search_incident
from antigone.errors import InputError
from antigone.model.incident.incident import Donor, Family
from antigone.model.incident.settings import SearchSettings
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.registry.keys.vault import Vault
from antigone.registry.people.importing import Imported
from antigone.registry.store.database import open_registry, snapshot
from antigone.registry.store.schema import custody, metadata, model_versions, models, profiles
from antigone.registry.typings.payloads import Beside, Unpacker, pack
from antigone.report.tables.files import results_json

LABELS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=4)
PAIRS = st.tuples(LABELS, st.none() | LABELS)


@pytest.fixture
def registry(registry_url):
    engine, vault = begin(registry_url)
    yield engine, vault
    engine.dispose()


def rows(engine) -> dict[str, int]:
    with snapshot(engine) as connection:
        return {t.name: connection.scalar(select(func.count()).select_from(t)) or 0 for t in metadata.sorted_tables}


@pytest.mark.slow
@given(st.dictionaries(LABELS, PAIRS, max_size=5))
def test_pack__any_genotypes_come_back(genotypes):
    profile = Profile("S", genotypes)
    assert Unpacker().unpack(pack(profile), sample="S") == (profile, Beside())


def test_pack__a_control_character_is_refused():
    with pytest.raises(InputError, match="control character"):
        pack(Profile("S", {"M": ("1\x1f", "2")}))


def test_unpack__equal_pairs_and_kits_are_shared():
    unpacker = Unpacker()
    first, second = (unpacker.unpack(pack(Profile("S", {"M": ("1", "2")})), sample="S")[0] for _ in range(2))
    assert first.genotypes["M"] is second.genotypes["M"]
    assert next(iter(first.genotypes)) is next(iter(second.genotypes))


@pytest.mark.slow
@pytest.mark.parametrize("incident", [simulated(), of_everything()], ids=lambda incident: incident.title)
def test_save_incident__comes_back_equal(registry, incident):
    put(registry, incident)
    assert get(registry).incident == covered_only(incident)


@pytest.mark.slow
def test_save_incident__a_search_gives_the_same_answer(registry):
    incident = simulated(5, 5)
    put(registry, incident)
    covered = get(registry)
    from_files, from_registry = (
        search_incident(searched, today=DAY, created=AT, command="search").result
        for searched in (incident, covered.incident)
    )
    families = tuple(
        replace(f, donors_without_consent=covered.refused_by_family.get(f.family, 0)) for f in from_registry.families
    )
    same = replace(from_registry, provenance=from_files.provenance, left_out=covered.refused, families=families)
    assert same == from_files
    assert results_json(same) == results_json(from_files)
    assert same.candidates
    assert same.left_out


@pytest.mark.slow
def test_save_incident__every_sample_begins_its_custody(registry):
    put(registry, of_everything())
    with snapshot(registry[0]) as connection:
        events = connection.execute(select(custody.c.event, custody.c.holder, custody.c.at)).all()
    assert events == [("imported", "LAB1", AT)] * 5


@pytest.mark.slow
def test_save_incident__nothing_sealed_stands_open(registry):
    put(registry, of_everything())
    with snapshot(registry[0]) as connection:
        everything = "".join(str(row) for t in metadata.sorted_tables for row in connection.execute(select(t)))
    for word in ("DYS19'", "'PM1': 3", "plate", "2025-02-01", "M0", "16024"):
        assert word not in everything.replace('"', "'").split("'frequencies'")[0] or word in ("DYS19'", "M0")
    with snapshot(registry[0]) as connection:
        assert not any(b"10" in sealed[:4] for sealed in connection.scalars(select(profiles.c.sealed)))


@pytest.mark.slow
@pytest.mark.parametrize("incident", [simulated(), of_everything()], ids=lambda incident: incident.title)
def test_save_incident__again_adds_nothing(registry, incident):
    put(registry, incident)
    before = rows(registry[0])
    assert put(registry, incident) == Imported()
    assert rows(registry[0]) == before


@pytest.mark.slow
def test_save_incident__another_typing_is_a_further_profile_and_the_newest_is_read(registry):
    incident = of_everything()
    put(registry, incident)
    person = incident.unidentified[1]
    again = replace(incident, unidentified=(replace(person, profile=Profile("PM2", {"M5": ("15", "16")})),))
    assert put(registry, again) == Imported(profiles=1)
    assert get(registry).incident.unidentified[1] == again.unidentified[0]
    assert put(registry, incident) == Imported()  # an older file does not undo it
    assert get(registry).incident.unidentified[1] == again.unidentified[0]


@pytest.mark.slow
def test_save_incident__other_settings_are_kept_and_never_used(registry):
    incident = simulated()
    put(registry, incident)
    changed = replace(incident, settings=SearchSettings(theta=0.03))
    assert (put(registry, changed), put(registry, changed)) == (Imported(models=1), Imported())
    assert get(registry).incident.settings == incident.settings
    with snapshot(registry[0]) as connection:
        versions = connection.execute(select(model_versions).order_by(model_versions.c.number)).all()
        assert [(one.number, one.state, one.since) for one in versions] == [(1, "brought", AT), (2, "brought", None)]
        assert connection.scalar(select(func.count()).select_from(models)) == 5


@pytest.mark.slow
def test_save_incident__a_family_may_gain_members_and_donors(registry):
    incident = of_everything()
    put(registry, incident)
    (family,) = incident.families
    brother = Individual("BR", "male", "FA", "MO")
    grown = replace(
        family,
        pedigree=Pedigree((brother, *family.pedigree)),
        donors=(*family.donors, Donor("BR", Profile("F-BR", {"M0": ("10", "12")}), GIVEN)),
    )
    assert put(registry, replace(incident, families=(grown,))) == Imported(members=1, donors=1, consents=2, profiles=1)
    assert get(registry).incident.families == (grown,)


@pytest.mark.slow
def test_save_incident__a_consent_may_end_earlier_never_later(registry):
    incident = of_everything()
    put(registry, incident)
    (family,) = incident.families
    father, sister = family.donors

    def with_sister(**ends):
        other = replace(sister, consent=replace(GIVEN, **{"expires": dt.date(2030, 1, 1)} | ends))
        return replace(incident, families=(replace(family, donors=(father, other)),))

    put(registry, with_sister(withdrawn=dt.date(2026, 2, 1)))
    assert get(registry).refused == {"donors whose consent was withdrawn": 1}
    put(registry, incident)
    assert get(registry).refused == {"donors whose consent was withdrawn": 1}
    with pytest.raises(InputError, match="sample 'F-SI' lasts longer"):
        put(registry, with_sister(expires=dt.date(2040, 1, 1)))


@pytest.mark.slow
def test_save_incident__every_contradiction_is_told_and_nothing_written(registry):
    incident = of_everything()
    put(registry, incident)
    before = rows(registry[0])
    (family,) = incident.families
    other = Pedigree.of(("FA", "male"), ("MO", "female"), ("MP", "male", "FA"), ("SI", "female", "FA", "MO"))
    wrong = replace(
        incident,
        title="Another",
        unidentified=(
            replace(incident.unidentified[0], sex="female"),
            replace(incident.unidentified[2], code="LS2", profile=Profile("LS2", {})),
            replace(incident.unidentified[1], code="F-FA", profile=Profile("F-FA", {})),
        ),
        families=(
            replace(family, pedigree=other),
            Family("F2", family.pedigree, ("MP",), (Donor("FA", Profile("PM2", {}), GIVEN),)),
        ),
    )
    with pytest.raises(InputError) as refused:
        put(registry, wrong)
    told = [str(problem) for problem in refused.value.problems]
    for words in (
        *(
            "the incident's title is 'Another'",
            "'PM1' is female, but male",
            "living seekers LS1, LS2",
            "sample 'F-FA' is a donor's",
        ),
        *("family 'F1' has another pedigree: member 'MP' is other", "sample 'PM2' is somebody else's"),
    ):
        assert any(words in line for line in told), words
    assert rows(registry[0]) == before


@pytest.mark.slow
def test_save_incident__a_title_that_no_file_states_contradicts_nothing(registry):
    """A weekly export has another file name, which is all that a .fam file has of a title."""
    first = replace(of_everything(), title="week1", title_stated=False)
    put(registry, first)
    added = put(registry, replace(first, title="week2", families=(), unidentified=first.unidentified[:1]))
    assert not any(vars(added).values())


def test_save_incident__a_code_twice_is_refused(registry):
    person = of_everything().unidentified[0]
    with pytest.raises(InputError, match="sample 'PM1' stands 2 times"):
        put(registry, replace(of_everything(), unidentified=(person, person)))


def _import_in_a_process(url: str, masters: dict[int, bytes], families: int) -> None:
    engine = open_registry(url)
    put((engine, Vault(masters)), simulated(families))
    engine.dispose()


@pytest.mark.slow
def test_save_incident__two_processes_at_once_are_safe(registry, registry_url):
    engine, vault = registry
    engine.dispose()
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_import_in_a_process, args=(registry_url, dict(vault.masters), 8)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert get((engine, vault)).incident == covered_only(simulated())
    assert put((engine, vault), simulated()) == Imported()
