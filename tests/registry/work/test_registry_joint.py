"""The joint solution in the registry: kept sealed, for those who may, and gone when somebody it rests on leaves."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from registry_team import IDENTIFY, INCIDENT, NOON, Team, audit, small_incident
from sqlalchemy import delete, func, select, update

from antigone.casework.joint.solve import joint_incident
from antigone.errors import Cancelled, Conflict, InputError, RegistryError, VaultError
from antigone.model.pedigree import Individual, Pedigree
from antigone.model.profile import Profile
from antigone.model.results.joint import JointPrior, JointResult
from antigone.model.statements import names
from antigone.registry.runs.joint_runs import SealedJoint, newest_joint, take_joint
from antigone.registry.store.database import snapshot, transaction
from antigone.registry.store.schema import joint_parts, joint_runs, keys
from antigone.report.words.statements import say_all
from antigone.team.incidents.consents import withdraw_donor, withdraw_seeker
from antigone.team.incidents.families import read_family
from antigone.team.incidents.importing import import_incident
from antigone.team.incidents.pedigrees import pedigree_version, save_pedigree
from antigone.team.keeping.auditing import read_audit
from antigone.team.review.reviewing import declare_parts
from antigone.team.runs.joint import cancel_joint, joint_of_pair, list_joint_runs, read_joint, solve_jointly
from antigone.team.runs.parts import with_one_for_each
from antigone.team.views import JointView

TO_COMPUTE_AGAIN = "to be computed again"
TRUE = {"unidentified": "PM1", "family": "F1", "missing": "MP"}
ENDS = replace(IDENTIFY, expires=dt.date(2026, 12, 1))


@pytest.fixture
def team(prepared_files, tmp_path) -> Team:
    made: Team = prepared_files.team("users", str(tmp_path / "registry.db"))
    import_incident(made["registrar"], INCIDENT, small_incident(second=ENDS))
    return made


def solve(team: Team, **asked: object) -> JointView:
    return solve_jointly(team["geneticist"], INCIDENT, **asked)  # type: ignore[arg-type]


def number_of(team: Team, table: object) -> int:
    with snapshot(team.registry.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def test_solve__gives_what_the_files_give(team):
    view = solve(team)
    of_files = joint_incident(small_incident(second=ENDS), today=NOON.date(), created="", command="")
    assert view.result is not None
    assert {(p.unidentified, p.family, p.missing) for p in view.result.pairings} == {
        (p.unidentified, p.family, p.missing) for p in of_files.pairings
    }
    for here, there in zip(view.result.pairings, of_files.pairings, strict=True):
        assert here.posterior == pytest.approx(there.posterior, abs=1e-9)
    assert [c.status for c in view.result.conclusions] == [c.status for c in of_files.conclusions]


@pytest.mark.slow
def test_solve__one_part_stands_for_all_that_are_declared_parts_of_one_person(team):
    """Two parts of one person cannot both be the one missing person, and must not stand against each other."""
    apart = solve(team).result
    declare_parts(team["geneticist"], INCIDENT, "PM3", "PM2", reason="found together")
    declare_parts(team["geneticist"], INCIDENT, "PM3", "PM5", reason="found together")
    joined = solve(team).result
    assert apart is not None
    assert joined is not None
    assert {"PM2", "PM3", "PM5"} <= apart.not_among_missing.keys()
    assert joined.not_among_missing.keys() == apart.not_among_missing.keys() - {"PM3", "PM5"}
    assert "PM2, with the most markers, stands for PM3, PM5: declared parts of one person" in say_all(joined.notices)
    found = {p.unidentified: p.posterior for p in joined.pairings if p.family == "F2"}
    rivals = {p.unidentified: p.posterior for p in apart.pairings if p.family == "F2"}
    assert rivals["PM2"] < 0.9 < found["PM2"]


def test_one_for_each__is_the_part_with_the_most_markers():
    incident = small_incident()
    (poor, *others) = incident.unidentified
    few = replace(poor, profile=Profile(poor.code, dict([*poor.profile.genotypes.items()][:3])))
    seen = with_one_for_each(replace(incident, unidentified=(few, *others)), [{few.code, "PM4"}])
    assert [person.code for person in seen.unidentified] == ["PM2", "PM3", "PM4", "PM5", "LS1"]
    assert with_one_for_each(incident, [{"PM1"}, {"gone", "PM2"}]) == incident


@pytest.mark.slow
def test_solve__is_kept_whole_with_its_provenance_and_who_was_left_out(team):
    kept = solve(team, prior=JointPrior("open", 3.0))
    view = read_joint(team["reviewer"], kept.line.id)
    assert view == kept
    assert view.result is not None
    assert view.result.prior == JointPrior("open", 3.0)
    assert "prior open=3" in view.result.provenance.command
    assert (view.line.state, view.line.started_by, view.line.purpose) == ("finished", "geneticist", "to test")
    assert view.line.left_out == {"donors whose consent has expired": 1, "donors without a consent": 1}


def test_solve__rests_on_nobody_without_consent(team):
    """F4 has no active consent: nothing tells its missing child, PM5, from anybody else."""
    result = solve(team).result
    assert result is not None
    assert {p.family for p in result.pairings if p.posterior > 0.5} == {"F1", "F2", "F3"}
    assert result.no_data == (("F4", "MP"),)
    assert "F4" not in {c.family for c in result.conclusions}


@pytest.mark.slow
def test_solve__stands_in_the_audit_with_codes_and_states_alone(team):
    run = solve(team).line.id
    read_joint(team["reviewer"], run)
    lines = [line for line in read_audit(team["auditor"], size=20).rows if "joint" in line.action]
    assert [(line.actor, line.action) for line in lines] == [
        ("reviewer", "see joint"), ("geneticist", "solve jointly"), ("geneticist", "solve jointly")
    ]  # fmt: skip
    first, last = json.loads(lines[2].subject), json.loads(lines[1].subject)
    assert first == {"incident": INCIDENT, "joint run": run, "prior": "flat", "state": "running", "model": 1}
    assert last == {"joint run": run, "state": "finished"}


@pytest.mark.slow
def test_solve__the_answer_is_sealed_and_opens_in_its_own_row_alone(team):
    first, second = solve(team).line.id, solve(team).line.id
    with transaction(team.registry.engine) as connection:
        rows = connection.execute(select(joint_runs)).all()
        assert all(b"PM1" not in row.sealed and "PM1" not in str(row.left_out) for row in rows)
        other = connection.execute(select(joint_runs.c.key, joint_runs.c.sealed).where(joint_runs.c.id == second)).one()
        connection.execute(update(joint_runs).where(joint_runs.c.id == first).values(**other._mapping))
        with pytest.raises(VaultError):
            take_joint(connection, team.registry.vault, first).open()


@pytest.mark.slow
def test_solve__an_unknown_population_leaves_a_failed_run(team):
    with pytest.raises(InputError, match="no population 'Elsewhere'"):
        solve(team, population="Elsewhere")
    (line,) = list_joint_runs(team["reviewer"], INCIDENT)
    assert (line.state, line.answered) == ("failed", False)
    assert read_joint(team["reviewer"], line.id).result is None


def test_solve__of_an_unknown_incident_leaves_no_run(team):
    with pytest.raises(RegistryError, match="no incident 'none'"):
        solve_jointly(team["geneticist"], "none")
    assert number_of(team, joint_runs) == 0


@pytest.mark.slow
def test_cancel__ends_it_and_nothing_of_it_is_kept(team):
    def cancel(run: int) -> None:
        cancel_joint(team["second geneticist"], run)

    with pytest.raises(Cancelled, match="joint run 1 was cancelled"):
        solve(team, started=cancel)
    (line,) = list_joint_runs(team["reviewer"], INCIDENT)
    assert (line.state, line.answered) == ("cancelled", False)
    with pytest.raises(Conflict, match="is cancelled, expected running"):
        cancel_joint(team["geneticist"], line.id)


def leave(team: Team) -> None:
    withdraw_donor(team["coordinator"], INCIDENT, "F2", "MO")


def leave_as_a_seeker(team: Team) -> None:
    withdraw_seeker(team["coordinator"], INCIDENT, "LS1")


def declare_otherwise(team: Team) -> None:
    """A brother is missing too."""
    seen = read_family(team["registrar"], INCIDENT, "F1")
    changed = Pedigree((*seen.pedigree, Individual("BR", "male", "FA", "MO")))
    version = pedigree_version(seen.pedigree, seen.missing)
    save_pedigree(team["registrar"], INCIDENT, "F1", pedigree=changed, missing=("MP", "BR"), seen=version)


@pytest.mark.slow
@pytest.mark.parametrize("happens", [leave, leave_as_a_seeker, declare_otherwise])
def test_answer__is_erased_when_somebody_leaves_or_is_declared_otherwise(team, happens):
    run, before = solve(team).line.id, number_of(team, keys)
    with snapshot(team.registry.engine) as connection:
        key = connection.scalar(select(joint_runs.c.key))
    happens(team)
    view = read_joint(team["reviewer"], run)
    assert (view.line.state, view.line.answered, view.result) == (TO_COMPUTE_AGAIN, False, None)
    assert joint_of_pair(team["reviewer"], INCIDENT, **TRUE) is None
    with snapshot(team.registry.engine) as connection:
        assert connection.scalar(select(joint_runs.c.sealed)) is None
        assert connection.scalar(select(func.count()).where(keys.c.id == key)) == 0
        assert connection.scalar(select(func.count()).select_from(joint_parts)) == 0
    assert number_of(team, keys) < before


@pytest.mark.slow
def test_answer__the_audit_says_that_it_was_erased(team):
    solve(team)
    leave(team)
    line = next(line for line in read_audit(team["auditor"], size=5).rows if line.action == "withdraw")
    assert line.subject.endswith("1 joint answers erased")


@pytest.mark.slow
@pytest.mark.parametrize("happens", [leave, leave_as_a_seeker, declare_otherwise])
def test_finish__of_whom_somebody_left_meanwhile_stores_nothing(team, happens):
    view = solve(team, started=lambda _run: happens(team))
    assert (view.line.state, view.result) == (TO_COMPUTE_AGAIN, None)
    assert view.line.left_out[names.JOINT_ANSWERS_WITHHELD.code] == 1
    with snapshot(team.registry.engine) as connection:
        assert newest_joint(connection, INCIDENT) is None
        assert connection.scalar(select(joint_runs.c.sealed)) is None


@pytest.mark.slow
def test_answer__stays_closed_when_a_consent_has_ended_since(team):
    run = solve(team).line.id
    team.clock.now = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)
    view = read_joint(team["reviewer"], run)
    assert view.result is None
    assert view.closed == "the consent of 1 donor of the incident has ended since; solve it again"
    assert joint_of_pair(team["reviewer"], INCIDENT, **TRUE) is None
    subjects = [line.subject for line in read_audit(team["auditor"], size=4).rows if line.action == "see joint"]
    assert "has ended since" in subjects[1]


@pytest.mark.slow
def test_pair__is_that_of_the_newest_answer(team):
    solve(team)
    newest = solve(team, prior=JointPrior("odds", 0.001))
    found = joint_of_pair(team["reviewer"], INCIDENT, **TRUE)
    assert found is not None
    assert newest.result is not None
    (pairing,) = [p for p in newest.result.pairings if (p.unidentified, p.family) == ("PM1", "F1")]
    assert (found.run, found.posterior, found.log10_glr) == (newest.line.id, pairing.posterior, pairing.log10_glr)
    assert found.none_of_missing == newest.result.not_among_missing["PM1"]
    assert found.posterior is not None
    assert found.posterior + found.none_of_missing == pytest.approx(1, abs=1e-5)


def test_pair__is_read_from_two_small_rows_and_not_from_the_whole_answer(team):
    run = solve(team).line.id
    before = joint_of_pair(team["reviewer"], INCIDENT, **TRUE)
    with transaction(team.registry.engine) as connection:
        connection.execute(update(joint_runs).values(sealed=b"nobody opens this"))
    assert joint_of_pair(team["reviewer"], INCIDENT, **TRUE) == before
    with pytest.raises(VaultError):
        read_joint(team["reviewer"], run)


def test_pair__of_an_answer_that_an_older_program_stored_is_read_from_the_whole(team):
    solve(team)
    pairs = [TRUE, {**TRUE, "unidentified": "PM4"}, {**TRUE, "missing": "FA"}, {**TRUE, "unidentified": "PM9"}]
    before = [joint_of_pair(team["reviewer"], INCIDENT, **pair) for pair in pairs]
    with transaction(team.registry.engine) as connection:
        connection.execute(delete(joint_parts))
    assert [joint_of_pair(team["reviewer"], INCIDENT, **pair) for pair in pairs] == before
    assert [said is None for said in before] == [False, False, True, True]


def test_parts__are_sealed_under_the_key_of_the_answer_and_of_one_size(team):
    """A longer row would tell whose person has pairings; another key would stay when the answer goes."""
    solve(team)
    with snapshot(team.registry.engine) as connection:
        rows = connection.execute(select(joint_parts)).all()
        key = connection.scalar(select(joint_runs.c.key))
    assert {(row.kind, row.code) for row in rows} == {
        *(("unidentified", code) for code in ("PM1", "PM2", "PM3", "PM4", "PM5", "LS1")),
        *(("family", f"F{n}") for n in (1, 2, 3, 4)),
    }
    assert {row.key for row in rows} == {key}
    assert len({len(row.sealed) for row in rows}) == 1
    assert not any(b"posterior" in row.sealed or b'"MP"' in row.sealed for row in rows)


def test_read__opens_the_answer_when_the_transaction_is_over(team, monkeypatch):
    """Whoever writes need not wait until megabytes are read."""
    run, opened = solve(team).line.id, SealedJoint.open

    def somebody_writes(taken: SealedJoint) -> JointResult:
        with transaction(team.registry.engine) as connection:
            connection.execute(update(joint_runs).values(purpose="written meanwhile"))
        return opened(taken)

    monkeypatch.setattr(SealedJoint, "open", somebody_writes)
    assert read_joint(team["reviewer"], run).result is not None


@pytest.mark.slow
def test_pair__below_what_is_listed_has_no_number_but_a_bound(team):
    solve(team)
    found = joint_of_pair(team["reviewer"], INCIDENT, unidentified="PM4", family="F1", missing="MP")
    assert found is not None
    assert (found.posterior, found.least) == (None, 1e-6)


@pytest.mark.parametrize("change", [{"unidentified": "PM9"}, {"family": "F9"}, {"missing": "FA"}])
def test_pair__of_somebody_the_answer_does_not_know_is_nothing(team, change):
    solve(team)
    assert joint_of_pair(team["reviewer"], INCIDENT, **{**TRUE, **change}) is None


def test_pair__is_looked_at_in_the_audit(team):
    solve(team)
    joint_of_pair(team["reviewer"], INCIDENT, **TRUE)
    assert audit(team)[1] == ("reviewer", "see joint")


def test_read__an_unknown_joint_run_is_refused(team):
    with pytest.raises(RegistryError, match="no joint run 7"):
        read_joint(team["geneticist"], 7)
