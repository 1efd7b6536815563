"""Leaving in every incident, and donors who are not to be called unidentified (PURPOSE.md, rules 2 and 7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from registry_team import INCIDENT, Team, audit, make_team, small_incident, typed
from sqlalchemy import select

from antigone.errors import Conflict, InputError, RegistryError
from antigone.model.incident.consent import Consent
from antigone.model.incident.incident import Donor, Incident, UnidentifiedPerson
from antigone.model.profile import Genotypes, Profile
from antigone.registry.backup.backup import backup
from antigone.registry.backup.restore import restore
from antigone.registry.people.departures import all_departures
from antigone.registry.people.digests import Digester, subsets
from antigone.registry.people.sameness import agreement
from antigone.registry.rings.rotation import next_generation, rotate
from antigone.registry.store import schema
from antigone.registry.store.database import snapshot
from antigone.team.incidents.consents import (
    find_donor,
    narrow_consent,
    record_consent,
    withdraw_donor,
    withdraw_seeker,
)
from antigone.team.incidents.importing import import_incident
from antigone.team.keeping.auditing import read_audit

LATER = Consent("C-new", dt.date(2026, 11, 25))
WHO = INCIDENT, "F1", "FA"


@pytest.fixture
def team(team_of):
    team = team_of("users")
    bring(team, INCIDENT, small_incident())
    return team


def bring(team: Team, code: str, incident: Incident, **let_in: str) -> None:
    import_incident(team["registrar"], code, incident, let_in=let_in)


def second() -> Incident:
    return replace(small_incident(), unidentified=())


def with_father(donor: Donor) -> Incident:
    """An incident of the first family alone, with this father."""
    family = small_incident().families[0]
    return replace(second(), families=(replace(family, donors=(donor,)),))


def father() -> Donor:
    return small_incident().families[0].donors[0]


def with_markers(profile: Profile, count: int) -> Profile:
    kept = list(profile.genotypes.items())[:count]
    return Profile(profile.sample, dict(kept))


# Leaving


@pytest.mark.slow
def test_withdraw__the_same_files_under_another_code_are_found_and_erased(team):
    bring(team, "second", second())
    (found,) = find_donor(team["coordinator"], *WHO)
    assert (found.incident, found.family, found.code, found.sure) == ("second", "F1", "FA", True)
    assert found.grounds == ("profile", "sample", "instrument")
    left = withdraw_donor(team["coordinator"], *WHO)
    assert (left.erased_elsewhere, left.left_standing, left.profiles) == ((found,), (), 2)
    with pytest.raises(RegistryError, match="has left already"):
        withdraw_donor(team["registrar"], "second", "F1", "FA", also=())


def test_withdraw__a_sample_of_another_code_is_found_and_a_person_decides(team):
    other = replace(father(), profile=replace(father().profile, sample="K-77"), consent=LATER)
    bring(team, "second", with_father(other))
    left = withdraw_donor(team["registrar"], *WHO)
    (standing,) = left.left_standing
    assert (standing.samples, standing.grounds, standing.sure) == (("K-77",), ("profile",), False)
    assert withdraw_donor(team["registrar"], "second", "F1", "FA").profiles == 1


def test_withdraw__who_is_chosen_is_erased_and_nobody_else_can_be(team):
    other = replace(father(), profile=replace(father().profile, sample="K-77"), consent=LATER)
    bring(team, "second", with_father(other))
    (found,) = find_donor(team["registrar"], *WHO)
    with pytest.raises(Conflict, match="not among those found"):
        withdraw_donor(team["registrar"], *WHO, also=["donor:1"])
    assert withdraw_donor(team["registrar"], *WHO, also=[found.key]).erased_elsewhere == (found,)


def test_withdraw__a_code_that_another_person_has_too_is_not_told(team):
    stranger = replace(father(), profile=typed("F1-FA", 77, 0, 1))
    bring(team, "second", with_father(stranger))
    assert find_donor(team["registrar"], *WHO) == ()


@pytest.mark.parametrize("change", ["none", "code", "consent", "kit", "error"])
def test_import__nobody_who_left_comes_back_under_another_code(change, team):
    withdraw_donor(team["coordinator"], *WHO)
    donor = father()
    genotypes = dict(donor.profile.genotypes)
    if change == "code":
        donor = replace(donor, profile=replace(donor.profile, sample="K-77"))
    if change == "consent":
        donor = replace(donor, profile=replace(donor.profile, sample="K-77"), consent=Consent("X", dt.date(2026, 2, 2)))
    if change == "kit":
        donor = replace(donor, profile=with_markers(replace(donor.profile, sample="K-77"), len(genotypes) - 1))
    if change == "error":
        donor = replace(donor, profile=Profile("K-77", genotypes | {"M00": ("1", "2")}))
    with pytest.raises(InputError, match="is of somebody who left this registry"):
        bring(team, "second", with_father(donor))
    assert (("registrar", "refused: import")) in audit(team)
    (line,) = [one for one in read_audit(team["auditor"], size=100).rows if one.action == "refused: import"]
    assert donor.profile.sample not in line.subject


def test_import__who_left_comes_back_with_a_new_sample_and_a_new_consent(team):
    withdraw_donor(team["coordinator"], *WHO)
    again = Donor("FA", replace(father().profile, sample="K-77"), LATER)
    bring(team, "second", with_father(again))


def test_import__of_another_person_with_the_same_code_and_form_needs_a_reason(team):
    withdraw_donor(team["coordinator"], *WHO)
    stranger = replace(father(), profile=typed("F1-FA", 77, 0, 1))
    with pytest.raises(InputError, match="recognised by its code and its consent"):
        bring(team, "second", with_father(stranger))
    bring(team, "second", with_father(stranger), **{"F1-FA": "another person, the code was used twice"})


def test_import__of_a_twin_of_who_left_needs_a_reason_that_names_are_not_in(team):
    withdraw_donor(team["coordinator"], *WHO)
    twin = Donor("FA", replace(father().profile, sample="T-1"), Consent("T", dt.date(2026, 2, 2)))
    with pytest.raises(InputError, match="identical twin"):
        bring(team, "second", with_father(twin))
    bring(team, "second", with_father(twin), **{"T-1": "an identical twin"})
    bring(team, "second", with_father(twin))
    with snapshot(team.registry.engine) as connection:
        assert list(connection.scalars(select(schema.let_in.c.reason))) == ["an identical twin"]


@pytest.mark.slow
def test_import__no_reason_brings_back_the_same_sample_with_the_same_consent(team):
    withdraw_donor(team["coordinator"], *WHO)
    with pytest.raises(InputError, match="remove it from the files"):
        bring(team, "second", second(), **{"F1-FA": "because I say so"})


def test_import__a_reason_without_need_is_refused(team):
    with pytest.raises(InputError, match="sample 'F1-FA' was not refused"):
        bring(team, "second", second(), **{"F1-FA": "just in case"})


def test_import__who_left_is_not_brought_back_as_remains(team):
    withdraw_donor(team["coordinator"], *WHO)
    remains = UnidentifiedPerson("PM99", replace(father().profile, sample="PM99"))
    with pytest.raises(InputError, match="'PM99' is of somebody who left"):
        bring(team, "second", replace(second(), families=(), unidentified=(remains,)))


def test_withdraw_seeker__neither_request_nor_sample_come_back_and_a_new_request_does(team):
    withdraw_seeker(team["coordinator"], INCIDENT, "LS1")
    (seeker,) = [one for one in small_incident().unidentified if one.kind == "living"]
    alone = replace(second(), families=(), unidentified=(seeker,))
    with pytest.raises(InputError, match="recognised by its code and its request and its genotypes"):
        bring(team, "second", alone)
    new = replace(seeker, code="LS2", profile=replace(seeker.profile, sample="LS2"))
    with pytest.raises(InputError, match="recognised by its request and its genotypes"):
        bring(team, "second", replace(alone, unidentified=(new,)))
    bring(team, "second", replace(alone, unidentified=(replace(new, request="letter of 30 November"),)))


# What is kept


@pytest.mark.slow
def test_departures__hold_digests_and_nothing_in_clear(team):
    withdraw_donor(team["coordinator"], *WHO)
    with snapshot(team.registry.engine) as connection:
        kept = list(all_departures(connection))
        assert {one.kind for one in kept} == {"sample", "instrument", "profile"}
        assert len({one.who for one in kept}) == 1
        assert connection.scalars(select(schema.marks.c.id)).all()
        gone = select(schema.marks.c.id).select_from(schema.marks.join(schema.profiles))
        assert connection.scalars(gone.where(schema.profiles.c.sealed.is_(None))).all() == []
    assert all(len(one.digest) == 32 and int(one.digest, 16) >= 0 for one in kept)
    assert all(len(names) >= 10 for _, names in subsets(tuple(sorted(father().profile.genotypes))))


def test_digests__of_another_registry_are_others():
    one, other = Digester(bytes(32)), Digester(b"x" * 32)
    genotypes = father().profile.genotypes
    assert not set(one.profile(genotypes).values()) & set(other.profile(genotypes).values())
    assert one.sample("F1-FA") != other.sample("F1-FA")


def test_digests__do_not_depend_on_the_order_of_markers_or_alleles():
    one, genotypes = Digester(bytes(32)), father().profile.genotypes
    turned = {marker: (second, first) for marker, (first, second) in reversed(list(genotypes.items()))}
    assert one.profile(genotypes) == one.profile(turned)


@pytest.mark.slow
def test_departures__outlive_a_restore_of_an_older_archive_and_another_master_key(team, tmp_path):
    engine, at = team.registry.engine, team.registry.now()
    bring(team, "second", replace(second(), families=second().families[1:]))
    backup(engine, team.registry.vault, archive=tmp_path / "old.backup", ring=tmp_path / "a.ring", at=at)
    bring(team, "third", with_father(Donor("FA", typed("N-1", 50, 0, 1), father().consent)))
    withdraw_donor(team["registrar"], "third", "F1", "FA")
    withdraw_donor(team["registrar"], *WHO)
    vault = next_generation(team.registry.vault)
    rotate(engine, vault, at=at)
    made = restore(tmp_path / "new.db", vault, archive=tmp_path / "old.backup", ring=tmp_path / "a.ring", at=at)
    with snapshot(engine) as before, snapshot(made.engine) as after:
        assert list(all_departures(before)) == list(all_departures(after))
    made.engine.dispose()


# Donors called unidentified, and second requests


def as_remains(profile: Profile) -> Incident:
    return replace(small_incident(), families=(), unidentified=(UnidentifiedPerson(profile.sample, profile),))


@pytest.mark.parametrize("code", [INCIDENT, "second"])
def test_import__a_donor_declared_unidentified_is_refused(code, team):
    profile = replace(father().profile, sample="PM99")
    base = small_incident() if code == INCIDENT else as_remains(profile)
    person = UnidentifiedPerson("PM99", profile)
    incident = replace(base, unidentified=(*(base.unidentified if code == INCIDENT else ()), person))
    with pytest.raises(InputError, match=r"'PM99' is declared unidentified, and equals sample 'F1-FA'.*swapped"):
        bring(team, code, incident)
    bring(team, code, incident, PM99="an identical twin of the donor")
    bring(team, code, incident)


def test_import__a_partial_sample_of_a_donor_is_refused_from_eight_markers_on(team):
    profile = replace(father().profile, sample="PM99")
    with pytest.raises(InputError, match="at all 8 markers"):
        bring(team, "second", as_remains(with_markers(profile, 8)))
    bring(team, "second", as_remains(with_markers(profile, 7)))


def test_import__replicates_of_a_donor_are_refused_too(team):
    replicates = {marker: (pair, pair) for marker, pair in father().profile.genotypes.items()}
    person = UnidentifiedPerson("PM99", Profile("PM99", {}), replicates=replicates)
    with pytest.raises(InputError, match="equals sample 'F1-FA'"):
        bring(team, "second", replace(small_incident(), families=(), unidentified=(person,)))


def test_import__a_later_typing_that_equals_a_donor_is_refused(team):
    profile = replace(father().profile, sample="PM99")
    bring(team, "second", as_remains(with_markers(profile, 5)))
    with pytest.raises(InputError, match="equals sample 'F1-FA'"):
        bring(team, "second", as_remains(profile))


def test_import__a_donor_who_equals_remains_is_refused(team):
    remains = small_incident().unidentified[0]
    donor = Donor("FA", replace(remains.profile, sample="D-1"), LATER)
    with pytest.raises(InputError, match="'PM1' is declared unidentified, and equals sample 'D-1'"):
        bring(team, "second", with_father(donor))


def test_import__a_second_search_on_one_request_is_refused(team):
    (seeker,) = [one for one in small_incident().unidentified if one.kind == "living"]
    other = UnidentifiedPerson("X1", typed("X1", 40, 0, 2), "male", "living", "Letter of 3  May")
    for person in (seeker, other):
        with pytest.raises(InputError, match="one search on one written request"):
            bring(team, "second", replace(second(), families=(), unidentified=(person,)))


def test_agreement__is_symmetric_and_blind_to_what_one_lacks():
    full, part = father().profile.genotypes, with_markers(father().profile, 9).genotypes
    assert agreement(full, part) == agreement(part, full) == 9
    assert not isinstance(part, Genotypes)


# Narrowing


def test_narrow__sharing_is_taken_back_everywhere_and_identification_stays(team):
    bring(team, "second", second())
    done = narrow_consent(team["coordinator"], INCIDENT, "F3", "MO", scope="sharing")
    assert (done.candidates, done.runs, [one.incident for one in done.narrowed_elsewhere]) == (0, 0, ["second"])
    bring(team, "second", second())
    with snapshot(team.registry.engine) as connection:
        rows = connection.execute(select(schema.consents).order_by(schema.consents.c.id)).all()
    ended = {(row.scope, row.withdrawn is not None) for row in rows if row.reference == rows[-1].reference}
    assert ("identification", True) not in ended
    with pytest.raises(RegistryError, match="no consent for sharing that stands"):
        narrow_consent(team["registrar"], INCIDENT, "F3", "MO", scope="sharing")
    with pytest.raises(InputError, match="for sharing was taken back in another incident"):
        bring(team, "third", second())
    assert ("coordinator", "narrow consent") in audit(team)


def test_narrow__the_last_purpose_is_a_withdrawal(team):
    with pytest.raises(Conflict, match="who takes it back withdraws"):
        narrow_consent(team["registrar"], INCIDENT, "F2", "MO", scope="identification")


@pytest.mark.slow
def test_narrow__identification_takes_what_rested_on_it(tmp_path):
    from antigone.team.review.candidates import list_candidates
    from antigone.team.runs.searching import search

    team = make_team(str(tmp_path / "r.db"))
    bring(team, INCIDENT, small_incident())
    search(team["geneticist"], INCIDENT)
    done = narrow_consent(team["coordinator"], *WHO, scope="identification")
    assert done.candidates >= 1
    assert done.runs == 1
    rows = list_candidates(team["geneticist"], INCIDENT, family="F1").rows
    assert all(row.stale for row in rows)
    team.registry.close()


@pytest.mark.slow
def test_record_consent__an_older_one_of_who_left_is_refused(team):
    bring(team, "second", with_father(Donor("FA", replace(father().profile, sample="K-77"), None)))
    withdraw_donor(team["coordinator"], *WHO)
    for consent, is_refused in ((Consent("new", dt.date(2026, 11, 22)), True), (LATER, False)):
        arguments = (team["registrar"], "second", "F1", "FA")
        if is_refused:
            with pytest.raises(Conflict, match="left this registry on 2026-11-23"):
                record_consent(*arguments, consent=consent)
        else:
            record_consent(*arguments, consent=consent)
