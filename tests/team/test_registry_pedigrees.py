"""Changing a declared pedigree: what is kept, what must be computed again, and what no change can touch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from deciding import confirm, propose
from registry_team import INCIDENT, Team, small_incident, team_at_work

from antigone.errors import AntigoneError, Conflict, Forbidden, InputError
from antigone.model.pedigree import Individual, Pedigree
from antigone.team.access.roles import ALLOWED, ROLES
from antigone.team.incidents.consents import withdraw_donor
from antigone.team.incidents.families import read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.pedigrees import decision_on_pedigree, lost_relations, pedigree_version, save_pedigree
from antigone.team.keeping.auditing import read_audit
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.review.reviewing import reject
from antigone.team.runs.searching import findings, list_runs, search
from antigone.team.views import FamilyView


@pytest.fixture
def team(after_search) -> Team:
    made: Team = after_search
    return made


def save(
    team: Team,
    family: str,
    *members: Individual,
    missing: tuple[str, ...] = ("MP",),
    user="registrar",
    severing: bool = True,
) -> FamilyView:
    before = read_family(team["registrar"], INCIDENT, family)
    return save_pedigree(
        team[user],
        INCIDENT,
        family,
        pedigree=Pedigree(members),
        missing=missing,
        seen=pedigree_version(before.pedigree, before.missing),
        severing=severing,
    )


def members_of(view: FamilyView) -> tuple[Individual, ...]:
    return view.pedigree.individuals


def known(team: Team, family: str = "F1") -> tuple[Individual, ...]:
    return members_of(read_family(team["registrar"], INCIDENT, family))


def test_saving__adds_and_changes_members_in_the_order_given(team):
    father, mother, missing = known(team)
    grandmother = Individual("GM", "female")
    after = save(team, "F1", grandmother, replace(father, mother="GM"), mother, replace(missing, sex="male"))
    assert members_of(after) == (grandmother, replace(father, mother="GM"), mother, replace(missing, sex="male"))
    assert read_family(team["coordinator"], INCIDENT, "F1") == after
    assert [line.member for line in after.donors] == ["FA", "MO"]


def test_saving__stands_in_the_audit_in_counts(team):
    save(team, "F1", *known(team), Individual("CH", "male"))
    line = next(line for line in read_audit(team["auditor"]).rows if line.action == "import")
    assert '"added":1' in line.subject
    assert '"pedigree of":"F1"' in line.subject
    assert "CH" not in line.subject


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ALLOWED["import"]])
def test_saving__is_for_those_who_import(role, team):
    with pytest.raises(Forbidden):
        save(team, "F1", *known(team), user=role)


def test_saving__of_a_pedigree_that_somebody_changed_meanwhile_is_refused(team):
    seen = pedigree_version(Pedigree(known(team)), ("MP",))
    save(team, "F1", *known(team), Individual("CH", "male"))
    with pytest.raises(Conflict, match="somebody changed the pedigree of family 'F1' meanwhile"):
        save_pedigree(team["registrar"], INCIDENT, "F1", pedigree=Pedigree(known(team)), missing=("MP",), seen=seen)


def test_donors__cannot_vanish(team):
    father, mother, missing = known(team)
    with pytest.raises(Conflict, match="FA gave a sample and would vanish"):
        save(team, "F1", mother, replace(missing, father=None))
    assert known(team) == (father, mother, missing)


def test_donors__who_left_cannot_vanish_from_the_history(team):
    withdraw_donor(team["coordinator"], INCIDENT, "F1", "FA")
    _, mother, missing = known(team)
    with pytest.raises(Conflict, match="FA gave a sample and would vanish"):
        save(team, "F1", mother, replace(missing, father=None))


def test_missing__who_were_searched_for_cannot_vanish(team):
    father, mother, _ = known(team)
    with pytest.raises(Conflict, match="MP was searched for and would vanish"):
        save(team, "F1", father, mother, Individual("XX", "male"), missing=("XX",))


def test_members__who_gave_nothing_and_were_not_searched_for_can_be_taken_away(team):
    save(team, "F1", *known(team), Individual("CH", "male"))
    after = save(team, "F1", *(m for m in known(team) if m.id != "CH"))
    assert [m.id for m in members_of(after)] == ["FA", "MO", "MP"]


def test_donors__are_cut_off_from_a_missing_person_only_when_that_is_meant(team):
    father, mother, missing = known(team)
    alone = replace(missing, mother=None)
    with pytest.raises(InputError, match="'F1': MO is no longer related to MP, so their samples would not help"):
        save(team, "F1", father, mother, alone, severing=False)
    assert known(team) == (father, mother, missing)
    assert members_of(save(team, "F1", father, mother, alone)) == (father, mother, alone)
    assert members_of(save(team, "F1", father, mother, alone, Individual("CH", "male"), severing=False))


GRANDPARENTS = Pedigree.of(
    ("GF", "male"), ("GM", "female"), ("MO", "female", "GF", "GM"), ("MP", "male", None, "MO"),
    ("WI", "female"), ("CH", "female", "MP", "WI"), ("NE", "male"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"MP": {"mother": None}}, {"MP": ("GF", "GM")}),
        ({"MO": {"father": None}}, {"MP": ("GF",)}),
        ({"CH": {"mother": None}}, {"MP": ("WI",)}),
        ({"CH": {"father": None}}, {"MP": ("WI", "CH")}),
        ({"MP": {"sex": "unknown"}}, {}),
    ],
)
def test_severed__are_those_who_share_no_ancestor_and_no_descendant_any_more(now, expected):
    """Grandparents by the mother, a wife by the child; a neighbour was never related."""
    after = Pedigree(tuple(replace(one, **now.get(one.id, {})) for one in GRANDPARENTS))
    donors = ("GF", "GM", "WI", "CH", "NE")
    assert lost_relations(GRANDPARENTS, after, missing={"MP"}, donors=donors) == expected
    assert lost_relations(after, GRANDPARENTS, missing={"MP"}, donors=donors) == {}


def test_decision__that_holds_a_pedigree_is_known_before_anything_is_changed(team):
    assert decision_on_pedigree(team["registrar"], INCIDENT, "F1") == ""
    mine = next(line for line in list_candidates(team["geneticist"], INCIDENT).rows if line.family == "F1")
    propose(team["geneticist"], mine.pairing, version=0, reason="it fits", candidate=mine.id)
    assert decision_on_pedigree(team["registrar"], INCIDENT, "F1") == "proposed"
    assert decision_on_pedigree(team["registrar"], INCIDENT, "F2") == ""


@pytest.mark.parametrize("missing", [(), ("nobody",), ("FA",)])
def test_missing__are_members_who_gave_no_sample_and_there_is_one(missing, team):
    with pytest.raises(InputError, match=r"missing"):
        save(team, "F1", *known(team), missing=missing)


@pytest.mark.parametrize("code", [" X", "X\n", "x" * 201, "a\x00b"])
def test_codes__that_cannot_be_printed_are_refused(code, team):
    with pytest.raises(InputError, match=f"a member's code of {len(code)} characters"):
        save(team, "F1", *known(team), Individual(code, "male"))


def test_runs__that_rested_on_the_family_are_to_be_computed_again(team):
    save(team, "F1", *known(team), Individual("CH", "male"))
    assert [run.state for run in list_runs(team["geneticist"], INCIDENT).rows] == ["to be computed again"]


@pytest.mark.slow
def test_candidates__stay_when_members_are_only_added(team):
    """Somebody who is added, without a sample, changes no likelihood."""
    before = [line for line in list_candidates(team["geneticist"], INCIDENT).rows if line.family == "F1"]
    save(team, "F1", *known(team), Individual("CH", "male"))
    search(team["geneticist"], INCIDENT)
    again = [line for line in list_candidates(team["geneticist"], INCIDENT).rows if line.family == "F1"]
    assert [line.log10_lr for line in again] == [line.log10_lr for line in before]
    assert read_candidate(team["geneticist"], before[0].id).candidate is not None


def test_candidates__of_a_pedigree_that_was_declared_otherwise_are_closed(team):
    rows = list_candidates(team["geneticist"], INCIDENT).rows
    mine = next(line for line in rows if line.family == "F1")
    other = next(line for line in rows if line.family == "F2")
    father, mother, missing = known(team)
    save(team, "F1", father, mother, replace(missing, mother=None))
    closed = read_candidate(team["geneticist"], mine.id)
    assert closed.candidate is None
    assert "pedigree" in closed.closed
    with pytest.raises(Conflict, match="search again"):
        propose(team["geneticist"], mine.pairing, version=0, reason="it fits", candidate=mine.id)
    assert read_candidate(team["geneticist"], other.id).candidate is not None


def test_decisions__rest_on_the_pedigree_as_it_was(team):
    mine = next(line for line in list_candidates(team["geneticist"], INCIDENT).rows if line.family == "F1")
    propose(team["geneticist"], mine.pairing, version=0, reason="it fits", candidate=mine.id)
    father, mother, missing = known(team)
    with pytest.raises(Conflict, match="is proposed and rests on the pedigree as it is"):
        save(team, "F1", father, mother, replace(missing, mother=None))
    confirm(team["second geneticist"], mine.pairing, version=1, reason="so do I")
    with pytest.raises(Conflict, match="is confirmed and rests"):
        save(team, "F1", father, mother, replace(missing, mother=None))
    after = save(team, "F1", father, mother, missing, Individual("CH", "male", "FA"))
    assert len(members_of(after)) == 4


def test_decisions__that_were_rejected_do_not_hold_the_pedigree(team):
    mine = next(line for line in list_candidates(team["geneticist"], INCIDENT).rows if line.family == "F1")
    reject(team["geneticist"], mine.pairing, version=0, reason="no")
    father, mother, missing = known(team)
    assert save(team, "F1", father, mother, replace(missing, mother=None)).pedigree["MP"].mother is None


def test_findings__of_the_old_pedigree_are_gone_when_it_is_declared_otherwise(team):
    run = list_runs(team["geneticist"], INCIDENT).rows[0].id
    assert [one.member for one in findings(team["geneticist"], run)] == ["SI"]
    save(team, "F3", *(replace(m, father=None) if m.id == "SI" else m for m in known(team, "F3")))
    with pytest.raises(AntigoneError, match="keeps no incidental findings"):
        findings(team["geneticist"], run)


def test_nothing__is_written_when_nothing_changed(team):
    save(team, "F1", *known(team))
    assert [run.state for run in list_runs(team["geneticist"], INCIDENT).rows] == ["finished"]


@pytest.mark.slow
def test_search__during_which_a_pedigree_was_changed_keeps_nothing_of_that_family(tmp_path):
    team = team_at_work(str(tmp_path / "registry.db"))
    father, mother, missing = known(team)

    def change(_run: int) -> None:
        save(team, "F1", father, mother, replace(missing, mother=None))

    search(team["geneticist"], INCIDENT, started=change)
    rows = list_candidates(team["geneticist"], INCIDENT).rows
    assert {line.family for line in rows} == {"F2", "F3"}
    assert [run.state for run in list_runs(team["geneticist"], INCIDENT).rows] == ["to be computed again"]


def test_import__of_the_old_files_says_what_is_declared_otherwise(team):
    father, mother, missing = known(team)
    save(team, "F1", father, mother, replace(missing, sex="male"))
    with pytest.raises(InputError, match="member 'MP' is other"):
        import_incident(team["registrar"], INCIDENT, small_incident())
