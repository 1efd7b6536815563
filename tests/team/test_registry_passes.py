"""A profile typed in twice: the first pass is sealed, the second compared, and what agrees becomes a typing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_team import INCIDENT, Team, agree_on_model, make_team, reopen_team, small_incident, typed
from sqlalchemy import select

from antigone.errors import ConsentError, Forbidden, InputError, RegistryError
from antigone.model.profile import Profile
from antigone.registry.consent.one_pair import read_person
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import passes, profiles
from antigone.registry.typings.samples import find_sample
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.passes import (
    OF_THE_INCIDENT,
    check_cell,
    discard_passes,
    list_passes,
    read_entry,
    type_pass,
)
from antigone.team.incidents.typings import list_conflicts, list_typings
from antigone.team.incidents.undoing import list_imports, undo_import
from antigone.team.keeping.auditing import read_audit
from antigone.team.keeping.keeping import back_up, restore, verify
from antigone.team.runs.pending import read_pending
from antigone.team.runs.searching import search
from antigone.team.views import Entered

PM1 = {marker: "/".join(map(str, pair)) for marker, pair in typed("PM1", 1, 0, 2).genotypes.items()}


@pytest.fixture
def team(tmp_path) -> Team:
    made, whole = make_team(str(tmp_path / "registry.db")), small_incident()
    people = [replace(one, profile=Profile("PM5", {})) if one.code == "PM5" else one for one in whole.unidentified]
    import_incident(made["registrar"], INCIDENT, replace(whole, unidentified=tuple(people)))
    agree_on_model(made)
    return made


def other(text: str) -> str:
    """Another genotype of the ladder than that of a text."""
    return "10/11" if text != "10/11" else "12/13"


def typed_in(team: Team, sample: str = "PM1", *, by: str = "registrar", apart: bool = False, **changed: str) -> Entered:
    return type_pass(team[by], INCIDENT, sample, kit=OF_THE_INCIDENT, markers=PM1 | changed, apart=apart)


def at_one(team: Team, by: str, text: str) -> Entered:
    """The marker that differs, typed again."""
    return type_pass(team[by], INCIDENT, "PM1", kit=OF_THE_INCIDENT, markers={"M03": text})


def genotypes_of(team: Team, sample: str) -> dict[str, object]:
    with snapshot(team.registry.engine) as connection:
        row = find_sample(connection, INCIDENT, sample).person
        return dict(read_person(connection, team.registry.vault, row).profile.genotypes)


def test_passes__two_that_agree_but_for_one_marker_become_a_typing_when_it_is_typed_again(team):
    changed = other(PM1["M03"])
    assert typed_in(team, M03=changed).agreed == 0
    assert [line.typed_by for line in list_passes(team["geneticist"], INCIDENT)] == ["registrar"]
    again = typed_in(team, by="geneticist")
    assert (again.agreed, again.differing, again.is_typing) == (15, ("M03",), False)  # Amelogenin: empty in both
    assert len(list_typings(team["geneticist"], INCIDENT, "PM1").typings) == 1
    asked = read_entry(team["geneticist"], INCIDENT, "PM1")
    assert asked.markers == ("M03",)
    assert at_one(team, "geneticist", changed).is_typing
    _, new = list_typings(team["geneticist"], INCIDENT, "PM1").typings
    assert (new.kit, new.imported_by, new.typed_by) == (
        "genotype grid",
        "geneticist",
        ("registrar", "geneticist", "geneticist"),
    )
    assert [line.markers for line in list_conflicts(team["geneticist"], INCIDENT).rows] == [1]
    assert list_passes(team["registrar"], INCIDENT) == ()
    verify(team["auditor"])


def test_passes__bring_a_profile_to_remains_that_had_none_and_the_next_search_reads_it(team):
    search(team["geneticist"], INCIDENT)
    text = {"M00": "11/10", "M01": "12 12", "M02": "13/?", "M03": "nothing", "Amelogenin": "XY"}
    with pytest.raises(InputError, match="drop-out"):  # refused as an import refuses it: this incident has no such rate
        type_pass(team["registrar"], INCIDENT, "PM5", kit=OF_THE_INCIDENT, markers=text)
    for by in ("registrar", "geneticist"):
        done = type_pass(team[by], INCIDENT, "PM5", kit=OF_THE_INCIDENT, markers=text | {"M03": ""})
    assert done.is_typing
    assert not done.was_known
    assert [one.code for one in read_pending(team["geneticist"], INCIDENT).persons] == ["PM5"]
    assert genotypes_of(team, "PM5") == {"M00": ("10", "11"), "M01": ("12", "12"), "M02": ("13", None)}


def test_passes__the_same_typing_again_adds_nothing(team):
    typed_in(team)
    done = typed_in(team)
    assert done.is_typing
    assert done.was_known
    assert len(list_typings(team["geneticist"], INCIDENT, "PM1").typings) == 1


def test_passes__are_sealed_until_they_agree_and_then_gone(team):
    typed_in(team)
    with snapshot(team.registry.engine) as connection:
        (row,) = connection.execute(select(passes)).all()
        assert PM1["M00"].encode() not in row.sealed
    typed_in(team)
    with snapshot(team.registry.engine) as connection:
        assert [(r.state, r.sealed, r.key) for r in connection.execute(select(passes))] == [("agreed", None, None)] * 2


def test_passes__never_show_what_was_typed_before(team):
    changed = other(PM1["M03"])
    typed_in(team, M03=changed)
    shown = repr(read_entry(team["geneticist"], INCIDENT, "PM1")) + repr(typed_in(team, by="geneticist"))
    assert changed not in shown
    assert PM1["M03"] not in shown
    audit = repr(read_audit(team["auditor"], size=1000).rows)
    assert changed not in audit
    assert PM1["M03"] not in audit


def test_passes__of_two_persons_need_a_second_one(team):
    typed_in(team, apart=True)
    first = typed_in(team)
    assert not first.is_typing
    assert len(first.differing) == 16
    assert typed_in(team, by="geneticist").is_typing


def test_passes__of_which_one_marker_was_wrong_in_the_second_need_the_first_person_again(team):
    typed_in(team, apart=True)
    wrong = other(PM1["M03"])
    assert typed_in(team, by="geneticist", M03=wrong).differing == ("M03",)
    assert at_one(team, "geneticist", wrong).differing == ("M03",)
    assert at_one(team, "geneticist", PM1["M03"]).is_typing


def test_passes__that_cannot_be_read_are_refused_marker_by_marker_without_alleles(team):
    with pytest.raises(InputError) as refused:
        typed_in(team, M00="97/12", M01="12", M02="OL/12", M03="9,3/12")
    problems = refused.value.problems
    assert [problem.column for problem in problems] == ["M00", "M01", "M02", "M03"]
    assert not any(text in str(refused.value) for text in ("97", "'12'", "9,3"))
    assert list_passes(team["registrar"], INCIDENT) == ()
    with pytest.raises(InputError, match="type at least one marker"):
        type_pass(team["registrar"], INCIDENT, "PM1", kit=OF_THE_INCIDENT, markers={})
    with pytest.raises(InputError, match="a marker twice"):
        type_pass(team["registrar"], INCIDENT, "PM1", kit=OF_THE_INCIDENT, markers={"AMEL": "XY", "Amelogenin": "XX"})
    with pytest.raises(InputError, match="a marker that is not asked for"):
        type_pass(team["registrar"], INCIDENT, "PM1", kit=OF_THE_INCIDENT, markers={"SE33": "12/13"})
    with pytest.raises(InputError, match="no kit 'PP99'"):
        type_pass(team["registrar"], INCIDENT, "PM1", kit="PP99", markers={})


def test_passes__the_server_says_how_a_cell_is_read(team):
    assert check_cell(team["registrar"], INCIDENT, "PM1", "M00", "12 10") == "10/12"
    with pytest.raises(InputError, match="write ! behind"):
        check_cell(team["registrar"], INCIDENT, "PM1", "M00", "97 12")
    assert check_cell(team["registrar"], INCIDENT, "PM1", "M00", "97! 12") == "12/97!"


def test_passes__an_allele_beyond_the_ladder_that_is_really_so_is_taken(team):
    for _ in range(2):
        typed_in(team, "PM5", M00="12/97!")
    assert genotypes_of(team, "PM5")["M00"] == ("12", "97")


def test_passes__of_a_donor_need_the_consent_of_the_day(team):
    for sample in ("F4-FA", "F4-MO"):
        with pytest.raises(ConsentError, match="stays sealed"):
            read_entry(team["registrar"], INCIDENT, sample)
        with pytest.raises(ConsentError):
            typed_in(team, sample)
    text = {"M00": "10/11"}
    for _ in range(2):
        done = type_pass(team["registrar"], INCIDENT, "F1-FA", kit=OF_THE_INCIDENT, markers=text)
    assert done.is_typing
    assert "Amelogenin" not in read_entry(team["registrar"], INCIDENT, "F1-FA", kit=OF_THE_INCIDENT).markers
    with pytest.raises(InputError):
        type_pass(team["registrar"], INCIDENT, "F1-FA", kit=OF_THE_INCIDENT, markers={"M00": "nothing"})


def test_passes__leave_with_the_donor(team):
    type_pass(team["registrar"], INCIDENT, "F1-FA", kit=OF_THE_INCIDENT, markers={"M00": "10/11"})
    withdraw_donor(team["registrar"], INCIDENT, "F1", "FA")
    with snapshot(team.registry.engine) as connection:
        assert connection.execute(select(passes)).all() == []
    assert list_passes(team["registrar"], INCIDENT) == ()
    with pytest.raises(RegistryError):
        read_entry(team["registrar"], INCIDENT, "F1-FA")
    verify(team["auditor"])


@pytest.mark.slow
def test_passes__come_back_with_a_backup_but_not_of_who_left_since(team, tmp_path):
    typed_in(team)
    type_pass(team["registrar"], INCIDENT, "F1-FA", kit=OF_THE_INCIDENT, markers={"M00": "10/11"})
    archive, ring, place = (tmp_path / name for name in ("a.archive", "a.ring", "b.db"))
    back_up(team["administrator"], archive, ring=ring)
    withdraw_donor(team["registrar"], INCIDENT, "F1", "FA")
    restore(place, team.registry.vault, archive=archive, ring=ring, clock=team.clock)
    again = reopen_team(str(place), team.registry.vault)
    assert [line.sample for line in list_passes(again["registrar"], INCIDENT)] == ["PM1"]
    assert typed_in(again).is_typing
    verify(again["auditor"])


def test_passes__can_be_discarded_and_begun_anew_with_another_kit(team):
    typed_in(team)
    with pytest.raises(RegistryError, match="is being typed by"):
        type_pass(team["registrar"], INCIDENT, "PM1", kit="PowerPlex 21", markers={})
    assert discard_passes(team["geneticist"], INCIDENT, "PM1") == 1
    with pytest.raises(RegistryError, match="no pass of 'PM1' is open"):
        discard_passes(team["geneticist"], INCIDENT, "PM1")
    assert read_entry(team["registrar"], INCIDENT, "PM1").kit == ""
    verify(team["auditor"])


def test_passes__what_they_brought_can_be_undone_as_an_import(team):
    for _ in range(2):
        typed_in(team, M03=other(PM1["M03"]))
    newest = list_imports(team["registrar"], INCIDENT)[0]
    undo_import(team["registrar"], newest.number, because="typed from the wrong sheet")
    assert len(list_typings(team["geneticist"], INCIDENT, "PM1").typings) == 1
    assert list_conflicts(team["geneticist"], INCIDENT).rows == ()
    with snapshot(team.registry.engine) as connection:
        assert connection.scalar(select(passes.c["import"]).limit(1)) == newest.number
    verify(team["auditor"])


def test_passes__stand_against_undoing_the_import_of_their_sample(team):
    typed_in(team)
    first = list_imports(team["registrar"], INCIDENT)[-1]
    with pytest.raises(RegistryError, match="profiles were typed in once, of samples: PM1; discard those passes"):
        undo_import(team["registrar"], first.number, because="wrong")
    discard_passes(team["registrar"], INCIDENT, "PM1")
    undo_import(team["registrar"], first.number, because="wrong")
    with snapshot(team.registry.engine) as connection:
        assert connection.execute(select(passes)).all() == []
        assert connection.execute(select(profiles)).all() == []
    verify(team["auditor"])


@pytest.mark.parametrize("role", ["administrator", "reviewer", "coordinator", "auditor"])
def test_passes__are_for_who_works_with_samples(role, team):
    with pytest.raises(Forbidden):
        typed_in(team, by=role)
    with pytest.raises(Forbidden):
        list_passes(team[role], INCIDENT)


def test_entry__says_which_markers_of_a_kit_are_not_asked_for_and_why(team):
    view = read_entry(team["registrar"], INCIDENT, "PM1", kit="PowerPlex Fusion 6C")
    assert view.markers == ("Amelogenin",)
    assert view.not_asked["this incident has no frequencies of Y haplotypes"] == ("DYS391", "DYS576", "DYS570")
    assert len(view.not_asked["no frequencies in this incident"]) == 23
    assert view.kits[0] == OF_THE_INCIDENT
