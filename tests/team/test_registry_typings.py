"""The story of a second kit: what was typed adds up, what differs waits for a geneticist, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from registry_team import INCIDENT, Team, audit, make_team, small_incident
from sqlalchemy import select

from antigone.errors import AntigoneError, Conflict, ConsentError, Forbidden, InputError
from antigone.model.assumptions.observation import ObservationModel, ObservationRates
from antigone.model.incident.incident import Incident
from antigone.model.profile import Profile
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import changes
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.typings import (
    correct_typing,
    list_conflicts,
    list_typings,
    read_conflict,
    retire_typing,
    settle_conflict,
)
from antigone.team.keeping.auditing import read_audit
from antigone.team.keeping.keeping import verify
from antigone.team.overview.status import TO_SETTLE, read_status
from antigone.team.review.candidates import list_candidates
from antigone.team.runs.searching import read_run, search

KIT1, KIT2 = range(9), range(7, 15)


def kit(markers: range, *, only: str = "", **changed: tuple[str, str]) -> Incident:
    """The small incident as one kit typed it: some markers of everybody; ``changed`` in the sample ``only``."""
    whole = small_incident()

    def part(profile: Profile) -> Profile:
        own = {f"M{m:02}": profile.genotypes[f"M{m:02}"] for m in markers}
        return Profile(profile.sample, own | (changed if profile.sample == only else {}))

    families = tuple(
        replace(family, donors=tuple(replace(donor, profile=part(donor.profile)) for donor in family.donors))
        for family in whole.families
    )
    people = tuple(replace(person, profile=part(person.profile)) for person in whole.unidentified)
    return replace(whole, unidentified=people, families=families)


def people_alone(incident: Incident) -> Incident:
    return replace(incident, families=())


def candidates_of(team: Team) -> dict[tuple[str, str], float]:
    run = search(team["geneticist"], INCIDENT)
    lines = list_candidates(team["geneticist"], INCIDENT, run=run.line.id, size=500).rows
    return {(line.unidentified, line.family): line.log10_lr or 0.0 for line in lines}


def fresh(tmp_path, incident: Incident) -> dict[tuple[str, str], float]:
    other = make_team(str(tmp_path / f"{len(list(tmp_path.iterdir()))}.db"))
    import_incident(other["registrar"], INCIDENT, incident)
    return candidates_of(other)


@pytest.mark.slow
def test_second_kit__the_candidates_are_those_of_a_fresh_registry_with_both(team, tmp_path):
    import_incident(team["registrar"], INCIDENT, replace(kit(KIT1), kit="first kit"))
    before = candidates_of(team)
    import_incident(team["registrar"], INCIDENT, replace(kit(KIT2), kit="second kit"))
    after, expected = candidates_of(team), fresh(tmp_path, small_incident())
    assert after == pytest.approx(expected, abs=1e-9)
    assert after["PM1", "F1"] > before["PM1", "F1"] > 0
    view = list_typings(team["reviewer"], INCIDENT, "PM1")
    assert [(one.kit, one.imported_by, one.state) for one in view.typings] == [
        ("first kit", "registrar", "valid"),
        ("second kit", "registrar", "valid"),
    ]


def samples_to_settle(session):
    """How many the first page of a user says, by incident."""
    return [waiting.count for waiting in read_status(session).waiting if waiting.what == TO_SETTLE]


@pytest.mark.slow
def test_second_kit__differs_is_settled_corrected_and_retired(team, tmp_path):
    other = ("10", "19")
    import_incident(team["registrar"], INCIDENT, kit(KIT1))
    import_incident(team["registrar"], INCIDENT, kit(KIT2, only="PM1", M07=other))
    left_out = (
        fresh(tmp_path / "a", without(small_incident(), "PM1", "M07")) if (tmp_path / "a").mkdir() is None else {}
    )
    assert candidates_of(team) == pytest.approx(left_out, abs=1e-9)
    (line,) = list_conflicts(team["registrar"], INCIDENT).rows
    assert (line.sample, line.markers) == ("PM1", 1)
    assert [samples_to_settle(team[role]) for role in ("geneticist", "registrar", "reviewer")] == [[1], [], []]
    (conflict,) = read_conflict(team["geneticist"], INCIDENT, "PM1").markers
    right, wrong = (one.number for one in conflict.typings)
    assert [one.shown for one in conflict.typings][1] == ("10, 19",)
    assert "state a drop-in or error rate" in conflict.why_not
    with pytest.raises(Conflict, match="state a drop-in or error rate"):
        settle_conflict(team["geneticist"], INCIDENT, "PM1", "M07", reason="stutter")
    settle_conflict(team["geneticist"], INCIDENT, "PM1", "M07", keep=right, reason="the second run was weak")
    whole = fresh(tmp_path, small_incident())
    assert candidates_of(team) == pytest.approx(whole, abs=1e-9)
    assert list_conflicts(team["geneticist"], INCIDENT).total == 0
    assert samples_to_settle(team["geneticist"]) == []
    alleles = "/".join(map(str, small_incident().unidentified[0].profile.genotypes["M07"]))
    view = correct_typing(
        team["geneticist"], INCIDENT, "PM1", wrong, marker="M07", alleles=alleles, reason="read from the wrong well"
    )
    assert [one.state for one in view.typings] == ["valid", "superseded", "valid"]
    assert candidates_of(team) == pytest.approx(whole, abs=1e-9)
    retire_typing(team["geneticist"], INCIDENT, "PM1", right, reason="the plate was contaminated")
    assert candidates_of(team)["PM1", "F1"] < whole["PM1", "F1"]
    assert verify(team["auditor"]).lines > 0


def without(incident: Incident, sample: str, marker: str) -> Incident:
    def part(profile: Profile) -> Profile:
        return Profile(profile.sample, {m: pair for m, pair in profile.genotypes.items() if m != marker})

    people = tuple(replace(p, profile=part(p.profile)) if p.code == sample else p for p in incident.unidentified)
    return replace(incident, unidentified=people)


def conflicting(team: Team, *, observation: ObservationModel | None = None) -> tuple[int, int]:
    """A registry in which PM1 was typed differently at M07; the two typings."""
    first = kit(KIT1)
    if observation is not None:
        first = replace(first, settings=replace(first.settings, observation=observation))
    second = replace(kit(KIT2, only="PM1", M07=("10", "10")), settings=first.settings)
    import_incident(team["registrar"], INCIDENT, first)
    import_incident(team["registrar"], INCIDENT, second)
    one, other = list_typings(team["geneticist"], INCIDENT, "PM1").typings
    return one.number, other.number


@pytest.mark.slow
def test_replicates__are_taken_together_where_the_rates_allow_it(team):
    conflicting(team, observation=ObservationModel(ObservationRates(0.2, 0.02, 0.001)))
    (conflict,) = read_conflict(team["geneticist"], INCIDENT, "PM1").markers
    assert conflict.may_be_replicates
    view = settle_conflict(team["geneticist"], INCIDENT, "PM1", "M07", reason="two weak amplifications")
    assert [(one.marker, one.how, one.closed_by) for one in view.conflicts] == [("M07", "replicates", "geneticist")]
    assert ("PM1", "F1") in candidates_of(team)


@pytest.mark.slow
def test_changes__are_noted_and_make_searches_old(team):
    right, _ = conflicting(team)
    run = search(team["geneticist"], INCIDENT)
    settle_conflict(team["geneticist"], INCIDENT, "PM1", "M07", keep=right, reason="better signal")
    with snapshot(team.registry.engine) as connection:
        kinds = connection.scalars(select(changes.c.kind).where(changes.c.unidentified.is_not(None))).all()
    assert "conflict settled" in kinds
    assert read_run(team["geneticist"], run.line.id).line.state == "to be computed again"


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason__nothing_is_changed(team, reason):
    right, _ = conflicting(team)
    with pytest.raises(InputError, match="no reason"):
        settle_conflict(team["geneticist"], INCIDENT, "PM1", "M07", keep=right, reason=reason)
    with pytest.raises(InputError, match="no reason"):
        retire_typing(team["geneticist"], INCIDENT, "PM1", right, reason=reason)
    assert list_conflicts(team["geneticist"], INCIDENT).total == 1


WRONG = {
    "a marker that agrees": lambda s, n: settle_conflict(s, INCIDENT, "PM1", "M08", keep=n, reason="x"),
    "a typing of nobody": lambda s, n: settle_conflict(s, INCIDENT, "PM1", "M07", keep=999, reason="x"),
    "a typing of another": lambda s, n: retire_typing(s, INCIDENT, "PM2", n, reason="x"),
    "a sample of nobody": lambda s, n: list_typings(s, INCIDENT, "PM99"),
    "nothing to correct": lambda s, n: correct_typing(s, INCIDENT, "PM1", n, marker="M20", alleles="12/13", reason="x"),
    "no genotype": lambda s, n: correct_typing(s, INCIDENT, "PM1", n, marker="M07", alleles="12", reason="x"),
    "a date": lambda s, n: correct_typing(s, INCIDENT, "PM1", n, marker="M07", alleles="Mar/12", reason="x"),
    "far beyond": lambda s, n: correct_typing(s, INCIDENT, "PM1", n, marker="M07", alleles="120/12", reason="x"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong__is_refused_without_a_genotype(team, kind):
    right, _ = conflicting(team)
    with pytest.raises(AntigoneError) as refused:
        WRONG[kind](team["geneticist"], right)
    assert "120" not in str(refused.value)
    assert [one.state for one in list_typings(team["geneticist"], INCIDENT, "PM1").typings] == ["valid", "valid"]


def test_genotypes__are_shown_to_the_geneticist_alone_and_it_is_written_down(team):
    conflicting(team)
    for role in ("registrar", "reviewer", "coordinator", "auditor", "administrator"):
        with pytest.raises(Forbidden):
            read_conflict(team[role], INCIDENT, "PM1")
    read_conflict(team["geneticist"], INCIDENT, "PM1")
    assert ("geneticist", "see conflict") in audit(team)
    shown = " ".join(f"{line.subject} {line.purpose}" for line in read_audit(team["auditor"], size=1000).rows)
    assert "10, 10" not in shown


def test_donor_without_consent__stays_sealed(team):
    import_incident(team["registrar"], INCIDENT, kit(KIT1))
    import_incident(team["registrar"], INCIDENT, kit(KIT2, only="F4-MO", M07=("10", "19")))
    with pytest.raises(ConsentError, match="stays sealed"):
        read_conflict(team["geneticist"], INCIDENT, "F4-MO")


@pytest.mark.slow
def test_replicate_typing__is_a_further_amplification(team):
    rates = ObservationModel(ObservationRates(0.2, 0.02, 0.001))
    first = kit(KIT1)
    first = replace(first, settings=replace(first.settings, observation=rates))
    import_incident(team["registrar"], INCIDENT, first)
    again = people_alone(replace(kit(KIT2, only="PM1", M07=("10", "10")), settings=first.settings))
    with pytest.raises(InputError, match="a reference is taken as read"):
        import_incident(team["registrar"], INCIDENT, replace(kit(KIT2), as_replicates=True))
    import_incident(team["registrar"], INCIDENT, replace(again, as_replicates=True))
    assert list_conflicts(team["geneticist"], INCIDENT).total == 0
    assert all(one.is_replicate for one in list_typings(team["geneticist"], INCIDENT, "PM1").typings[1:])
    assert ("PM1", "F1") in candidates_of(team)


def test_settled__holds_for_a_correction_at_another_marker(team):
    right, other = conflicting(team)
    settle_conflict(team["geneticist"], INCIDENT, "PM1", "M07", keep=right, reason="better signal")
    correct_typing(team["geneticist"], INCIDENT, "PM1", other, marker="M09", alleles="10/19", reason="misread")
    assert list_conflicts(team["geneticist"], INCIDENT).total == 0


def test_retired__the_same_import_does_not_bring_it_back(team):
    _, wrong = conflicting(team)
    retire_typing(team["geneticist"], INCIDENT, "PM1", wrong, reason="a mixture")
    assert list_conflicts(team["geneticist"], INCIDENT).total == 0
    again = import_incident(team["registrar"], INCIDENT, kit(KIT2, only="PM1", M07=("10", "10")))
    assert again.profiles == 0
    assert [one.state for one in list_typings(team["geneticist"], INCIDENT, "PM1").typings] == ["valid", "retired"]
