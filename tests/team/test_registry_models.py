"""The model of an incident: imports never change it, two persons agree on it, and every run names its version."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from deciding import confirm, propose
from registry_team import (
    FIRST,
    INCIDENT,
    PURPOSE,
    Team,
    agree_on_model,
    candidate,
    countersign_all,
    make_team,
    own_password,
    small_incident,
)
from sqlalchemy import select
from told import settings_in_words

from antigone.errors import Conflict, Forbidden, InputError, RegistryError
from antigone.model.incident.incident import Incident
from antigone.model.plain import to_json
from antigone.model.results.search import SearchResult
from antigone.model.review import TO_COMPUTE_AGAIN
from antigone.model.statements.statement import TEXT
from antigone.registry.review.candidates import open_candidate, read_candidates
from antigone.registry.store.database import snapshot
from antigone.registry.store.schema import changes, joint_runs
from antigone.report.words.statements import say, say_all
from antigone.team.access import opening, users
from antigone.team.access.session import Session
from antigone.team.incidents.importing import FIRST_MODEL, import_incident
from antigone.team.keeping.auditing import read_audit
from antigone.team.models.comparing import compare_versions
from antigone.team.models.versions import confirm_version, propose_model, propose_version, read_model, refuse_version
from antigone.team.review.candidates import list_candidates, read_candidate
from antigone.team.runs.joint import read_joint, solve_jointly
from antigone.team.runs.searching import list_runs, read_run, search
from antigone.team.views import RunLine

WHY = "the plan of the incident"


def with_theta(theta: float) -> Incident:
    incident = small_incident()
    return replace(incident, settings=replace(incident.settings, theta=theta))


def searched(team: Team) -> tuple[RunLine, SearchResult]:
    """A new search, with its answer."""
    view = search(team["geneticist"], INCIDENT)
    assert view.result is not None
    return view.line, view.result


def ratios(team: Team, run: int) -> str:
    """Every candidate of a run in full, as it is stored."""
    with snapshot(team.registry.engine) as connection:
        lines = read_candidates(connection, run, count=100).lines
        return to_json(tuple(open_candidate(connection, team.registry.vault, line.id) for line in lines))


@pytest.fixture
def team(team_of) -> Team:
    """A team with the small incident, on whose model nobody agreed."""
    made: Team = team_of("users")
    import_incident(made["registrar"], INCIDENT, small_incident())
    return made


def in_force(team: Team) -> tuple[int, str]:
    line = read_model(team["geneticist"], INCIDENT).line
    return line.number, line.state


def test_import__of_a_new_incident_brings_version_1_in_force_and_says_that_nobody_agreed(team_of):
    made = team_of("users")
    first = import_incident(made["registrar"], INCIDENT, small_incident())
    assert (first.models, first.model) == (1, (TEXT(text=FIRST_MODEL),))
    view = read_model(made["geneticist"], INCIDENT)
    assert (view.line.number, view.line.state, view.line.in_force) == (1, "brought", True)
    assert settings_in_words(view.words)["theta"] == "0"
    assert settings_in_words(view.words)["frequencies, Here"].startswith("15 markers; invented; SHA-256 ")
    assert [(step.user, step.action, step.reason) for step in view.steps] == [
        ("registrar", "bring", "imported from no file")
    ]
    assert import_incident(made["registrar"], INCIDENT, small_incident()).model == ()


@pytest.mark.slow
def test_import__with_another_model_changes_no_likelihood_ratio_and_offers_it(team):
    before = ratios(team, search(team["geneticist"], INCIDENT).line.id)
    answer = import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    assert say_all(answer.model) == (
        "the files state another model than version 1, which stays in force; it is kept as version 2, which a "
        "geneticist may propose (page 'Model', or antigone registry model ferry --propose 2)",
        "theta: 0.03 instead of 0",
    )
    again = search(team["geneticist"], INCIDENT)
    assert ratios(team, again.line.id) == before
    assert (again.line.model, in_force(team)) == (1, (1, "brought"))
    assert again.line.state == "finished"


@pytest.mark.slow
def test_import__of_the_same_other_model_again_is_the_same_version(team):
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    again = import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    assert again.models == 0
    assert "it is kept as version 2" in say(again.model[0])
    propose_version(team["geneticist"], INCIDENT, 2, reason=WHY)
    assert "which 'geneticist' proposed on" in say(
        import_incident(team["registrar"], INCIDENT, with_theta(0.03)).model[0]
    )
    refuse_version(team["reviewer"], INCIDENT, 2, reason="no isolate")
    told = say(import_incident(team["registrar"], INCIDENT, with_theta(0.03)).model[0])
    assert "version 2, which 'reviewer' refused" in told
    assert told.endswith("no isolate")


@pytest.mark.slow
def test_import__what_comes_with_another_model_goes_in_under_the_one_in_force(team):
    other = with_theta(0.03)
    person = other.unidentified[0]
    new = replace(person, code="PM9", profile=replace(person.profile, sample="PM9"))
    added = import_incident(team["registrar"], INCIDENT, replace(other, unidentified=(*other.unidentified, new)))
    assert (added.unidentified, added.models) == (1, 1)
    assert settings_in_words(searched(team)[1].provenance.settings)["theta"] == "0"


@pytest.mark.slow
def test_run__names_the_version_and_says_that_it_is_not_confirmed(team):
    line, result = searched(team)
    named = settings_in_words(result.provenance.settings)["model of the incident"]
    assert (line.model, named) == (1, "version 1 (as first imported), not yet confirmed by two persons")
    assert any("have not agreed yet on version 1 of the model" in notice for notice in say_all(result.notices))
    joint = solve_jointly(team["geneticist"], INCIDENT)
    assert joint.line.model == 1
    assert joint.result is not None
    told = settings_in_words(joint.result.provenance.settings)
    assert told["model of the incident"].startswith("version 1 (as first imported), not")
    assert any("have not agreed yet on version 1" in notice for notice in say_all(joint.result.notices))
    agree_on_model(team)
    _, later = searched(team)
    assert (
        settings_in_words(later.provenance.settings)["model of the incident"]
        == "version 1 (as first imported), confirmed"
    )
    assert not any("agreed" in notice for notice in say_all(later.notices))


def proposed(team: Team) -> int:
    search(team["geneticist"], INCIDENT)
    line = candidate(team, "PM1", "F1")
    propose(team["geneticist"], line.pairing, version=line.version, reason=WHY, candidate=line.id)
    return line.pairing


@pytest.mark.slow
def test_confirm__of_a_pairing_waits_until_two_persons_agreed_on_the_model(team):
    pairing = proposed(team)
    with pytest.raises(Conflict, match="version 1 of the model, on which two persons have not agreed yet; one"):
        confirm(team["second geneticist"], pairing, version=1, reason=WHY)
    view = read_candidate(team["second geneticist"], candidate(team, "PM1", "F1").id)
    assert "two persons have not agreed" in view.against
    propose_version(team["geneticist"], INCIDENT, 1, reason=WHY)
    with pytest.raises(Conflict, match="somebody else than who proposed it confirms it"):
        confirm(team["second geneticist"], pairing, version=1, reason=WHY)
    confirm_version(team["reviewer"], INCIDENT, 1, reason=WHY)
    assert confirm(team["second geneticist"], pairing, version=1, reason=WHY).state == "confirmed"


@pytest.mark.slow
def test_confirm__of_a_pairing_needs_a_search_under_a_model_that_somebody_agreed_on(team):
    """The first version is replaced before anybody agreed on it; another one that does not differ counts as it."""
    pairing = proposed(team)
    propose_model(team["geneticist"], INCIDENT, with_theta(0.01), name="theta 0.01", reason=WHY)
    confirm_version(team["second geneticist"], INCIDENT, 2, reason=WHY)
    with pytest.raises(Conflict, match="on which two persons never agreed, and which is not in force any more; search"):
        confirm(team["second geneticist"], pairing, version=1, reason=WHY)
    propose_model(team["geneticist"], INCIDENT, small_incident(), name="back to theta 0", reason=WHY)
    confirm_version(team["second geneticist"], INCIDENT, 3, reason=WHY)
    assert confirm(team["second geneticist"], pairing, version=1, reason=WHY).state == "confirmed"


@pytest.mark.slow
def test_confirm_version__puts_it_in_force_and_makes_every_answer_old(team):
    agree_on_model(team)
    run, joint = search(team["geneticist"], INCIDENT).line.id, solve_jointly(team["geneticist"], INCIDENT).line.id
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    agree_on_model(team, version=2)
    assert in_force(team) == (2, "confirmed")
    before = read_model(team["geneticist"], INCIDENT, version=1).line
    assert (before.in_force, before.state) == (False, "confirmed")
    states = {line.id: line.state for line in list_runs(team["geneticist"], INCIDENT).rows}
    assert states[run] == TO_COMPUTE_AGAIN
    assert read_joint(team["geneticist"], joint).line.state == TO_COMPUTE_AGAIN
    assert read_run(team["geneticist"], run).line.model == 1
    with snapshot(team.registry.engine) as connection:
        (change,) = connection.execute(select(changes).where(changes.c.kind == "model changed")).all()
        assert (change.unidentified, change.family) == (None, None)


@pytest.mark.slow
def test_confirm_version__gives_the_numbers_of_a_fresh_registry(team, tmp_path):
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    agree_on_model(team, version=2)
    fresh = make_team(str(tmp_path / "fresh.db"))
    import_incident(fresh["registrar"], INCIDENT, with_theta(0.03))
    found, expected = (ratios(one, search(one["geneticist"], INCIDENT).line.id) for one in (team, fresh))
    fresh.registry.close()
    assert found == expected


@pytest.mark.slow
def test_confirm_version__of_the_one_in_force_makes_nothing_old(team):
    run = search(team["geneticist"], INCIDENT).line.id
    agree_on_model(team)
    assert read_run(team["geneticist"], run).line.state == "finished"


@pytest.mark.slow
def test_confirm_version__while_a_search_runs_leaves_its_answer_old(team):
    agree_on_model(team)
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    propose_version(team["geneticist"], INCIDENT, 2, reason=WHY)

    def meanwhile(_step: str, done: int, _of: int) -> None:
        if in_force(team) == (1, "confirmed") and done == 0:
            confirm_version(team["second geneticist"], INCIDENT, 2, reason=WHY)

    run = search(team["geneticist"], INCIDENT, progress=meanwhile)
    assert (run.line.state, run.line.model) == (TO_COMPUTE_AGAIN, 1)


@pytest.mark.slow
def test_solve_jointly__while_the_model_changes_is_old_when_it_ends(team):
    agree_on_model(team)
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    propose_version(team["geneticist"], INCIDENT, 2, reason=WHY)

    def meanwhile(_step: str, done: int, _of: int) -> None:
        if in_force(team) == (1, "confirmed"):
            confirm_version(team["second geneticist"], INCIDENT, 2, reason=WHY)

    joint = solve_jointly(team["geneticist"], INCIDENT, progress=meanwhile)
    assert (joint.line.state, joint.line.model) == (TO_COMPUTE_AGAIN, 1)
    with snapshot(team.registry.engine) as connection:
        assert connection.scalar(select(joint_runs.c.sealed).where(joint_runs.c.id == joint.line.id)) is not None


@pytest.mark.parametrize("who", ["geneticist", "second geneticist"])
def test_confirm_version__is_not_for_who_proposed_it(team, who):
    shown = propose_version(team[who], INCIDENT, 1, reason=WHY)
    assert shown.may == ("refuse",)
    with pytest.raises(Forbidden, match="you proposed version 1, and another person has to confirm it"):
        confirm_version(team[who], INCIDENT, 1, reason=WHY)
    other = {"geneticist": "second geneticist", "second geneticist": "geneticist"}[who]
    assert read_model(team[other], INCIDENT).may == ("confirm", "refuse")
    assert confirm_version(team[other], INCIDENT, 1, reason=WHY).line.state == "confirmed"


@pytest.mark.parametrize("role", ["administrator", "registrar", "reviewer", "coordinator", "auditor"])
def test_propose_version__is_for_geneticists(team, role):
    with pytest.raises(Forbidden, match="'propose model' is for the geneticist"):
        propose_version(team[role], INCIDENT, 1, reason=WHY)


@pytest.mark.parametrize("role", ["administrator", "registrar", "coordinator", "auditor"])
def test_confirm_version__is_for_geneticists_and_reviewers(team, role):
    propose_version(team["geneticist"], INCIDENT, 1, reason=WHY)
    with pytest.raises(Forbidden, match="'confirm model' is for the geneticist"):
        confirm_version(team[role], INCIDENT, 1, reason=WHY)
    assert confirm_version(team["reviewer"], INCIDENT, 1, reason=WHY).line.state == "confirmed"


def of_new_user(team: Team, code: str, *, role: str = "geneticist") -> Session:
    users.add_user(team["administrator"], code, role=role, password=FIRST)
    own_password(team.registry, code)
    return opening.session_of(team.registry, code, purpose=PURPOSE)


def test_steps__are_barred_to_an_account_that_an_administrator_changed(team):
    barred = of_new_user(team, "new")
    assert "countersign" in read_model(barred, INCIDENT).barred
    with pytest.raises(Forbidden, match="your access was changed by somebody else"):
        propose_version(barred, INCIDENT, 1, reason=WHY)
    propose_version(team["geneticist"], INCIDENT, 1, reason=WHY)
    for step in (confirm_version, refuse_version):
        with pytest.raises(Forbidden, match="your access was changed by somebody else"):
            step(barred, INCIDENT, 1, reason=WHY)
    countersign_all(team.registry)
    assert confirm_version(barred, INCIDENT, 1, reason=WHY).line.state == "confirmed"


def test_steps__a_program_with_a_token_of_an_administrator_takes_none(team):
    token = users.add_token(team["administrator"], "geneticist", name="robot", days=1)
    program = opening.session_of_token(team.registry, token, purpose=PURPOSE)
    with pytest.raises(Forbidden, match="token"):
        propose_version(program, INCIDENT, 1, reason=WHY)


def test_refuse_version__has_a_reason_and_ends_it(team):
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    with pytest.raises(InputError, match="a step without a reason"):
        refuse_version(team["geneticist"], INCIDENT, 2, reason=" ")
    view = refuse_version(team["geneticist"], INCIDENT, 2, reason="theta of another population")
    assert (view.line.state, view.steps[-1].reason) == ("refused", "theta of another population")
    with pytest.raises(Conflict, match="version 2 is refused, so 'propose' is not possible; propose a model as"):
        propose_version(team["geneticist"], INCIDENT, 2, reason=WHY)


@pytest.mark.slow
def test_refuse_version__of_the_one_in_force_lets_it_be_proposed_again(team):
    with pytest.raises(Conflict, match="in force and not proposed, so 'refuse' is not possible; possible now: propose"):
        refuse_version(team["geneticist"], INCIDENT, 1, reason=WHY)
    propose_version(team["geneticist"], INCIDENT, 1, reason=WHY)
    refuse_version(team["reviewer"], INCIDENT, 1, reason="which rates are these?")
    assert in_force(team) == (1, "brought")
    agree_on_model(team)
    assert in_force(team) == (1, "confirmed")


def test_propose_model__is_a_version_of_its_own_and_never_one_that_waits(team):
    view = propose_model(team["geneticist"], INCIDENT, with_theta(0.03), name="theta 0.03", reason=WHY)
    assert (view.line.number, view.line.name, view.line.state) == (2, "theta 0.03", "proposed")
    assert say_all(view.differences) == ("theta: 0.03 instead of 0",)
    with pytest.raises(Conflict, match="this is the model of version 2, which is proposed already"):
        propose_model(team["second geneticist"], INCIDENT, with_theta(0.03), name="again", reason=WHY)
    with pytest.raises(Conflict, match="this is the model of version 1, which is in force"):
        propose_model(team["geneticist"], INCIDENT, small_incident(), name="again", reason=WHY)
    with pytest.raises(InputError, match="a name of 0 characters"):
        propose_model(team["geneticist"], INCIDENT, with_theta(0.02), name=" ", reason=WHY)


def test_versions__of_nobody_are_told_in_words(team):
    for step in (propose_version, confirm_version, refuse_version):
        with pytest.raises(RegistryError, match="the incident has no model version 7"):
            step(team["geneticist"], INCIDENT, 7, reason=WHY)
    with pytest.raises(RegistryError, match="has no incident 'nowhere'"):
        read_model(team["geneticist"], "nowhere")


@pytest.mark.slow
def test_audit__tells_who_proposed_compared_and_confirmed(team):
    search(team["geneticist"], INCIDENT)
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    agree_on_model(team, version=2)
    compare_versions(team["geneticist"], INCIDENT, 1)
    told = {
        line.action: json.loads(line.subject)
        for line in read_audit(team["auditor"], size=50).rows[::-1]
        if "model" in line.action
    }
    assert told["propose model"] == {"incident": INCIDENT, "version": 2}
    assert told["confirm model"] == {"incident": INCIDENT, "version": 2, "runs": 1}
    assert told["compare models"] == {"incident": INCIDENT, "version": 1, "candidates": 4}


@pytest.mark.slow
def test_compare__gives_the_numbers_of_a_search_under_each_version(team):
    search(team["geneticist"], INCIDENT)
    before = log10_lrs(team)
    import_incident(team["registrar"], INCIDENT, with_theta(0.03))
    found = compare_versions(team["geneticist"], INCIDENT, 2)
    assert (found.in_force, found.version, found.total) == (1, 2, len(found.pairs))
    agree_on_model(team, version=2)
    search(team["geneticist"], INCIDENT)
    after = log10_lrs(team)
    assert {(pair.unidentified, pair.family) for pair in found.pairs} == before.keys()
    for pair in found.pairs:
        key = pair.unidentified, pair.family
        assert pair.before is not None
        assert pair.after is not None
        assert pair.before.log10_lr == pytest.approx(before[key], abs=1e-9)
        assert pair.after.log10_lr == pytest.approx(after[key], abs=1e-9)
        assert pair.change == pytest.approx(after[key] - before[key], abs=1e-9)


def log10_lrs(team: Team) -> dict[tuple[str, str], float]:
    """The log10 LR of each candidate of the newest search."""
    lines = list_candidates(team["geneticist"], INCIDENT, size=100).rows
    return {(line.unidentified, line.family): line.log10_lr for line in lines if line.log10_lr is not None}


@pytest.mark.parametrize("role", ["administrator", "registrar", "reviewer", "coordinator", "auditor"])
def test_compare__is_a_look_of_geneticists(team, role):
    with pytest.raises(Forbidden, match="'compare models' is for the geneticist"):
        compare_versions(team[role], INCIDENT, 1)


def test_compare__of_an_incident_without_candidates_is_empty(team):
    assert compare_versions(team["geneticist"], INCIDENT, 1).pairs == ()
